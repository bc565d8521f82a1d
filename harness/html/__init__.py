"""Sessions as HTML: one file that needs nothing else, and a server on this computer that shows all of a folder."""

from harness.html.losses import find_losses
from harness.html.models import find_models
from harness.html.page import render_html
from harness.html.serve import LOOPBACK, ReportServer

__all__ = ["LOOPBACK", "ReportServer", "find_losses", "find_models", "render_html"]
