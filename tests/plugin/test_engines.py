"""The engines of a run: chosen, compared, refused. `tflm` is `builtin` in disguise: TensorFlow's own needs minutes."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pyarrow.parquet as pq
import pytest
from support.tflm_library import write_library

DISGUISE = """
import harness.measure.bench
import harness.model.support
from harness.config import engine_folder

build = harness.measure.bench.build_firmware
harness.measure.bench.build_firmware = lambda board, engine, **options: build(board, "builtin", **options)
harness.model.support.engine_folder = lambda name: engine_folder("builtin")
"""
SPOILED = """
from harness.link.client import Device

infer_many, runs = Device.infer_many, []

def spoil_the_second_run(device, inputs):
    runs.append(device)
    for number, output in enumerate(infer_many(device, inputs)):
        yield output[:-1] + bytes([output[-1] ^ 1]) if len(runs) == 2 and number == 2 else output

Device.infer_many = spoil_the_second_run
"""


@pytest.fixture
def tflm(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library that TFLM_LIB names, good enough to be chosen."""
    folder = pytester.path / "library"
    write_library(folder)
    monkeypatch.setenv("TFLM_LIB", str(folder))
    pytester.makeconftest(DISGUISE)
    return folder


def runs_of(project: Path) -> list[dict[str, object]]:
    (session,) = (project / "reports").iterdir()
    rows: list[dict[str, object]] = pq.read_table(session / "runs.parquet").to_pylist()
    return rows


def test_a_run_says_which_engine_auto_chose_and_why(pytester: pytest.Pytester, digits: Path) -> None:
    result = pytester.runpytest_subprocess("--board=native", "--vectors=2", "suites", "-k", "int8", "--junitxml=j.xml")
    result.stdout.fnmatch_lines(
        ["tinyhil: board native (native), engine builtin (auto)", "tinyhil: no tflm: * not installed*"]
    )
    result.stdout.fnmatch_lines(["digits on native with builtin", "engine builtin * (auto), 2 vectors*"])
    properties = {entry.get("name"): entry.get("value") for entry in ElementTree.parse("j.xml").iter("property")}
    assert properties["board"] == properties["target"] == "native"
    assert (properties["engine"], properties["engine_chosen_by"]) == ("builtin", "auto")
    assert properties["engine_version"]
    (run,) = runs_of(pytester.path)
    assert (run["engine"], run["engine_chosen_by"], run["reference_engine"]) == ("builtin", "auto", None)


def test_several_engines_run_every_item_and_are_compared(pytester: pytest.Pytester, digits: Path, tflm: Path) -> None:
    result = pytester.runpytest_subprocess("--board=native", "--engine=tflm,builtin", "--vectors=5", "suites", "-v")
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(
        [
            f"*suite.toml::{variant}[[]native-{engine}[]] PASSED*"
            for engine in ("tflm", "builtin")
            for variant in ("float32", "int8")
        ]
    )
    result.stdout.fnmatch_lines(
        [
            "digits on native: engines compared",
            "*tflm*builtin*how*",
            "float32*",
            "  output bytes of 5 vectors * 200 * 200 * equal*",
            "int8*",
            "  output bytes of 5 vectors * 50 * 50 * equal*",
            "  arena bytes *equal*",
            "  firmware bytes *equal*",
        ]
    )
    first, _, second, _ = runs_of(pytester.path)
    assert (first["engine"], first["reference_engine"]) == ("tflm", None)
    assert (second["engine"], second["reference_engine"], second["reference_equal"]) == ("builtin", "tflm", 5)


def test_an_output_that_differs_fails_the_second_engines_item(
    pytester: pytest.Pytester, digits: Path, tflm: Path
) -> None:
    pytester.makeconftest(DISGUISE + SPOILED)
    result = pytester.runpytest_subprocess(
        "--board=native", "--engine=tflm,builtin", "--vectors=5", "suites", "-k", "int8"
    )
    result.assert_outcomes(passed=1, failed=1, deselected=2)
    result.stdout.fnmatch_lines(["1 of 5 outputs differ from tflm's, first vector 2"])
    result.stdout.fnmatch_lines(["  output bytes of 5 vectors * 1 of 5 differ*"])
    assert runs_of(pytester.path)[1]["outcome"] == "failed"


