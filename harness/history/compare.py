"""Compare what two words mean: sessions, judged by a project's rules."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from harness.history.changes import Changes, find_changes
from harness.history.changes_ci import changes_github, changes_junit
from harness.history.changes_json import changes_json
from harness.history.changes_markdown import changes_markdown
from harness.history.changes_text import changes_lines
from harness.history.gate import excuse
from harness.history.index import Index
from harness.history.recent import RecentCommits
from harness.history.rerun import Again, confirm
from harness.history.select import select
from harness.history.settings import read_settings
from harness.history.sides import read_side

RENDERERS: Mapping[str, Callable[[Changes], str]] = {
    "terminal": lambda changes: "".join(f"{line}\n" for line in changes_lines(changes)),
    "markdown": changes_markdown,
    "json": lambda changes: json.dumps(changes_json(changes), indent=1) + "\n",
    "junit": changes_junit,
    "github": changes_github,
}


def compare(base: str, head: str, index: Index, root: Path, again: Again | None = None) -> Changes:
    """What changed from `base` to `head`: ids of sessions, paths, commits, branches or `latest`, as `select` has them.

    Args:
        root: a folder of the project: of its git checkout, and below its pyproject.toml or beside it.
        again: makes a run of `head` once more, before a noisy figure of it is an alarm; None: it is one at once.

    Raises:
        ReportError: a side means nothing, cannot be read, or has no run in common with the other.
        ConfigError: pyproject.toml has settings that cannot be used.
    """
    settings = read_settings(root)
    before, after = (read_side(select(spec, index, root)) for spec in (base, head))
    recent = RecentCommits(index).values
    changes = find_changes(before, after, settings, recent)
    excused = excuse(changes, settings.exceptions, datetime.now(UTC).date())
    return confirm(excused, again, settings, recent) if again else excused


def unreadable_of(changes: Changes, index: Index) -> list[str]:
    """The names of sessions of the compared commits that cannot be read: one of them may have been meant."""
    infos = (*changes.base.infos, *changes.head.infos)
    commits = {info.checkout.short_commit for info in infos if info.checkout}
    return [name for name in index.unreadable if any(commit in name for commit in commits)]
