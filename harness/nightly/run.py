"""A night as a whole: begun or resumed, run, judged, published, summarized."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from pathlib import Path

from harness.config import Nightly
from harness.farm import Coordinator, farm_address
from harness.history import PlaceError, open_place
from harness.history.settings import read_settings
from harness.nightly.matrix import read_matrix
from harness.nightly.night import Tell, begin_night, resumable, run_cells
from harness.nightly.publish import publish
from harness.nightly.record import SUMMARY_FILE, Night, Nights, writing
from harness.nightly.summary import night_markdown, plan_lines
from harness.nightly.verdict import judge_night
from harness.report.context import read_checkout


class NightExit(IntEnum):
    """What a night ends with, as an exit code. 2 is wrong input or no farm, 130 an interrupted night."""

    GREEN = 0
    RED = 1
    UNFINISHED = 3  # green so far as it went: nothing ran, or the store is away


Begin = Callable[[Nightly, Nights], Night]


def run_night(nightly: Nightly, reports_dir: Path, begin: Begin, tell: Tell) -> NightExit:
    """Run a night to its end.

    Args:
        begin: `new_or_resumed` or `anew`.
        tell: prints a line.

    Raises:
        ConfigError, SetupError: as `read_matrix`.
        FarmError: the farm is not there.
        PlaceError: what speaks the store's language is not installed.
        ReportError: another night is under way here, or something cannot be read or written.
        KeyboardInterrupt: Ctrl-C or SIGTERM. The night can be resumed.
    """
    if nightly.store is not None:
        open_place(nightly.store)  # what speaks its language is missed now rather than at the end of the night
    read_settings(nightly.root)  # and so are wrong rules of comparison
    reports_dir = reports_dir.resolve()
    nights = Nights(reports_dir)
    with nights.held():
        if nightly.target == "farm":
            _free_stale_places(nightly, tell)
        night = begin(nightly, nights)
        for line in plan_lines(night):
            tell(line)
        night = run_cells(nightly, night, nights, reports_dir, tell)
        return _conclude(nightly, night, nights, reports_dir, tell)


def anew(nightly: Nightly, nights: Nights) -> Night:
    """A new night, whatever was before."""
    return begin_night(nightly, nights, read_matrix(nightly), read_checkout(nightly.root))


def new_or_resumed(nightly: Nightly, nights: Nights) -> Night:
    """The last night, where it was cut off and nothing has changed since; else a new one."""
    contents, checkout = read_matrix(nightly), read_checkout(nightly.root)
    return resumable(nights.read(), contents, checkout) or begin_night(nightly, nights, contents, checkout)


def _free_stale_places(nightly: Nightly, tell: Tell) -> None:
    """Those that a night held which was killed: nobody else on this computer would free them.

    Raises:
        FarmError: the coordinator is not there, or of another version.
    """
    with Coordinator(farm_address(nightly.farm)) as farm:
        for stale in farm.release_stale():
            if not stale.why_not:
                tell(f"{stale.place.name}: freed from {stale.place.owner}, which has ended")


def _conclude(nightly: Nightly, night: Night, nights: Nights, reports_dir: Path, tell: Tell) -> NightExit:
    judged = judge_night(nightly, night, reports_dir, open_place(str(nights.folder)))
    nights.write(judged.night)
    remarks: list[str] = []
    try:
        for line in publish(nightly.store, nights, reports_dir):
            tell(line)
    except PlaceError as error:
        remarks.append(f"not pushed, the next night will: {error.cause}")
    summary = night_markdown(judged, remarks)
    file = nights.folder_of(night) / SUMMARY_FILE
    with writing(file.parent):
        file.write_text(summary, encoding="utf-8")
    tell(f"\n{summary}")
    tell(f"written to {file}")
    if judged.night.ran and not judged.night.green:
        return NightExit.RED
    return NightExit.UNFINISHED if remarks or not judged.night.ran else NightExit.GREEN
