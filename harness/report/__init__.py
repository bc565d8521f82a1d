"""Sessions on disk, and their tables on a terminal, in Markdown and as JSON."""

from harness.report.context import new_session_info
from harness.report.find import find_session, list_sessions
from harness.report.json_report import run_json, session_json
from harness.report.markdown import render_markdown
from harness.report.outlook import Outlook, outlook_json, render_outlook
from harness.report.session import SessionInfo
from harness.report.store import JournalWriter, SessionWriter, create_session, read_session, session_part
from harness.report.tables import Records, SessionTables
from harness.report.terminal import render_comparisons, render_terminal

__all__ = [
    "JournalWriter",
    "Outlook",
    "Records",
    "SessionInfo",
    "SessionTables",
    "SessionWriter",
    "create_session",
    "find_session",
    "list_sessions",
    "new_session_info",
    "outlook_json",
    "read_session",
    "render_comparisons",
    "render_markdown",
    "render_outlook",
    "render_terminal",
    "run_json",
    "session_json",
    "session_part",
]
