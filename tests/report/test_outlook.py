"""The table of `harness estimate`, and its JSON."""

from __future__ import annotations

import io

import pytest
from msgspec.structs import replace
from rich.console import Console
from support.models import small_cnn
from support.session_records import run_record

from harness.config import load_boards
from harness.config.battery import battery
from harness.config.numbers import rate
from harness.errors import Shortage
from harness.measure import Estimate, Provenance, Quantity
from harness.measure.static_cost import OpCost, StaticCost, StaticPart
from harness.model import read_model
from harness.paths import shipped_boards_file
from harness.report import Outlook, outlook_json, render_outlook

BOARDS = load_boards([shipped_boards_file()])
MODEL = read_model(small_cnn("int8"), "cnn.tflite")
STATIC = StaticCost(
    "builtin",
    "stm32l475",
    17,
    (StaticPart("CONV_2D int8", OpCost(1.5, 20.0), 8e6),),
    {"SOFTMAX int8": 1, "SVDF int8": 2},
)
RAN = Estimate(
    BOARDS["stm32l475"],
    "builtin",
    run_record(
        cycles=Quantity(734_000, Provenance.MODELLED),
        cycles_model="a core",
        cycles_error_percent=20,
        latency_us=Quantity(9_175.0, Provenance.MODELLED),
        energy_uj=Quantity(280.7, Provenance.MODELLED),
        arena_bytes=Quantity(4_464, Provenance.EMULATED),
    ),
)
TOO_LARGE = Estimate(BOARDS["nucleo-l4r5zi"], "builtin", None, (Shortage("arena", 200_000, 100_000),), static=STATIC)
UNTIMED = Estimate(
    replace(BOARDS["mps2-an386"], cost_model=None), "builtin", run_record(board="mps2-an386", cycles=None)
)
REFUSED = Estimate(
    BOARDS["microbit"], "builtin", None, trouble="cnn does not run on microbit with builtin:\n  op 0: no"
)


def outlook(*found: Estimate, often: str = "1/s") -> Outlook:
    return Outlook(MODEL, list(found), rate(often), battery("cr2032"))


def drawn(view: Outlook, width: int = 80) -> str:
    stream = io.StringIO()
    render_outlook(view, Console(file=stream, width=width))
    return stream.getvalue()


def cells(text: str, board: str) -> list[str]:
    return next(line.split() for line in text.splitlines() if line.startswith(f"{board} "))


def test_figures_of_a_run() -> None:
    text = drawn(outlook(RAN))
    assert cells(text, "stm32l475") == ["stm32l475", "yes", "4,464", "734,000", "9.18", "ms", "281", "µJ", "109", "103"]
    assert "energy modelled: DS10969, run from flash at 80 MHz: not validated against silicon; 1.4 µA" in " ".join(
        text.split()
    )
    assert "cycles modelled, core within 20 % of published silicon: a core (stm32l475)" in text
    assert "days on cr2032 (235 mAh: " in text


def test_estimates_are_marked_and_their_error_is_said() -> None:
    board = TOO_LARGE.board
    assert board.cost_model is not None
    text = " ".join(drawn(outlook(TOO_LARGE), 400).split())
    assert "nucleo-l4r5zi no - ~8.00 M ~66.7 ms" in text
    assert "cycles modelled, not validated against silicon: that of stm32l475 (nucleo-l4r5zi)" in text
    assert "nucleo-l4r5zi lacks 100,000 bytes of arena (200,000 needed)" in text
    assert "~ nucleo-l4r5zi: 17 %, costs of stm32l475, CONV_2D int8 1.50 cycles/MAC + 20.0/output" in text
    assert "not counted: 1 SOFTMAX int8, 2 SVDF int8 (nucleo-l4r5zi)" in text


def test_what_is_not_known_is_not_invented() -> None:
    text = drawn(outlook(UNTIMED, REFUSED), 200)
    assert cells(text, "mps2-an386")[1:] == ["yes", "12,288", "-", "-", "-", "-", "-"]
    assert cells(text, "microbit")[1:] == ["unknown", "-", "-", "-", "-", "-", "-"]
    assert "no cost model: 7,201,334 instructions (mps2-an386)" in text
    assert "not run: op 0: no (microbit)" in text
    assert "mAh" not in text


def test_a_board_too_slow_for_the_rate_and_one_that_outlives_its_battery() -> None:
    assert cells(drawn(outlook(RAN, often="1000/s")), "stm32l475")[-2:] == ["too", "slow"]
    assert cells(drawn(outlook(RAN, often="1/d")), "stm32l475")[-1] == ">3,650"


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    text = drawn(outlook(RAN, TOO_LARGE, UNTIMED, REFUSED), width)
    assert max(map(len, text.splitlines())) <= width


def test_json() -> None:
    told = outlook_json(outlook(RAN, TOO_LARGE))
    ran, large = told["boards"]
    assert (ran["basis"], ran["fits"], large["basis"], large["fits"]) == ("run", "yes", "static", "no")
    assert ran["latency_us"] == {"value": 9_175.0, "provenance": "modelled"}
    assert large["shortages"] == [{"part": "arena", "needed_bytes": 200_000, "available_bytes": 100_000}]
    assert large["estimate_error_percent"] == 17
    assert large["uncounted_ops"] == {"SOFTMAX int8": 1, "SVDF int8": 2}
    assert [each["modelled_by"]["cycles"] for each in (ran, large)] == ["a core", "that of stm32l475"]
    assert [each["modelled_by"]["cycles_error_percent"] for each in (ran, large)] == [20, None]
    assert [each["is_too_slow"] for each in (ran, large)] == [False, False]
    assert told["inferences_per_s"] == 1.0
