"""A night from its begin to its last cell. After every step it is on disk, so that it can go on from there."""

from __future__ import annotations

import errno
import itertools
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from harness.config import Nightly
from harness.errors import ReportError
from harness.nightly.child import last_words, run_cell, session_in
from harness.nightly.plan import Cell, Content, Past, estimate_s, next_that_fits, plan
from harness.nightly.record import Night, Nights, cell_title, new_night, past_of
from harness.report.session import Checkout
from harness.report.store import read_session
from harness.report.wording import counted, duration

Tell = Callable[[str], None]


def begin_night(nightly: Nightly, nights: Nights, contents: Mapping[Cell, Content], checkout: Checkout | None) -> Night:
    """A new night of these cells; one before it that was cut off is over.

    Raises:
        ReportError: an earlier night is damaged, or the folder cannot be written.
    """
    earlier = nights.read()
    for night in earlier:
        if night.ended is None:
            nights.write(replace(night, ended=datetime.now(UTC).isoformat()))
    night = new_night(plan(contents, past_of(earlier), nightly.timeout_s), contents, nightly.budget_s, checkout)
    nights.write(night)
    return night


def resumable(earlier: Sequence[Night], contents: Mapping[Cell, Content], checkout: Checkout | None) -> Night | None:
    """The last night, if it was cut off and all that it is made of is what it was: its results go together."""
    if not earlier or earlier[-1].ended is not None or earlier[-1].checkout != checkout:
        return None
    return earlier[-1] if {cell.cell: cell.content for cell in earlier[-1].cells} == contents else None


def run_cells(nightly: Nightly, night: Night, nights: Nights, reports_dir: Path, tell: Tell) -> Night:
    """Run cells as long as the budget has room for one, then skip the rest.

    Raises:
        KeyboardInterrupt: Ctrl-C or SIGTERM; the cell under way waits again, and the night can be resumed.
        ReportError: the state of the night, or a session, cannot be written.
    """
    while planned := next_that_fits(night.waiting, night.left_s):
        tell(f"{cell_title(planned.cell)}: {planned.why}, about {duration(planned.estimate_s)}")
        night = _run(nightly, night, planned.cell, nights, reports_dir)
        night = _estimated_anew(night, past_of(nights.read()), nightly.timeout_s)
        ended = night.cell(planned.cell)
        tell(f"  {ended.outcome} in {duration(ended.duration_s)}" + (f": {ended.message}" if ended.message else ""))
    left_s = night.left_s
    for planned in night.waiting:
        why = f"takes about {duration(planned.estimate_s)}, {duration(max(left_s, 0.0))} of the budget are left"
        night = night.with_cell(replace(night.cell(planned.cell), outcome="skipped", message=why))
    nights.write(night)
    return night


def _estimated_anew(night: Night, past: Mapping[Cell, Past], timeout_s: float) -> Night:
    """What ran tonight is a better measure of what never ran than a guess."""
    for planned in night.waiting:
        expected_s = estimate_s(planned.cell, past, timeout_s)
        night = night.with_cell(replace(night.cell(planned.cell), estimate_s=expected_s))
    return night


def _run(nightly: Nightly, night: Night, cell: Cell, nights: Nights, reports_dir: Path) -> Night:
    folder, before = nights.folder_of(night), night.cell(cell)
    scratch, log = folder / f".{'-'.join(cell)}", folder / f"{'-'.join(cell)}.log"
    _keep(scratch, reports_dir)  # what a process left that was killed
    nights.write(night.with_cell(replace(before, outcome="running")))
    began = time.monotonic()
    try:
        code = run_cell(nightly, cell, scratch, log)
    except KeyboardInterrupt:
        _keep(scratch, reports_dir)
        nights.write(night)
        raise
    took_s = time.monotonic() - began
    session = _keep(scratch, reports_dir)
    night = night.with_cell(
        replace(before, **_result(code, session, log), duration_s=took_s, session=session.name if session else None)
    )
    nights.write(night)
    return night


def _result(code: int | None, session: Path | None, log: Path) -> dict[str, str]:
    if code is None:
        return {"outcome": "hung", "message": "did not end in time, and was ended"}
    return {"outcome": "failed", "message": _why(session) or last_words(log)} if code else {"outcome": "passed"}


def _why(session: Path | None) -> str:
    """What the runs of a session failed for; empty where none did."""
    if session is None:
        return ""
    try:
        runs = read_session(session).run_records
    except ReportError as error:
        return error.cause
    reasons = [f"{run.variant}: {run.message}" for run in runs if run.outcome in ("failed", "error")]
    more = f" (and {counted(len(reasons) - 1, 'run')} more)" if len(reasons) > 1 else ""
    return f"{reasons[0]}{more}" if reasons else ""


def _keep(scratch: Path, reports_dir: Path) -> Path | None:
    """Move the session in a child's folder to the others, if there is one.

    Raises:
        ReportError: it cannot be moved.
    """
    session = session_in(scratch)
    kept = _moved(session, reports_dir) if session else None
    shutil.rmtree(scratch, ignore_errors=True)
    return kept


def _moved(session: Path, reports_dir: Path) -> Path:
    """Where it is now; with a number where another session began in the same second."""
    names = itertools.chain([session.name], (f"{session.name}-{number}" for number in itertools.count(2)))
    for name in names:
        try:
            return session.rename(reports_dir / name)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise ReportError(
                    f"{session}: cannot be moved to {reports_dir}: {error.strerror}", "make that folder writable"
                ) from None
    raise AssertionError("count() does not end")
