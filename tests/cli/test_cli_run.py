"""`harness run` and `harness report` on the native target."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.tflite_builder import TfliteBuilder
from support.tflm_library import write_library

from harness.build import Firmware
from harness.config import Board
from harness.errors import BuildError
from harness.measure import bench as bench_module
from harness.paths import shipped_boards_file

SUITES_DIR = shipped_boards_file().parent / "suites"
VECTORS = SUITES_DIR / "digits" / "vectors.npz"


@pytest.fixture
def arrays(tmp_path: Path) -> tuple[str, str]:
    """The first 20 digits as .npy files: inputs and labels."""
    vectors = np.load(VECTORS)
    np.save(tmp_path / "x.npy", vectors["inputs"][:20])
    np.save(tmp_path / "y.npy", vectors["labels"][:20])
    return str(tmp_path / "x.npy"), str(tmp_path / "y.npy")


def test_a_model_runs_on_random_inputs_and_equals_the_oracle(harness: Callable[..., Any], int8_model: str) -> None:
    done = harness("run", int8_model, "--board=native", "--check", "--vectors=3")
    assert done.code == 0
    assert "3 of 3" in done.out
    assert "digits_int8 on native" in done.out


def test_json_is_one_object_with_layers_and_provenance(
    harness: Callable[..., Any], int8_model: str, arrays: tuple[str, str]
) -> None:
    inputs, labels = arrays
    done = harness("run", int8_model, "--board=native", "--json", f"--inputs={inputs}", f"--labels={labels}")
    told = json.loads(done.out)
    assert told["session"]["outcome"] == "passed"
    assert told["session"]["ended"] > told["session"]["started"]
    assert done.code == 0
    assert told["accuracy"]["value"] > 0.8
    assert told["arena"]["arena_bytes"]["value"] > 0
    assert [layer["op"] for layer in told["layers"]][:3] == ["CONV_2D", "CONV_2D", "MAX_POOL_2D"]
    assert told["inference"]["latency_us"]["provenance"] == "host"
    assert told["inference"]["instructions"] is None


def test_an_autoencoder_is_judged_by_its_own_metric(harness: Callable[..., Any], tmp_path: Path) -> None:
    vectors = np.load(SUITES_DIR / "vibration" / "vectors.npz")
    np.save(tmp_path / "x.npy", vectors["inputs"][:40])
    np.save(tmp_path / "y.npy", vectors["labels"][:40])
    judged = ["--metric=auc", f"--inputs={tmp_path / 'x.npy'}", f"--labels={tmp_path / 'y.npy'}"]
    done = harness("run", str(SUITES_DIR / "vibration" / "vibration_int8.tflite"), "--board=native", "--json", *judged)
    told = json.loads(done.out)
    assert done.code == 0
    assert (told["metric"], told["accuracy"]) == ("auc", None)
    assert told["auc"]["value"] > 0.6


def test_a_model_that_does_not_fit_is_told_by_how_much(harness: Callable[..., Any]) -> None:
    model = str(SUITES_DIR / "keywords" / "keywords_float32.tflite")
    done = harness("run", model, "--board=microbit")
    assert (done.code, done.out) == (1, "")
    assert "harness run: keywords_float32.tflite does not fit microbit with builtin: arena: needs at least" in done.err
    assert "fix:" in done.err
    told = json.loads(harness("run", model, "--board=microbit", "--json").out)
    assert (told["outcome"], told["session"]["outcome"]) == ("no fit", "failed")
    assert "bytes are missing" in told["message"]


def test_a_kept_session_is_printed_again(harness: Callable[..., Any], int8_model: str) -> None:
    assert harness("run", int8_model, "--board=native", "--vectors=2", "--reports-dir=kept").code == 0
    again = harness("report", "--reports-dir=kept")
    assert again.code == 0
    assert "digits_int8 on native" in again.out
    assert "| arena bytes |" in harness("report", "--markdown", "--reports-dir=kept").out
    assert "passed" in harness("report", "list", "--reports-dir=kept").out


def test_several_boards_get_a_table_each(harness: Callable[..., Any], int8_model: str) -> None:
    done = harness("run", int8_model, "--board=native,mps2-an386", "--vectors=1")
    assert done.code == 0
    assert [line for line in done.out.splitlines() if line.startswith("digits_int8 on ")] == [
        "digits_int8 on native with builtin",
        "digits_int8 on mps2-an386 with builtin",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["MODEL", "--board=natve"], "unknown board 'natve'"),
        (["MODEL", "--board=native", "--engine=x"], "unknown engine 'x'"),
        (["MODEL", "--board=native", "--target=emulated"], "native"),
        (["MODEL", "--board=native", "--labels=y.npy"], "--labels without --inputs"),
        (["MODEL", "--board=native", "--inputs=gone.npy"], "gone.npy: no such file"),
        (["gone.tflite", "--board=native"], "gone.tflite"),
        (["MODEL", "--board=native,stm32l475", "--sanitize"], "stm32l475 has no sanitizers"),
        (["MODEL", "--board=native", "--board=natve"], "unknown board 'natve'"),
    ],
)
def test_wrong_input_is_one_message_and_exit_code_2(
    harness: Callable[..., Any], int8_model: str, arguments: list[str], said: str
) -> None:
    done = harness("run", *(int8_model if word == "MODEL" else word for word in arguments))
    assert done.code == 2
    assert said in done.err
    assert "fix:" in done.err
    assert "Traceback" not in done.err


def test_vectors_of_the_wrong_shape_name_both_shapes(
    harness: Callable[..., Any], int8_model: str, tmp_path: Path
) -> None:
    np.save(tmp_path / "x.npy", np.zeros((4, 9, 9, 1), np.float32))
    done = harness("run", int8_model, "--board=native", f"--inputs={tmp_path / 'x.npy'}")
    assert done.code == 2
    assert "(4, 9, 9, 1)" in done.err
    assert "8, 8, 1" in done.err


def test_a_session_that_is_not_there(harness: Callable[..., Any]) -> None:
    done = harness("report", "--reports-dir=nowhere")
    assert done.code == 2
    assert "no session in nowhere" in done.err


@pytest.fixture
def tflm(harness: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library good enough to be chosen, and `builtin` in its place where the firmware is built."""
    write_library(tmp_path / "library")
    monkeypatch.setenv("TFLM_LIB", str(tmp_path / "library"))
    build = bench_module.build_firmware
    monkeypatch.setattr(
        bench_module, "build_firmware", lambda board, engine, **options: build(board, "builtin", **options)
    )


