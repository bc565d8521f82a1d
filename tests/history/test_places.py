"""What every kind of place does: files all or nothing."""

from __future__ import annotations

import errno
import io
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.s3_server import S3Server, s3_server

from harness.history.places import PIECE_BYTES, FolderPlace, MissingError, Place, PlaceError, UrlPlace, open_place


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@pytest.fixture(params=["folder", "file", "memory", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty place of each kind."""
    match request.param:
        case "folder":
            return open_place(str(tmp_path))
        case "file":
            return open_place(f"file://{tmp_path}")
        case "memory":
            return open_place(f"memory://{tmp_path.name}")
        case _:
            return open_place(f"{request.getfixturevalue('s3').url}/{tmp_path.name}")


class BreakingOff(io.BytesIO):
    """A file on a disk that fills up behind its first piece: whichever side fails, the copy stops there."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().read(1)


def test_the_kinds() -> None:
    assert isinstance(open_place("/mnt/share"), FolderPlace)
    assert isinstance(open_place("file:///mnt/share"), FolderPlace)
    assert isinstance(open_place("memory://x"), UrlPlace)


def test_what_is_put_is_there(place: Place) -> None:
    content = os.urandom(PIECE_BYTES + 1)
    assert place.names("a") == []
    place.put("a/large", io.BytesIO(content))
    place.put("a/small", io.BytesIO(b"x"))
    place.put("b/c/deep", io.BytesIO(b"y"))
    assert sorted(place.names("a")) == ["large", "small"]
    assert b"".join(place.read("a/large")) == content
    assert b"".join(place.read("b/c/deep")) == b"y"


def test_a_file_that_is_not_there(place: Place) -> None:
    with pytest.raises(MissingError):
        next(place.read("a/b"))


def test_what_breaks_off_leaves_nothing(place: Place) -> None:
    with pytest.raises(PlaceError, match=r"No space left on device\n  fix: see to it"):
        place.put("a/b", BreakingOff(b"1234"))
    assert place.names("a") == []
    place.put("a/b", io.BytesIO(b"1234"))
    assert place.names("a") == ["b"]


def test_a_place_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    place = open_place(str(tmp_path / "share"))
    with pytest.raises(MissingError, match=r"share: No such file or directory"):
        place.put("a/b", io.BytesIO(b"x"))
    (tmp_path / "share").mkdir()
    place.put("a/b", io.BytesIO(b"x"))
    shutil.rmtree(tmp_path / "share")
    with pytest.raises(PlaceError):
        place.put("a/c", io.BytesIO(b"x"))
    assert not (tmp_path / "share").exists()


def test_a_bucket_that_is_not_there_is_not_made(s3: S3Server) -> None:
    place = open_place("s3://nobody/x")
    assert place.names("a") == []
    with pytest.raises(PlaceError):
        place.put("a/b", io.BytesIO(b"x"))


@pytest.mark.parametrize("url", ["nonsense://x", "sftp://x"])
def test_a_url_that_nothing_speaks_says_what_to_install(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "paramiko", None)
    with pytest.raises(PlaceError, match=r"fix: for s3:// pip install 'tinyhil\[s3\]'"):
        open_place(url)
