"""Write fitted values into boards.toml; everything else in the file stays as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.config.boards import Board, load_boards
from harness.errors import ConfigError
from harness.paths import shipped_boards_file

Calibration = Mapping[tuple[str, str], float | str]  # (table of the board's entry, key) to value


def own_boards_file(board: Board, root: Path) -> Path:
    """The file to change: the one that defines `board`, but `root`'s own boards.toml for an entry that is shipped."""
    own = root / "boards.toml"
    return own if board.source.resolve() == shipped_boards_file().resolve() else board.source


def write_calibration(board: Board, file: Path, values: Calibration, remark: str) -> None:
    """Set `values` in the entry of `board` in `file`, copied there first where it has none.

    A comment below the entry's heading keeps what each value was: `remark`, then "key old -> new".

    Raises:
        ConfigError: the file cannot be read or written, or would not be valid with these values.
    """
    import tomlkit

    text = _text_with_entry(board, file)
    document = tomlkit.parse(text)
    entry: Any = document["boards"][board.name]
    for table, _ in values:
        if table not in entry:
            place = f"boards.{board.name}"
            raise ConfigError(f"{file}: {place}: no table {table} to calibrate", f"add [{place}.{table}]")
    history = [_set(entry[table], key, value) for (table, key), value in values.items()]
    changed = _with_comment(tomlkit.dumps(document), board.name, f"# {remark}: {', '.join(history)}")
    _replace(file, changed)


def _text_with_entry(board: Board, file: Path) -> str:
    import tomlkit

    text = _read(file) if file.exists() else ""
    if board.name in tomlkit.parse(text).get("boards", {}):
        return text
    boards = tomlkit.table(is_super_table=True)
    boards.append(board.name, tomlkit.parse(_read(board.source))["boards"][board.name])
    entry = tomlkit.document()
    entry.append("boards", boards)
    return "\n".join(part for part in (text, tomlkit.dumps(entry).rstrip() + "\n") if part)


def _set(table: Any, key: str, value: float | str) -> str:
    """Sets it and says "key old -> new". A comment beside the old value spoke of that: it goes with it."""
    from tomlkit.items import Table

    if key not in table:
        # A table without a heading of its own gets one, and would repeat its first table's comment there.
        if isinstance(table, Table) and table.is_super_table():
            table.trivia.comment, table.trivia.comment_ws = "", ""
        table[key] = value
        return f"{key} unset -> {value}"
    old = table[key]
    source = f" ({old.trivia.comment.lstrip('# ')})" if old.trivia.comment else ""
    was = f"{key} {old.as_string()}{source}"
    table[key] = value
    trivia = table[key].trivia
    trivia.comment, trivia.comment_ws = "", ""
    return f"{was} -> {value}"


def _with_comment(text: str, board: str, comment: str) -> str:
    """`comment` below the heading of the board's entry; on top of the file where it has none."""
    heading = re.compile(rf"^\[boards\.[\"']?{re.escape(board)}[\"']?\].*\n", re.MULTILINE)
    changed, count = heading.subn(lambda found: f"{found[0]}{comment}\n", text, count=1)
    return changed if count else f"{comment}\n{text}"


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: cannot be read: {error}", "make it a readable UTF-8 file") from None


def _replace(file: Path, text: str) -> None:
    """All or nothing, and only by what can be loaded."""
    part = file.with_name(f".{file.name}.part")
    try:
        part.write_text(text, "utf-8")
        load_boards([part])
        part.replace(file)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be written: {error.strerror}", "make it writable") from None
    finally:
        part.unlink(missing_ok=True)
