"""Read a TOML file into validated structs; every error names file, key, cause and fix.

msgspec does the validation: it checks types strictly, imports in milliseconds and says which key is wrong.
"""

from __future__ import annotations

import difflib
import re
import tomllib
import typing
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from harness.errors import ConfigError

T = TypeVar("T")


def read_toml(path: Path) -> dict[str, Any]:
    """The file's tables.

    Raises:
        ConfigError: the file is missing, unreadable or not TOML.
    """
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file", "check the path") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}", "make it a readable UTF-8 file") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}", "mend the line it names") from None


def convert(value: object, kind: type[T], path: Path, key: str) -> T:
    """`value`, found in `path` under `key`, as the struct `kind`.

    Raises:
        ConfigError: a key is unknown or missing, or a value has the wrong type or range.
    """
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        cause, where = _split_location(str(error))
        place = ".".join(part for part in (key, where) if part)
        cause += _allowed(kind, where)
        raise ConfigError(": ".join(part for part in (str(path), place, cause) if part), _fix(cause, kind)) from None


def _allowed(kind: type, key: str) -> str:
    """The words that `key` of the struct `kind` can be, where it is one of a few."""
    if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
        return ""
    words = typing.get_args(typing.get_type_hints(kind).get(key))
    return f"; allowed: {', '.join(words)}" if words and all(isinstance(word, str) for word in words) else ""


def _split_location(message: str) -> tuple[str, str]:
    cause, _, location = message.partition(" - at `$")
    return cause, location.rstrip("`").lstrip(".").removeprefix("[...]").lstrip(".")


def _fix(cause: str, kind: type) -> str:
    if found := re.search(r"unknown field `(.+)`", cause):
        known = [field.encode_name for field in msgspec.structs.fields(kind)]
        return f"remove it, or use one of: {suggest(found[1], known)}"
    if "missing required field" in cause:
        return "add that key"
    return "correct that value"


def suggest(word: str, known: Iterable[str]) -> str:
    """The known words as a list for a message, nearest first when one is near."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    listed = ", ".join(names) or "none"
    return f"{listed} (nearest: {near[0]})" if near else listed
