"""Which files of a library the builder takes, for each kind of library there is."""

from __future__ import annotations

from pathlib import Path

import pytest
from board_entry import EntryError
from tflm import defines, file_flags, include_folders, sources

KERNELS = "src/tensorflow/lite/micro/kernels"


def write(library: Path, *files: str, text: str = "") -> None:
    for file in files:
        path = library / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    """As in TensorFlow Lite Micro's own tree: both kinds of kernels."""
    write(tmp_path, f"{KERNELS}/conv.cc", f"{KERNELS}/add_common.cc", f"{KERNELS}/cmsis_nn/conv.cc")
    write(tmp_path, f"{KERNELS}/conv.h", text="#if defined(CMSIS_NN)\n")
    write(tmp_path, "src/third_party/cmsis_nn/Source/ConvolutionFunctions/arm_convolve_s8.c")
    return tmp_path


def names(library: Path, engine: str) -> list[str]:
    return [path.relative_to(library / "src").as_posix() for path in sources(library, engine)]


def test_cmsis_nn_stands_in_for_the_reference(upstream: Path) -> None:
    found = names(upstream, "tflm")
    assert "tensorflow/lite/micro/kernels/cmsis_nn/conv.cc" in found
    assert "tensorflow/lite/micro/kernels/conv.cc" not in found
    assert "tensorflow/lite/micro/kernels/add_common.cc" in found
    assert "third_party/cmsis_nn/Source/ConvolutionFunctions/arm_convolve_s8.c" in found


def test_reference_kernels_alone(upstream: Path) -> None:
    assert [name for name in names(upstream, "tflm-ref") if "cmsis_nn" in name] == []
    assert "tensorflow/lite/micro/kernels/conv.cc" in names(upstream, "tflm-ref")


def test_what_needs_an_arduino_or_a_test_is_left_out(upstream: Path) -> None:
    micro = "src/tensorflow/lite/micro"
    write(upstream, f"{micro}/system_setup.cpp", f"{micro}/micro_time.cpp", f"{micro}/test_helpers.cpp")
    write(upstream, f"{micro}/fake_micro_context.cc", f"{KERNELS}/conv_test.cc", f"{micro}/micro_log.cpp")
    write(upstream, "src/third_party/cmsis_nn/Source/ConvolutionFunctions/arm_convolve_f16.c")
    write(upstream, f"{KERNELS}/xtensa/conv.cc", "src/peripherals/utility_arduino.cpp", "examples/hello/main.cpp")
    found = names(upstream, "tflm")
    assert [name for name in found if "micro_log" in name] == ["tensorflow/lite/micro/micro_log.cpp"]
    assert len(found) == 4


def test_library_without_the_kernels(upstream: Path) -> None:
    (upstream / KERNELS / "conv.cc").unlink()
    with pytest.raises(EntryError, match="no kernels for engine tflm-ref: missing"):
        sources(upstream, "tflm-ref")


def test_flags_of_one_file_on_one_core() -> None:
    softmax = Path("third_party/cmsis_nn/Source/SoftmaxFunctions/arm_softmax_s8.c")
    assert file_flags(softmax, "cortex-m55") == ("-fdisable-rtl-combine",)
    assert file_flags(softmax, "cortex-m4f") == ()
    assert file_flags(softmax.with_stem("arm_softmax_s16"), "cortex-m55") == ()


def test_defines_follow_what_the_headers_look_for(upstream: Path) -> None:
    assert "CMSIS_NN" in defines(upstream, "tflm")
    assert "CMSIS_NN" not in defines(upstream, "tflm-ref")
    write(upstream, f"{KERNELS}/conv.h", text="#if defined(ARDUINO)\n")
    assert {"ARDUINO", "NDEBUG", "TF_LITE_STATIC_MEMORY"} == set(defines(upstream, "tflm"))


def test_include_folders_are_those_that_are_there(upstream: Path) -> None:
    write(upstream, "src/third_party/flatbuffers/include/flatbuffers/flatbuffers.h")
    src = upstream / "src"
    assert include_folders(upstream) == [
        src,
        src / "third_party/flatbuffers/include",
        src / "third_party/cmsis_nn",
    ]
