"""Records as a run of a small network would give them, and the session they belong to."""

from __future__ import annotations

import json
from collections.abc import Iterable

from msgspec.structs import replace

from harness.measure.records import (
    LayerRecord,
    Provenance,
    Quantity,
    RunRecord,
    Series,
    TraceRecord,
    VectorRecord,
    WindowRecord,
)
from harness.report import Records, SessionInfo, SessionTables
from harness.report.schema import Record
from harness.report.session import BoardInfo, Checkout, HostInfo

OPS = (
    ("CONV_2D", "1x8x8x16", 9_216),
    ("DEPTHWISE_CONV_2D", "1x8x8x16", 9_216),
    ("CONV_2D", "1x8x8x32", 294_912),
    ("MAX_POOL_2D", "1x4x4x32", 0),
    ("RESHAPE", "1x512", 0),
    ("FULLY_CONNECTED", "1x64", 32_768),
    ("FULLY_CONNECTED", "1x10", 640),
    ("SOFTMAX", "1x10", 0),
)
QUANTIZED_OPS = (("QUANTIZE", "1x8x8x1", 0), *OPS)

INFO = SessionInfo(
    schema_version=5,
    id="20260102T030405Z-0123456",
    started="2026-01-02T03:04:05+00:00",
    host=HostInfo("bench", "a processor", "Debian GNU/Linux 12 (bookworm)"),
    command=("pytest", "--board=stm32l475"),
    tools={"python": "3.11.2", "harness": "0.1.0"},
    boards={
        "stm32l475": BoardInfo(
            "ST B-L475E-IOT01A discovery kit",
            "STM32L475VGT6",
            80_000_000,
            {"arena_bytes": 103_424, "stack_bytes": 8192},
        ),
        "native": BoardInfo("This computer", "host", None),
    },
    outcome="passed",
    checkout=Checkout("0123456789abcdef0123456789abcdef01234567", dirty=True, branch="main"),
)


def run_record(**changes: object) -> RunRecord:
    """A finished float32 run on an emulated board, with `changes`."""
    emulated, static = Provenance.EMULATED, Provenance.STATIC
    fields: dict[str, object] = {
        "suite": "digits",
        "variant": "float32",
        "board": "stm32l475",
        "target": "emulated",
        "target_description": "QEMU 10.0.2 b-l475e-iot01a -icount shift=4",
        "engine": "builtin",
        "engine_version": "0.1.0",
        "engine_chosen_by": "board",
        "build_id": "1f2e3d4c",
        "toolchain": "arm-none-eabi-g++ 12.2.1",
        "model": "digits_float32.tflite",
        "model_sha256": "00" * 32,
        "outcome": "passed",
        "message": "",
        "vectors": 397,
        "vectors_total": 397,
        "repeats": 3,
        "macs": 346_752,
        "accuracy": Quantity(0.9824, emulated),
        "instructions": Quantity(7_201_334, emulated),
        "instructions_min": 7_201_334,
        "instructions_max": 7_201_334,
        "arena_bytes": Quantity(12_288, emulated),
        "arena_persistent_bytes": Quantity(1_024, emulated),
        "stack_bytes": Quantity(1_912, emulated),
        "model_bytes": Quantity(150_320, static),
        "firmware_flash_bytes": Quantity(41_212, static),
        "firmware_ram_bytes": Quantity(5_120, static),
    }
    return RunRecord(**{**fields, **changes})  # type: ignore[arg-type]


def int8_run(**changes: object) -> RunRecord:
    """A finished int8 run on the same board, with `changes`."""
    emulated = Provenance.EMULATED
    fields: dict[str, object] = {
        "variant": "int8",
        "model": "digits_int8.tflite",
        "accuracy": Quantity(0.9798, emulated),
        "instructions": Quantity(2_953_023, emulated),
        "instructions_min": 2_953_023,
        "instructions_max": 2_953_023,
        "arena_bytes": Quantity(3_584, emulated),
        "arena_persistent_bytes": Quantity(1_024, emulated),
        "arena_parts": '{"activations": 2560, "op parameters": 1024}',
        "model_bytes": Quantity(46_216, Provenance.STATIC),
    }
    return run_record(**{**fields, **changes})


