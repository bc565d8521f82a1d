"""The socket that takes commands: from several clients, in any pieces, until it is closed."""

from __future__ import annotations

import contextlib
import errno
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.stand_in_desk import short_folder

from harness.errors import TargetError
from harness.standin.control import Control


def fail() -> None:
    raise TargetError("it is broken\nin two", "mend it")


def fill_the_disk() -> None:
    raise OSError(errno.ENOSPC, "No space left")


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def path(told: list[str]) -> Iterator[Path]:
    with short_folder() as folder:
        commands = {"note": lambda: told.append("note"), "fail": fail, "fill": fill_the_disk}
        control = Control(folder / "control", commands)
        with contextlib.closing(control):
            yield folder / "control"
        assert not (folder / "control").exists()


@contextlib.contextmanager
def client(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(10.0)
        line.connect(str(path))
        yield line


def answers(line: socket.socket, count: int) -> list[str]:
    with line.makefile() as lines:
        return [lines.readline() for _ in range(count)]


def test_commands_may_come_in_pieces_and_several_at_once(path: Path, told: list[str]) -> None:
    with client(path) as line:
        for piece in (b"no", b"te\nnote\nno", b"te\n"):
            line.sendall(piece)
        assert answers(line, 3) == ["ok\n"] * 3
    assert told == ["note"] * 3


def test_clients_do_not_wait_for_each_other(path: Path) -> None:
    with client(path) as idle, client(path) as line:
        idle.sendall(b"unfinished")
        line.sendall(b"note\n")
        assert answers(line, 1) == ["ok\n"]


def test_an_error_is_an_answer_of_one_line(path: Path) -> None:
    with client(path) as line:
        line.sendall(b"fail\nfill\nnothing\nnote\n")
        assert answers(line, 4) == [
            "error it is broken in two\n",
            f"error [Errno {errno.ENOSPC}] No space left\n",
            "error unknown command 'nothing': one of note, fail, fill\n",
            "ok\n",
        ]


def test_a_client_that_goes_without_its_answer_harms_nobody(path: Path) -> None:
    with client(path) as line:
        line.sendall(b"note\n")
    with client(path) as line:
        line.sendall(b"note\n")
        assert answers(line, 1) == ["ok\n"]


def test_a_path_that_is_too_long_for_a_socket_is_named() -> None:
    with pytest.raises(TargetError, match="short path"):
        Control(Path("/tmp") / ("x" * 120), {})
