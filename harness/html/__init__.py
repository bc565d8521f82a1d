"""Sessions as HTML: one file that needs nothing else, and a server on this computer that shows all of a folder."""

from harness.html.losses import find_losses
from harness.html.models import find_models
from harness.html.page import render_html
from harness.html.serve import LOOPBACK, ReportServer
from harness.html.trend_runs import session_trends
from harness.html.trend_site import write_site as write_trend_site

__all__ = [
    "LOOPBACK",
    "ReportServer",
    "find_losses",
    "find_models",
    "render_html",
    "session_trends",
    "write_trend_site",
]
