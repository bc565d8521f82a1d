"""What each layer of a model costs: one inference with a time stamp at every op."""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import asdict, replace

from harness.link.client import Profile
from harness.measure.bench import Bench
from harness.measure.costs import MAX_REGIONS, Cost, modelled
from harness.measure.energy.supply import Supply
from harness.measure.energy.trace import Trace
from harness.measure.job import Job, key_fields
from harness.measure.layer_energy import ProfileTrace, layer_energies, profile_trace
from harness.measure.metering import Metered, quiet_trace
from harness.measure.records import LayerRecord, Quantity
from harness.measure.timing import Stopwatch, quiet
from harness.model import Op, op_macs


class Profiled(NamedTuple):
    """A record of every op, in model order, with its energy where the inference was metered.

    Attributes:
        trace: None where the meter does not tell when the ops began.
    """

    layers: list[LayerRecord]
    trace: ProfileTrace | None


def profile_layers(
    stopwatch: Stopwatch, bench: Bench, job: Job, supply: Supply | None = None, metered: Metered | None = None
) -> Profiled:
    """One inference with a time stamp at every op.

    Raises:
        MeterError: the meter is gone.
        TargetError: the line is never quiet.
    """
    device, clock = stopwatch.device, stopwatch.clock
    profile, trace = _profile(stopwatch, supply)
    costs = [clock.cost(begin, end) for begin, end in profile.layers]
    counted = (device.counters(index) if index < MAX_REGIONS else () for index in range(len(costs)))
    modelled_costs = [modelled(bench.board, cost, counters) for cost, counters in zip(costs, counted, strict=True)]
    records = [_record(bench, job, op, cost) for op, cost in zip(job.model.ops, modelled_costs, strict=True)]
    if metered is None or metered.mean_w is None:
        return Profiled(records, None)
    spans = [(begin / device.hello.timer_hz, end / device.hello.timer_hz) for begin, end in profile.layers]
    energies = layer_energies(trace, spans, metered.mean_w)
    layers = [
        replace(record, energy_uj=Quantity(energy.energy_uj, metered.provenance), energy_by=energy.by)
        for record, energy in zip(records, energies, strict=True)
    ]
    return Profiled(layers, profile_trace(trace, spans))


def _profile(stopwatch: Stopwatch, supply: Supply | None) -> tuple[Profile, Trace | None]:
    """The profile, and what the meter saw of it, if it sees the marker."""
    device, vector = stopwatch.device, stopwatch.vector
    if supply is None or not supply.meter.has_marker:
        return quiet(lambda: device.profile(vector))[0], None
    profile, trace, _ = quiet_trace(device, supply, lambda: device.profile(vector))
    return profile, trace


def _record(bench: Bench, job: Job, op: Op, cost: Cost) -> LayerRecord:
    output = job.model.tensors[op.outputs[0]]
    return LayerRecord(
        **key_fields(bench, job),
        op_index=op.index,
        op=op.name,
        output=output.name,
        output_shape="x".join(map(str, output.shape)),
        macs=op_macs(job.model, op),
        **asdict(cost),
    )
