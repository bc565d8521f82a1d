"""Which commits there are one after the other, and the sessions of each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from harness.history.git import all_commits, first_parents, is_checkout, is_shallow
from harness.history.index import Summary
from harness.report.wording import counted

_HEAD = "HEAD"


@dataclass(frozen=True)
class Timeline:
    """Commits, the oldest first, from the first that has a session to the last.

    Attributes:
        commits: in git's order also those without a session.
        sessions: by commit; the one to be preferred last: of a clean checkout rather than a dirty one, then the newest.
        notes: what is to say of the order, and of what is left out.
    """

    commits: tuple[str, ...]
    sessions: Mapping[str, Sequence[Summary]]
    notes: tuple[str, ...] = ()

    @cached_property
    def dirty(self) -> frozenset[str]:
        """The ids of those sessions whose checkout was dirty."""
        summaries = (summary for of_commit in self.sessions.values() for summary in of_commit)
        return frozenset(summary.id for summary in summaries if is_dirty(summary))


def is_dirty(summary: Summary) -> bool:
    """Whether files of the session's checkout differed from the commit."""
    return summary.checkout is not None and summary.checkout.dirty


def make_timeline(
    summaries: Collection[Summary], root: Path, branch: str | None = None, most_commits: int | None = None
) -> Timeline:
    """The commits of these sessions in the order of the first parents of `branch` or HEAD, where a checkout knows them,
    else in the order of time.

    Args:
        root: a folder of the project; its git checkout says what comes after what.
        branch: what git does not know is looked for among the branches that sessions tell.
        most_commits: that have a session; the newest.
    """
    usable = [summary for summary in summaries if summary.checkout and summary.ended is not None]
    line = [] if is_shallow(root) else first_parents(root, branch or _HEAD)
    known = set(line)
    on_line = _by_commit(summary for summary in usable if _commit(summary) in known)
    if on_line:
        order = [commit for commit in line if commit in on_line][-(most_commits or 0) :]
        commits = line[line.index(order[0]) : line.index(order[-1]) + 1]
        notes = [*_left_out(summaries, usable), *_elsewhere(usable, on_line, root, branch or _HEAD)]
        return _timeline(commits, {commit: on_line[commit] for commit in order}, notes)
    of_branch = [summary for summary in usable if branch is None or _branch(summary) == branch]
    by_commit = _by_commit(of_branch)
    order = sorted(by_commit, key=lambda commit: (min(each.started for each in by_commit[commit]), commit))
    newest = order[-(most_commits or 0) :]
    notes = [*_left_out(summaries, usable), *([_why_by_time(root)] if len(newest) > 1 else [])]
    notes += [f"no session is of the branch {branch}"] if usable and not of_branch else []
    return _timeline(newest, {commit: by_commit[commit] for commit in newest}, notes)


def _timeline(commits: Iterable[str], sessions: Mapping[str, list[Summary]], notes: Iterable[str]) -> Timeline:
    merit = {commit: sorted(of_commit, key=_merit) for commit, of_commit in sessions.items()}
    return Timeline(tuple(commits), merit, tuple(notes))


def _merit(summary: Summary) -> tuple[bool, float, str]:
    return not is_dirty(summary), summary.started.timestamp(), summary.id


def _by_commit(summaries: Iterable[Summary]) -> dict[str, list[Summary]]:
    found: dict[str, list[Summary]] = {}
    for summary in summaries:
        found.setdefault(_commit(summary), []).append(summary)
    return found


def _commit(summary: Summary) -> str:
    return summary.checkout.commit if summary.checkout else ""


def _branch(summary: Summary) -> str | None:
    return summary.checkout.branch if summary.checkout else None


def _left_out(summaries: Collection[Summary], usable: Sequence[Summary]) -> Iterator[str]:
    without = sum(summary.checkout is None for summary in summaries)
    if without:
        yield f"{counted(without, 'session')} of no git checkout left out"
    if unfinished := len(summaries) - without - len(usable):
        yield f"{counted(unfinished, 'session')} that did not end left out"


def _elsewhere(
    usable: Iterable[Summary], on_line: Mapping[str, Sequence[Summary]], root: Path, revision: str
) -> Iterator[str]:
    """Sessions of commits that are not on the line."""
    others = [_commit(summary) for summary in usable if _commit(summary) not in on_line]
    if not others:
        return
    known = all_commits(root)
    reasons = {
        f"that are not among the first parents of {revision}": [commit for commit in others if commit in known],
        "that this checkout does not have (history was rewritten, or not fetched)": [
            commit for commit in others if commit not in known
        ],
    }
    for reason, commits in reasons.items():
        if commits:
            of_commits = f"{counted(len(commits), 'session')} of {counted(len(set(commits)), 'commit')}"
            yield f"{of_commits} {reason} left out, the last of {commits[-1][:7]}"


def _why_by_time(root: Path) -> str:
    if not is_checkout(root):
        why = "there is no git checkout"
    elif is_shallow(root):
        why = "the checkout is shallow, git fetch --unshallow completes it"
    else:
        why = "no session is of the branch's commits in this checkout"
    return f"commits are in the order of time: {why}"