def layer_records(run: RunRecord, ops: Iterable[tuple[str, str, int]] = OPS) -> list[LayerRecord]:
    """A layer for each of `ops` (name, output shape, MACs), which share 99% of the run's cost by their MACs."""
    ops = list(ops)
    whole = run.instructions or run.latency_us
    assert whole is not None
    weights = [1_000 + macs for _, _, macs in ops]
    field = "instructions" if run.instructions else "latency_us"
    return [
        LayerRecord(
            suite=run.suite,
            variant=run.variant,
            board=run.board,
            engine=run.engine,
            op_index=index,
            op=op,
            output=f"tensor_{index}",
            output_shape=shape,
            macs=macs,
            **{field: Quantity(99 * int(whole.value) * weights[index] // sum(weights) // 100, whole.provenance)},
        )
        for index, (op, shape, macs) in enumerate(ops)
    ]


CYCLES_PER_INSTRUCTION = 1.5


def modelled_run(run: RunRecord, **changes: object) -> RunRecord:
    """`run` at 80 MHz with a model of cycles and one of energy, with `changes`: a fifth of the cycles are stalls."""
    assert run.instructions is not None
    modelled = Provenance.MODELLED
    cycles = int(run.instructions.value * CYCLES_PER_INSTRUCTION)
    stalls, loads = cycles // 5, cycles // 3
    fields: dict[str, object] = {
        "cycles": Quantity(cycles, modelled),
        "cycles_by_class": json.dumps({"alu": cycles - loads - stalls, "load": loads, "fetch_stall": stalls}),
        "cycles_model": "cortex-m4f, flash 4 wait states",
        "cycles_error_percent": 20,
        "latency_us": Quantity(cycles / 80, modelled),
        "latency_us_min": cycles / 80,
        "latency_us_max": cycles / 80,
        "energy_uj": Quantity(cycles / 80 * 0.036, modelled),
        "energy_model": "DS10969 rev 5, table 26",
    }
    return replace(run, **fields | changes)


def metered_run(run: RunRecord, latency_us: float, energy_uj: float, **changes: object) -> RunRecord:
    """`run` on a board with a meter, timed in 10 windows of 64, with `changes`."""
    measured = Provenance.MEASURED
    fields: dict[str, object] = {
        "target": "attached",
        "target_description": "desk-1, attached: probe 0670FF with pyocd, port 0670FF",
        "instructions": None,
        "instructions_min": None,
        "instructions_max": None,
        "repeats": 10,
        "inferences_per_window": 64,
        "latency_us": Quantity(latency_us, measured),
        "latency_us_min": latency_us * 0.99,
        "latency_us_max": latency_us * 1.03,
        "latency_us_spread": latency_us * 0.004,
        "clock_off_percent": -0.25,
        "energy_uj": Quantity(energy_uj, measured),
        "energy_model": "PPK2 C0FFEE",
        "idle_power_uw": Quantity(6612.0, measured),
        "meter": "PPK2 C0FFEE",
        "supply_v": 3.3,
    }
    return replace(run, **fields | changes)


def metered_layers(run: RunRecord) -> list[LayerRecord]:
    """Those of `layer_records`, with energy by the marker where they compute something, else by time."""
    return [
        replace(
            layer,
            energy_uj=Quantity(layer.latency_us.value * 0.03, layer.latency_us.provenance),
            energy_by="marker" if layer.macs else "time",
        )
        for layer in layer_records(run)
        if layer.latency_us
    ]


def modelled_layers(run: RunRecord, ops: Iterable[tuple[str, str, int]] = OPS) -> list[LayerRecord]:
    """Those of `layer_records` with cycles and what is computed from them."""
    return [_modelled_layer(layer) for layer in layer_records(run, ops)]


def _modelled_layer(layer: LayerRecord) -> LayerRecord:
    assert layer.instructions is not None
    modelled = Provenance.MODELLED
    cycles = int(layer.instructions.value * CYCLES_PER_INSTRUCTION)
    return replace(
        layer,
        cycles=Quantity(cycles, modelled),
        latency_us=Quantity(cycles / 80, modelled),
        energy_uj=Quantity(cycles / 80 * 0.036, modelled),
    )


def window_record(run: RunRecord, window: int, **changes: object) -> WindowRecord:
    """One of the windows that `run` was timed in, with `changes`."""
    fields: dict[str, object] = {
        "kind": "time",
        "inferences": run.inferences_per_window,
        "instructions": run.instructions,
        "latency_us": run.latency_us,
    }
    return WindowRecord(
        suite=run.suite,
        variant=run.variant,
        board=run.board,
        engine=run.engine,
        window=window,
        **fields | changes,  # type: ignore[arg-type]
    )


def trace_record(run: RunRecord, **changes: object) -> TraceRecord:
    """What a meter saw of the window that the energy of `run` is of, with `changes`: rest, two points of work, rest."""
    fields: dict[str, object] = {
        "kind": "energy",
        "window": 4,
        "inferences": 64,
        "end_us": 100.0,
        "edges_us": (0.0, 100.0),
        "meter": "PPK2 C0FFEE",
        "rate_hz": 100_000.0,
        "samples": 20,
        "samples_per_point": 5,
        "time_us": (-50.0, 0.0, 50.0, 100.0),
        "power_uw": Series((6600.0, 39_600.0, 36_300.0, 6600.0), Provenance.MEASURED),
        "power_uw_min": (6500.0, 33_000.0, 36_000.0, 6400.0),
        "power_uw_max": (6700.0, 50_000.0, 37_000.0, 6800.0),
    }
    return TraceRecord(
        suite=run.suite,
        variant=run.variant,
        board=run.board,
        engine=run.engine,
        **fields | changes,  # type: ignore[arg-type]
    )


def vector_record(run: RunRecord, vector: int) -> VectorRecord:
    """An answer to one vector, right every time."""
    return VectorRecord(
        suite=run.suite,
        variant=run.variant,
        board=run.board,
        engine=run.engine,
        vector=vector,
        label=vector % 10,
        predicted=vector % 10,
        correct=True,
        output=bytes([vector % 256, 0, 255]),
    )


def tables_of(*records: Record, layers: Iterable[LayerRecord] = (), info: SessionInfo = INFO) -> SessionTables:
    """The tables of a session of these records."""
    recorded = Records()
    for record in (*records, *layers):
        recorded.add(record)
    return recorded.tables(info)
