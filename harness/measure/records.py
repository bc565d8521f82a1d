"""What a run yields: one record each per run, layer, window, trace and vector. The tables of a session have exactly
these fields.

A `Quantity` or a `Series` becomes two columns, `<field>` and `<field>_provenance`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from msgspec import Struct

from harness.config import MetricName


class Provenance(StrEnum):
    """How a number was obtained (docs/architecture.md, Words)."""

    MEASURED = "measured"
    REHEARSED = "rehearsed"
    EMULATED = "emulated"
    MODELLED = "modelled"
    HOST = "host"
    STATIC = "static"


class Quantity(Struct, frozen=True):
    """A number and how it was obtained. The unit is in the name of the field that holds it."""

    value: int | float
    provenance: Provenance


class Series(Struct, frozen=True):
    """Numbers that were obtained the same way. Their unit is in the name of the field that holds them."""

    value: tuple[float, ...]
    provenance: Provenance


class RunRecord(Struct, frozen=True, kw_only=True):
    """One variant of one suite on one board with one engine.

    A quantity that this target cannot know is None, never invented.
    """

    suite: str
    variant: str
    board: str
    target: str  # its kind
    target_description: str = ""  # with versions
    place: str = ""  # on a farm: its name; of several, with commas, the one that timed first
    attempts: int = 1  # one more than targets failed under this run, and others did their work again
    retries: str = ""  # where and why those failed
    engine: str
    engine_version: str
    engine_chosen_by: str = ""  # "option", "board" (its entry in boards.toml) or "auto"
    build_id: str
    toolchain: str
    model: str
    model_sha256: str
    outcome: str  # "running" until one of "passed", "failed", "error", "interrupted", "no fit"
    message: str  # why, when it did not pass
    missing_bytes: str = ""  # JSON: what a board lacks that the model does not fit, by part of its memory
    vectors: int  # vectors answered
    vectors_total: int  # vectors asked for
    vectors_source: str = ""  # a file's name, or how they were drawn
    repeats: int  # timed windows
    inferences_per_window: int = 1
    macs: int
    soft_float: bool = False  # the model has floats, and the core no FPU
    metric: MetricName = "accuracy"  # what the run is judged by: the name of one of the next two
    accuracy: Quantity | None = None  # fraction 0 … 1
    auc: Quantity | None = None  # area under the ROC curve, 0 … 1
    instructions: Quantity | None = None  # per inference, median of the windows
    instructions_min: int | None = None
    instructions_max: int | None = None
    cycles: Quantity | None = None  # per inference, by the cost model
    cycles_by_class: str = ""  # JSON: what of the cycles is for what, and how many of them are stalls
    cycles_model: str = ""  # the cost model's name
    cycles_error_percent: int | None = None  # how far it lay from published silicon at most; None: not validated
    flash_reads: Quantity | None = None  # per inference: data and literals, no instructions
    ram_accesses: Quantity | None = None  # per inference
    latency_us: Quantity | None = None  # per inference, median of the windows; modelled where cycles are
    latency_us_min: float | None = None
    latency_us_max: float | None = None
    latency_us_spread: float | None = None  # interquartile range of the windows
    clock_off_percent: float | None = None  # the board's clock against this computer's, where it was checked
    energy_uj: Quantity | None = None  # per inference; of a meter's windows the median
    energy_model: str = ""  # where its figures are from, and how far they are known to be off
    energy_incomplete: str = ""  # what of the measured energy is missing, and why
    idle_power_uw: Quantity | None = None  # while the firmware waits for a request
    meter: str = ""  # what measured the energy
    supply_v: float | None = None  # the voltage that it was measured at
    arena_bytes: Quantity | None = None
    arena_persistent_bytes: Quantity | None = None
    arena_parts: str = ""  # JSON: what of arena_bytes is for what, names of the engine's own
    stack_bytes: Quantity | None = None  # high-water mark
    model_bytes: Quantity | None = None
    firmware_flash_bytes: Quantity | None = None
    firmware_ram_bytes: Quantity | None = None  # .data and .bss, without arena and stack
    line_faults: int = 0  # damaged or repeated frames and lost bytes that the device counted
    oracle_equal: int | None = None  # vectors whose output equals the oracle's, where it was asked
    reference_engine: str | None = None  # with whose outputs on the same vectors the outputs were compared
    reference_equal: int | None = None  # vectors whose output equals that engine's
    reference_different_bytes: int | None = None  # of all outputs
    reference_max_difference: float | None = None  # of one element, in real values
    output_bytes: int | None = None  # of all outputs

    @property
    def figure(self) -> Quantity | None:
        """The value of the run's metric."""
        found: Quantity | None = getattr(self, self.metric)
        return found


class LayerRecord(Struct, frozen=True, kw_only=True):
    """One op of one run."""

    suite: str
    variant: str
    board: str
    engine: str
    op_index: int
    op: str  # e.g. CONV_2D
    output: str  # name of the output tensor
    output_shape: str  # e.g. 1x8x8x16
    macs: int
    instructions: Quantity | None = None
    cycles: Quantity | None = None
    cycles_by_class: str = ""
    flash_reads: Quantity | None = None
    ram_accesses: Quantity | None = None
    latency_us: Quantity | None = None
    energy_uj: Quantity | None = None
    energy_by: Literal["", "marker", "time"] = ""  # a meter's: read off its trace, or the op's share of the time


class WindowRecord(Struct, frozen=True, kw_only=True):
    """One timed or metered window of one run. Costs are those of one inference.

    Energy is measured in windows of its own, whose length suits the meter; their times count for no run's.
    """

    suite: str
    variant: str
    board: str
    engine: str
    kind: Literal["time", "energy"]
    window: int  # of its kind, from 0 on
    inferences: int
    latency_us: Quantity | None = None
    instructions: Quantity | None = None
    energy_uj: Quantity | None = None
    incomplete: str = ""  # why energy is missing
    interrupts: int = 0  # of the serial line in windows that this one repeats; it has none itself
    outlier: bool = False  # outside of Tukey's fences; counted all the same


class TraceRecord(Struct, frozen=True, kw_only=True):
    """Power over time, of a metered window or of the profiled inference, in at most 2,000 points (`reduced`).

    Times are microseconds since the window, or the first op, began.
    """

    suite: str
    variant: str
    board: str
    engine: str
    kind: Literal["energy", "profile"]  # a window of that kind; the inference that the layers are of
    window: int | None  # the one of `windows` that the run's energy is of; null for a profile
    inferences: int
    end_us: float  # when the window, or the last op, ended
    op_begins_us: tuple[float, ...] = ()  # of a profile, by the device's time stamps
    edges_us: tuple[float, ...]  # where the marker changed its level; none where the meter does not sample it
    meter: str
    rate_hz: float  # samples a second
    samples: int
    samples_per_point: int
    time_us: tuple[float, ...]  # when each point begins; none where samples were lost
    power_uw: Series  # mean of each point's samples
    power_uw_min: tuple[float, ...]  # the least of them
    power_uw_max: tuple[float, ...]  # the greatest of them


class VectorRecord(Struct, frozen=True, kw_only=True):
    """One test vector of one run."""

    suite: str
    variant: str
    board: str
    engine: str
    vector: int
    label: int | None
    predicted: int | None  # the metric accuracy's class
    correct: bool | None
    score: float | None = None  # the metric auc's reconstruction error
    output: bytes  # the output tensors as the device sent them
    place: str = ""  # of a farm, that answered it
