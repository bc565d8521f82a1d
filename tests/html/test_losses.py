from __future__ import annotations

from msgspec.structs import replace
from support.pictures import shapes
from support.session_records import tables_of
from support.suites import SUITES_DIR

from harness.html import find_losses, find_models, render_html
from harness.html.bars import Loss, loss_columns
from harness.report import SessionTables


def test_losses_are_told_of_suites_whose_models_are_at_hand(tables: SessionTables) -> None:
    float32, int8 = tables.run_records
    models = find_models(SUITES_DIR, tables.run_records)
    losses = find_losses(tables, models, SUITES_DIR)
    ((key, of_ops),) = losses.items()
    assert key == (float32.model_sha256, int8.model_sha256)
    assert list(of_ops) == list(range(7))
    page = render_html(tables, models, losses)
    assert "Where values are lost" in page
    assert f"at most {max(of_ops.values()):.2%}, op " in page
    assert find_losses(tables, {}, SUITES_DIR) == {}


def test_a_suite_that_is_not_there_has_no_losses(tables: SessionTables) -> None:
    models = find_models(SUITES_DIR, tables.run_records)
    strangers = [replace(run, suite="../digits") for run in tables.run_records]
    assert find_losses(tables_of(*strangers), models, SUITES_DIR) == {}


def test_columns_are_as_high_as_errors_are_large() -> None:
    picture = loss_columns({"int8": [Loss("0", "conv", 0.02), Loss("3", "dense", 0.04)], "int16": [Loss("0", "", 0.0)]})
    first, second, flat = shapes(picture, "rect")
    assert second["height"] == 2 * first["height"] > flat["height"] == 0
    assert first["y"] + first["height"] == second["y"] + second["height"]
    assert second.text == "dense: 4.00%"
    assert "at most 4.00%, op 3" in [text.text for text in shapes(picture, "text")]
