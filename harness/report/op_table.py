"""The ops of every engine as a document: docs/ops.md, which `harness ops` prints."""

from __future__ import annotations

from harness.config import engines_by_folder
from harness.model.support import OpSupport, supported_ops

_TYPES = ("float32", "int8", "int16", "int32", "int64")
_INTRODUCTION = """\
# Ops

What each engine computes, on which types. `harness ops > docs/ops.md` makes this file from the lists that the engines
are compiled from, `firmware/lib/engine_*/ops.def`. Beside its portable kernels, which run on every core, `builtin` has
kernels for the DSP extension (Cortex-M4, M7, M33, M55) where a type is marked **DSP**, with the same results. int16 is
int16x8: weights are int8. `tflm` stands for TensorFlow Lite Micro with either set of kernels.
"""


def op_table() -> str:
    """The document, ending with a newline.

    Raises:
        ConfigError: an engine has no list of ops.
    """
    engines = sorted(engines_by_folder().values())
    lists = [supported_ops(engine) for engine in engines]
    lines = [_line("op", *engines), _line(*["---"] * (len(engines) + 1))]
    lines += [_line(op, *(_types(ops.get(op)) for ops in lists)) for op in sorted(set().union(*lists))]
    return "\n".join([_INTRODUCTION, *lines]) + "\n"


def _types(support: OpSupport | None) -> str:
    if support is None:
        return ""
    return ", ".join(
        f"{name} **DSP**" if name in support.dsp_types else name for name in _TYPES if name in support.types
    )


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
