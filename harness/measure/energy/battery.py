"""How long a battery lasts a board that infers now and then and sleeps between."""

from __future__ import annotations

from harness.config import EnergyModel
from harness.config.battery import Battery
from harness.config.numbers import Rate

_US_PER_S = 1e6
_S_PER_DAY = 86_400
_UAS_PER_MAH = 3.6e6

ASSUMPTIONS = "it feeds the chip alone and directly, without converter, sensor or radio, and loses nothing by itself"


def battery_days(
    battery: Battery, model: EnergyModel, rate: Rate, latency_us: float, inference_uj: float
) -> float | None:
    """Days that `battery` lasts; None where an inference takes longer than the time between two.

    Charge is what a battery holds: I = rate x E / U + sleep current x share of the time asleep, days = capacity / I.

    Args:
        battery: the battery.
        model: of the board: the supply's voltage that `inference_uj` is computed with, and the current asleep.
        rate: inferences a second.
        latency_us: of one inference.
        inference_uj: energy of one inference.
    """
    awake = rate.per_s * latency_us / _US_PER_S
    if awake > 1:
        return None
    mean_ua = rate.per_s * inference_uj / model.supply_v + model.sleep_ua * (1 - awake)
    return battery.capacity_mah * _UAS_PER_MAH / mean_ua / _S_PER_DAY
