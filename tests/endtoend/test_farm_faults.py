"""Runners on a farm whose boards and exporters are killed: `benchmarks/farm_kill.py`, shortened."""

from __future__ import annotations

from pathlib import Path

from farm_kill import Scale, Weather, demo_farm, done, faults, run_items

SCALE = Scale(places=4, runners=2, items=12, vectors=20)


def test_every_item_has_one_result_whatever_is_killed(tmp_path: Path) -> None:
    with demo_farm(SCALE.places) as (farm, coordinator):
        with Weather(farm, coordinator, lambda number: done(tmp_path) >= 2 * number) as weather:
            outcome = run_items(farm, coordinator, SCALE, tmp_path)
        assert faults(outcome, SCALE) == []
        assert outcome.retried
        assert any("exporter" in kill for kill in weather.kills)
        assert any("emulator" in kill for kill in weather.kills)
        quarantined = {place.name for place in coordinator.places() if place.health != "ok"}
        assert quarantined <= weather.struck  # rightly where one run met two kills at it
