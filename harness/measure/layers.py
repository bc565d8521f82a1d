"""What each layer of a model costs: one inference with a time stamp at every op."""

from __future__ import annotations

from msgspec.structs import asdict

from harness.link.client import Device
from harness.measure.bench import Bench
from harness.measure.clock import Clock
from harness.measure.costs import MAX_REGIONS, Cost, modelled
from harness.measure.job import Job, key_fields
from harness.measure.records import LayerRecord
from harness.measure.timing import quiet
from harness.model import op_macs


def profile_layers(device: Device, clock: Clock, bench: Bench, job: Job, vector: bytes) -> list[LayerRecord]:
    """A record of every op, in model order.

    Raises:
        TargetError: the line is never quiet.
    """
    profile, _ = quiet(lambda: device.profile(vector))
    costs = [clock.cost(begin, end) for begin, end in profile.layers]
    counted = (device.counters(index) if index < MAX_REGIONS else () for index in range(len(costs)))
    modelled_costs = [modelled(bench.board, cost, counters) for cost, counters in zip(costs, counted, strict=True)]
    return layer_records(bench, job, modelled_costs)


def layer_records(bench: Bench, job: Job, costs: list[Cost]) -> list[LayerRecord]:
    """The records of a model's ops, which cost that much."""
    model = job.model
    outputs = [model.tensors[op.outputs[0]] for op in model.ops]
    return [
        LayerRecord(
            **key_fields(bench, job),
            op_index=op.index,
            op=op.name,
            output=output.name,
            output_shape="x".join(map(str, output.shape)),
            macs=op_macs(model, op),
            **asdict(cost),
        )
        for op, output, cost in zip(model.ops, outputs, costs, strict=True)
    ]
