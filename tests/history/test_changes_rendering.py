"""A comparison as text, Markdown, JSON, JUnit and annotations; hostile names included."""

from __future__ import annotations

import json
import math
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.session_records import int8_run, modelled_layers, modelled_run, run_record
from support.sides import DIRTY, changes_of, quantity, side

from harness.history import RENDERERS
from harness.history.changes import Changes
from harness.history.changes_json import changes_json
from harness.measure.records import Provenance, Quantity

MODELLED = modelled_run(run_record())
GITHUB_COMMENT_CHARACTERS = 65_536


def slower() -> Changes:
    """One kernel slower, one figure better, one not known any more, one run alone."""
    layers = modelled_layers(MODELLED)
    slow = [
        replace(layer, cycles=Quantity(layer.cycles.value + 80_000, Provenance.MODELLED))
        if layer.cycles and layer.op_index == 2
        else layer
        for layer in layers
    ]
    assert MODELLED.cycles
    head = replace(
        MODELLED,
        cycles=Quantity(MODELLED.cycles.value + 80_000, Provenance.MODELLED),
        stack_bytes=quantity(1_900),
        energy_uj=None,
    )
    base_side = side(MODELLED, *layers, int8_run(), spec="main~1")
    return changes_of(base_side, side(head, *slow, spec="topic", info=DIRTY))


def test_text() -> None:
    assert RENDERERS["terminal"](slower()) == (
        "main~1 (0123456) -> topic (0123456, dirty)\n"
        "\n"
        "digits float32 on stm32l475 (emulated) with builtin\n"
        "  cycles       10,802,001  10,882,001  0.74% more  worse   modelled\n"
        "  energy_uj      4,861 µJ           -              lost    modelled\n"
        "  stack_bytes       1,912       1,900   -12 bytes  better  emulated\n"
        "  CONV_2D (op 2): +80,000 cycles, 100% of all layers' change\n"
        "  layers that changed most, cycles\n"
        "    2 CONV_2D 1x8x8x32  8,920,251  9,000,251  0.90% more\n"
        "\n"
        "main~1 alone has digits int8 on stm32l475 (emulated) with builtin\n"
        "20260102T030405Z-0123456 is of a dirty checkout: its files differed from commit 0123456\n"
        "1 run compared; figures: 1 worse, 1 lost, 1 better, 8 unchanged\n"
    )


def test_markdown_folds_the_details() -> None:
    text = RENDERERS["markdown"](slower())
    assert text.startswith("### 1 regression: main\\~1 (0123456) -\\> topic (0123456, dirty)\n\n| run | metric |")
    figures = "| cycles | 10,802,001 | 10,882,001 | 0.74% more | worse | modelled |"
    assert text.splitlines()[4] == f"| digits float32 on stm32l475 (emulated) with builtin {figures}"
    before, _, details = text.partition(
        "<details><summary>digits float32 on stm32l475 (emulated) with builtin</summary>"
    )
    assert "CONV_2D" not in before
    assert "| 2 CONV_2D 1x8x8x32 | 8,920,251 | 9,000,251 | 0.90% more |\n\n</details>" in details


def test_markdown_without_changes_is_short() -> None:
    text = RENDERERS["markdown"](changes_of(side(MODELLED), side(MODELLED)))
    assert text == (
        "### No regression: main (0123456) -\\> main (0123456)\n\n- 1 run compared; figures: 11 unchanged\n"
    )


def test_markdown_of_hundreds_of_changes_fits_a_comment() -> None:
    runs = [replace(MODELLED, suite=f"a_suite_with_a_long_name_{number}") for number in range(300)]
    heads = [replace(run, cycles=Quantity(1, Provenance.MODELLED), accuracy=quantity(0.1)) for run in runs]
    text = RENDERERS["markdown"](changes_of(side(*runs), side(*heads, replace(MODELLED, board="other"))))
    assert len(text) < GITHUB_COMMENT_CHARACTERS
    assert "… and 540 more." in text


def test_json() -> None:
    found = json.loads(RENDERERS["json"](slower()))
    assert found["verdicts"] == {
        "worse": 1,
        "excused": 0,
        "lost": 1,
        "better": 1,
        "new": 0,
        "not compared": 0,
        "unchanged": 8,
    }
    assert (found["base"]["dirty"], found["head"]["dirty"]) == (False, True)
    (run,) = found["runs"]
    assert run["figures"][3] == {
        "metric": "cycles",
        "base": {"value": 10_802_001, "provenance": "modelled", "text": "10,802,001"},
        "head": {"value": 10_882_001, "provenance": "modelled", "text": "10,882,001"},
        "verdict": "worse",
        "reason": None,
    }
    assert run["layers"][0]["op"] == "CONV_2D"
    assert [each["variant"] for each in found["base_alone"]] == ["int8"]


def test_json_has_null_for_what_is_no_number() -> None:
    changes = changes_of(side(run_record()), side(run_record(accuracy=quantity(math.nan))))
    accuracy = changes_json(changes)["runs"][0]["figures"][1]
    assert (accuracy["head"]["value"], accuracy["reason"]) == (None, "not a number in one")


def test_junit() -> None:
    root = ET.fromstring(RENDERERS["junit"](slower()))
    assert root.get("name") == "main~1 (0123456) -> topic (0123456, dirty)"
    (suite,) = root
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("11", "1", "1")
    (failure,) = suite.iter("failure")
    assert failure.get("message") == "cycles 10,882,001, before 10,802,001: 0.74% more (worse)"
    assert failure.text == "CONV_2D (op 2): +80,000 cycles, 100% of all layers' change"


def test_github() -> None:
    assert RENDERERS["github"](slower()).splitlines() == [
        "::error title=digits float32 on stm32l475 (emulated) with builtin::cycles 10,882,001, before 10,802,001: "
        "0.74%25 more (worse)%0ACONV_2D (op 2): +80,000 cycles, 100%25 of all layers' change",
        "::warning title=digits float32 on stm32l475 (emulated) with builtin::energy_uj -, before 4,861 µJ: (lost)",
        "::warning title=digits int8 on stm32l475 (emulated) with builtin::main~1 alone has this run",
        "::warning title=harness compare::20260102T030405Z-0123456 is of a dirty checkout: "
        "its files differed from commit 0123456",
    ]


@pytest.mark.parametrize("name", RENDERERS)
@given(st.text(max_size=30))
def test_names_are_no_markup_and_no_commands(name: str, hostile: str) -> None:
    hostile = f"{hostile}<script>\n::error::|\x1b[31m"
    head = run_record(suite=hostile, engine_version=hostile, accuracy=quantity(0.5))
    changes = changes_of(side(run_record(suite=hostile)), side(head, spec=hostile))
    text = RENDERERS[name](changes)
    assert "\x1b" not in text
    if name == "markdown":
        assert "<script>" not in text.replace("\\<", "")
    if name == "github":
        assert [line[:8] for line in text.splitlines()] == ["::error "]
    if name == "junit":
        ET.fromstring(text)
    if name == "json":
        json.loads(text)
