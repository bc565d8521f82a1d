from __future__ import annotations

import pytest

from harness.flash.stm32 import stm32_family


@pytest.mark.parametrize("target", ["stm32l475xg", "stm32l4r5zitx"])
@pytest.mark.parametrize(("options", "level"), [(0xFFEFF8AA, 0), (0xFFEFF800, 1), (0xFFEFF8BB, 1), (0xFFEFF8CC, 2)])
def test_any_byte_but_two_is_level_1(target: str, options: int, level: int) -> None:
    family = stm32_family(target)
    assert family is not None and family.protection_level(options) == level


def test_of_other_chips_nothing_is_known() -> None:
    assert stm32_family("nrf51") is None
