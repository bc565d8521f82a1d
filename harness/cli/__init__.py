"""The `harness` command: parses arguments, calls the rooms, prints."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Container, Iterable, Sequence

from harness import __version__
from harness.cli import (
    bisect,
    boards,
    calibrate,
    compare,
    convert,
    desk,
    doctor,
    estimate,
    farm_add,
    farm_demo,
    farm_quarantine,
    farm_release,
    farm_status,
    nightly,
    ops,
    report,
    report_html,
    report_list,
    report_places,
    report_sql,
    run,
    setup,
    trend,
)
from harness.errors import HarnessError
from harness.processes import interrupted_by_sigterm

COMMANDS = (
    boards,
    ops,
    convert,
    run,
    estimate,
    report,
    report_html,
    report_list,
    report_places,
    report_sql,
    compare,
    bisect,
    trend,
    nightly,
    calibrate,
    doctor,
    desk,
    farm_demo,
    farm_status,
    farm_add,
    farm_release,
    farm_quarantine,
    setup,
)
INTERRUPTED = 130  # as shells say it: 128 + SIGINT


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0, 1 for a failed check, 2 for wrong input."""
    parser = argparse.ArgumentParser(
        prog="harness", description="Machine learning on microcontrollers: test and measure."
    )
    parser.add_argument("--version", action="version", version=f"tinyhil {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for module in COMMANDS:
        module.add_parser(commands)
    words = _join_words(sys.argv[1:] if arguments is None else arguments, commands.choices)
    if words and words[0] not in commands.choices:
        _check_group(words[0], commands.choices, parser)
    options = parser.parse_args(words)
    try:
        with interrupted_by_sigterm():
            return int(options.execute(options))
    except HarnessError as error:
        print(f"harness {options.command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"harness {options.command}: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of a pipe went away, e.g. `harness boards | head -1`
        sys.stderr.close()
        return 0


def _check_group(word: str, commands: Iterable[str], parser: argparse.ArgumentParser) -> None:
    """End with the commands of a group, such as `farm`, where a word is no more than its name."""
    members = [name for name in commands if name.startswith(f"{word} ")]
    if members:
        parser.error(f"{word} alone is no command; there are {', '.join(members)}")


def _join_words(arguments: Sequence[str], commands: Container[str]) -> list[str]:
    """Where the first two arguments are one command, such as `report list`, they become one argument."""
    command = " ".join(arguments[:2])
    return [command, *arguments[2:]] if command in commands else list(arguments)
