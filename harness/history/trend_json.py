"""Trends as JSON types, for other programs."""

from __future__ import annotations

from typing import Any

from harness.history.numbers import finite
from harness.history.trend import Step, SteppedSeries, Trend

FORMAT_VERSION = 1  # rises when a reader of the old ones would misread the new


def trend_json(trend: Trend) -> dict[str, Any]:
    """Every series with all its values and steps. What is no number is null."""
    return {
        "format_version": FORMAT_VERSION,
        "commits": list(trend.timeline.commits),
        "steps": {"worse": trend.worse, "better": trend.steps - trend.worse},
        "series": [_series(each, trend.timeline.commits) for each in trend.series],
        "notes": trend.notes,
        "unreadable": [{"id": name, "reason": reason} for name, reason in trend.unreadable.items()],
    }


def _series(each: SteppedSeries, commits: tuple[str, ...]) -> dict[str, Any]:
    series = each.series
    points = zip(series.places, series.values, series.sessions, strict=True)
    return {
        **series.run._asdict(),
        "metric": series.metric.name,
        "provenance": series.provenance.value,
        "conditions": dict(series.conditions),
        "noisy": series.is_noisy,
        "values": [
            {
                "commit": commits[place],
                "session": session,
                "dirty": session in each.timeline.dirty,
                "value": finite(float(value)),
            }
            for place, value, session in points
        ],
        "steps": [_step(step) for step in each.newest_first()][::-1],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "verdict": step.verdict.value,
        "before": finite(step.before),
        "after": finite(step.after),
        "change": step.change_text or None,
        "good": step.good,
        "bad": step.bad,
        "untested": list(step.untested),
    }
