"""One session as one HTML file, which loads nothing from anywhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from harness.html.losses import Losses
from harness.html.models import Models
from harness.html.raw import raw_tables
from harness.html.sections import Section
from harness.html.trend_runs import RunTrend
from harness.report.compare import comparisons, session_lines, variant_groups
from harness.report.tables import SessionTables
from harness.report.wording import printable

if TYPE_CHECKING:
    from jinja2 import Environment

NO_LOSSES: Losses = {}


def render_html(
    tables: SessionTables, models: Models, losses: Losses = NO_LOSSES, trends: Sequence[RunTrend] = ()
) -> str:
    """The whole report of a session.

    Args:
        models: those of its runs that are at hand: without them there are neither rooflines nor plans of arenas.
        losses: what the ops of quantized models lose, where that was found out.
        trends: its runs over commits, where there are enough of them.
    """
    groups = variant_groups(tables)
    return render(
        "report.html",
        info=tables.info,
        lines=session_lines(tables),
        sections=[Section(f"group-{number}", tables, runs, models, losses) for number, runs in enumerate(groups)],
        further=comparisons(tables)[len(groups) :],
        trends=trends,
        raw=raw_tables(tables),
    )


def render(template: str, **values: Any) -> str:
    """A page with its style, its script and the policy that allows nothing else."""
    style, script = _asset("style.css"), _asset("script.js")
    return _environment().get_template(template).render(style=style, script=script, policy=content_policy(), **values)


@cache
def content_policy() -> str:
    """Lets a page use its own style and script, known by their SHA-256, and load nothing."""
    style, script = (f"'sha256-{_digest(_asset(name))}'" for name in ("style.css", "script.js"))
    return f"default-src 'none'; style-src {style}; script-src {script}; base-uri 'none'; form-action 'none'"


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _asset(name: str) -> Markup:
    return Markup((resources.files("harness.html") / "templates" / name).read_text("utf-8"))


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("harness.html"),
        autoescape=True,
        finalize=_final,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _final(value: Any) -> Any:
    """Texts come from sessions: without control characters, but for what this package itself marked as safe."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
