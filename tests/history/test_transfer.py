"""Sessions come through a place unharmed, whatever happens on the way, and whoever else writes there."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest
from support.s3_server import s3_server
from support.session_records import int8_run
from synthetic_sessions import write_sessions

from harness.errors import ReportError
from harness.history import Moved, PlaceError, Step, ended_sessions, open_place, pull, push, read_index
from harness.history import transfer as transfer_module
from harness.history.archive import unpack
from harness.history.places import FolderPlace, Place
from harness.report import read_session

MakeSession = Callable[..., Path]


@pytest.fixture
def share(tmp_path: Path) -> Place:
    (tmp_path / "share").mkdir()
    return open_place(str(tmp_path / "share"))


def push_all(reports: Path, place: Place) -> Counter[Step]:
    return Counter(moved.step for moved in push(ended_sessions(read_index(reports)), place))


def pull_all(place: Place, reports: Path) -> Counter[Step]:
    return Counter(moved.step for moved in pull(place, reports))


def files(folder: Path) -> dict[str, bytes]:
    visible = (file for file in folder.glob("*/**/*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in visible}


def test_sessions_come_through_and_once_is_enough(reports: Path, tmp_path: Path, share: Place) -> None:
    write_sessions(reports, 3)
    other = tmp_path / "other"
    assert push_all(reports, share) == {Step.MOVED: 3}
    assert push_all(reports, share) == {Step.PRESENT: 3}
    assert pull_all(share, other) == {Step.MOVED: 3}
    assert pull_all(share, other) == {Step.PRESENT: 3}
    assert files(other) == files(reports)
    assert push_all(other, share) == {Step.PRESENT: 3}


def test_an_object_is_named_by_its_content(
    reports: Path, tmp_path: Path, make_session: MakeSession, share: Place
) -> None:
    make_session("one")
    push_all(reports, share)
    (file,) = (tmp_path / "share").rglob("*.tar")
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    assert file.relative_to(tmp_path / "share") == Path("objects", sha256[:2], f"{sha256}.tar")
    assert [entry.name for entry in (tmp_path / "share" / "sessions").iterdir()] == [f"one.{sha256}"]


def test_chosen_sessions_alone_are_pulled(
    reports: Path, tmp_path: Path, make_session: MakeSession, share: Place
) -> None:
    for name in ("one", "two"):
        make_session(name)
    push_all(reports, share)
    assert list(pull(share, tmp_path / "other", ["two"])) == [Moved("two", Step.MOVED)]
    with pytest.raises(PlaceError, match=r"no session 'tow' in .*share\n  fix: there are others, such as two"):
        next(pull(share, tmp_path / "other", ["tow"]))


def test_a_place_without_sessions_says_so(tmp_path: Path, share: Place) -> None:
    with pytest.raises(PlaceError, match="no session in"):
        next(pull(share, tmp_path / "other"))


def test_what_is_damaged_or_has_not_ended_is_not_pushed(reports: Path, make_session: MakeSession, share: Place) -> None:
    make_session("whole")
    (make_session("cut") / "vectors.parquet").write_bytes(b"PAR1")
    under_way = make_session("under_way") / "session.json"
    under_way.write_text(under_way.read_text().replace('"ended": "', '"ended": null, "was": "'))
    named = list(push([reports / name for name in ("cut", "under_way")], share))
    assert [(moved.id, moved.step) for moved in named] == [("cut", Step.SKIPPED), ("under_way", Step.SKIPPED)]
    assert "vectors.parquet" in named[0].reason
    assert named[1].reason == "not finished"
    assert push_all(reports, share) == {Step.MOVED: 1, Step.SKIPPED: 1}  # one that runs is not even tried


def test_two_sessions_of_one_id_are_both_kept(
    reports: Path, tmp_path: Path, make_session: MakeSession, share: Place
) -> None:
    make_session("same")
    push_all(reports, share)
    (reports / "same").rename(tmp_path / "first")
    make_session("same", int8_run())
    assert push_all(reports, share) == {Step.MOVED: 1}
    assert pull_all(share, reports) == {Step.MOVED: 1, Step.PRESENT: 1}
    assert pull_all(share, reports) == {Step.PRESENT: 2}
    pulled = next(folder for folder in reports.glob("same-*"))
    assert files(pulled.parent)[f"{pulled.name}/runs.parquet"] == (tmp_path / "first" / "runs.parquet").read_bytes()
    assert push_all(reports, share) == {Step.PRESENT: 2}


@pytest.mark.parametrize("id_in_file", ["../outside", "a/b", ".hidden", ""])
def test_an_id_that_is_no_name_of_a_file_is_refused(make_session: MakeSession, share: Place, id_in_file: str) -> None:
    folder = make_session("one")
    text = (folder / "session.json").read_text()
    (folder / "session.json").write_text(text.replace('"id": "one"', f'"id": "{id_in_file}"'))
    (moved,) = push([folder], share)
    assert moved.reason == f"its id {id_in_file!r} is no name of a file"


@pytest.mark.parametrize("damage", [lambda file: file.write_bytes(file.read_bytes()[:-1]), Path.unlink])
def test_a_damaged_object_is_named_and_the_others_come(
    reports: Path, tmp_path: Path, make_session: MakeSession, share: Place, damage: Callable[[Path], object]
) -> None:
    for name in ("one", "two"):
        make_session(name)
    push_all(reports, share)
    (entry,) = (tmp_path / "share" / "sessions").glob("one.*")
    damage(tmp_path / "share" / entry.read_text().strip())
    first, second = pull(share, tmp_path / "other")
    assert (first.id, first.step, second) == ("one", Step.SKIPPED, Moved("two", Step.MOVED))
    assert entry.read_text().strip() in first.reason
    assert [folder.name for folder in (tmp_path / "other").iterdir()] == ["two"]


class FailingPlace(FolderPlace):
    """A folder whose disk is full after so many files."""

    def __init__(self, folder: Path, room: int) -> None:
        super().__init__(folder)
        self.room = room

    def _write(self, name: str, content: BinaryIO) -> None:
        if self.room == 0:
            super()._write(name, FullDisk())
        self.room -= 1
        super()._write(name, content)


class FullDisk(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("room", range(6))
def test_a_push_that_breaks_off_goes_on_the_next_time(reports: Path, tmp_path: Path, share: Place, room: int) -> None:
    write_sessions(reports, 3)
    with pytest.raises(PlaceError, match="No space left on device"):
        push_all(reports, FailingPlace(tmp_path / "share", room))
    if pushed := room // 2:
        assert pull_all(share, tmp_path / "early") == {Step.MOVED: pushed}
    assert push_all(reports, share)[Step.MOVED] == 3 - pushed
    assert pull_all(share, tmp_path / "other") == {Step.MOVED: 3}
    assert files(tmp_path / "other") == files(reports)


def test_a_full_disk_where_sessions_are_pulled_to(
    reports: Path, tmp_path: Path, make_session: MakeSession, share: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_session("one")
    push_all(reports, share)

    def unpack_half(content: BinaryIO, folder: Path) -> None:
        folder.mkdir()
        (folder / "session.json").touch()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(transfer_module, "unpack", unpack_half)
    with pytest.raises(ReportError, match=r"other: cannot be written: No space left on device\n  fix: make room"):
        pull_all(share, tmp_path / "other")
    assert list((tmp_path / "other").iterdir()) == []


def test_another_who_pulls_the_same_into_the_same_folder_is_no_trouble(
    reports: Path, tmp_path: Path, make_session: MakeSession, share: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_session("one")
    push_all(reports, share)
    other = tmp_path / "other"

    def unpack_too_late(content: BinaryIO, folder: Path) -> None:
        unpack(content, folder)
        shutil.copytree(folder, other / "one")

    monkeypatch.setattr(transfer_module, "unpack", unpack_too_late)
    assert pull_all(share, other) == {Step.MOVED: 1}
    assert [folder.name for folder in other.iterdir()] == ["one"]
    assert files(other) == files(reports)


PUSHING = """
import sys
from pathlib import Path
from harness.history import ended_sessions, open_place, push, read_index

