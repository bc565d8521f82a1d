"""Energy of an inference out of a meter's trace: right, or said to be incomplete."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.fake_meter import ACTIVE_A, IDLE_A, RATE_HZ, VOLTAGE_V, FakeMeter
from support.simulated_device import SimulatedDevice
from support.simulated_line import SimulatedLine

from harness.config import MeterEntry, load_boards
from harness.errors import MeterError
from harness.link.client import Device
from harness.measure.clock import RealTimeClock
from harness.measure.energy import supply as supply_module
from harness.measure.energy.meters.lpm01a import Lpm01a
from harness.measure.energy.meters.otii import RATES_HZ
from harness.measure.energy.meters.ppk2 import Ppk2
from harness.measure.energy.supply import Supply, supply_of
from harness.measure.metering import GAPS, SATURATED, UNSEEN, Metered, meter_inferences
from harness.measure.records import Provenance
from harness.measure.timing import Stopwatch
from harness.paths import shipped_boards_file

ENTRY = MeterEntry(kind="ppk2", port="a meter", voltage_v=VOLTAGE_V)
BOARD = load_boards([shipped_boards_file()])["native"]


INFERENCE_S = 0.004
TRUE_UJ = ACTIVE_A * VOLTAGE_V * INFERENCE_S * 1e6
IDLE_UW = IDLE_A * VOLTAGE_V * 1e6


class Triggered(FakeMeter):
    """Has the marker as its trigger."""

    has_marker = False


class Table:
    """A simulated device, and the meters that `open_meter` finds for it, one after the other."""

    def __init__(self) -> None:
        self.simulated = SimulatedDevice(inference_s=INFERENCE_S)
        self.line = SimulatedLine(self.simulated)
        self.meters: list[FakeMeter] = []

    def metered(self, meter: FakeMeter, repeats: int | None = None, inference_s: float = INFERENCE_S) -> Metered:
        self.meters.append(meter)
        self.simulated.inference_s = inference_s
        device = Device(self.line, clock=self.line.clock)
        device.upload(b"model")
        device.load(b"model")
        clock = RealTimeClock(self.simulated.hello.timer_hz, Provenance.MEASURED, 0)
        stopwatch = Stopwatch(device, clock, BOARD, bytes(self.simulated.input_bytes))
        return meter_inferences(stopwatch, Supply(ENTRY), Provenance.MEASURED, repeats)


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Table:
    table = Table()
    monkeypatch.setattr(supply_module, "open_meter", lambda entry: table.meters.pop(0))
    return table


@pytest.mark.parametrize("kind", [FakeMeter, Triggered])
def test_energy_is_the_integral_over_the_windows_and_idle_power_stands_beside_it(
    table: Table, kind: type[FakeMeter]
) -> None:
    metered = table.metered(kind(table.line))
    assert metered.incomplete == ""
    assert metered.energy_uj is not None and metered.energy_uj.provenance is Provenance.MEASURED
    assert metered.energy_uj.value == pytest.approx(TRUE_UJ, rel=0.002)
    assert metered.idle_uw is not None
    assert metered.idle_uw.value == pytest.approx(IDLE_UW)
    assert len(metered.windows) == 10
    for window in metered.windows:
        assert window.inferences * INFERENCE_S >= 1000 / RATE_HZ
        assert window.latency_us == pytest.approx(INFERENCE_S * 1e6)


@given(st.floats(1e-5, 1.0))
def test_a_sample_more_or_less_at_the_edges_does_not_matter(inference_s: float) -> None:
    table = Table()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(supply_module, "open_meter", lambda entry: table.meters.pop(0))
        energy = table.metered(FakeMeter(table.line), 1, inference_s).energy_uj
    assert energy is not None
    assert energy.value == pytest.approx(ACTIVE_A * VOLTAGE_V * inference_s * 1e6, rel=0.002)


def test_an_energy_of_a_stand_in_is_rehearsed(table: Table) -> None:
    metered = table.metered(FakeMeter(table.line, stand_in=True), 1)
    assert metered.energy_uj is not None and metered.idle_uw is not None
    assert metered.energy_uj.provenance is metered.idle_uw.provenance is Provenance.REHEARSED


@pytest.mark.parametrize("kind", [FakeMeter, Triggered])
def test_lost_samples_are_told(table: Table, kind: type[FakeMeter]) -> None:
    metered = table.metered(kind(table.line, lost=slice(400, 500)), 3)
    assert metered.incomplete == f"3 of 3 windows: {GAPS}"
    assert metered.energy_uj is not None and metered.energy_uj.value < 0.95 * TRUE_UJ


def test_samples_lost_at_rest_do_no_harm(table: Table) -> None:
    metered = table.metered(FakeMeter(table.line, lost=slice(1300, 1400)), 3)
    assert metered.incomplete == ""
    assert metered.energy_uj is not None and metered.energy_uj.value == pytest.approx(TRUE_UJ, rel=0.002)


def test_complete_windows_count_alone_where_there_are_any(table: Table) -> None:
    meter = FakeMeter(table.line, lost=slice(400, 500))
    lossy = table.metered(meter, 3).windows
    sound = table.metered(FakeMeter(table.line), 1).windows
    metered = Metered("m", VOLTAGE_V, Provenance.MEASURED, [*lossy, *sound])
    assert metered.incomplete == f"3 of 4 windows: {GAPS}"
    assert metered.energy_uj is not None and metered.energy_uj.value == sound[0].energy_uj


def test_the_window_that_tells_the_energy_keeps_its_trace(table: Table) -> None:
    metered = table.metered(FakeMeter(table.line), 3)
    assert metered.median_index is not None
    window = metered.windows[metered.median_index]
    assert metered.energy_uj is not None and window.energy_uj == metered.energy_uj.value
    trace = window.trace
    assert trace is not None
    assert trace.edges_us == (0.0, trace.end_us)
    assert trace.end_us == pytest.approx(window.inferences * INFERENCE_S * 1e6, rel=0.01)
    inside = [uw for us, uw in zip(trace.time_us, trace.power_uw, strict=True) if 0 < us < 0.99 * trace.end_us]
    assert inside == pytest.approx([ACTIVE_A * VOLTAGE_V * 1e6] * len(inside))
    assert (trace.power_uw[0], trace.power_uw[-1]) == pytest.approx((IDLE_UW, IDLE_UW))


def test_a_meter_that_the_marker_triggers_gives_a_trace_from_the_window_on(table: Table) -> None:
    (window,) = table.metered(Triggered(table.line), 1).windows
    assert window.trace is not None
    assert (window.trace.time_us[0], window.trace.edges_us) == (0.0, ())
    assert window.trace.end_us == pytest.approx(window.inferences * INFERENCE_S * 1e6)


def test_saturation_is_told(table: Table) -> None:
    metered = table.metered(FakeMeter(table.line, saturated=7), 2)
    assert metered.incomplete == f"2 of 2 windows: {SATURATED}"
    assert metered.energy_uj is not None


@pytest.mark.parametrize("kind", [FakeMeter, Triggered])
def test_without_the_marker_there_is_no_energy_and_the_wiring_is_named(table: Table, kind: type[FakeMeter]) -> None:
    meter = kind(table.line, marker=False)
    metered = table.metered(meter, 2)
    assert (metered.energy_uj, metered.idle_uw, metered.mean_w, metered.median_index) == (None, None, None, None)
    assert {window.trace for window in metered.windows} == {None}
    assert metered.incomplete == f"2 of 2 windows: {UNSEEN}"


def test_a_marker_that_is_high_for_another_time_is_not_believed(table: Table) -> None:
    table.simulated.clock_factor = 1.5
    assert table.metered(FakeMeter(table.line), 1).energy_uj is None


def test_a_disturbed_window_is_metered_again(table: Table) -> None:
    trials = [0, 0, 0]
    table.simulated.interrupts = [*trials, 4]
    metered = table.metered(FakeMeter(table.line), 2)
    assert [window.interrupts for window in metered.windows] == [4, 0]
    assert metered.incomplete == ""


def test_a_meter_that_goes_away_ends_the_supply_and_the_next_one_is_opened_anew(table: Table) -> None:
    broken, sound = FakeMeter(table.line, fails_after=1), FakeMeter(table.line)
    with pytest.raises(MeterError, match="the fake meter is gone"):
        table.metered(broken)
    assert broken.calls[-1] == "close"
    assert table.metered(sound, 1).energy_uj is not None


def test_an_error_in_a_window_stops_the_meter(table: Table) -> None:
    meter = FakeMeter(table.line)
    table.meters.append(meter)
    supply = Supply(ENTRY)

    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        supply.traced(interrupted)
    assert meter.calls == [f"power {VOLTAGE_V}", "start", "stop"]
    assert not supply.is_over


def test_benches_share_a_supply_which_ends_with_the_last_of_them(table: Table) -> None:
    first, second = FakeMeter(table.line), FakeMeter(table.line)
    table.meters += [first, second]
    shared = [supply_of(ENTRY), supply_of(ENTRY)]
    assert shared[0] is shared[1]
    assert first.calls == [f"power {VOLTAGE_V}"]
    shared.clear()
    assert first.calls[-1] == "close"
    assert supply_of(ENTRY).meter is second


ENDING = """
import weakref
from support.fake_meter import FakeMeter
from support.simulated_device import SimulatedDevice
from support.simulated_line import SimulatedLine
from harness.config import MeterEntry
from harness.measure.energy import supply


