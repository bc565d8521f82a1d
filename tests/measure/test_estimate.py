"""What is expected of a model on each board, with a stand-in for the emulator."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pytest
from msgspec.structs import replace
from support.models import small_cnn
from support.session_records import run_record

from harness.config import Board, load_boards
from harness.errors import ConfigError, HarnessError, ModelError, NoFitError, SetupError, Shortage
from harness.measure import Bench, Estimate, Provenance, Quantity, RunRecord, estimate_boards
from harness.measure import estimate as module
from harness.measure.energy import energy_uj
from harness.measure.static_cost import OpCost, StaticCost, StaticPart
from harness.model import Model, read_model
from harness.paths import shipped_boards_file

BOARDS = load_boards([shipped_boards_file()])
STATIC = StaticCost("builtin", "stm32l475", 17, (StaticPart("CONV_2D int8", OpCost(1.5, 20.0), 8e6),), {})
MISSING = Shortage("arena", 200_000, 100_000)


def modelled(board: str, latency_us: float) -> RunRecord:
    return run_record(board=board, latency_us=Quantity(latency_us, Provenance.MODELLED))


@pytest.fixture
def model() -> Model:
    return read_model(small_cnn("int8"), "cnn")


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, RunRecord | HarnessError]:
    """What comes of a run, by board."""
    found: dict[str, RunRecord | HarnessError] = {}

    def run(model: Model, bench: Bench) -> RunRecord:
        answer = found[bench.board.name]
        if isinstance(answer, HarnessError):
            raise answer
        return answer

    def static(model: Model, board: Board, engine: str, known: Mapping[str, Board]) -> StaticCost | None:
        return STATIC

    monkeypatch.setattr(module, "_run_once", run)
    monkeypatch.setattr(module, "static_cost", static)
    return found


def test_boards_it_fits_come_first_and_the_faster_before_the_slower(
    model: Model, answers: dict[str, RunRecord | HarnessError]
) -> None:
    answers |= {
        "stm32l475": NoFitError("cnn does not fit", [MISSING]),
        "mps2-an385": modelled("mps2-an385", 20.0),
        "mps2-an386": modelled("mps2-an386", 10.0),
        "microbit": ModelError("cnn does not run: op 0 (ELU): builtin has no ELU"),
    }
    seen: list[None] = []
    found = estimate_boards(model, [Bench(BOARDS[name]) for name in answers], BOARDS, lambda: seen.append(None))
    assert [each.board.name for each in found] == ["mps2-an386", "mps2-an385", "microbit", "stm32l475"]
    assert len(seen) == 4
    assert [each.fit for each in found] == ["yes", "yes", "unknown", "no"]
    assert found[2].trouble.endswith("builtin has no ELU")
    assert found[2].static is found[2].latency_us is None
    assert found[3].shortages == (MISSING,)
    assert found[3].static is STATIC


def test_a_board_that_cannot_be_driven_is_estimated_where_the_model_fits(
    model: Model, answers: dict[str, RunRecord | HarnessError]
) -> None:
    answers["stm32l475"] = ConfigError("this version does not drive targets of kind attached")
    (found,) = estimate_boards(model, [Bench(BOARDS["stm32l475"])], BOARDS)
    assert (found.fit, found.static, found.run) == ("yes", STATIC, None)
    assert found.trouble == "this version does not drive targets of kind attached"
    cramped = replace(BOARDS["stm32l475"], firmware=BOARDS["microbit"].firmware)
    huge = dataclasses.replace(model, data=bytes(200_000))
    (found,) = estimate_boards(huge, [Bench(cramped)], BOARDS)
    assert (found.fit, found.shortages[0].part) == ("no", "model slot")


def test_a_missing_tool_is_no_boards_trouble(model: Model, answers: dict[str, RunRecord | HarnessError]) -> None:
    answers["stm32l475"] = SetupError("arm-none-eabi-g++ is missing", "run `harness setup`")
    with pytest.raises(SetupError):
        estimate_boards(model, [Bench(BOARDS["stm32l475"])], BOARDS)


def test_figures_of_one_that_did_not_run(model: Model) -> None:
    """8 M cycles at 80 MHz are 0.1 s, 0.113 s where silicon was measured to take 1.13 times the model's cycles."""
    board = BOARDS["stm32l475"]
    assert board.cost_model is not None and board.energy is not None and board.clock_hz is not None
    found = Estimate(board, "builtin", None, (MISSING,), static=STATIC)
    assert found.cycles == Quantity(8_000_000, Provenance.MODELLED)
    assert found.latency_us == Quantity(100_000.0 * board.cost_model.cycle_scale, Provenance.MODELLED)
    assert found.energy_uj is not None
    assert found.energy_uj.value == energy_uj(board.energy, board.clock_hz, found.latency_us.value)
    assert found.per_s == pytest.approx(10.0 / board.cost_model.cycle_scale)
    calibrated = replace(board, cost_model=replace(board.cost_model, cycle_scale=1.13))
    scaled = Estimate(calibrated, "builtin", None, (MISSING,), static=STATIC).latency_us
    assert scaled is not None
    assert scaled.value == pytest.approx(113_000)


def test_figures_name_their_model_and_only_those_that_ran_its_error() -> None:
    board, twin = BOARDS["stm32l475"], BOARDS["nucleo-l4r5zi"]
    assert board.cost_model is not None
    ran = Estimate(board, "builtin", run_record(cycles_model="a core", cycles_error_percent=20))
    assert (ran.cycles_model, ran.cycles_error_percent) == ("a core", 20)
    static = Estimate(board, "builtin", None, (MISSING,), static=STATIC)
    assert (static.cycles_model, static.cycles_error_percent) == (board.cost_model.name, None)
    assert Estimate(twin, "builtin", None, (MISSING,), static=STATIC).cycles_model == "that of stm32l475"
    assert Estimate(board, "builtin", None, (MISSING,)).cycles_model == ""


def test_a_board_without_cost_model_has_no_time() -> None:
    found = Estimate(replace(BOARDS["stm32l475"], cost_model=None), "builtin", None, (MISSING,), static=STATIC)
    assert (found.cycles, found.latency_us, found.energy_uj, found.per_s) == (None, None, None, None)
    assert found.cycles_model == ""


@pytest.mark.parametrize(
    ("board", "variant", "soft"),
    [("mps2-an385", "float32", True), ("mps2-an386", "float32", False), ("mps2-an385", "int8", False)],
)
def test_float_without_fpu(board: str, variant: str, soft: bool) -> None:
    found = Estimate(BOARDS[board], "builtin", None)
    assert found.is_soft_float(read_model(small_cnn(variant), variant)) is soft
