"""Players of power meters: each speaks its meter's protocol and says that it is a stand-in."""

from __future__ import annotations

from harness.standin.meters.lpm01a import Lpm01aPlayer
from harness.standin.meters.otii import OtiiPlayer
from harness.standin.meters.player import SOUND, Faults, Player
from harness.standin.meters.ppk2 import Ppk2Player
from harness.standin.waveform import Waveform

__all__ = ["PLAYERS", "SOUND", "Faults", "Player", "play"]

PLAYERS: dict[str, type[Player]] = {player.kind: player for player in (Lpm01aPlayer, OtiiPlayer, Ppk2Player)}


def play(kind: str, waveform: Waveform, faults: Faults = SOUND) -> Player:
    """A player of this kind of meter, at its `port` until it is closed."""
    return PLAYERS[kind](waveform, faults)
