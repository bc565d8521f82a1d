"""`harness report sql`: questions to the tables of all sessions; `harness report columns`: what to ask for."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from harness.cli.report import add_reports_dir_option


def add_parser(commands: Any) -> None:
    sql = commands.add_parser("report sql", help="query the tables of all sessions; 1 where some cannot be read")
    sql.add_argument("statement", metavar="STATEMENT", help='such as "select session, accuracy from runs", by DuckDB')
    sql.add_argument("--json", action="store_true", help="for other programs")
    add_reports_dir_option(sql)
    sql.set_defaults(execute=execute_sql)
    columns = commands.add_parser("report columns", help="list tables and columns, as in docs/reports.md")
    columns.set_defaults(execute=execute_columns)


def execute_sql(options: argparse.Namespace) -> int:
    from harness.history import answer_json, answer_lines, query, read_index, unreadable_lines

    index = read_index(options.reports_dir)
    answer = query(options.statement, index)
    lines = [json.dumps(answer_json(answer), indent=1)] if options.json else answer_lines(answer)
    print(*lines, sep="\n")
    for line in unreadable_lines(index.unreadable):
        print(line, file=sys.stderr)
    return 1 if index.unreadable else 0


def execute_columns(options: argparse.Namespace) -> int:
    from harness.history import columns_markdown

    print(columns_markdown(), end="")
    return 0
