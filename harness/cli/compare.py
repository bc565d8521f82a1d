"""`harness compare`: what changed between two sessions or commits, and whether that is to fail a build."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.cli.report import add_reports_dir_option
from harness.errors import ConfigError

if TYPE_CHECKING:
    from harness.history import Changes, Index

FORMATS = ("terminal", "markdown", "json", "junit", "github")
FAIL_ON = ("regression", "missing")
GREEN = "green"
_SPEC = "a session (id, path, latest) or a commit that has one (hash, branch, tag, main~5)"


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("compare", help="what changed between two sessions or commits")
    parser.add_argument("base", metavar="BASE", help=_SPEC)
    parser.add_argument("head", metavar="HEAD", help="what is compared with it, the same way")
    parser.add_argument(
        "--fail-on",
        action="append",
        choices=FAIL_ON,
        default=[],
        help="exit code 1 where a figure is worse, or where a run or a figure is missing; may be given twice",
    )
    parser.add_argument(
        "--rerun",
        action="store_true",
        help="where HEAD is checked out: run again what a noisy figure is worse of, and only what stands is worse",
    )
    parser.add_argument("--format", choices=FORMATS, default="terminal", help="default: terminal")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write it there instead")
    parser.add_argument(
        "--place", metavar="PLACE", help=f"BASE is the word {GREEN}: the last night that is marked as green there"
    )
    parser.add_argument("--branch", metavar="NAME", help=f"whose {GREEN} night; default: the branch that HEAD is of")
    add_reports_dir_option(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    from harness.history import RENDERERS, failures, read_index, unreadable_of

    index = read_index(options.reports_dir)
    changes = _changes(options, index)
    if changes is None:
        print(f"no {GREEN} night in {options.place} to compare with", file=sys.stderr)
        return 0
    write_text(RENDERERS[options.format](changes), options.output)
    unreadable = unreadable_of(changes, index)
    for name in unreadable:
        print(f"skipped {name}, which may have been meant: {index.unreadable[name]}", file=sys.stderr)
    shut = failures(changes, options.fail_on)
    for reason in shut:
        print(f"harness compare: {reason}", file=sys.stderr)
    return 1 if shut or unreadable else 0


def _rerun(reports_dir: Path, run: Any) -> Any:
    from harness.history import rerun

    print(f"harness compare: once more: {run.id}", file=sys.stderr, flush=True)
    return rerun(run, reports_dir=reports_dir, project=Path.cwd())


def _changes(options: argparse.Namespace, index: Index) -> Changes | None:
    """None where no night is marked as green yet."""
    from harness.history import Nights, compare, compare_with_green, open_place

    again = partial(_rerun, options.reports_dir) if options.rerun else None
    if options.place is None and options.base == GREEN:
        raise ConfigError(
            f"BASE {GREEN} is a night that is marked in a place, and no --place is given",
            f"harness compare {GREEN} {options.head} --place=PLACE; a branch of that name is heads/{GREEN}",
        )
    if options.place is None:
        return compare(options.base, options.head, index, Path.cwd(), again)
    if options.base != GREEN:
        raise ConfigError(f"--place does not go with BASE {options.base!r}", f"harness compare {GREEN} HEAD --place=…")
    nights = Nights(open_place(options.place), options.branch)
    return compare_with_green(nights, options.head, index, Path.cwd(), again)


def write_text(text: str, file: Path | None) -> None:
    """To a file, or to standard output. Raises: ReportError: it cannot be written."""
    from harness.errors import ReportError

    if file is None:
        print(text, end="")
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ReportError(f"{file}: {error.strerror or error}", "make it writable, or give another --output") from None
