"""The boards.toml of a board that there is not."""

from __future__ import annotations

DESK = """
[boards.desk]
description = "a board"
mcu = "MCU"
core = "cortex-m4f"
clock_hz = 1000000
[boards.desk.memory]
flash = { kind = "flash", address = 0x1000, bytes = 4096 }
ram = { kind = "ram", address = 0x8000, bytes = 4096 }
[boards.desk.firmware]
support = "x"
code = { memory = "flash", bytes = 2048 }
data = { memory = "ram", bytes = 2048 }
arena = { memory = "ram", offset = 2048 }
model_slot = { memory = "flash", offset = 2048 }
stack_bytes = 512
[boards.desk.targets.emulated]
machine = "some-machine"
icount_shift = 4
"""
