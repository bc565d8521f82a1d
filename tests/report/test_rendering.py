"""The tables as a terminal, a Markdown reader and another program get them."""

from __future__ import annotations

import io
import json

import pytest
from markdown_it import MarkdownIt
from rich.cells import cell_len
from rich.console import Console
from support.session_records import (
    INFO,
    QUANTIZED_OPS,
    int8_run,
    layer_records,
    modelled_layers,
    modelled_run,
    run_record,
    tables_of,
    window_record,
)

from harness.measure.records import Provenance, Quantity
from harness.report import SessionTables, render_markdown, render_terminal, run_json

FLOAT, INT8 = run_record(), int8_run()
LAYERS = [*layer_records(FLOAT), *layer_records(INT8, QUANTIZED_OPS)]
MISSED = "accuracy 97.98% is below min_accuracy 99.00% of suite.toml"

AT_80 = """
digits on stm32l475 with builtin
ST B-L475E-IOT01A discovery kit: STM32L475VGT6 at 80 MHz
target emulated: QEMU 10.0.2 b-l475e-iot01a -icount shift=4
engine builtin 0.1.0, 397 vectors, commit 0123456 (dirty)
firmware by arm-none-eabi-g++ 12.2.1
int8 takes 2.4x fewer instructions (emulated), uses 29% of the arena and 31% of
the model's bytes and loses 0.26 points of accuracy
                                                            int8 vs
                                 float32          int8      float32 how
────────────────────────────────────────────────────────────────────────────
accuracy of 397 vectors           98.24%        97.98% -0.26 points emulated
instructions/inference         7,201,334     2,953,023   2.4x fewer emulated
top 5 of 9 layers
  2/3 CONV_2D 1x8x8x32     5,946,834 83% 2,431,740 83%   2.4x fewer emulated
  5/6 FULLY_CONNECTED 1x64   678,623 10%   277,498  9%   2.4x fewer emulated
  0/1 CONV_2D 1x8x8x16       205,307  3%    83,952  3%   2.4x fewer emulated
  1/2 DEPTHWISE_CONV_2D
    1x8x8x16                 205,307  3%    83,952  3%   2.4x fewer emulated
  6/7 FULLY_CONNECTED 1x10    32,958  0%    13,477  0%   2.4x fewer emulated
  sum of all layers            7,129,317     2,923,487   2.4x fewer emulated
arena bytes of 103,424            12,288         3,584         -71% emulated
  of which persistent              1,024         1,024        equal emulated
stack bytes, peak of 8,192         1,912         1,912        equal emulated
model bytes                      150,320        46,216         -69% static
firmware bytes                    41,212        41,212        equal static
firmware RAM bytes                 5,120         5,120        equal static
no cycles, time or energy: boards.stm32l475 of boards.toml has no timing,
docs/cycles.md

session 20260102T030405Z-0123456: passed
"""

MODELLED_AT_80 = """
instructions/inference         7,201,334     2,953,023   2.4x fewer emulated
cycles/inference              10,802,001     4,429,534   2.4x fewer modelled
  integer arithmetic       5,040,934 47% 2,067,117 47%   2.4x fewer modelled
  loads                    3,600,667 33% 1,476,511 33%   2.4x fewer modelled
  waiting for code         2,160,400 20%   885,906 20%   2.4x fewer modelled
ms/inference                      135.03         55.37  2.4x faster modelled
µJ/inference                       4,861         1,993    2.4x less modelled
top 5 of 9 layers, cycles
  2/3 CONV_2D 1x8x8x32     8,920,251 83% 3,647,610 83%   2.4x fewer modelled
"""


def drawn(tables: SessionTables, width: int, **options: bool) -> str:
    stream = io.StringIO()
    render_terminal(tables, Console(file=stream, width=width, **options))  # type: ignore[arg-type]
    return stream.getvalue()


