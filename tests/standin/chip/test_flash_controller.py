"""The rules of RM0351 3.3.5 to 3.3.7: what the controller does, and what it refuses with which flag."""

from __future__ import annotations

import mmap
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.standin.chip.bus import BusError
from harness.standin.chip.flash_controller import (
    BKER,
    BSY,
    CR,
    EOP,
    EOPIE,
    ERRORS,
    KEYR,
    KEYS,
    LOCK,
    MER1,
    MER2,
    OPTR,
    PAGE_BYTES,
    PER,
    PG,
    PGAERR,
    PGSERR,
    PNB_SHIFT,
    PROGERR,
    SIZERR,
    SR,
    START,
    WRPERR,
    FlashController,
)
from harness.standin.folder import Faults

PAGES = 8  # in two banks
BYTES = PAGES * PAGE_BYTES
ERASED = b"\xff" * BYTES


class Flash:
    """A controller, and what it works on."""

    def __init__(self, **faults: Any) -> None:
        self.array = mmap.mmap(-1, BYTES)
        self.array[:] = ERASED
        self.controller = FlashController(self.array, Faults(**faults))

    def unlock(self) -> None:
        for key in KEYS:
            self.controller.write_register(KEYR, 4, key)

    def control(self, value: int) -> None:
        self.controller.write_register(CR, 4, value)

    def program(self, offset: int, low: int, high: int) -> int:
        """The flags that it raised."""
        self.control(PG)
        self.controller.write(offset, 4, low)
        self.controller.write(offset + 4, 4, high)
        return self.status()

    def erase(self, page: int) -> int:
        bank, number = divmod(page, PAGES // 2)
        self.control(PER | number << PNB_SHIFT | (BKER if bank else 0) | START)
        return self.status()

    def status(self) -> int:
        return self.controller.read_register(SR, 4)

    def is_locked(self) -> bool:
        return bool(self.controller.read_register(CR, 4) & LOCK)


@pytest.fixture
def flash() -> Flash:
    flash = Flash()
    flash.unlock()
    return flash


def test_it_is_locked_until_both_keys_come_in_order() -> None:
    flash = Flash()
    assert flash.is_locked()
    flash.control(PG)
    flash.controller.write(0, 4, 1)
    assert flash.status() == PGSERR and flash.array[:] == ERASED
    flash.unlock()
    assert not flash.is_locked()


def test_a_wrong_key_locks_it_until_the_next_reset() -> None:
    flash = Flash()
    flash.controller.write_register(KEYR, 4, KEYS[1])
    flash.unlock()
    assert flash.is_locked()
    flash.controller.reset()
    flash.unlock()
    assert not flash.is_locked()


def test_it_can_be_locked_again(flash: Flash) -> None:
    flash.control(LOCK)
    flash.control(PG)
    assert flash.is_locked()
    flash.unlock()
    assert not flash.is_locked()


def test_a_double_word_is_programmed_by_its_second_word(flash: Flash) -> None:
    flash.control(PG)
    flash.controller.write(8, 4, 0x11223344)
    assert flash.array[8:16] == b"\xff" * 8
    flash.controller.write(12, 4, 0x55667788)
    assert flash.array[8:16] == bytes.fromhex("4433221188776655")
    assert flash.controller.read(8, 8) == 0x5566778811223344
    assert flash.status() == 0


def test_the_end_of_an_operation_is_told_where_it_is_asked_for(flash: Flash) -> None:
    flash.control(PG | EOPIE)
    flash.controller.write(0, 4, 1)
    flash.controller.write(4, 4, 2)
    assert flash.status() == EOP
    flash.controller.write_register(SR, 4, EOP)
    assert flash.status() == 0


def test_what_is_not_erased_is_not_programmed_but_with_zeros(flash: Flash) -> None:
    assert flash.program(0, 1, 2) == 0
    assert flash.program(0, 1, 0) == PROGERR
    assert flash.array[0:8] == bytes((1, 0, 0, 0, 2, 0, 0, 0))
    flash.controller.write_register(SR, 4, ERRORS)
    assert flash.program(0, 0, 0) == 0
    assert flash.array[0:8] == bytes(8)


def test_bytes_and_half_words_are_refused(flash: Flash) -> None:
    flash.control(PG)
    flash.controller.write(0, 2, 1)
    assert flash.status() == SIZERR


@pytest.mark.parametrize("offsets", [[4], [0, 8], [0, 0], [2]])
def test_words_of_two_double_words_are_refused(flash: Flash, offsets: list[int]) -> None:
    flash.control(PG)
    for offset in offsets:
        flash.controller.write(offset, 4, 1)
    assert flash.status() == PGAERR and flash.array[:] == ERASED


def test_after_an_error_nothing_is_done_until_it_is_cleared(flash: Flash) -> None:
    flash.program(0, 1, 2)
    flash.program(0, 3, 4)
    assert flash.program(8, 1, 2) == PROGERR | PGSERR
    assert flash.erase(0) == PROGERR | PGSERR
    flash.controller.write_register(SR, 4, ERRORS)
    assert flash.erase(0) == 0


@pytest.mark.parametrize("page", [0, 3, 4, 7])
def test_a_page_is_erased_alone(flash: Flash, page: int) -> None:
    flash.array[:] = bytes(BYTES)
    assert flash.erase(page) == 0
    begin = page * PAGE_BYTES
    assert flash.array[:] == bytes(begin) + b"\xff" * PAGE_BYTES + bytes(BYTES - begin - PAGE_BYTES)


def test_a_page_that_is_not_there_is_not_erased(flash: Flash) -> None:
    flash.array[:] = bytes(BYTES)
    flash.control(PER | PAGES // 2 << PNB_SHIFT | START)
    assert flash.array[:] == bytes(BYTES)


@pytest.mark.parametrize(("banks", "erased"), [(MER1, (1, 0)), (MER2, (0, 1)), (MER1 | MER2, (1, 1))])
def test_banks_are_erased(flash: Flash, banks: int, erased: tuple[int, int]) -> None:
    flash.array[:] = bytes(BYTES)
    flash.control(banks | START)
    assert flash.array[:] == b"".join((b"\xff" if bank else b"\0") * (BYTES // 2) for bank in erased)


def test_programming_and_erasing_at_once_is_refused(flash: Flash) -> None:
    flash.control(PG | PER | START)
    assert flash.status() == PGSERR


def test_a_protected_page_keeps_its_content() -> None:
    flash = Flash(wrperr_page=1)
    flash.unlock()
    assert flash.program(PAGE_BYTES, 1, 2) == WRPERR
    flash.controller.write_register(SR, 4, ERRORS)
    assert flash.erase(1) == WRPERR
    flash.controller.write_register(SR, 4, ERRORS)
    flash.control(MER1 | START)
    assert flash.status() == WRPERR and flash.array[:] == ERASED


def test_one_double_word_fails_on_demand() -> None:
    flash = Flash(progerr_at_dword=1)
    flash.unlock()
    assert flash.program(0, 1, 2) == 0
    assert flash.program(8, 1, 2) == PROGERR


def test_a_stuck_controller_is_busy_after_its_first_operation() -> None:
    flash = Flash(stuck_bsy=True)
    flash.unlock()
    assert flash.erase(0) == BSY
    flash.control(LOCK)
    assert flash.status() == BSY and not flash.is_locked()


@pytest.mark.parametrize(("level", "rdp"), [(0, 0xAA), (1, 0x55), (2, 0xCC)])
def test_option_bytes_tell_the_readout_protection(level: int, rdp: int) -> None:
    assert Flash(rdp_level=level).controller.read_register(OPTR, 4) & 0xFF == rdp


def test_a_locked_chip_shows_a_debugger_nothing() -> None:
    flash = Flash(rdp_level=1)
    flash.unlock()
    flash.control(PG)
    with pytest.raises(BusError):
        flash.controller.read(0, 4)
    with pytest.raises(BusError):
        flash.controller.write(0, 4, 1)


words = st.sampled_from((0, 1, 0xFFFFFFFF))
offsets = st.integers(0, 15).map(lambda word: 4 * word)
steps = st.one_of(
    st.tuples(st.just("key"), st.sampled_from((*KEYS, 0))),
    st.tuples(st.just("control"), st.sampled_from((PG, PER, PER | START, PG | PER | START, LOCK, 0))),
    st.tuples(st.just("clear"), st.just(ERRORS)),
    st.tuples(st.just("write"), st.tuples(offsets, st.sampled_from((4, 4, 4, 2)), words)),
    st.tuples(st.just("double word"), st.tuples(offsets, words, words)),
)


@given(st.booleans(), st.lists(steps, max_size=40))
def test_a_double_word_changes_only_when_erased_or_to_zeros(unlocked: bool, commands: list[tuple[str, Any]]) -> None:
    flash = Flash()
    if unlocked:
        flash.unlock()
    for command, argument in commands:
        before = flash.array[:]
        was_locked, had_error = flash.is_locked(), bool(flash.status() & ERRORS)
        if command == "key":
            flash.controller.write_register(KEYR, 4, argument)
        elif command == "control":
            flash.control(argument)
        elif command == "clear":
            flash.controller.write_register(SR, 4, argument)
        elif command == "write":
            flash.controller.write(*argument)
        else:
            flash.program(*argument)
        changed = [at for at in range(0, BYTES, 8) if before[at : at + 8] != flash.array[at : at + 8]]
        assert not (changed and (was_locked or had_error))
        for at in changed:
            old, new = before[at : at + 8], flash.array[at : at + 8]
            allowed = (b"\xff" * 8,) if command == "control" else (bytes(8),)
            assert new in allowed or (old == b"\xff" * 8 and command != "control")