def test_a_run_that_differs_is_still_the_reference_of_its_engines_variants(
    pytester: pytest.Pytester, digits: Path, tflm: Path
) -> None:
    pytester.makeconftest(DISGUISE + SPOILED.replace("len(runs) == 2", "len(runs) == 3").replace("^ 1", "^ 0x40"))
    result = pytester.runpytest_subprocess("--board=native", "--engine=tflm,builtin", "suites")
    result.assert_outcomes(passed=3, failed=1)
    float32, int8 = runs_of(pytester.path)[2:]
    assert (float32["engine"], float32["variant"], float32["outcome"]) == ("builtin", "float32", "failed")
    assert (int8["outcome"], int8["message"]) == ("passed", "")


def test_a_board_of_ones_own_takes_the_option_too(pytester: pytest.Pytester, tflm: Path) -> None:
    file = pytester.makepyfile(
        """
        import pytest
        from harness.config import load_boards
        from harness.paths import shipped_boards_file

        @pytest.fixture(scope="session")
        def board():
            return load_boards([shipped_boards_file()])["stm32l475"]

        def test_engine(bench):
            assert (bench.engine, bench.engine_chosen_by) == ("builtin", "option")
        """
    )
    pytester.runpytest_subprocess("--board=native", "--engine=builtin", file).assert_outcomes(passed=1)


def test_a_test_of_ones_own_runs_with_each_engine_and_is_compared(
    pytester: pytest.Pytester, digits: Path, tflm: Path
) -> None:
    file = pytester.makepyfile(
        """
        from pathlib import Path
        import pytest

        MODEL = Path("suites/digits/digits_int8.tflite")

        @pytest.mark.parametrize("size", ["small"])
        def test_twice(run_model, size):
            run_model(MODEL)
            run_model(MODEL)

        def test_board_alone(board):
            assert board.name == "native"

        def test_firmware(bench, device):
            assert bench.engine in ("tflm", "builtin")
        """
    )
    result = pytester.runpytest_subprocess("--board=native", "--engine=tflm,builtin", file)
    result.assert_outcomes(passed=5)
    titles = [(run["suite"], run["engine"], run["reference_equal"]) for run in runs_of(pytester.path)]
    name = titles[0][0]
    assert titles == [
        (name, "tflm", None),
        (f"{name} #2", "tflm", None),
        (name, "builtin", 1),
        (f"{name} #2", "builtin", 1),
    ]


def test_a_test_on_other_outputs_fails_with_one_line(pytester: pytest.Pytester, digits: Path, tflm: Path) -> None:
    pytester.makeconftest(DISGUISE + SPOILED.replace("number == 2", "number == 0"))
    file = pytester.makepyfile(
        """
        from pathlib import Path

        def test_run(run_model):
            run_model(Path("suites/digits/digits_int8.tflite"))
        """
    )
    result = pytester.runpytest_subprocess("--board=native", "--engine=tflm,builtin", file)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*test_run*: 1 of 1 outputs differ from tflm's, first vector 0"])
    result.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (["--engine=tflm"], "TensorFlow Lite Micro is not installed*"),
        (["--engine=builtin,tflm-ref"], "TensorFlow Lite Micro is not installed*"),
        (["--boards-file=mine.toml"], "TensorFlow Lite Micro is not installed*"),
    ],
)
def test_tflm_that_cannot_be_had_ends_the_run_before_it_starts(
    pytester: pytest.Pytester, digits: Path, option: list[str], said: str
) -> None:
    shipped = (Path(__file__).resolve().parents[2] / "boards.toml").read_text()
    (pytester.path / "mine.toml").write_text(shipped.replace('core = "host"', 'core = "host"\nengine = "tflm"'))
    result = pytester.runpytest_subprocess("--board=native", *option, "suites")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{said}", "*fix: run `harness setup tflm`*"])
    result.stderr.no_fnmatch_line("*Traceback*")


@pytest.mark.parametrize("engine", ["auto", "tflm"])
def test_a_named_library_that_is_wrong_ends_the_run(
    pytester: pytest.Pytester, digits: Path, tflm: Path, engine: str
) -> None:
    (tflm / "library.properties").unlink()
    result = pytester.runpytest_subprocess("--board=native", f"--engine={engine}", "suites")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*library: no TensorFlow Lite Micro, or half of it: missing library.*", "*fix: *TFLM_LIB*"]
    )
