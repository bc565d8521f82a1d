"""An archive is made of the files alone, and what comes out is what went in, inside of its folder."""

from __future__ import annotations

import io
import os
import tarfile
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.history.archive import DamagedError, packed, unpack


def fill(folder: Path, names: list[str]) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"content of {name}")
    return folder


def contents(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}


def archive_of(*members: tarfile.TarInfo) -> io.BytesIO:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as tar:
        for member in members:
            tar.addfile(member, io.BytesIO(b"x" * member.size))
    content.seek(0)
    return content


def member(name: str, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type = kind
    made.linkname = "/etc/passwd"
    return made


def test_equal_files_make_equal_archives(tmp_path: Path) -> None:
    names = ["session.json", "runs.parquet", "traces/a.bin", "ö" * 90]
    first, second = fill(tmp_path / "first", names), fill(tmp_path / "second", names[::-1])
    os.utime(second / "runs.parquet", (1, 1))
    (second / "runs.parquet").chmod(0o600)
    with packed(first) as one, packed(second) as two:
        assert one.sha256 == two.sha256
        assert one.content.read() == two.content.read()
    (second / "runs.parquet").write_text("other")
    with packed(first) as one, packed(second) as two:
        assert one.sha256 != two.sha256


def test_what_is_packed_comes_out_again_without_hidden_files(tmp_path: Path) -> None:
    folder = fill(tmp_path / "session", ["session.json", "traces/a.bin"])
    wanted = contents(folder)
    fill(folder, [".part", ".hidden/file"])
    with packed(folder) as archive:
        unpack(archive.content, tmp_path / "again")
    assert contents(tmp_path / "again") == wanted


NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(st.dictionaries(NAMES.filter(lambda name: not name.startswith(".")), st.binary(max_size=2000)))
def test_any_files_come_out_as_they_went_in(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        session, again = Path(name, "session"), Path(name, "again")
        session.mkdir()
        for file, content in files.items():
            (session / file).write_bytes(content)
        with packed(session) as archive:
            unpack(archive.content, again)
        assert {file.name: file.read_bytes() for file in again.iterdir()} == files


@pytest.mark.parametrize(
    "hostile",
    [
        member("/absolute"),
        member("../outside"),
        member("a/../../outside"),
        member(".hidden"),
        member("link", tarfile.SYMTYPE),
        member("link", tarfile.LNKTYPE),
        member("device", tarfile.CHRTYPE),
    ],
    ids=lambda hostile: f"{hostile.name}-{hostile.type.decode()}",
)
def test_what_is_no_file_of_a_session_is_refused(tmp_path: Path, hostile: tarfile.TarInfo) -> None:
    with pytest.raises(DamagedError, match="no file of a session"):
        unpack(archive_of(hostile), tmp_path / "session")
    assert [file for file in tmp_path.rglob("*") if not file.is_dir()] == []


@pytest.mark.parametrize("content", [b"no archive", b"\x00" * 100, b"x" * 512])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(DamagedError, match="no archive"):
        unpack(io.BytesIO(content), tmp_path / "session")
