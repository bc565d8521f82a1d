"""The plugin's command-line options, and what they select."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.config import Board, Engine, boards_files, choose_engines, load_boards, pick_boards
from harness.config.defaults import DEFAULT_TIMEOUT_S, EMULATED_WINDOWS, REAL_TIME_WINDOWS
from harness.config.farm import FarmOptions, add_farm_options, read_farm_options
from harness.config.numbers import positive, seconds
from harness.errors import HarnessError
from harness.scan import TARGET_KINDS, Place, check_target, choose_places

FALLBACK_BOARD = "native"


def add_options(parser: pytest.Parser) -> None:
    group = parser.getgroup("harness", "machine learning on microcontrollers (tinyhil)")
    group.addoption(
        "--board", action="append", metavar="NAME[,NAME]", help="boards to run on; `harness boards` lists them"
    )
    group.addoption(
        "--target", default="auto", choices=["auto", *TARGET_KINDS], help="which kind of instance of the board"
    )
    group.addoption(
        "--attached",
        action="append",
        default=[],
        metavar="NAME",
        help="which attached board, by its entry's name or its probe's unique id; `harness boards --scan` lists them",
    )
    add_farm_options(group.addoption)
    group.addoption(
        "--engine",
        metavar="NAME[,NAME]",
        help="engines inside the firmware: builtin, tflm, tflm-ref, auto; several are compared (default: the board's)",
    )
    group.addoption("--suite", action="append", metavar="NAME", help="run only suites of this name")
    group.addoption("--vectors", type=positive, metavar="N", help="only the first N vectors; bars are not judged")
    group.addoption(
        "--shard-vectors",
        type=positive,
        default=1,
        metavar="N",
        help="spread the vectors of a run over up to N targets of its board at once",
    )
    group.addoption(
        "--repeat",
        type=positive,
        metavar="N",
        help=f"timed windows per model (default: {EMULATED_WINDOWS} where emulated, else {REAL_TIME_WINDOWS})",
    )
    group.addoption(
        "--inference-timeout", type=seconds, default=DEFAULT_TIMEOUT_S, metavar="S", help="of one inference, in seconds"
    )
    group.addoption("--check", action="store_true", help="compare every output with the official interpreter's")
    group.addoption("--sanitize", action="store_true", help="native only: address and undefined-behaviour sanitizers")
    group.addoption("--reports-dir", type=Path, metavar="DIR", help="where sessions are written (default: reports/)")
    group.addoption(
        "--boards-file", action="append", type=Path, default=[], metavar="FILE", help="a further boards.toml"
    )
    parser.addini("harness_board", "boards to run on when --board is not given", type="args", default=[])


def named_boards(config: pytest.Config) -> list[str]:
    """The boards that the options or the settings name; none in a run that has nothing to do with boards."""
    named: list[str] = config.getoption("board") or config.getini("harness_board")
    return named


def concerns_boards(config: pytest.Config) -> bool:
    """Whether any option or setting of the harness is given."""
    choices: tuple[tuple[str, object], ...] = (
        ("engine", None),
        ("target", "auto"),
        ("attached", []),
        ("farm", None),
        ("farm_tag", []),
        ("boards_file", []),
        ("suite", None),
        ("sanitize", False),
    )
    return bool(named_boards(config)) or any(config.getoption(name) != default for name, default in choices)


def uses_farm(config: pytest.Config) -> bool:
    """Whether the options name a farm."""
    return bool(config.getoption("target") == "farm" or config.getoption("farm") or config.getoption("farm_tag"))


@dataclass(frozen=True)
class Selection:
    """What the options of this run select, checked. `places` and `engines` are each board's, by the board's name.

    `known_boards` are the names of all that could be selected.
    """

    boards: tuple[Board, ...]
    known_boards: frozenset[str]
    target: str
    farm: FarmOptions | None
    places: Mapping[str, Place]
    engine: str | None
    engines: Mapping[str, tuple[Engine, ...]]
    suites: frozenset[str]
    vectors: int | None
    shards: int
    repeats: int | None
    check: bool
    sanitize: bool
    timeout_s: float
    reports_dir: Path

    def place_of(self, board: Board) -> Place:
        """Also of a board that no option names, such as a test's own."""
        return self.places.get(board.name) or Place(check_target(board, self.target), farm=self.farm)

    def engines_of(self, board: Board) -> tuple[Engine, ...]:
        """Also of a board that no option names, such as a test's own."""
        return self.engines.get(board.name) or choose_engines(self.engine, board.engine)

    def setups(self) -> list[tuple[Board, Engine, str]]:
        """Every board with each of its engines, and what the two are called in the name of a test."""
        return [
            (board, engine, board.name if len(engines) == 1 else f"{board.name}-{engine.name}")
            for board in self.boards
            for engines in [self.engines_of(board)]
            for engine in engines
        ]


def _check_sanitizers(boards: Iterable[Board]) -> None:
    from harness.build import require_sanitizers

    for board in boards:
        require_sanitizers(board)


def read_selection(config: pytest.Config) -> Selection:
    """The options' meaning.

    Raises:
        pytest.UsageError: an unknown board, target or engine, an engine that cannot be had, an attached board that is
            not there, sanitizers on a board that has none, or a boards.toml that cannot be used.
    """
    given = named_boards(config) or [FALLBACK_BOARD]
    try:
        files = boards_files(config.rootpath, config.getoption("boards_file"))
        known = load_boards(files)
        boards = pick_boards(known, given)
        farm = read_farm_options(*map(config.getoption, ("target", "farm", "farm_tag", "farm_timeout")))
        target = "farm" if farm else config.getoption("target")
        places = choose_places(boards, target, files, config.getoption("attached"), farm)
        if config.getoption("sanitize"):
            _check_sanitizers(boards)
        engines = {board.name: choose_engines(config.getoption("engine"), board.engine) for board in boards}
        if config.getoption("check"):
            from harness.model.oracle import require_oracle

            require_oracle()
    except HarnessError as error:
        raise pytest.UsageError(str(error)) from None
    return Selection(
        boards=boards,
        known_boards=frozenset(known),
        target=target,
        farm=farm,
        places=places,
        engine=config.getoption("engine"),
        engines=engines,
        suites=frozenset(config.getoption("suite") or ()),
        vectors=config.getoption("vectors"),
        shards=config.getoption("shard_vectors"),
        repeats=config.getoption("repeat"),
        check=config.getoption("check"),
        sanitize=config.getoption("sanitize"),
        timeout_s=config.getoption("inference_timeout"),
        reports_dir=config.getoption("reports_dir") or config.rootpath / "reports",
    )
