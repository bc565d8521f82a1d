"""A bisection for people: a line for each step while it goes on, and what came of it at the end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from harness.history.bisect_question import Question, Step
from harness.history.layout import GAP, aligned
from harness.history.markdown import table, text
from harness.report.wording import counted, printable

if TYPE_CHECKING:
    from harness.history.bisect import Bisection

_NUMERIC = (3, 5)  # columns


def step_line(question: Question, step: Step) -> str:
    """`bad 1931af0: 736,299 (12.3 s)`."""
    if step.value is None:
        return printable(f"{step.answer} {step.commit[:7]}: {step.reason}")
    return f"{step.answer} {step.commit[:7]}: {question.figure.text(step.value)} ({_took(step)})"


def bisection_lines(bisection: Bisection) -> Iterator[str]:
    """What was found, a table of what was judged, and how to go on."""
    yield printable(str(bisection.question))
    yield from map(printable, _finding(bisection))
    yield ""
    yield from aligned([_headings(bisection), *_rows(bisection)], _NUMERIC)
    yield ""
    yield from map(printable, _closing(bisection))


def bisection_markdown(bisection: Bisection) -> str:
    """The same as Markdown."""
    heading, *finding = _finding(bisection)
    blocks = [
        f"### {text(f'{heading}: {bisection.question}')}",
        "\n".join(f"- {text(line.strip())}" for line in finding),
        table(_headings(bisection), _rows(bisection), (bisection.question.metric, "took")),
        "\n".join(f"- {text(line)}" for line in _closing(bisection)),
    ]
    return "\n\n".join(blocks) + "\n"


def bisection_json(bisection: Bisection) -> dict[str, Any]:
    """The same for programs. `first_bad` is null where commits that were skipped hide which of `suspects` it is."""
    commits = {commit: described._asdict() for commit, described in bisection.commits.items()}
    return {
        "question": msgspec.to_builtins(bisection.question),
        "first_bad": bisection.first_bad,
        "suspects": [{"commit": commit, **commits[commit]} for commit in bisection.suspects],
        "steps": [{**msgspec.to_builtins(step), **commits[step.commit]} for step in bisection.steps],
        "commit_count": bisection.commit_count,
        "seconds": bisection.seconds,
    }


def _finding(bisection: Bisection) -> Iterator[str]:
    """The first bad commit and both figures, or what it may be."""
    if bisection.first_bad is None:
        yield f"the first bad commit is one of {len(bisection.suspects)}: what was skipped hides which"
    else:
        yield f"{bisection.first_bad[:7]} is the first bad commit"
    for commit in bisection.suspects:
        described = bisection.commits[commit]
        yield f"{GAP}{commit[:7]} {described.date} {described.subject} ({described.author})"
    good, bad = _around(bisection)
    metric = bisection.question.figure
    assert good.value is not None and bad.value is not None
    change = metric.change(bad.value, good.value)
    words = f", {change} ({bad.provenance})" if change else ""  # an outcome has neither
    yield f"{metric.text(good.value)} -> {metric.text(bad.value)}{words}"


def _headings(bisection: Bisection) -> tuple[str, ...]:
    return "commit", "date", "", bisection.question.metric, "than good", "took", "subject"


def _rows(bisection: Bisection) -> list[tuple[str, ...]]:
    return [_row(bisection, step) for step in bisection.steps]


def _row(bisection: Bisection, step: Step) -> tuple[str, ...]:
    metric, good = bisection.question.figure, bisection.steps[0].value
    described = bisection.commits[step.commit]
    value = change = ""
    if step.value is not None and good is not None:
        value, change = metric.text(step.value), metric.change(step.value, good)
    return step.commit[:7], described.date, step.answer, value, change, _took(step), printable(described.subject)


def _took(step: Step) -> str:
    if step.value is None:
        return ""
    return "there before" if step.seconds is None else f"{step.seconds:.1f} s"


def _closing(bisection: Bisection) -> Iterator[str]:
    """Why commits were skipped, how many were run, and where to read on."""
    skipped = [step for step in bisection.steps if step.answer == "skipped"]
    for step in skipped:
        yield f"skipped {step.commit[:7]}: {step.reason}"
    made = [step for step in bisection.steps if step.value is not None and step.seconds is not None]
    there = len(bisection.steps) - len(made) - sum(step.value is None for step in skipped)
    yield (
        f"{counted(bisection.commit_count, 'commit')} behind the good end: {len(made)} run, {there} there before, "
        f"{len(skipped)} skipped, in {bisection.seconds:.0f} s"
    )
    good, bad = _around(bisection)
    yield f"what else changed: harness compare {os.path.relpath(good.session)} {os.path.relpath(bad.session)}"


def _around(bisection: Bisection) -> tuple[Step, Step]:
    """The last good step before the first bad one, and that."""
    first = next(number for number, step in enumerate(bisection.steps) if step.answer == "bad")
    good = [step for step in bisection.steps[:first] if step.answer == "good"]
    return good[-1], bisection.steps[first]
