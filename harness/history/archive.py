"""A session as one file: a tar archive, of equal bytes for equal files."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from harness.errors import ReportError

PIECE_BYTES = 1 << 20
IN_MEMORY_BYTES = 16 << 20  # an archive that is larger goes to a temporary file


class DamagedError(ReportError):
    """An archive that is not what it is said to be."""


@dataclass(frozen=True)
class Archive:
    """An open archive, at its begin. `sha256` is that of its bytes, in hexadecimal digits."""

    content: BinaryIO
    sha256: str


@contextlib.contextmanager
def packed(folder: Path) -> Iterator[Archive]:
    """The files of a session's folder and of folders in it, but for those whose names begin with a dot.

    Raises:
        OSError: a file cannot be read, or there is no room for the archive.
    """
    with scratch_file() as content:
        with tarfile.open(fileobj=content, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for name in _names(folder):
                member = tarfile.TarInfo(str(name))  # of nobody, and of no time: files alone make the archive
                with (folder / name).open("rb") as file:
                    member.size = file.seek(0, 2)
                    file.seek(0)
                    tar.addfile(member, file)
        yield Archive(content, digest(content))


@contextlib.contextmanager
def scratch_file() -> Iterator[BinaryIO]:
    """An empty file without a name."""
    with tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES) as file:
        yield cast(BinaryIO, file)


def digest(content: BinaryIO) -> str:
    """The SHA-256 of a file, which is then at its begin again."""
    content.seek(0)
    found = hashlib.sha256()
    while piece := content.read(PIECE_BYTES):
        found.update(piece)
    content.seek(0)
    return found.hexdigest()


def unpack(content: BinaryIO, folder: Path) -> None:
    """Write the files of an archive into a new folder.

    Raises:
        DamagedError: it is no archive of a session, whatever its hash says.
        OSError: a file cannot be written.
    """
    folder.mkdir()
    try:
        with tarfile.open(fileobj=content, mode="r:") as tar:
            for member in tar:
                _unpack_member(tar, member, folder)
    except (tarfile.TarError, EOFError) as error:
        raise DamagedError(f"it is no archive: {error}") from None


def _unpack_member(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    name = PurePosixPath(member.name)
    source = tar.extractfile(member) if member.isfile() and _is_inside(name) else None
    if source is None:
        raise DamagedError(f"it holds {member.name!r}, which is no file of a session")
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    with source, (folder / name).open("wb") as file:
        shutil.copyfileobj(source, file)


def _names(folder: Path) -> list[PurePosixPath]:
    names = (PurePosixPath(file.relative_to(folder).as_posix()) for file in folder.rglob("*") if file.is_file())
    return sorted(name for name in names if _is_inside(name))


def _is_inside(name: PurePosixPath) -> bool:
    """Neither hidden nor outside of the folder that it is to be in."""
    return not name.is_absolute() and bool(name.parts) and not any(part.startswith(".") for part in name.parts)
