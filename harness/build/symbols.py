"""What of a firmware takes how much of it, symbol by symbol."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

_SIZED = {"STT_FUNC", "STT_OBJECT"}
_CPPFILT = "c++filt"


def symbol_bytes(elf: Path) -> Counter[str]:
    """The bytes of each function and object of a firmware; of several that share a name, the sum.

    Names are those in C++ without parameters, where c++filt is there to tell them.

    Raises:
        OSError: the file cannot be read.
        elftools.common.exceptions.ELFError: it is no ELF.
    """
    from elftools.elf.elffile import ELFFile
    from elftools.elf.sections import SymbolTableSection

    with elf.open("rb") as file:
        tables = ELFFile(file).iter_sections("SHT_SYMTAB")
        symbols = [
            symbol for table in tables if isinstance(table, SymbolTableSection) for symbol in table.iter_symbols()
        ]
    defined = [each for each in symbols if each["st_info"]["type"] in _SIZED and each["st_shndx"] != "SHN_UNDEF"]
    sizes: Counter[str] = Counter()
    for name, symbol in zip(_readable([symbol.name for symbol in defined]), defined, strict=True):
        sizes[name] += symbol["st_size"]
    return sizes


def _readable(names: Sequence[str]) -> Sequence[str]:
    if shutil.which(_CPPFILT) is None:
        return names
    done = subprocess.run([_CPPFILT, "-p"], input="\n".join(names), capture_output=True, text=True, check=True)
    return done.stdout.split("\n")[: len(names)]
