"""The STM32L475's flash memory: its controller's registers (RM0351 rev 9, 3.7) and the rules of 3.3.5 to 3.3.7.

Operations take no time. Not there: fast programming, ECC, PCROP, and programming of option bytes.
"""

from __future__ import annotations

from mmap import mmap

from harness.standin.chip.bus import BusError
from harness.standin.folder import Faults

PAGE_BYTES = 2048
REGISTERS_ADDRESS = 0x40022000

KEYR, SR, CR, OPTR = 0x08, 0x10, 0x14, 0x20
KEYS = (0x45670123, 0xCDEF89AB)

EOP, OPERR, PROGERR, WRPERR = 1 << 0, 1 << 1, 1 << 3, 1 << 4
PGAERR, SIZERR, PGSERR, BSY = 1 << 5, 1 << 6, 1 << 7, 1 << 16
ERRORS = PROGERR | WRPERR | PGAERR | SIZERR | PGSERR
PG, PER, MER1, BKER, MER2, START = 1 << 0, 1 << 1, 1 << 2, 1 << 11, 1 << 15, 1 << 16
EOPIE, ERRIE, OPTLOCK, LOCK = 1 << 24, 1 << 25, 1 << 30, 1 << 31
PNB_SHIFT, PNB_MASK = 3, 0xFF

_CR_RESET = OPTLOCK | LOCK
_OPTR_FACTORY = 0xFFEFF800  # RM0351 3.4.1, without RDP
_RDP = {0: 0xAA, 1: 0x55, 2: 0xCC}  # any byte but AA and CC is level 1
_ERASED_DOUBLE_WORD, _ZERO_DOUBLE_WORD = b"\xff" * 8, bytes(8)
_OTHER_REGISTERS = {0x00: 0x600, 0x2C: 0xFF, 0x30: 0xFF, 0x4C: 0xFF, 0x50: 0xFF}  # ACR; WRPxyR: no page protected


class FlashController:
    """Two banks of pages of 2 KB.

    Args:
        array: the flash's content.
        faults: what goes wrong.
    """

    def __init__(self, array: mmap, faults: Faults) -> None:
        self._array = array
        self._faults = faults
        self._double_words = 0
        self.reset()

    def reset(self) -> None:
        """As a system reset does: the array keeps its content."""
        self._status = 0
        self._control = _CR_RESET
        self._keys_given = 0
        self._first: tuple[int, int] | None = None  # offset and value of a double word's lower half

    def read(self, offset: int, size: int) -> int:
        """Read the array.

        Raises:
            BusError: a debugger is there, and readout protection forbids it (3.5.1).
        """
        self._require_access()
        return int.from_bytes(self._array[offset : offset + size], "little")

    def write(self, offset: int, size: int, value: int) -> None:
        """Program: a double word by two words, the lower one first (3.3.7). What breaks a rule sets its flag only.

        Raises:
            BusError: as `read`.
        """
        self._require_access()
        first, self._first = self._first, None
        if self._status & (ERRORS | BSY) or not self._control & PG:
            self._fail(PGSERR)
        elif size != 4:
            self._fail(SIZERR)
        elif offset % 4 or (offset % 8 if first is None else offset != first[0] + 4):
            self._fail(PGAERR)
        elif first is None:
            self._first = offset, value
        else:
            self._program(first[0], (value << 32 | first[1]).to_bytes(8, "little"))

    def read_register(self, offset: int, size: int) -> int:
        """The value of a register; keys read as 0."""
        known = {SR: self._status, CR: self._control, OPTR: _OPTR_FACTORY | _RDP[self._faults.rdp_level]}
        return known.get(offset, _OTHER_REGISTERS.get(offset, 0))

    def write_register(self, offset: int, size: int, value: int) -> None:
        """Registers without an effect here ignore it."""
        if offset == KEYR:
            self._take_key(value)
        elif offset == SR:
            self._status &= ~(value & (ERRORS | EOP | OPERR))
        elif offset == CR and not (self._control & LOCK or self._status & BSY):
            self._control = value & ~START | OPTLOCK
            if value & LOCK:
                self._keys_given = 0
            if value & START:
                self._erase()

    def _require_access(self) -> None:
        if self._faults.rdp_level != 0:
            raise BusError("readout protection")

    def _take_key(self, key: int) -> None:
        """The two keys in order unlock CR; a wrong one keeps it locked until the next reset (3.3.5)."""
        if not self._control & LOCK:
            return
        if self._keys_given < len(KEYS) and key == KEYS[self._keys_given]:
            self._keys_given += 1
            if self._keys_given == len(KEYS):
                self._control &= ~LOCK
        else:
            self._keys_given = len(KEYS)

    def _program(self, offset: int, data: bytes) -> None:
        number = self._double_words
        self._double_words += 1
        erased = self._array[offset : offset + 8] == _ERASED_DOUBLE_WORD
        if self._is_protected(offset // PAGE_BYTES):
            self._fail(WRPERR)
        elif number == self._faults.progerr_at_dword or not (erased or data == _ZERO_DOUBLE_WORD):
            self._fail(PROGERR)
        else:
            self._array[offset : offset + 8] = data
            self._end()

    def _erase(self) -> None:
        """One page, or whole banks (3.3.6)."""
        request = self._control & (PG | PER | MER1 | MER2)
        if self._status & ERRORS or request not in (PER, MER1, MER2, MER1 | MER2):
            self._fail(PGSERR)
            return
        pages = self._pages_to_erase()
        if any(map(self._is_protected, pages)):
            self._fail(WRPERR)
            return
        self._array[pages.start * PAGE_BYTES : pages.stop * PAGE_BYTES] = b"\xff" * (len(pages) * PAGE_BYTES)
        self._end()

    def _pages_to_erase(self) -> range:
        bank_pages = len(self._array) // PAGE_BYTES // 2
        if self._control & PER:
            page = self._control >> PNB_SHIFT & PNB_MASK
            bank = bank_pages if self._control & BKER else 0
            return range(bank + page, bank + page + (page < bank_pages))
        begin = 0 if self._control & MER1 else bank_pages
        return range(begin, 2 * bank_pages if self._control & MER2 else bank_pages)

    def _is_protected(self, page: int) -> bool:
        return page == self._faults.wrperr_page

    def _end(self) -> None:
        if self._faults.stuck_bsy:
            self._status |= BSY
        elif self._control & EOPIE:
            self._status |= EOP

    def _fail(self, flag: int) -> None:
        self._status |= flag | (OPERR if self._control & ERRIE else 0)
