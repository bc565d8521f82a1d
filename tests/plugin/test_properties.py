"""What a JUnit report says of an item."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest
from support.session_records import modelled_run, run_record

from harness.measure import Bench
from harness.measure.records import RunRecord
from harness.plugin.properties import note_bench, note_figures


def noted(run: RunRecord) -> dict[str, object]:
    item = SimpleNamespace(user_properties=[])
    note_figures(cast("pytest.Item", item), run)
    return dict(item.user_properties)


def test_figures_say_how_they_were_obtained_and_by_which_model() -> None:
    properties = noted(modelled_run(run_record()))
    assert properties["instructions"] == "7201334 (emulated)"
    assert properties["cycles"] == "10802001 (modelled)"
    assert properties["cycles_model"] == "cortex-m4f, flash 4 wait states"
    assert properties["energy_model"] == "DS10969 rev 5, table 26"


def test_what_is_not_known_is_no_property() -> None:
    assert noted(run_record()).keys().isdisjoint({"cycles", "latency_us", "energy_uj", "cycles_model", "energy_model"})


def test_an_attached_board_is_named() -> None:
    item, instance = SimpleNamespace(user_properties=[]), SimpleNamespace(name="desk-1")
    known = {"engine": "builtin", "engine_chosen_by": "auto", "board": SimpleNamespace(name="stm32l475")}
    bench = SimpleNamespace(target="attached", instance=instance, **known)
    note_bench(cast("pytest.Item", item), cast("Bench", bench))
    assert dict(item.user_properties)["attached"] == "desk-1"
