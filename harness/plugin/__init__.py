"""The pytest plugin: options, fixtures, the `suite.toml` collector and the table at the end."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.errors import ReportError
from harness.plugin import workers
from harness.plugin.fixtures import ENGINE_FIXTURE, bench, board, device, firmware, harness_engine, run_model, target
from harness.plugin.options import add_options, concerns_boards
from harness.plugin.progress import show_log
from harness.plugin.run_session import RUN_SESSION, RunSession, run_session
from harness.plugin.suites import SuiteFile
from harness.processes import interrupted_by_sigterm

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import Scheduling
    from xdist.workermanage import WorkerController

    from harness.report.session import Outcome

_OUTCOMES: dict[int, Outcome] = {pytest.ExitCode.OK: "passed", pytest.ExitCode.INTERRUPTED: "interrupted"}

__all__ = ["bench", "board", "device", "firmware", "harness_engine", "run_model", "target"]


def pytest_addoption(parser: pytest.Parser) -> None:
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[RUN_SESSION] = RunSession(config)
    if concerns_boards(config):
        show_log(config)
        _finish_on_sigterm(config)
        workers.refuse_other_distribution(config)
        _ = run_session(config).selection  # a wrong option ends the run before anything is collected


def _finish_on_sigterm(config: pytest.Config) -> None:
    """As on Ctrl-C. With pytest-xdist the session is the controller's: a worker just ends."""
    if not workers.is_worker(config):
        handling = contextlib.ExitStack()
        handling.enter_context(interrupted_by_sigterm())
        config.add_cleanup(handling.close)


def pytest_report_header(config: pytest.Config) -> list[str]:
    if not concerns_boards(config):
        return []
    selection = run_session(config).selection
    return [
        *(
            f"tinyhil: board {board.name} ({selection.place_of(board)}), engine {engine}"
            for board, engine, _ in selection.setups()
        ),
        *(f"tinyhil: {place.hint}" for place in selection.places.values() if place.hint),
        *(f"tinyhil: no tflm: {why}" for why in {engine.why for _, engine, _ in selection.setups() if engine.why}),
    ]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.name != "suite.toml" or not concerns_boards(parent.config):
        return None  # another tool's, in a project that has the plugin installed for something else
    return SuiteFile.from_parent(parent, path=file_path)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if not _takes_our_board(metafunc):
        return
    selection = run_session(metafunc.config).selection
    if ENGINE_FIXTURE in metafunc.fixturenames:
        sets = [pytest.param(board, engine, id=name) for board, engine, name in selection.setups()]
        metafunc.parametrize(("board", ENGINE_FIXTURE), sets, indirect=True, scope="session")
    else:
        names = [board.name for board in selection.boards]
        metafunc.parametrize("board", selection.boards, indirect=True, scope="session", ids=names)


def _takes_our_board(metafunc: pytest.Metafunc) -> bool:
    """Not where the test parametrizes an argument of that name itself, or its project has another fixture `board`."""
    marks = metafunc.definition.iter_markers("parametrize")
    names = [mark.args[0] for mark in marks if mark.args]
    own = {name.strip() for part in names for name in (part.split(",") if isinstance(part, str) else part)}
    fixtures = metafunc._arg2fixturedefs.get("board", ())  # pytest has no public way to ask which one is meant
    return "board" not in own and bool(fixtures) and fixtures[-1].func.__module__ == board.__module__


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    workers.number_items(session)
    runs = run_session(session.config)
    unknown = set(session.config.getoption("suite") or ()) - runs.suites_seen
    if unknown:
        from harness.config.toml import suggest

        listed = suggest(min(unknown), runs.suites_seen)
        workers.stop_collection(session, f"unknown suite {min(unknown)!r}\n  fix: use one of: {listed}")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    return workers.make_scheduler(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    return workers.farm_workers(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    if not concerns_boards(node.config):
        return
    try:
        workers.send_folder(node, run_session(node.config).open_writer().path)
    except ReportError as error:
        raise pytest.UsageError(str(error)) from None


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: WorkerController) -> None:
    workers.raise_usage_error(node)


@pytest.hookimpl(trylast=True)  # behind xdist, which waits for its workers
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    runs = run_session(session.config)
    runs.close_benches()
    try:
        runs.close_writer(_OUTCOMES.get(exitstatus, "failed"))
    except ReportError as error:
        session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
        session.config.issue_config_time_warning(pytest.PytestWarning(str(error)), stacklevel=2)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    writer = run_session(config).writer
    if writer is None:
        return
    from rich.console import Console

    from harness.report import render_terminal

    terminal = terminalreporter._tw
    render_terminal(writer.tables(), Console(file=terminal._file, width=terminal.fullwidth))
