"""`harness report html`: a session as one HTML file; `harness report serve`: all sessions of a folder in a browser."""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path
from typing import Any

from harness.cli.report import add_reports_dir_option
from harness.errors import ReportError


def add_parser(commands: Any) -> None:
    html = commands.add_parser("report html", help="write a session as one HTML file")
    html.add_argument("session", nargs="?", default="latest", help="an id, a path, or latest (default)")
    html.add_argument("--output", type=Path, metavar="FILE", help="default: the session's id with .html")
    html.add_argument(
        "--layer-errors",
        action="store_true",
        help="run the suites' models on this computer to see where a quantized one loses; needs 'tinyhil[oracle]'",
    )
    _add_folder_options(html)
    html.set_defaults(execute=execute_html)
    serve = commands.add_parser("report serve", help="show all sessions in a browser, until Ctrl-C")
    serve.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1, which only this computer reaches")
    serve.add_argument("--port", type=int, default=8017, help="default: 8017; 0 is any free one")
    _add_folder_options(serve)
    serve.set_defaults(execute=execute_serve)


def _add_folder_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--models",
        type=Path,
        default=Path("suites"),
        metavar="DIR",
        help="where the .tflite files are, for rooflines and plans of arenas; default: suites",
    )
    add_reports_dir_option(parser)


def execute_html(options: argparse.Namespace) -> int:
    from harness.html import find_losses, find_models, render_html, session_trends
    from harness.report import find_session, read_session
    from harness.report.wording import printable

    folder = find_session(options.reports_dir, options.session)
    tables = read_session(folder)
    models = find_models(options.models, tables.run_records)
    losses = find_losses(tables, models, options.models) if options.layer_errors else {}
    trends = session_trends(tables, options.reports_dir, Path.cwd())
    page = render_html(tables, models, losses, trends).encode("utf-8", "replace")
    file = options.output or Path(f"{folder.resolve().name}.html")
    try:
        file.write_bytes(page)
    except OSError as error:
        raise ReportError(f"{file}: {error.strerror}", "choose another --output") from None
    print(f"{file}: {len(page):,} bytes")
    for piece in tables.malformed:
        print(f"{tables.info.id}: {printable(piece)}", file=sys.stderr)
    return 1 if tables.malformed else 0


def execute_serve(options: argparse.Namespace) -> int:
    from harness.html import ReportServer

    with ReportServer(options.reports_dir, options.models, options.host, options.port) as server:
        print(f"{options.reports_dir} at {server.url} until Ctrl-C", flush=True)
        if not server.is_loopback():
            print("whoever reaches this address can read all sessions", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()
    return 0
