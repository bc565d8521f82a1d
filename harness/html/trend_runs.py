"""What pages say of runs over commits: their figures as pictures, and their steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from markupsafe import Markup

from harness.history.index import read_index
from harness.history.listing import SessionFilter
from harness.history.series import Series
from harness.history.sides import RunId
from harness.history.trend import Step, SteppedSeries, Trend, find_trend
from harness.html.trend_chart import trend_chart
from harness.report.tables import SessionTables, run_key

MOST_STEPS_OF_RUN = 10
MOST_COMMITS = 100  # beside a session
FEWEST_COMMITS = 3  # that are worth a picture beside a session


@dataclass(frozen=True)
class RunTrend:
    """What a page says of one run."""

    anchor: str
    trend: Trend
    run: RunId
    series: Sequence[SteppedSeries]
    here: str | None = None

    @cached_property
    def pictures(self) -> dict[str, Markup]:
        """By caption: the figures that change."""
        changing = {self._caption(each): each for each in self.series if each.is_changing}
        return {caption: trend_chart(each, caption, self.here) for caption, each in changing.items()}

    def _caption(self, each: SteppedSeries) -> str:
        return f"{self.trend.label(each.series)}, {each.series.provenance}"

    @property
    def constant(self) -> list[str]:
        """The figures that do not change, in words."""
        return [
            f"{self.trend.label(each.series)} {each.series.metric.text(each.series.values[-1])}"
            for each in self.series
            if not each.is_changing
        ]

    @property
    def steps(self) -> list[Step]:
        """The newest."""
        return replace(self.trend, series=tuple(self.series)).newest(MOST_STEPS_OF_RUN)

    @property
    def earlier(self) -> int:
        """How many steps there are before those."""
        return sum(len(each.steps) for each in self.series) - len(self.steps)


def run_trends(trend: Trend, here: str | None = None) -> list[RunTrend]:
    """Of all runs, those with the newest steps first."""
    return [
        RunTrend(f"run-{number}", trend, run, series, here) for number, (run, series) in enumerate(trend.runs.items())
    ]


def session_trends(tables: SessionTables, reports_dir: Path, root: Path) -> list[RunTrend]:
    """The runs of a session over the newest commits of a folder that have them; none where there are too few.

    Args:
        root: as for `find_trend`.

    Raises:
        ConfigError: as for `find_trend`.
    """
    runs = {(*run_key(run), run.target) for run in tables.run_records}
    trend = find_trend(read_index(reports_dir), root, SessionFilter(dirty=False), most_commits=MOST_COMMITS)
    checkout = tables.info.checkout

    def is_of_session(series: Series) -> bool:
        run = series.run
        is_run = (run.suite, run.variant, run.board, run.engine, run.target) in runs
        return is_run and len(series.values) >= FEWEST_COMMITS

    return run_trends(trend.of(is_of_session), checkout.commit if checkout else None)
