"""`--target` and `--attached`: which board a run takes, and what is said when none or several could be meant."""

from __future__ import annotations

import pytest

ENTRY = '[attached.{name}]\nboard = "stm32l475"\nprobe = "{probe}"\nport = "{port}"\nstand_in = true\n'


@pytest.fixture(autouse=True)
def project(pytester: pytest.Pytester) -> None:
    """A test on a board, and two stand-ins, of which the first one's port is there."""
    ports = [pytester.path / name for name in ("first", "second")]
    ports[0].touch()
    pytester.makefile(
        ".toml", boards="".join(ENTRY.format(name=port.name, probe=port.name.upper(), port=port) for port in ports)
    )
    pytester.makepyfile("def test_board(bench): print(bench.target, bench.instance and bench.instance.name)")


def run(pytester: pytest.Pytester, *options: str) -> pytest.RunResult:
    return pytester.runpytest_subprocess("-rP", *options)


def test_auto_takes_the_one_that_is_there(pytester: pytest.Pytester) -> None:
    result = run(pytester, "--board=stm32l475")
    result.stdout.fnmatch_lines(["tinyhil: board stm32l475 (attached: first, a stand-in), engine *", "attached first"])


def test_auto_is_emulated_where_none_is_there(pytester: pytest.Pytester) -> None:
    (pytester.path / "first").unlink()
    result = run(pytester, "--board=stm32l475")
    result.stdout.fnmatch_lines(["tinyhil: board stm32l475 (emulated), engine *", "emulated None"])


def test_emulated_is_emulated_whatever_is_there(pytester: pytest.Pytester) -> None:
    run(pytester, "--board=stm32l475", "--target=emulated").stdout.fnmatch_lines(["emulated None"])


def test_one_of_several_must_be_named(pytester: pytest.Pytester) -> None:
    (pytester.path / "second").touch()
    result = run(pytester, "--board=stm32l475")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*2 boards could be meant by stm32l475: first, second", "*--attached=first"])
    for name in ("second", "SECOND"):
        result = run(pytester, "--board=stm32l475", f"--attached={name}")
        result.stdout.fnmatch_lines(["attached second"])


def test_attached_never_falls_back(pytester: pytest.Pytester) -> None:
    (pytester.path / "first").unlink()
    result = run(pytester, "--board=stm32l475", "--target=attached")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*no stm32l475 is attached: looked for attached.first (port */first), attached.second (port */second)*"]
    )


def test_an_entry_of_an_unknown_board_is_refused(pytester: pytest.Pytester) -> None:
    file = pytester.path / "boards.toml"
    file.write_text(file.read_text().replace("stm32l475", "stm32l457", 1))
    result = run(pytester, "--board=stm32l475")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*attached.first.board: unknown board 'stm32l457'", "*nearest: stm32l475*"])
