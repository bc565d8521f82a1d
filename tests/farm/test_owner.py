from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.farm import Owner, owner, read_owner, this_process

WORDS = st.text("abcxyz-_.+0123456789", min_size=1)
HEX = st.text("0123456789abcdef", min_size=8, max_size=8)
NUMBERS = st.integers(0, 1 << 40)


@given(st.builds(Owner, WORDS, WORDS, NUMBERS, NUMBERS, HEX, HEX))
def test_a_name_tells_its_owner(one: Owner) -> None:
    assert read_owner(str(one)) == one


@pytest.mark.parametrize("name", ["", "host/anna", "host/anna+tinyhil", "host/anna+tinyhil-1-2-3-4"])
def test_other_names_are_nobodys(name: str) -> None:
    assert read_owner(name) is None


def test_this_process_lives() -> None:
    assert this_process().is_dead() is False


def test_a_process_that_ended_is_dead() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    assert ended.wait() == 0
    assert replace(this_process(), pid=ended.pid).is_dead()


def test_one_that_nobody_waited_for_is_dead() -> None:
    with subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE) as ended:
        assert ended.stdout is not None
        start = owner._started(ended.pid)
        ended.stdout.read()
        while owner._started(ended.pid) is not None:  # its output ends just before it
            pass
        assert replace(this_process(), pid=ended.pid, start=start or 0).is_dead()


def test_a_later_process_of_the_same_number_is_another() -> None:
    assert replace(this_process(), start=1).is_dead()


def test_processes_of_another_boot_are_dead_on_a_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, "_namespace", lambda: owner._FIRST_NAMESPACE)
    assert replace(this_process(), boot="00000000").is_dead()


def test_those_of_other_containers_cannot_be_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, "_namespace", lambda: "pid:[1]")
    assert replace(this_process(), boot="00000000").is_dead() is None
    assert replace(this_process(), machine="00000000").is_dead() is None


def test_those_of_other_computers_cannot_be_judged() -> None:
    assert replace(this_process(), host="elsewhere", pid=1).is_dead() is None