def lines_of(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


def test_the_table_at_80_columns() -> None:
    assert lines_of(drawn(tables_of(FLOAT, INT8, layers=LAYERS), 80)) == AT_80.splitlines()


def test_what_is_modelled_at_80_columns() -> None:
    float32, int8 = modelled_run(FLOAT), modelled_run(INT8)
    layers = [*modelled_layers(FLOAT), *modelled_layers(INT8, QUANTIZED_OPS)]
    lines = lines_of(drawn(tables_of(float32, int8, layers=layers), 80))
    wanted = MODELLED_AT_80.strip().splitlines()
    start = lines.index(wanted[0])
    assert lines[start : start + len(wanted)] == wanted
    assert "  sum of all layers           10,693,974     4,385,228   2.4x fewer modelled" in lines


def test_gaps_make_room_before_labels_are_folded() -> None:
    tables = tables_of(FLOAT, INT8)
    assert "\nstack bytes, peak of 8,192      1,912      1,912         equal  emulated" in drawn(tables, 80)
    assert "\nstack bytes, peak of 8,192     1,912     1,912        equal emulated" in drawn(tables, 68)
    assert "\n  of 8,192             1,912     1,912        equal emulated" in drawn(tables, 60)


def test_at_120_columns_no_label_is_folded() -> None:
    lines = lines_of(drawn(tables_of(FLOAT, INT8, layers=LAYERS), 120))
    assert any(line.startswith("  1/2 DEPTHWISE_CONV_2D 1x8x8x16   ") for line in lines)
    wanted = AT_80.splitlines()
    assert sum(line.endswith("emulated") for line in lines) == sum(line.endswith("emulated") for line in wanted)


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
def test_no_line_is_wider_than_the_terminal_and_no_figure_is_lost(width: int) -> None:
    third = int8_run(variant="int8 per-channel 模型", message="a long message " * 20, outcome="failed")
    text = drawn(tables_of(FLOAT, INT8, third, layers=[*LAYERS, *layer_records(third)]), width)
    assert all(cell_len(line) <= width for line in text.splitlines())
    if width >= 80:
        assert "7,201,334" in text and "2,953,023" in text and "5,946,834 83%" in text


def test_three_variants_are_two_tables_where_one_is_too_wide() -> None:
    tables = tables_of(FLOAT, INT8, int8_run(variant="int16x8"))
    assert drawn(tables, 120).count("model bytes") == 1
    assert drawn(tables, 80).count("model bytes") == 2


def test_a_pipe_gets_no_colours_a_terminal_does() -> None:
    tables = tables_of(FLOAT, INT8)
    assert "\x1b" not in drawn(tables, 80)
    assert "\x1b[1m" in drawn(tables, 80, force_terminal=True)


def test_markup_in_names_is_text() -> None:
    hostile = run_record(suite="[red]s[/red]", variant="[bold]v|w", message="[link=x]*m* :smile:", outcome="failed")
    text = drawn(tables_of(hostile), 80)
    for name in ("[red]s[/red] on", "[bold]v|w", "[link=x]*m* :smile:"):
        assert name in text


def test_a_session_without_runs_says_how_it_ended() -> None:
    assert drawn(tables_of(), 80).split() == ["session", INFO.id + ":", "passed"]
    assert render_markdown(tables_of()) == "# session 20260102T030405Z-0123456: passed\n"


def test_markdown_is_one_valid_table_with_aligned_figures() -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(render_markdown(tables_of(FLOAT, INT8, layers=LAYERS)))
    kinds = [token.type for token in tokens]
    assert kinds.count("table_open") == 1
    assert kinds.count("tr_open") == 1 + 15
    assert kinds.count("td_open") == 15 * 5
    assert sum(token.attrs.get("style") == "text-align:right" for token in tokens if token.type == "th_open") == 3


def test_markdown_gives_names_back_as_they_are() -> None:
    name = "a|b *c* _d_ __e__ f_g `h` [i](j) <k> \\l #m ~n~ &amp; _"
    hostile = run_record(suite=name, variant=name, outcome="failed", message=name)
    tokens = MarkdownIt("commonmark").enable("table").parse(render_markdown(tables_of(hostile)))
    texts = ["".join(child.content for child in token.children or ()) for token in tokens if token.type == "inline"]
    assert f"{name} on stm32l475 with builtin" in texts
    assert name in texts
    assert f"{name}: failed: {name}" in texts


def test_json_has_figures_with_their_provenance_and_every_layer() -> None:
    found = json.loads(json.dumps(run_json(INT8, layer_records(INT8, QUANTIZED_OPS), INFO)))
    assert found["inference"]["instructions"] == {
        "value": 2_953_023,
        "provenance": "emulated",
        "min": 2_953_023,
        "max": 2_953_023,
    }
    assert found["inference"]["latency_us"] is None
    assert found["arena"]["arena_bytes"] == {"value": 3_584, "provenance": "emulated"}
    assert found["arena"]["parts"] == {"activations": 2_560, "op parameters": 1_024}
    assert found["model"]["model_bytes"]["provenance"] == "static"
    assert found["engine"] == {
        "name": "builtin",
        "version": "0.1.0",
        "chosen_by": "board",
        "build_id": "1f2e3d4c",
        "toolchain": "arm-none-eabi-g++ 12.2.1",
    }
    assert [layer["op"] for layer in found["layers"]] == [op for op, _, _ in QUANTIZED_OPS]
    total = sum(layer["instructions"]["value"] for layer in found["layers"])
    assert found["totals"]["instructions"] == {"value": total, "provenance": "emulated"}
    assert found["session"]["checkout"]["dirty"] is True


def test_json_has_what_is_modelled_and_by_what() -> None:
    run = modelled_run(INT8)
    found = json.loads(json.dumps(run_json(run, modelled_layers(INT8), INFO)))
    assert found["inference"]["cycles"] == {"value": 4_429_534, "provenance": "modelled"}
    assert found["inference"]["cycles_by_class"] == {"alu": 2_067_117, "load": 1_476_511, "fetch_stall": 885_906}
    assert found["inference"]["latency_us"]["provenance"] == "modelled"
    assert found["modelled_by"] == {
        "cycles": "cortex-m4f, flash 4 wait states",
        "cycles_error_percent": 20,
        "energy": "DS10969 rev 5, table 26",
    }
    for figure in ("cycles", "latency_us", "energy_uj"):
        total = sum(layer[figure]["value"] for layer in found["layers"])
        assert found["totals"][figure] == {"value": total, "provenance": "modelled"}


def test_json_of_a_run_that_failed_is_null_where_nothing_is_known() -> None:
    failed = run_record(outcome="error", message="m", instructions=None, accuracy=None)
    found = run_json(failed, [], INFO)
    assert (found["outcome"], found["message"], found["accuracy"]) == ("error", "m", None)
    assert found["inference"]["instructions"] is None
    assert found["totals"]["instructions"] is None


def test_json_says_that_a_figure_is_the_hosts() -> None:
    timed = run_record(
        instructions=None,
        latency_us=Quantity(5.5, Provenance.HOST),
        latency_us_min=5.0,
        latency_us_max=6.0,
        latency_us_spread=0.25,
        inferences_per_window=64,
    )
    found = run_json(timed, [], INFO, [window_record(timed, 0), window_record(timed, 1, outlier=True)])
    assert found["inference"]["latency_us"] == {
        "value": 5.5,
        "provenance": "host",
        "min": 5.0,
        "max": 6.0,
        "spread": 0.25,
    }
    assert [(window["inferences"], window["outlier"]) for window in found["windows"]] == [(64, False), (64, True)]