class Told(FakeMeter):
    def close(self):
        print("the meter")


supply.open_meter = lambda entry: Told(SimulatedLine(SimulatedDevice()))
held = supply.supply_of(MeterEntry(kind="ppk2", port="x", voltage_v=3.3))
weakref.finalize(held.traced.__func__, print, "the bench")
"""


def test_a_program_that_ends_ends_the_supply_behind_the_benches() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", ENDING], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == "the bench\nthe meter\n"


def test_a_rate_that_the_meter_does_not_have_is_refused_before_the_board_is_on(table: Table) -> None:
    meter = FakeMeter(table.line)
    table.meters.append(meter)
    with pytest.raises(MeterError, match=r"a fake meter: 20,000 samples a second are not in its range"):
        Supply(MeterEntry(kind="ppk2", port="a meter", voltage_v=VOLTAGE_V, rate_hz=20_000))
    assert meter.calls == ["close"]


def test_a_window_takes_the_meters_own_rate_where_a_slower_one_is_asked_for(table: Table) -> None:
    table.meters.append(FakeMeter(table.line))
    assert Supply(MeterEntry(kind="ppk2", port="a meter", voltage_v=VOLTAGE_V, rate_hz=600)).rate_hz == 1000


@pytest.mark.parametrize(
    ("rates_hz", "asked_hz", "own_hz"),
    [
        (Ppk2.rates_hz, 100, 100_000),
        (Lpm01a.rates_hz, 600, 1000),
        (RATES_HZ["Arc"], 100, 4000),
        (RATES_HZ["Ace"], 7000, 7000),
    ],
)
def test_the_rates_of_meters(table: Table, rates_hz: Sequence[int], asked_hz: int, own_hz: int) -> None:
    meter = FakeMeter(table.line)
    meter.rates_hz = rates_hz
    assert meter.own_rate_hz(asked_hz) == own_hz
