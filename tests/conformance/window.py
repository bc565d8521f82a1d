"""Windows of convolutions and poolings over small images."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from conformance.graph import PADDINGS
from hypothesis import strategies as st


@dataclass(frozen=True)
class Window:
    """A kernel that moves over an image; sizes in elements."""

    height: int
    width: int
    kernel_h: int
    kernel_w: int
    stride_h: int = 1
    stride_w: int = 1
    dilation_h: int = 1
    dilation_w: int = 1
    padding: str = "SAME"

    @property
    def output_height(self) -> int:
        return _output_size(self.height, self.kernel_h, self.stride_h, self.dilation_h, self.padding)

    @property
    def output_width(self) -> int:
        return _output_size(self.width, self.kernel_w, self.stride_w, self.dilation_w, self.padding)

    @property
    def fits(self) -> bool:
        return self.output_height > 0 and self.output_width > 0

    def input_shape(self, batch: int, channels: int) -> list[int]:
        return [batch, self.height, self.width, channels]

    def output_shape(self, batch: int, channels: int) -> list[int]:
        return [batch, self.output_height, self.output_width, channels]

    @property
    def step_options(self) -> dict[str, Any]:
        """The schema's options that every op with a window has."""
        return {"padding": self.padding, "stride_h": self.stride_h, "stride_w": self.stride_w}

    @property
    def options(self) -> dict[str, Any]:
        """Those of a convolution, which has a dilation besides."""
        return {**self.step_options, "dilation_h_factor": self.dilation_h, "dilation_w_factor": self.dilation_w}


def _output_size(size: int, kernel: int, stride: int, dilation: int, padding: str) -> int:
    """TensorFlow's rule: SAME covers every element, VALID only whole kernels."""
    covered = 1 if padding == "SAME" else dilation * (kernel - 1) + 1
    return (size - covered) // stride + 1


def windows(*, max_dilation: int = 3) -> st.SearchStrategy[Window]:
    sizes, strides, dilations = st.integers(1, 9), st.integers(1, 3), st.integers(1, max_dilation)
    kernels = st.integers(1, 5)
    return st.builds(
        Window, sizes, sizes, kernels, kernels, strides, strides, dilations, dilations, st.sampled_from(PADDINGS)
    ).filter(lambda window: window.fits)


def grid_windows(*, dilations: tuple[int, ...] = (1, 2)) -> list[Window]:
    """Square and oblong kernels, every stride up to 3, on an image whose sides differ."""
    return [
        Window(7, 6, *kernel, *strides, dilation, dilation, padding)
        for kernel, strides, dilation, padding in itertools.product(
            [(1, 1), (3, 3), (1, 4), (5, 2)], [(1, 1), (2, 2), (1, 2), (3, 1)], dilations, PADDINGS
        )
        if Window(7, 6, *kernel, *strides, dilation, dilation, padding).fits
    ]
