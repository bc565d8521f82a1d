"""Many sessions: which there are, where they are shared, and what changed between them."""

from harness.history.bisect import Bisection, bisect
from harness.history.bisect_question import Question
from harness.history.bisect_text import bisection_json, bisection_lines, bisection_markdown
from harness.history.changes import Changes
from harness.history.columns import columns_markdown
from harness.history.compare import RENDERERS, Nights, compare, compare_with_green, unreadable_of
from harness.history.gate import FAIL_ON, failures
from harness.history.green import mark_sessions
from harness.history.index import Group, Index, RanOn, Summary, read_index
from harness.history.listing import (
    SessionFilter,
    listing_json,
    listing_lines,
    listing_notes,
    none_found,
    unreadable_lines,
)
from harness.history.metrics import METRICS_BY_NAME
from harness.history.places import PlaceError, open_place
from harness.history.query import Answer, answer_json, answer_lines, query
from harness.history.rerun import rerun
from harness.history.select import Selection, Source, select
from harness.history.transfer import Moved, Step, ended_sessions, pull, push

__all__ = [
    "FAIL_ON",
    "METRICS_BY_NAME",
    "RENDERERS",
    "Answer",
    "Bisection",
    "Changes",
    "Group",
    "Index",
    "Moved",
    "Nights",
    "PlaceError",
    "Question",
    "RanOn",
    "Selection",
    "SessionFilter",
    "Source",
    "Step",
    "Summary",
    "answer_json",
    "answer_lines",
    "bisect",
    "bisection_json",
    "bisection_lines",
    "bisection_markdown",
    "columns_markdown",
    "compare",
    "compare_with_green",
    "ended_sessions",
    "failures",
    "listing_json",
    "listing_lines",
    "listing_notes",
    "mark_sessions",
    "none_found",
    "open_place",
    "pull",
    "push",
    "query",
    "read_index",
    "rerun",
    "select",
    "unreadable_lines",
    "unreadable_of",
]
