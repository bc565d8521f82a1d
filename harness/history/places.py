"""Places where sessions are shared: a folder, or a URL of any store that fsspec knows.

A place holds files, which are written all or nothing, and then never change.
"""

from __future__ import annotations

import contextlib
import os
import posixpath
import shutil
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

from harness.errors import ReportError
from harness.history.archive import PIECE_BYTES


class PlaceError(ReportError):
    """A place that cannot be reached, read or written."""


class MissingError(PlaceError):
    """A file that is not there, or the place itself."""


class Place(ABC):
    """Files in folders, by name: `folder/file`. Every method raises PlaceError where the place fails.

    Attributes:
        described: for messages.
    """

    def __init__(self, described: str) -> None:
        self.described = described
        self._made: set[str] = set()

    def names(self, folder: str) -> list[str]:
        """The files of a folder; none where there is no such folder.

        Raises:
            MissingError: the place itself is not there, such as a share that is not mounted; not every kind can tell.
        """
        with contextlib.suppress(MissingError), self._talking():
            return self._list(folder)
        with self._talking():
            self._look()
        return []

    def read(self, name: str) -> Iterator[bytes]:
        """A file, piece by piece. Raises: MissingError: there is none."""
        with self._talking(), self._open(name) as file:
            while piece := file.read(PIECE_BYTES):
                yield piece

    def put(self, name: str, content: BinaryIO) -> None:
        """Write a file. It is there wholly, or not at all."""
        *parents, _ = accumulate(name.split("/"), posixpath.join)
        with self._talking():
            for folder in parents:  # not the place itself: where a share is not mounted, none is to be made
                if folder not in self._made:
                    with contextlib.suppress(FileExistsError):
                        self._make_folder(folder)
                    self._made.add(folder)
            self._write(name, content)

    @abstractmethod
    def _list(self, folder: str) -> list[str]: ...

    @abstractmethod
    def _look(self) -> None:
        """Raises: FileNotFoundError: the place is not there."""

    @abstractmethod
    def _open(self, name: str) -> BinaryIO: ...

    @abstractmethod
    def _make_folder(self, folder: str) -> None: ...

    @abstractmethod
    def _write(self, name: str, content: BinaryIO) -> None: ...

    @contextlib.contextmanager
    def _talking(self) -> Iterator[None]:
        """Turns whatever a place fails with into a PlaceError: each kind has exceptions of its own."""
        try:
            yield
        except Exception as error:
            kind = MissingError if isinstance(error, FileNotFoundError) else PlaceError
            reason = error.strerror if isinstance(error, OSError) and error.strerror else error
            raise kind(f"{self.described}: {reason}", "see to it, then repeat the command: it goes on") from error


def open_place(place: str) -> Place:
    """The place at a path or a URL.

    Raises:
        PlaceError: what speaks that URL's language is not installed.
    """
    if "://" in place and not place.startswith("file://"):
        return UrlPlace(place)
    return FolderPlace(Path(place.removeprefix("file://")))


class FolderPlace(Place):
    """A folder, perhaps one that other computers have mounted, too."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self._folder = folder

    def _list(self, folder: str) -> list[str]:
        return os.listdir(self._folder / folder)  # noqa: PTH208  names alone

    def _look(self) -> None:
        self._folder.stat()

    def _open(self, name: str) -> BinaryIO:
        return (self._folder / name).open("rb")

    def _make_folder(self, folder: str) -> None:
        (self._folder / folder).mkdir()

    def _write(self, name: str, content: BinaryIO) -> None:
        file = self._folder / name
        part = file.with_name(f".{uuid.uuid4().hex}.part")
        try:
            with part.open("xb") as sink:
                shutil.copyfileobj(content, sink)
                sink.flush()
                os.fsync(sink.fileno())  # what has a name must have been written, whatever fails then
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)


class UrlPlace(Place):
    """A store behind a URL, by fsspec."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        try:
            import fsspec

            self._store, self._root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:  # no back-end, or no such protocol
            raise PlaceError(
                f"{url}: {error}", "for s3:// pip install 'tinyhil[s3]', for others fsspec and what it asks for"
            ) from None

    def _list(self, folder: str) -> list[str]:
        self._store.invalidate_cache()  # others write there, too
        return [posixpath.basename(path) for path in self._store.ls(f"{self._root}/{folder}", detail=False)]

    def _look(self) -> None:
        """A folder without files is none in most stores: what has none yet cannot be told from what is not there."""

    def _open(self, name: str) -> BinaryIO:
        opened: BinaryIO = self._store.open(f"{self._root}/{name}", "rb")
        return opened

    def _make_folder(self, folder: str) -> None:
        self._store.mkdir(f"{self._root}/{folder}", create_parents=False)

    def _write(self, name: str, content: BinaryIO) -> None:
        with self._store.transaction, self._store.open(f"{self._root}/{name}", "wb") as sink:
            shutil.copyfileobj(content, sink)
