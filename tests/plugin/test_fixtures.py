"""The fixtures, as a user's own test file uses them."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.report import read_session


def test_a_test_of_ones_own_runs_a_model_and_is_recorded(pytester: pytest.Pytester, digits: Path) -> None:
    file = pytester.makepyfile(
        """
        from pathlib import Path

        import numpy as np

        MODEL = Path("suites/digits/digits_int8.tflite")
        VECTORS = np.load("suites/digits/vectors.npz")

        def test_run(run_model):
            result = run_model(MODEL, VECTORS["inputs"][:20], VECTORS["labels"][:20])
            assert result.run.accuracy.value > 0.8
            assert len(result.outputs) == 20
            assert result.outputs[0][0].shape == (1, 10)
            assert [layer.op for layer in result.layers].count("CONV_2D") == 3

        def test_random_inputs_where_none_are_given(run_model):
            assert run_model(MODEL).run.accuracy is None

        def test_device(device, board, firmware):
            assert device.hello.board == board.name == "native"
            assert device.hello.build_id == firmware.build_id
            assert device.status().bad_frames == 0

        def test_target_is_not_started(target):
            assert target.kind == "native"
        """
    )
    result = pytester.runpytest_subprocess("--board=native", file)
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["*test_run*"])


def test_a_model_that_does_not_fit_is_an_error_that_a_test_may_expect(pytester: pytest.Pytester, digits: Path) -> None:
    pytester.makepyfile(
        """
        from pathlib import Path

        import pytest

        from harness.errors import NoFitError

        def test_it_does_not_fit(run_model):
            with pytest.raises(NoFitError) as caught:
                run_model(Path("suites/digits/digits_float32.tflite"))
            assert [lack.part for lack in caught.value.shortages] == ["arena"]
        """
    )
    pytester.runpytest_subprocess("--board=microbit", "--ignore=suites").assert_outcomes(passed=1)
    (session,) = (pytester.path / "reports").iterdir()
    runs = read_session(session).run_records
    assert [run.outcome for run in runs] == ["no fit"]


def test_a_test_may_name_its_own_boards(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("size, board", [(1, "a"), (2, "b")])
        def test_own(size, board):
            assert board in "ab"

        class TestOther:
            @pytest.fixture(params=["c", "d", "e"])
            def board(self, request):
                return request.param

            def test_fixture(self, board):
                assert board in "cde"
        """
    )
    pytester.runpytest_subprocess("--board=native").assert_outcomes(passed=5)


def test_every_fixture_has_a_docstring(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess("--fixtures")
    for name in ("board", "bench", "firmware", "target", "device", "harness_engine", "run_model"):
        result.stdout.fnmatch_lines([f"{name}*harness*fixtures.py:*"])
    result.stdout.no_fnmatch_line("*no docstring available*")


def test_a_project_without_suites_is_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_nothing(): pass")
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(passed=1)
    assert not (pytester.path / "reports").exists()
