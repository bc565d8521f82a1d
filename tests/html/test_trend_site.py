"""The site of trends, and a session's figures over commits."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from support.commits import CommittedProject
from support.session_records import run_record
from support.trends import COMMITS, FEWER, SLOWER, trend_of, walked_project

from harness.errors import ReportError
from harness.history.steps import exact_steps
from harness.history.trend import Trend
from harness.html import render_html, session_trends, write_trend_site
from harness.html.trend_chart import MOST_MARKS, MOST_POINTS, trend_chart
from harness.report import read_session

ATTACK = "<img src=x onerror='window.attacked=1'><script>window.attacked=1</script>"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> CommittedProject:
    return walked_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def trend(project: CommittedProject) -> Trend:
    return trend_of(project)


def picture(trend: Trend, metric: str, board: str, here: str | None = None) -> ElementTree.Element:
    (each,) = (
        each
        for each in trend.series
        if (each.series.metric.name, each.series.run.board, each.series.run.variant) == (metric, board, "float32")
    )
    return ElementTree.fromstring(trend_chart(each, metric, here))


def marks(chart: ElementTree.Element) -> list[ElementTree.Element]:
    return [circle for circle in chart.iter("circle") if "mark" in circle.attrib["class"]]


def test_the_index_leads_to_a_page_for_each_board(trend: Trend, tmp_path: Path) -> None:
    index = write_trend_site(trend, tmp_path / "new" / "site")
    assert sorted(path.name for path in index.parent.iterdir()) == [
        "board-desk-of-digits.html",
        "board-stm32l475.html",
        "index.html",
    ]
    page = index.read_text("utf-8")
    assert 'href="board-stm32l475.html"' in page
    assert "2 steps in 29 commits" in page
    assert "1 untested between" in page
    assert "digits float32 on stm32l475" in (index.parent / "board-stm32l475.html").read_text("utf-8")


def test_reports_of_sessions_that_lie_beside_are_linked(trend: Trend, tmp_path: Path) -> None:
    (tmp_path / f"s{FEWER:02}.html").touch()
    page = write_trend_site(trend, tmp_path).read_text("utf-8")
    assert set(re.findall(r'href="(s\d+\.html)"', page)) == {f"s{FEWER:02}.html"}


def test_an_exact_figure_is_a_stair_with_its_step_marked(trend: Trend, project: CommittedProject) -> None:
    chart = picture(trend, "instructions", "stm32l475", project.commits[5])
    (mark,) = marks(chart)
    assert mark.attrib["class"] == "mark better"
    assert float(mark.attrib["cx"][:-1]) == pytest.approx(1 + 98 * FEWER / (COMMITS - 1), abs=0.01)
    (line,) = chart.iter("path")
    assert len({point.split(",")[1] for point in line.attrib["d"].split()}) == 2
    assert "14.3% fewer (7,000,000 -> 6,000,000), better" in "".join(mark.itertext())
    (here,) = (line.attrib["x1"] for line in chart.iter("line") if line.attrib["class"] == "roof")
    assert here == f"{1 + 98 * 5 / (COMMITS - 1):.3f}%"


def test_a_noisy_figure_has_a_dot_for_each_commit_and_its_medians(trend: Trend, project: CommittedProject) -> None:
    chart = picture(trend, "latency_us", "desk of digits")
    (mark,) = marks(chart)
    assert mark.attrib["class"] == "mark worse"
    assert project.commits[SLOWER][:7] in "".join(mark.itertext())
    assert sum("dot" in circle.attrib["class"] for circle in chart.iter("circle")) == COMMITS - 1
    (line,) = chart.iter("path")
    assert len({point.split(",")[1] for point in line.attrib["d"].split()}) == 2


@pytest.mark.parametrize("values", [[np.nan] * 3, [np.nan, 1, 2], [1, np.inf, 2], [1], range(10_000)])
def test_any_values_have_a_picture_of_bounded_size(trend: Trend, values: list[float]) -> None:
    first = next(each for each in trend.series if each.series.metric.name == "instructions")
    numbers = np.array(values, np.float64)
    series = replace(
        first.series, values=numbers, places=np.arange(len(numbers)), sessions=np.array(["s"] * len(numbers), object)
    )
    timeline = replace(trend.timeline, commits=tuple(f"{number:040}" for number in range(len(numbers))))
    chart = ElementTree.fromstring(
        trend_chart(replace(first, series=series, steps=exact_steps(numbers), timeline=timeline), "x")
    )
    (line,) = chart.iter("path")
    assert len(line.attrib["d"].split()) <= 2 * (MOST_POINTS + 2)
    assert len(marks(chart)) <= MOST_MARKS
    assert "nan" not in line.attrib["d"]


def test_names_are_text_and_no_path(tmp_path: Path) -> None:
    project = walked_project(tmp_path, f"../{ATTACK}")
    site = tmp_path / "site"
    write_trend_site(trend_of(project), site)
    assert len(list(site.iterdir())) == 3
    for page in site.iterdir():
        text = page.read_text("utf-8")
        assert "<img" not in text
        assert text.count("<script>") == 1


def test_boards_whose_names_look_alike_have_pages_of_their_own(tmp_path: Path) -> None:
    project = CommittedProject(tmp_path, 2)
    boards = ("a b", "a/b", "A-B", "a-b-1", "a-b-2", "a_b_1")
    project.session("s", project.commits[0], [run_record(board=board) for board in boards])
    write_trend_site(trend_of(project), tmp_path / "site")
    assert len(list((tmp_path / "site").glob("board-*.html"))) == len(boards)


def test_a_site_of_nothing_says_so(tmp_path: Path) -> None:
    index = write_trend_site(trend_of(CommittedProject(tmp_path, 1)), tmp_path / "site")
    assert "No figure yet" in index.read_text("utf-8")


def test_a_folder_that_cannot_be_written_is_an_error(trend: Trend, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ReportError, match="file"):
        write_trend_site(trend, tmp_path / "file")


def test_a_sessions_report_shows_its_runs_over_commits(project: CommittedProject) -> None:
    tables = read_session(project.reports / "s29")
    trends = session_trends(tables, project.reports, project.root)
    assert {each.run.board for each in trends} == {"stm32l475", "desk of digits"}
    page = render_html(tables, {}, trends=trends)
    assert 'id="trend"' in page
    assert page.count("mark better") == page.count("mark worse") == 1


def test_two_commits_are_no_trend(tmp_path: Path) -> None:
    project = CommittedProject(tmp_path, 2)
    for number in range(2):
        folder = project.session(f"s{number}", project.commits[number])
    tables = read_session(folder)
    trends = session_trends(tables, project.reports, project.root)
    assert trends == []
    assert 'id="trend"' not in render_html(tables, {}, trends=trends)
