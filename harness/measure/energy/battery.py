"""How long a battery lasts a board that infers now and then and sleeps between."""

from __future__ import annotations

from typing import NamedTuple

from harness.config.battery import Battery
from harness.config.numbers import Rate

_US_PER_S = 1e6
_S_PER_DAY = 86_400
_UAS_PER_MAH = 3.6e6

ASSUMPTIONS = "it feeds the chip alone and directly, without converter, sensor or radio, and loses nothing by itself"


class Idling(NamedTuple):
    """A board between two inferences, asleep or waiting: the supply's voltage, and the current it draws."""

    supply_v: float
    current_ua: float


def battery_days(battery: Battery, idling: Idling, rate: Rate, latency_us: float, inference_uj: float) -> float | None:
    """Days that `battery` lasts; None where an inference takes longer than the time between two.

    Charge is what a battery holds: I = rate x E / U + idle current x share of the time idling, days = capacity / I.

    Args:
        battery: the battery.
        idling: at the voltage that `inference_uj` is of.
        rate: inferences a second.
        latency_us: of one inference.
        inference_uj: energy of one inference.
    """
    awake = rate.per_s * latency_us / _US_PER_S
    if awake > 1:
        return None
    mean_ua = rate.per_s * inference_uj / idling.supply_v + idling.current_ua * (1 - awake)
    return battery.capacity_mah * _UAS_PER_MAH / mean_ua / _S_PER_DAY
