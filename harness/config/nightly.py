"""`suites.toml`: what runs at night. Boards times suites times engines, how long it may take, and where results go."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from harness.config.engines import EngineName
from harness.config.numbers import duration
from harness.config.suites import Suite, load_suite
from harness.config.toml import convert, read_toml
from harness.errors import ConfigError

SUITE_FILE = "suite.toml"

NightlyTarget = Literal["auto", "emulated", "native", "attached", "farm"]
FailOn = Literal["regression", "missing"]
_Names = Annotated[tuple[str, ...], Meta(min_length=1)]


class Exclusion(Struct, frozen=True, forbid_unknown_fields=True):
    """Cells that are left out; what is not named may be any."""

    suite: str | None = None
    board: str | None = None
    engine: str | None = None

    def matches(self, suite: str, board: str, engine: str) -> bool:
        wanted = (self.suite, self.board, self.engine)
        return all(want in (None, have) for want, have in zip(wanted, (suite, board, engine), strict=True))


class Nightly(Struct, frozen=True):
    """The file, checked; paths are absolute.

    Attributes:
        path: of the file. Its folder is the project's: pytest runs there.
        engines: by default each board's own.
        budget_s: of all cells together.
        timeout_s: of one cell, which is ended then.
        farm: a coordinator's address, else the default one.
        store: a folder or a URL that sessions are pushed to.
        fail_on: what of the comparison with the last green night makes a night red.
        arguments: what pytest is given besides.
    """

    path: Path
    boards: tuple[str, ...]
    suites: tuple[Suite, ...]
    engines: tuple[EngineName, ...]
    exclude: tuple[Exclusion, ...]
    budget_s: float
    timeout_s: float
    target: NightlyTarget
    farm: str | None
    store: str | None
    fail_on: tuple[FailOn, ...]
    boards_files: tuple[Path, ...]
    arguments: tuple[str, ...]

    @property
    def root(self) -> Path:
        return self.path.parent


class _NightlyEntry(Struct, frozen=True, forbid_unknown_fields=True):
    budget: str
    timeout: str = "1h"
    target: NightlyTarget = "auto"
    farm: str | None = None
    store: str | None = None
    fail_on: tuple[FailOn, ...] = ("regression",)
    boards_files: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()


class _MatrixEntry(Struct, frozen=True, forbid_unknown_fields=True):
    boards: _Names
    suites: _Names
    engines: tuple[EngineName, ...] = ()


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    nightly: dict[str, Any]
    matrix: dict[str, Any]
    exclude: tuple[dict[str, Any], ...] = ()


def load_nightly(path: Path) -> Nightly:
    """What the file `path` says.

    Raises:
        ConfigError: it is missing or malformed, a key is wrong, or a suite that it names cannot be used.
    """
    path = path.resolve()
    tables = convert(read_toml(path), _File, path, "")
    entry = convert(tables.nightly, _NightlyEntry, path, "nightly")
    matrix = convert(tables.matrix, _MatrixEntry, path, "matrix")
    for key, names in (("boards", matrix.boards), ("suites", matrix.suites), ("engines", matrix.engines)):
        _refuse_repeated(path, key, names)
    if entry.farm is not None and entry.target != "farm":
        raise ConfigError(f'{path}: nightly.farm: target is "{entry.target}"', 'set target = "farm", or remove it')
    return Nightly(
        path=path,
        boards=matrix.boards,
        suites=_suites(path, matrix.suites),
        engines=matrix.engines,
        exclude=tuple(
            convert(table, Exclusion, path, f"exclude[{number}]") for number, table in enumerate(tables.exclude)
        ),
        budget_s=_duration(path, "budget", entry.budget),
        timeout_s=_duration(path, "timeout", entry.timeout),
        target=entry.target,
        farm=entry.farm,
        store=_store(path, entry.store),
        fail_on=entry.fail_on,
        boards_files=tuple(path.parent / name for name in entry.boards_files),
        arguments=entry.arguments,
    )


def _suites(path: Path, folders: Sequence[str]) -> tuple[Suite, ...]:
    files = [path.parent / folder / SUITE_FILE for folder in folders]
    for folder, file in zip(folders, files, strict=True):
        if not file.is_file():
            raise ConfigError(
                f"{path}: matrix.suites: no {SUITE_FILE} in {folder!r}",
                "name the folder of a suite, as seen from this file's",
            )
    suites = tuple(map(load_suite, files))
    _refuse_repeated(path, "suites", [suite.name for suite in suites])
    return suites


def _refuse_repeated(path: Path, key: str, names: Sequence[str]) -> None:
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise ConfigError(f"{path}: matrix.{key}: {repeated[0]!r} is there twice", "give it once")


def _duration(path: Path, key: str, text: str) -> float:
    try:
        return duration(text)
    except ArgumentTypeError as error:
        raise ConfigError(f"{path}: nightly.{key}: {error}", "write a number and its unit") from None


def _store(path: Path, store: str | None) -> str | None:
    """A folder is meant as seen from the file's."""
    return store if store is None or "://" in store else str(path.parent / store)
