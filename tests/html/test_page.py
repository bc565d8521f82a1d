from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.html_sessions import VECTORS
from support.session_records import (
    INFO,
    int8_run,
    layer_records,
    metered_layers,
    metered_run,
    run_record,
    tables_of,
    vector_record,
    window_record,
)

from harness.html import render_html
from harness.measure.records import Provenance, Quantity
from harness.report import SessionTables
from harness.report.session import BoardInfo, Checkout, HostInfo

METERED = metered_run(run_record(), 20_000, 900)
LOADING = {"src", "srcset", "action", "formaction", "data", "poster", "ping", "background"}


class Elements(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_it_is_small(page: str) -> None:
    assert len(page.encode()) < 200_000


def test_it_answers_in_words(page: str) -> None:
    assert page.count("int8 is 2.4x faster (modelled)") == 2  # in short, and with its figures
    assert "int8 and float32 agree on 97.50% of 40 vectors" in page
    assert "92.50% [80.1%, 97.4%], 37 of 40" in page


def test_what_must_not_be_overlooked_is_a_warning() -> None:
    clean = replace(INFO, checkout=Checkout("0123456", dirty=False))
    assert 'class="warning"' not in render_html(tables_of(run_record(), info=clean), {})
    played = run_record(instructions=Quantity(1, Provenance.REHEARSED))
    assert render_html(tables_of(played, info=clean), {}).count('<p class="warning">REHEARSED') == 2
    assert '<p class="warning">The checkout was dirty' in render_html(tables_of(run_record()), {})


def test_it_loads_nothing(page: str) -> None:
    for tag, attributes in Elements(page).found:
        assert not attributes.keys() & LOADING
        assert tag not in ("link", "iframe", "object", "embed", "base", "form", "img")
        assert (attributes.get("href") or "#").startswith(("#", "data:application/gzip;"))


def test_the_policy_allows_its_own_style_and_script_alone(page: str) -> None:
    policy = dict(Elements(page).found[3][1])["content"]
    for tag in ("style", "script"):
        (text,) = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert f"{tag}-src 'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in str(policy)
    assert "default-src 'none'" in str(policy)
    assert not re.search(r"\s(on\w+|style)=", page.partition("</style>")[2].partition("<script>")[0])


def test_raw_tables_are_in_it(page: str) -> None:
    links = [attributes for tag, attributes in Elements(page).found if tag == "a" and "download" in attributes]
    assert [link["download"] for link in links] == [
        f"{INFO.id}-{table}.csv.gz" for table in ("runs", "layers", "vectors")
    ]
    content = base64.b64decode(str(links[2]["href"]).partition("base64,")[2])
    rows = list(csv.DictReader(io.StringIO(gzip.decompress(content).decode())))
    assert len(rows) == 2 * VECTORS
    assert rows[3]["correct"] == "False"


def test_without_the_models_there_are_neither_roofline_nor_arena(tables: SessionTables) -> None:
    page = render_html(tables, {})
    assert "Roofline" not in page
    assert "Arena over time" not in page
    assert "Layers side by side" in page


@pytest.mark.parametrize(
    "tables",
    [
        tables_of(),
        tables_of(run_record(outcome="running", accuracy=None, instructions=None, arena_bytes=None)),
        tables_of(run_record(outcome="no fit", message="too large"), int8_run()),
        tables_of(run_record(board="unknown"), int8_run(board="unknown"), layers=layer_records(int8_run())),
        tables_of(run_record(), run_record(engine="tflm"), run_record(board="native")),
        tables_of(METERED, window_record(METERED, 0, latency_us=None), layers=metered_layers(METERED)),
    ],
    ids=["empty", "stopped", "no fit", "unknown board", "engines and boards", "metered"],
)
def test_sessions_that_lack_something_have_a_page(tables: SessionTables) -> None:
    page = render_html(tables, {})
    assert page.startswith("<!doctype html>")
    assert page.rstrip().endswith("</html>")


HOSTILE = st.text(min_size=1, max_size=30) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "' onmouseover='alert(1)",
        "</style></title></textarea><svg onload=alert(1)>",
        "javascript:alert(1)",
        "{{ 7 * 7 }}{% raw %}",
        "]]><!--",
        "\x00\x1b[31m\u202e",
    ]
)


@given(HOSTILE, HOSTILE, HOSTILE)
@example("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</svg><script>")
def test_names_are_text_whatever_they_are(name: str, other: str, third: str) -> None:
    """A page of hostile names has exactly the elements and the attributes of a page of harmless ones."""
    harmless = structure(render_html(named("a", "b", "c"), {}))
    assert structure(render_html(named(name, other, third), {})) == harmless


def named(name: str, other: str, third: str) -> SessionTables:
    """A session with these names wherever a name can stand."""
    run = run_record(suite=name, board=other, engine=third, toolchain=name, target_description=other, message=third)
    variants = [replace(run, variant=f"0{name}"), replace(run, variant=f"1{other}", model=third)]
    layers = [replace(layer, output=name, op=f"CONV{other}", output_shape=third) for layer in layer_records(run)]
    info = replace(
        INFO,
        id=name,
        started=other,
        command=(name, other),
        tools={f"t{name}": third},
        host=HostInfo(name, other, third),
        checkout=Checkout(name, dirty=False, branch=other or None),
        boards={other: BoardInfo(name, third, 80_000_000)},
    )
    of_variants = [replace(layer, variant=each.variant) for each in variants for layer in layers]
    vectors = [vector_record(each, number) for each in variants for number in range(3)]
    return tables_of(*variants, *vectors, layers=of_variants, info=info)


def structure(page: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(tag, tuple(sorted(attributes))) for tag, attributes in Elements(page).found]
