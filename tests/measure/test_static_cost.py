"""The estimate of a model that is too large to run."""

from __future__ import annotations

import pytest
from support.models import small_cnn
from support.tflite_builder import TfliteBuilder

from harness.config import Board, load_boards
from harness.measure import static_cost as module
from harness.measure.static_cost import BoardCosts, KernelCosts, OpCost, cost_key, op_work, split_cycles, static_cost
from harness.model import Model, read_model
from harness.paths import shipped_boards_file

BOARDS = load_boards([shipped_boards_file()])
COSTS = {
    "CONV_2D int8": OpCost(per_work=2.0, per_output=10.0),
    "DEPTHWISE_CONV_2D int8": OpCost(per_work=5.0, per_output=0.0),
    "FULLY_CONNECTED int8": OpCost(per_work=4.0, per_output=1.0),
}


@pytest.fixture
def cnn() -> Model:
    return read_model(small_cnn("int8"), "cnn")


@pytest.fixture(autouse=True)
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Costs of one engine on one board."""
    costs = KernelCosts({"builtin": {"stm32l475": BoardCosts("here", 17, COSTS)}})
    monkeypatch.setattr(module, "kernel_costs", lambda: costs)


def estimate(model: Model, board: Board, engine: str = "builtin") -> module.StaticCost | None:
    return static_cost(model, board, engine, BOARDS)


def test_work_and_outputs_times_their_costs(cnn: Model) -> None:
    conv = 2 * (6 * 6 * 4 * 9) + 10 * (6 * 6 * 4)
    depthwise = 5 * (3 * 3 * 4 * 9)
    dense = 4 * (5 * 36) + 5
    found = estimate(cnn, BOARDS["stm32l475"])
    assert found is not None
    assert found.cycles == conv + depthwise + dense
    assert found.error_percent == 17
    assert [(part.key, part.cycles) for part in found.parts] == [
        ("CONV_2D int8", conv),
        ("DEPTHWISE_CONV_2D int8", depthwise),
        ("FULLY_CONNECTED int8", dense),
    ]


def test_what_was_never_measured_is_named_and_not_counted(cnn: Model) -> None:
    found = estimate(cnn, BOARDS["stm32l475"])
    assert found is not None
    assert found.uncounted == {"SOFTMAX int8": 1}


def test_another_board_of_the_core_stands_in_and_is_named(cnn: Model) -> None:
    found = estimate(cnn, BOARDS["mps2-an386"])
    assert found is not None
    assert (found.engine, found.board) == ("builtin", "stm32l475")


def test_another_engine_stands_in_and_is_named(cnn: Model) -> None:
    found = estimate(cnn, BOARDS["stm32l475"], "tflm")
    assert found is not None
    assert found.engine == "builtin"


def test_nothing_is_invented_for_another_core(cnn: Model) -> None:
    assert estimate(cnn, BOARDS["microbit"]) is None


def test_nothing_is_estimated_of_ops_that_were_never_measured() -> None:
    builder = TfliteBuilder()
    builder.op("TANH", [builder.tensor([1, 8], "float32")], [builder.tensor([1, 8], "float32")])
    assert estimate(read_model(builder.build(), "tanh"), BOARDS["stm32l475"]) is None


def test_a_cost_is_for_what_its_op_has() -> None:
    builder = TfliteBuilder()
    values, end = builder.tensor([1, 8], "float32"), builder.tensor([1, 2], "float32")
    builder.op("FULLY_CONNECTED", [values, builder.tensor([2, 8], "float32"), -1], [end])
    builder.op("TANH", [end], [builder.tensor([1, 2], "float32")])
    costs = {"FULLY_CONNECTED float32": OpCost(per_work=3.0, per_output=0.0), "TANH float32": OpCost(5.0, 0.0)}
    parts, _ = split_cycles(read_model(builder.build(), "dense"), costs)
    assert [(part.cycles, part.unit) for part in parts] == [(48.0, "MAC"), (10.0, "input")]


@pytest.mark.parametrize(("window", "key"), [((1, 1), "CONV_2D 1x1 float32"), ((1, 3), "CONV_2D float32")])
def test_a_convolution_of_single_pixels_has_a_key_of_its_own(window: tuple[int, int], key: str) -> None:
    builder = TfliteBuilder()
    image, filters = builder.tensor([1, 4, 4, 2], "float32"), builder.tensor([3, *window, 2], "float32")
    builder.op("CONV_2D", [image, filters, -1], [builder.tensor([1, 4, 4, 3], "float32")])
    model = read_model(builder.build(), "conv")
    assert cost_key(model, model.ops[0]) == key


def test_work_of_an_op_without_multiplications_is_its_input() -> None:
    builder = TfliteBuilder()
    builder.op("RELU", [builder.tensor([1, 3, 5], "float32")], [builder.tensor([1, 3, 5], "float32")])
    model = read_model(builder.build(), "relu")
    assert op_work(model, model.ops[0]) == 15
    assert cost_key(model, model.ops[0]) == "RELU float32"
