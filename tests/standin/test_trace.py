"""What QEMU's trace tells of a board's pins."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from harness.standin.trace import Pin, Trace

LINES = b"""\
30253@1000.919857:stm32l4x5_gpio_write GPIOB addr: 0x20 val: 0x77000000
30253@1000.919919:stm32l4x5_usart_update_params USART: speed: 114942, parity: N, data bits: 8, stop bits: 1
30253@1001.000000:stm32l4x5_gpio_write GPIOA addr: 0x18 val: 0x10
30253@1001.250000:stm32l4x5_gpio_write GPIOB addr: 0x18 val: 0x100000
30253@1001.500000:stm32l4x5_gpio_write GPIOA addr: 0x18 val: 0x100000
qemu-system-arm: a word of its own
30253@1002.000000:stm32l4x5_gpio_write GPIOA addr: 0x14 val: 0x18
30253@1002.000001:stm32l4x5_gpio_write GPIOA addr: 0x18 val: 0x10
30253@1002.500000:stm32l4x5_gpio_write GPIOA addr: 0x28 val: 0x10
30253@1003.000000:stm32l4x5_usart_update_params USART: speed: 919540, parity: N, data bits: 8, stop bits: 1
"""


def read(data: bytes = LINES, offset_s: float = 0.0) -> Trace:
    trace = Trace(Pin("A", 4), offset_s)
    trace.feed(data)
    return trace


def test_edges_of_the_marker_by_every_register_that_sets_it() -> None:
    assert read().edges_s == [1001.0, 1001.5, 1002.0, 1002.5]


def test_times_are_those_of_the_monotonic_clock() -> None:
    assert read(offset_s=-1000.0).edges_s == [1.0, 1.5, 2.0, 2.5]


@given(st.lists(st.integers(0, len(LINES))))
def test_it_may_come_in_any_pieces(cuts: list[int]) -> None:
    trace = read(b"")
    bounds = [0, *sorted(cuts), len(LINES)]
    for begin, end in itertools.pairwise(bounds):
        trace.feed(LINES[begin:end])
    assert trace.edges_s == read().edges_s


def test_rates_of_the_uart() -> None:
    trace = read()
    assert trace.rates_between(990, 1000) == set()
    assert trace.rates_between(1001, 1002) == {114942}
    assert trace.rates_between(1002.99, 1003.01) == {114942, 919540}
    assert trace.rates_between(1004, 1005) == {919540}


def test_a_board_that_is_switched_off_has_a_low_marker_and_no_rate() -> None:
    trace = read(LINES.splitlines(keepends=True)[2] + b"30253@1001.5")
    trace.power_off(1001.25)
    trace.feed(LINES.splitlines(keepends=True)[6])
    assert trace.edges_s == [1001.0, 1001.25, 1002.0]
    assert trace.rates_between(0, 2000) == set()
