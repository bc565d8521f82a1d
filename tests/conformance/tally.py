"""What has been compared, counted over all processes of a run."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, fields
from typing import Any

import pytest

_TALLIES = pytest.StashKey[defaultdict[str, "Tally"]]()
_SENT = "tallies"  # in what a worker of pytest-xdist sends to its controller


@dataclass
class Tally:
    """What has been compared so far and agreed."""

    models: int = 0
    ops: int = 0
    vectors: int = 0
    output_bytes: int = 0
    too_large: int = 0  # models that do not fit the board
    refused: int = 0  # models with what the engine's library does not have

    def __str__(self) -> str:
        text = (
            f"{self.ops:,} ops in {self.models:,} models, {self.vectors:,} inferences: "
            f"{self.output_bytes:,} output bytes as the official interpreter's"
        )
        text += f"; {self.too_large:,} models do not fit" if self.too_large else ""
        return f"{text}; {self.refused:,} models refused" if self.refused else text

    def add(self, other: Tally) -> None:
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))


def tallies_of(config: pytest.Config) -> defaultdict[str, Tally]:
    """Those of this process, by engine and board."""
    return config.stash.setdefault(_TALLIES, defaultdict(Tally))


def send_tallies(config: pytest.Config) -> None:
    """In a worker: have the controller know them."""
    sent: dict[str, Any] = getattr(config, "workeroutput", {})
    sent[_SENT] = {place: asdict(tally) for place, tally in tallies_of(config).items()}


def take_tallies(config: pytest.Config, sent: dict[str, Any]) -> None:
    """In the controller: add those of a worker."""
    for place, counts in sent.get(_SENT, {}).items():
        tallies_of(config)[place].add(Tally(**counts))
