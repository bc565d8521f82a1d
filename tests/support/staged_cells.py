"""A plugin for the pytest of a night's cell: nothing runs, a session of the template is left.

The cell of the suite `words` waits for ever, unless the file `let_pass` is there.
"""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int:
    suite = Path(config.args[0]).parent.name
    with Path("starts").open("a", encoding="utf-8") as starts:
        starts.write(f"{suite} {os.getpid()}\n")
    if suite == "words" and not Path("let_pass").exists():
        signal.pause()
    folder = Path(config.getoption("reports_dir")) / f"{suite}-{os.getpid()}"
    shutil.copytree(f"templates/{suite}-good", folder)
    info = folder / "session.json"
    info.write_text(info.read_text("utf-8").replace(f"{suite}-good", folder.name), encoding="utf-8")
    return pytest.ExitCode.OK
