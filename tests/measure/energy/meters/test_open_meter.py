"""harness/measure/energy/meters: the meter of an entry."""

from __future__ import annotations

from typing import get_args

import pytest
from support.metering import Stage

from harness.config.attached import MeterEntry, MeterKind
from harness.measure.energy.meters import open_meter
from harness.standin.meters import PLAYERS, play


@pytest.mark.parametrize("kind", sorted(PLAYERS))
def test_an_entry_opens_its_kind_and_a_player_says_what_it_is(kind: MeterKind) -> None:
    with play(kind, Stage()) as player, open_meter(MeterEntry(kind, player.port, 3.3)) as meter:
        assert (meter.kind, meter.stand_in) == (kind, True)
        assert meter.description.endswith("(stand-in)")


def test_every_kind_but_the_one_with_a_driver_has_a_player() -> None:
    assert {*PLAYERS, "js220"} == set(get_args(MeterKind))
