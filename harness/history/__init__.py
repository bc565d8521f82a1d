"""Many sessions: which there are, where they are shared, and what changed between them."""

from harness.history.index import Group, Index, Summary, read_index
from harness.history.listing import SessionFilter, listing_json, listing_lines, listing_notes

__all__ = [
    "Group",
    "Index",
    "SessionFilter",
    "Summary",
    "listing_json",
    "listing_lines",
    "listing_notes",
    "read_index",
]
