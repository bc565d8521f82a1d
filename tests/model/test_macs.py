"""MACs by hand, and those that MLPerf Tiny publishes."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.models import SMALL_CNN_MACS
from support.tflite_builder import NO_TENSOR, TfliteBuilder

from harness.errors import ModelError
from harness.model import Model, op_macs, read_model, read_model_file, total_macs


def test_small_cnn(cnn: Model) -> None:
    assert total_macs(cnn) == SMALL_CNN_MACS


@pytest.mark.parametrize(
    ("name", "macs"),
    [
        ("kws_ref_model", 2_656_768),
        ("kws_ref_model_float32", 2_656_768),
        ("ad01_int8", 264_192),
        ("ad01_fp32", 264_192),
    ],
)
def test_mlperf(mlperf_dir: Path, name: str, macs: int) -> None:
    assert total_macs(read_model_file(mlperf_dir / f"{name}.tflite")) == macs


def convolution(filter_shape: list[int], output_shape: list[int]) -> Model:
    b = TfliteBuilder()
    x, y = b.tensor([1, 9, 9, 4], "float32"), b.tensor(output_shape, "float32")
    weights = b.tensor(filter_shape, "float32")
    b.op("CONV_2D", [x, weights], [y])
    return read_model(b.build(), "m")


def test_grouped_convolution_counts_the_channels_of_one_group() -> None:
    model = convolution([8, 3, 3, 2], [1, 7, 7, 8])  # 4 input channels in 2 groups
    assert op_macs(model, model.ops[0]) == 7 * 7 * 8 * 3 * 3 * 2


def test_transposed_convolution_spreads_each_input_over_its_filter() -> None:
    b = TfliteBuilder()
    shape, x, y = b.tensor([4], "int32"), b.tensor([1, 4, 5, 3], "float32"), b.tensor([1, 8, 10, 2], "float32")
    b.op("TRANSPOSE_CONV", [shape, b.tensor([2, 3, 3, 3], "float32"), x], [y], options_type="TransposeConvOptions")
    model = read_model(b.build(), "m")
    assert op_macs(model, model.ops[0]) == 4 * 5 * 3 * 3 * 3 * 2


def test_svdf_filters_its_inputs_and_its_memory() -> None:
    b = TfliteBuilder()
    x, features, times = b.tensor([2, 5], "float32"), b.tensor([6, 5], "float32"), b.tensor([6, 4], "float32")
    state = b.tensor([2, 24], "float32", is_variable=True)
    b.op("SVDF", [x, features, times, NO_TENSOR, state], [b.tensor([2, 3], "float32")], rank=2)
    model = read_model(b.build(), "m")
    assert op_macs(model, model.ops[0]) == 2 * 6 * (5 + 4)


def test_dynamic_shape_has_no_count() -> None:
    model = convolution([8, 3, 3, 4], [1, -1, 7, 8])
    assert op_macs(model, model.ops[0]) == 0


def test_filter_of_the_wrong_rank() -> None:
    model = convolution([8, 3, 3], [1, 7, 7, 8])
    with pytest.raises(ModelError, match=r"op 0 \(CONV_2D\): needs a filter of 4 dimensions"):
        total_macs(model)


def test_op_without_a_filter() -> None:
    b = TfliteBuilder()
    x, y = b.tensor([1, 4], "float32"), b.tensor([1, 2], "float32")
    b.op("FULLY_CONNECTED", [x], [y])
    with pytest.raises(ModelError, match=r"op 0 \(FULLY_CONNECTED\): needs a filter of 2 dimensions"):
        total_macs(read_model(b.build(), "m"))
