"""The record of a run, at any point of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import asdict

from harness.config import has_fpu
from harness.errors import Shortage
from harness.link.messages import ArenaPart, DeviceStatus, Loaded
from harness.measure.answers import Answers
from harness.measure.bench import Bench
from harness.measure.costs import rank, run_fields
from harness.measure.energy.reduced import ReducedTrace
from harness.measure.job import Job, key_fields
from harness.measure.layer_energy import ProfileTrace
from harness.measure.metering import Metered
from harness.measure.records import LayerRecord, Provenance, Quantity, RunRecord, Series, TraceRecord, WindowRecord
from harness.measure.retry import Failure
from harness.measure.shards import LoadedTarget
from harness.measure.spread import outside_fences
from harness.measure.timing import Window
from harness.model import total_macs
from harness.target import Target


@dataclass
class Progress:
    """A run as far as it has come.

    Attributes:
        target: the one to be timed.
        failures: of targets whose work was, or is, done again.
        statuses: what devices said last, the timed one first.
    """

    bench: Bench
    job: Job
    target: Target
    answers: Answers
    failures: list[Failure]
    engine_version: str = ""
    loaded: Loaded | None = None
    arena_parts: list[ArenaPart] = field(default_factory=list)
    clock_off_percent: float | None = None
    windows: list[Window] = field(default_factory=list)
    metered: Metered | None = None
    layers: list[LayerRecord] = field(default_factory=list)
    profile_trace: ProfileTrace | None = None
    statuses: list[DeviceStatus] = field(default_factory=list)
    shortages: tuple[Shortage, ...] = ()

    def load(self, loaded: LoadedTarget) -> None:
        """Note what the model's loading told."""
        self.target, self.loaded = loaded.target, loaded.loaded
        self.engine_version = loaded.device.hello.engine_version
        self.arena_parts = loaded.device.arena_parts()

    def record(self, outcome: str, message: str) -> RunRecord:
        """The run's record at this point."""
        bench, job = self.bench, self.job
        firmware = bench.built_firmware
        return RunRecord(
            **key_fields(bench, job),
            target=self.target.kind,
            target_description=self.target.description,
            place=", ".join(filter(None, dict.fromkeys((self.target.place, *self.answers.places)))),
            attempts=1 + len(self.failures),
            retries="; ".join(map(str, self.failures)),
            engine_version=self.engine_version,
            engine_chosen_by=bench.engine_chosen_by,
            build_id=firmware.build_id if firmware else "",
            toolchain=firmware.toolchain if firmware else "",
            model=job.model.name,
            model_sha256=job.model.sha256,
            outcome=outcome,
            message=message,
            missing_bytes=_missing_bytes(self.shortages),
            vectors=self.answers.count,
            vectors_total=len(job.vectors),
            vectors_source=job.vectors.source,
            macs=total_macs(job.model),
            soft_float=job.model.has_floats and not has_fpu(bench.board.core),
            model_bytes=Quantity(len(job.model.data), Provenance.STATIC),
            firmware_flash_bytes=_known(firmware.footprint.flash_bytes if firmware else None, Provenance.STATIC),
            firmware_ram_bytes=_known(firmware.footprint.ram_bytes if firmware else None, Provenance.STATIC),
            **self._device_fields(),
            **self._timing_fields() | self._energy_fields(),
            **self._answer_fields(),
        )

    def _device_fields(self) -> dict[str, Any]:
        """What the device said of its memory and of the line."""
        loaded, provenance = self.loaded, Provenance(self.target.provenance)
        stack_bytes = max((status.stack_used_bytes for status in self.statuses), default=None)
        return {
            "arena_bytes": _known(loaded.arena_used_bytes if loaded else None, provenance),
            "arena_persistent_bytes": _known(loaded.arena_persistent_bytes if loaded else None, provenance),
            "arena_parts": json.dumps({part.name: part.bytes for part in self.arena_parts}),
            "stack_bytes": _known(stack_bytes, provenance),
            "line_faults": sum(map(_line_faults, self.statuses)),
        }

    def _timing_fields(self) -> dict[str, Any]:
        fields = run_fields(self.bench.board, [window.cost for window in self.windows])
        if self.windows:
            fields["inferences_per_window"] = self.windows[0].inferences
        return fields | {"repeats": len(self.windows), "clock_off_percent": self.clock_off_percent}

    def _energy_fields(self) -> dict[str, Any]:
        """What a meter found: it stands for what is modelled."""
        metered = self.metered
        if metered is None:
            return {}
        return {
            "energy_uj": metered.energy_uj,
            "energy_model": metered.meter,
            "energy_incomplete": metered.incomplete,
            "idle_power_uw": metered.idle_uw,
            "meter": metered.meter,
            "supply_v": metered.supply_v,
        }

    def window_records(self) -> list[WindowRecord]:
        """The timed and the metered windows, those outside of Tukey's fences marked."""
        return [*self._timed_records(), *self._metered_records()]

    def _timed_records(self) -> Iterator[WindowRecord]:
        outliers = outside_fences([rank(window.cost) for window in self.windows])
        for index, (window, outlier) in enumerate(zip(self.windows, outliers, strict=True)):
            yield WindowRecord(
                **key_fields(self.bench, self.job),
                kind="time",
                window=index,
                inferences=window.inferences,
                latency_us=window.cost.latency_us,
                instructions=window.cost.instructions,
                energy_uj=window.cost.energy_uj,
                interrupts=window.interrupts,
                outlier=outlier,
            )

    def _metered_records(self) -> Iterator[WindowRecord]:
        if self.metered is None:
            return
        windows, provenance = self.metered.windows, Provenance(self.target.provenance)
        outliers = outside_fences([window.energy_uj for window in windows])
        for index, (window, outlier) in enumerate(zip(windows, outliers, strict=True)):
            yield WindowRecord(
                **key_fields(self.bench, self.job),
                kind="energy",
                window=index,
                inferences=window.inferences,
                latency_us=Quantity(window.latency_us, provenance),
                energy_uj=_known(window.energy_uj, self.metered.provenance),
                incomplete=window.incomplete,
                interrupts=window.interrupts,
                outlier=outlier,
            )

    def trace_records(self) -> Iterator[TraceRecord]:
        """What the meter saw of the window that the run's energy is of, and of the profiled inference."""
        if self.metered is None:
            return
        if (index := self.metered.median_index) is not None:
            window = self.metered.windows[index]
            if window.trace:
                yield self._trace_record(window.trace, kind="energy", window=index, inferences=window.inferences)
        if self.profile_trace:
            trace, begins_us = self.profile_trace
            yield self._trace_record(trace, kind="profile", window=None, inferences=1, op_begins_us=begins_us)

    def _trace_record(self, trace: ReducedTrace, **fields: Any) -> TraceRecord:
        assert self.metered
        reduced = asdict(trace) | {"power_uw": Series(trace.power_uw, self.metered.provenance)}
        return TraceRecord(**key_fields(self.bench, self.job), meter=self.metered.meter, **fields, **reduced)

    def _answer_fields(self) -> dict[str, Any]:
        """What the answers are worth by the metric, the oracle and the reference."""
        job, answers, agreement = self.job, self.answers, self.answers.agreement
        fields = {
            "metric": job.metric,
            job.metric: _known(answers.metric.value, Provenance(self.target.provenance)),
            "oracle_equal": answers.count - len(answers.different) if job.check else None,
            "output_bytes": job.model.output_bytes * answers.count,
        }
        if agreement is None:
            return fields
        return fields | {
            "reference_engine": agreement.engine,
            "reference_equal": answers.count - len(agreement.different),
            "reference_different_bytes": agreement.different_bytes,
            "reference_max_difference": agreement.max_difference,
        }


def _missing_bytes(shortages: Sequence[Shortage]) -> str:
    return json.dumps({lack.part: lack.missing_bytes for lack in shortages}) if shortages else ""


def _line_faults(status: DeviceStatus) -> int:
    return status.rx_overruns + status.bad_frames + status.repeated_frames


def _known(value: float | None, provenance: Provenance) -> Quantity | None:
    return None if value is None else Quantity(value, provenance)
