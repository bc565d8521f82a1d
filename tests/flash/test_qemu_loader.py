"""The model's image for QEMU's loader."""

from __future__ import annotations

import io
from pathlib import Path

from elftools.elf.elffile import ELFFile

from harness.flash import firmware_arguments, model_arguments
from harness.flash.qemu_loader import memory_image


def test_an_image_loads_the_model_at_the_slots_address() -> None:
    model = bytes(range(256)) * 5 + b"\x01"
    elf = ELFFile(io.BytesIO(memory_image(model, 0x08080000)))
    assert (elf.get_machine_arch(), elf.elfclass, elf.little_endian) == ("ARM", 32, True)
    (segment,) = elf.iter_segments()
    assert segment["p_type"] == "PT_LOAD"
    assert segment["p_paddr"] == segment["p_vaddr"] == 0x08080000
    assert segment["p_filesz"] == segment["p_memsz"] == len(model)
    assert segment.data() == model


def test_arguments_name_the_image_they_wrote(tmp_path: Path) -> None:
    folder = tmp_path / "a, b"  # QEMU wants a comma in a value twice
    folder.mkdir()
    assert model_arguments(b"model", 0x21000000, folder) == ["-device", f"loader,file={tmp_path}/a,, b/model.elf"]
    assert (folder / "model.elf").read_bytes() == memory_image(b"model", 0x21000000)


def test_the_firmware_is_booted_from_its_elf() -> None:
    assert firmware_arguments(Path("f.elf")) == ["-kernel", "f.elf"]