@pytest.mark.usefixtures("tflm")
def test_several_engines_are_compared(harness: Callable[..., Any], int8_model: str) -> None:
    done = harness("run", int8_model, "--board=native", "--engine=tflm,builtin", "--vectors=2")
    assert done.code == 0
    assert "digits_int8 on native: engines compared" in done.out
    assert "output bytes of 2 vectors" in done.out
    told = json.loads(harness("run", int8_model, "--board=native", "--engine=builtin,tflm", "--json").out)
    assert [run["engine"]["name"] for run in told] == ["builtin", "tflm"]
    assert told[1]["outputs"]["reference"] == {
        "engine": "builtin",
        "equal_vectors": 10,
        "different_bytes": 0,
        "max_difference": 0.0,
    }


@pytest.mark.usefixtures("tflm")
def test_an_engine_that_fails_leaves_the_table_of_the_one_before(
    harness: Callable[..., Any], int8_model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = bench_module.build_firmware

    def build_builtin_alone(board: Board, engine: str, **options: bool) -> Firmware:
        if engine == "tflm":
            raise BuildError("it does not compile", "mend it")
        return build(board, engine, **options)

    monkeypatch.setattr(bench_module, "build_firmware", build_builtin_alone)
    arguments = ["run", int8_model, "--board=native", "--engine=builtin,tflm", "--vectors=2"]
    done = harness(*arguments, "--reports-dir=kept")
    assert done.code == 2
    assert "digits_int8 on native with builtin" in done.out
    assert "harness run: it does not compile" in done.err
    assert "failed" in harness("report", "list", "--reports-dir=kept").out
    told = json.loads(harness(*arguments, "--json").out)
    assert [run["session"]["outcome"] for run in told] == ["failed", "failed"]
    assert told[0]["arena"]["arena_bytes"]["value"] > 0


def test_an_engine_that_cannot_be_had(harness: Callable[..., Any], int8_model: str) -> None:
    done = harness("run", int8_model, "--board=native", "--engine=builtin,tflm")
    assert (done.code, done.out) == (2, "")
    assert "harness run: TensorFlow Lite Micro is not installed" in done.err
    assert "fix: run `harness setup tflm`" in done.err


def test_a_model_is_refused_before_any_engine_runs(harness: Callable[..., Any], tmp_path: Path, tflm: None) -> None:
    builder = TfliteBuilder()
    values, end = builder.tensor([1, 4], "float32"), builder.tensor([1, 4], "float32", name="end")
    builder.op("ELU", [values], [end])
    (tmp_path / "elu.tflite").write_bytes(builder.build())
    done = harness("run", "elu.tflite", "--board=native", "--engine=tflm,builtin")
    assert (done.code, done.out) == (2, "")
    assert "op 0 (ELU), output 'end': builtin has no ELU; tflm has it" in done.err
    assert "fix: use --engine=tflm, or convert" in done.err
