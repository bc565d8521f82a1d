"""A comparison for a CI: JUnit's XML, and the annotations that GitHub reads off a step's output."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from harness.history.changes import Change, Changes, RunChanges
from harness.history.changes_text import headline
from harness.history.explain import explain
from harness.history.rules import Verdict
from harness.report.wording import printable

_FAILED = {Verdict.WORSE}
_SKIPPED = {Verdict.EXCUSED, Verdict.LOST, Verdict.NOT_COMPARED}
_WARNED = (Verdict.EXCUSED, Verdict.LOST)


def changes_junit(changes: Changes) -> str:
    """A test suite for each run, a test case for each figure: what is worse failed, what is not judged is skipped."""
    root = ET.Element("testsuites", name=headline(changes))
    for run in changes.runs:
        counts = {"failures": len(run.of(*_FAILED)), "skipped": len(run.of(*_SKIPPED)), "tests": len(run.changes)}
        attributes = {"name": printable(str(run.id)), "errors": "0"}
        suite = ET.SubElement(root, "testsuite", attributes | {name: str(count) for name, count in counts.items()})
        for change in run.changes:
            _add_case(suite, run, change)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def changes_github(changes: Changes) -> str:
    """An error for each figure that is worse, a warning for what is excused or lost and for every note."""
    return "".join(f"{line}\n" for line in _commands(changes))


def _add_case(suite: ET.Element, run: RunChanges, change: Change) -> None:
    case = ET.SubElement(suite, "testcase", classname=printable(str(run.id)), name=change.metric.name)
    message = printable(_sentence(change))
    if change.verdict in _FAILED:
        ET.SubElement(case, "failure", message=message).text = "\n".join(map(printable, explain(run)))
    elif change.verdict in _SKIPPED:
        ET.SubElement(case, "skipped", message=message)


def _commands(changes: Changes) -> Iterator[str]:
    for run, change in changes.of(Verdict.WORSE):
        lines = [_sentence(change), *explain(run)]
        yield _command("error", str(run.id), "\n".join(map(printable, lines)))
    for run, change in changes.of(*_WARNED):
        yield _command("warning", str(run.id), printable(_sentence(change)))
    for id_ in changes.base_alone:
        yield _command("warning", str(id_), f"{changes.base.spec} alone has this run")
    for note in changes.notes:
        yield _command("warning", "harness compare", printable(note))


def _sentence(change: Change) -> str:
    """`cycles 120, before 100: 20.0% more (worse): why`."""
    sides = f"{change.metric.name} {change.head_text}, before {change.base_text}"
    words = f"{change.change_text} ({change.verdict})" if change.change_text else f"({change.verdict})"
    return f"{sides}: {words}: {change.reason}" if change.reason else f"{sides}: {words}"


def _command(kind: str, title: str, message: str) -> str:
    """GitHub's workflow command; in its title a colon and a comma have a meaning, too."""
    return f"::{kind} title={_escape(printable(title)).replace(':', '%3A').replace(',', '%2C')}::{_escape(message)}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