sys.stdin.readline()
for _ in push(ended_sessions(read_index(Path(sys.argv[1]))), open_place(sys.argv[2])):
    pass
"""


def test_two_who_push_at_once_lose_nothing(
    tmp_path: Path, share: Place, start_python: Callable[..., subprocess.Popen[str]]
) -> None:
    write_sessions(tmp_path / "a", 30)
    write_sessions(tmp_path / "b", 30, first=20)  # ten of them are those of the other, too
    processes = [start_python(PUSHING, tmp_path / name, tmp_path / "share") for name in "ab"]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.wait() for process in processes] == [0, 0]
    assert sum(pull_all(share, tmp_path / "all").values()) == len(list((tmp_path / "share" / "sessions").iterdir()))
    found = read_index(tmp_path / "all")
    assert (len(found.summaries), found.unreadable) == (50, {})


def test_a_server_that_goes_away_and_comes_back(reports: Path, tmp_path: Path) -> None:
    write_sessions(reports, 3)
    with s3_server() as server:
        place = open_place(server.url)
        moves = push(ended_sessions(read_index(reports)), place)
        assert next(moves).step is Step.MOVED
        server.stop()
        with pytest.raises(PlaceError, match="s3://"):
            next(moves)
        server.start()
        assert pull_all(place, tmp_path / "early") == {Step.MOVED: 1}
        assert push_all(reports, place) == {Step.MOVED: 2, Step.PRESENT: 1}
        assert pull_all(place, tmp_path / "other") == {Step.MOVED: 3}
    assert files(tmp_path / "other") == files(reports)
    assert [read_session(folder).info.id for folder in ended_sessions(read_index(tmp_path / "other"))] == [
        folder.name for folder in ended_sessions(read_index(reports))
    ]
