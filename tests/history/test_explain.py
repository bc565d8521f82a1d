"""What a change comes from: layers, ops, vectors, functions."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from msgspec.structs import replace
from support.session_records import (
    OPS,
    QUANTIZED_OPS,
    layer_records,
    modelled_layers,
    modelled_run,
    run_record,
    vector_record,
)
from support.sides import changes_of, quantity, side

from harness.history.changes import RunChanges
from harness.history.explain import explain, layer_changes
from harness.measure.records import LayerRecord, Provenance, Quantity, VectorRecord
from harness.report.schema import Record

RUN = modelled_run(run_record())
SLOWER = replace(RUN, cycles=quantity(12_000_000, Provenance.MODELLED))


def run_changes(base: list[Record], head: list[Record]) -> RunChanges:
    (run,) = changes_of(side(*base), side(*head)).runs
    return run


def slowed(layers: list[LayerRecord], extra_cycles: dict[int, int]) -> list[LayerRecord]:
    """Those layers, with more cycles for the ops of these indices."""
    return [
        replace(layer, cycles=Quantity(layer.cycles.value + extra_cycles.get(layer.op_index, 0), Provenance.MODELLED))
        for layer in layers
        if layer.cycles
    ]


def wrong(number: int) -> VectorRecord:
    """An answer that is another class than the label."""
    return replace(vector_record(RUN, number), predicted=(number + 1) % 10, correct=False)


def test_layers_that_changed_are_ranked_and_summed_by_op() -> None:
    layers = modelled_layers(RUN)
    run = run_changes([RUN, *layers], [SLOWER, *slowed(layers, {0: 1000, 2: 8000, 5: -1000})])
    assert [change.label for change in layer_changes(run)] == [
        "2 CONV_2D 1x8x8x32",
        "0 CONV_2D 1x8x8x16",
        "5 FULLY_CONNECTED 1x64",
    ]
    assert explain(run) == [
        "CONV_2D (ops 0, 2): +9,000 cycles, 90% of all layers' change",
        "FULLY_CONNECTED (op 5): -1,000 cycles, 10% of all layers' change",
    ]


def test_without_cycles_instructions_tell() -> None:
    base, head = run_record(), run_record(instructions=quantity(8_000_000))
    run = run_changes([base, *layer_records(base)], [head, *layer_records(head)])
    assert layer_changes(run)[0].metric.name == "instructions"


def test_layers_of_another_toolchain_or_model_are_not_compared() -> None:
    layers = modelled_layers(RUN)
    other = replace(SLOWER, toolchain="gcc 13", outcome="failed")
    assert layer_changes(run_changes([RUN, *layers], [other, *slowed(layers, {0: 9})])) == []
    run = run_changes([RUN, *layers], [SLOWER, *modelled_layers(RUN, QUANTIZED_OPS)])
    assert layer_changes(run) == []
    assert explain(run) == [f"other layers: {len(QUANTIZED_OPS)}, before {len(OPS)}"]


def test_a_run_that_did_not_change_needs_no_explanation() -> None:
    layers = modelled_layers(RUN)
    assert explain(run_changes([RUN, *layers], [RUN, *slowed(layers, {0: 1})])) == []


def test_layers_of_a_run_that_costs_the_same_are_not_told() -> None:
    layers = modelled_layers(RUN)
    dumber = replace(RUN, accuracy=quantity(0.5))
    assert explain(run_changes([RUN, *layers], [dumber, *slowed(layers, {0: 9, 1: -9})])) == []


def test_layers_that_changed_the_other_way_explain_nothing() -> None:
    layers = modelled_layers(RUN)
    assert layer_changes(run_changes([RUN, *layers], [SLOWER, *slowed(layers, {0: -90, 1: 9})])) == []


def test_vectors_of_another_source_are_not_compared() -> None:
    head = replace(RUN, vectors_source="others.npz", stack_bytes=quantity(1))
    found = explain(
        run_changes([RUN, *(vector_record(RUN, number) for number in range(9))], [head, *map(wrong, range(9))])
    )
    assert found == ["another source of vectors: others.npz, before none"]


def test_vectors_that_flipped_are_named_and_tested() -> None:
    head = replace(RUN, accuracy=quantity(0.9))
    base_vectors = [vector_record(RUN, number) if number else wrong(number) for number in range(20)]
    head_vectors = [wrong(number) if 1 <= number <= 10 else vector_record(RUN, number) for number in range(20)]
    assert explain(run_changes([RUN, *base_vectors], [head, *head_vectors])) == [
        "10 vectors (1, 2, 3, 4, 5, 6, 7, 8, …) right before and wrong now, 1 vector (0) the other way round: "
        "McNemar p = 0.012"
    ]


def test_functions_that_grew_are_named_where_both_firmwares_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = {"old": Counter(main=100, gone=8, same=4), "new": Counter(main=164, same=4)}
    base = replace(RUN, build_id="old")
    head = replace(RUN, build_id="new", firmware_flash_bytes=quantity(60_000, Provenance.STATIC))
    kept = {name: Path(name) for name in sizes}
    monkeypatch.setattr("harness.history.explain.kept_elf", lambda board, build_id: kept.get(build_id))
    monkeypatch.setattr("harness.history.explain.symbol_bytes", lambda elf: sizes[elf.name])
    assert explain(run_changes([base], [head])) == ["firmware +64 bytes: main", "firmware -8 bytes: gone"]
    assert explain(run_changes([replace(base, build_id="thrown away")], [head])) == []
