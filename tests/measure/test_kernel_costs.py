"""The file of measured costs."""

from __future__ import annotations

from harness.config import load_boards
from harness.measure.static_cost import kernel_costs
from harness.paths import shipped_boards_file

WEIGHTED = ("CONV_2D", "CONV_2D 1x1", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")


def test_every_board_with_a_cost_model_is_measured() -> None:
    measured = kernel_costs().engines["builtin"]
    for board in load_boards([shipped_boards_file()]).values():
        if board.cost_model is not None:
            assert board.cost_model.name in measured[board.name].conditions


def test_costs_are_in_order_and_weighted_ops_complete() -> None:
    for boards in kernel_costs().engines.values():
        for measured in boards.values():
            assert 0 < measured.error_percent <= 25
            assert all(cost.per_work > 0 and cost.per_output >= 0 for cost in measured.ops.values())
            assert {f"{op} {dtype}" for op in WEIGHTED for dtype in ("float32", "int8", "int16")} <= set(measured.ops)
