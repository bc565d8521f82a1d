"""published.toml: what others measured on silicon."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

PUBLISHED = Path(__file__).with_name("published.toml")


class Task(Struct, frozen=True, forbid_unknown_fields=True):
    """A task of MLPerf Tiny, and the file of its int8 model."""

    name: str
    model: str


class Figure(Struct, frozen=True, forbid_unknown_fields=True):
    """What was measured: a median throughput, and a median energy of an inference where it was."""

    inferences_per_s: float
    energy_uj: float | None = None

    @property
    def latency_ms(self) -> float:
        return 1e3 / self.inferences_per_s


class Compared(Struct, frozen=True, forbid_unknown_fields=True):
    """What runs the same kernels here. `clock_hz`: the chip's, where it is not the board's."""

    engine: str
    board: str
    clock_hz: int | None = None


class Submission(Struct, frozen=True, forbid_unknown_fields=True):
    """Results of one stack on one chip. `folder`, at `commit` of `repository`, is where the figures stand.

    Attributes:
        figures: by the key of the task.
        supply_v: at which the energy was measured, None where that is not said.
        compared: None where no engine has its kernels.
    """

    stack: str
    submitter: str
    chip: str
    repository: str
    commit: str
    folder: str
    figures: Mapping[str, Figure]
    supply_v: float | None = None
    compared: Compared | None = None


class Published(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file, by the keys of tasks and submissions."""

    tasks: Mapping[str, Task]
    submissions: Mapping[str, Submission]


def read_published(path: Path = PUBLISHED) -> Published:
    return msgspec.toml.decode(path.read_bytes(), type=Published)
