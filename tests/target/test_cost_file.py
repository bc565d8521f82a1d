"""The file that tells the cycle plugin a board's costs."""

from __future__ import annotations

from harness.config.costs import CoreCosts, CostModel, KindCost, MemoryTiming
from harness.target.cost_file import cost_file_text


def test_every_fact_is_a_line_in_thousandths_of_a_cycle() -> None:
    kinds = {"load": KindCost(cycles=2), "float_divide": KindCost(cycles=1, latency=15, busy=14)}
    kinds["load_multiple"] = KindCost(cycles=0.5, per_register=1, taken=3)
    core = CoreCosts(kinds, pairing="units", address_delay=1, misaligned_target=0.25)
    flash = MemoryTiming("flash", "flash", 0x08000000, 0x1000, 4, 8, True, 1024, 256, 32)
    ram = MemoryTiming("ram", "ram", 0x20000000, 0x400, 0)
    assert cost_file_text(CostModel("a model", core, (flash, ram), cycle_scale=2.0)).splitlines() == [
        "tinyhil-costs 1",
        "core units 1000 0 250 0",
        "kind load 2000 2000 0 0 0",
        "kind float_divide 1000 15000 0 0 14000",
        "kind load_multiple 500 500 1000 3000 0",
        "memory flash flash 0x8000000 0x1000 4 8 1 1024 256 32",
        "memory ram ram 0x20000000 0x400 0 4 0 0 0 16",
    ]
