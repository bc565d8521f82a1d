"""The current that the board on a desk draws: a level for each state, for meters to measure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from harness.standin.board import DeskBoard

# Of this stand-in, not of silicon: what a window should cost is then known.
BUSY_A = 0.010
QUIET_A = 0.003

Times = NDArray[np.float64]


class LiveWaveform:
    """A `Waveform`: BUSY_A amperes while the board's marker is high, else QUIET_A."""

    def __init__(self, board: DeskBoard) -> None:
        self._board = board

    def known_until_s(self) -> float:
        return self._board.known_until_s()

    def current_a(self, times_s: Times) -> NDArray[np.float64]:
        return np.where(self.marker(times_s), BUSY_A, QUIET_A)

    def marker(self, times_s: Times) -> NDArray[np.bool_]:
        edges_s = np.array(self._board.marker_edges_s(), dtype=np.float64)
        return np.asarray(np.searchsorted(edges_s, times_s, side="right") % 2 == 1)
