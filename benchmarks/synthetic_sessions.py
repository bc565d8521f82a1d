"""Synthetic sessions: folders as a run leaves them, with figures that nobody measured."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import msgspec

from harness.measure.records import LayerRecord, Provenance, Quantity, RunRecord
from harness.report import SessionInfo, SessionWriter
from harness.report.session import SCHEMA_VERSION, BoardInfo, Checkout, HostInfo
from harness.report.store import SESSION_FILE

SUITES = ("digits", "keywords", "vibration", "images", "gestures")
VARIANTS = ("float32", "int8")
BOARDS = ("stm32l475", "mps2-an386")
ENGINES = ("builtin", "tflm")
RUNS = len(SUITES) * len(VARIANTS) * len(BOARDS) * len(ENGINES)  # 40
TEMPLATES = 20  # sessions with figures of their own; the others repeat them
START = datetime(2026, 1, 1, tzinfo=UTC)


def write_sessions(reports_dir: Path, count: int, first: int = 0) -> None:
    """`count` sessions of 40 runs each, one an hour, each of a commit of its own.

    Args:
        first: the number of the first one; sessions of one number are equal.
    """
    with tempfile.TemporaryDirectory() as folder:
        for number in range(first, first + count):
            template = Path(folder) / str(number % TEMPLATES)
            if not template.exists():
                _write_template(template, number % TEMPLATES)
            session = reports_dir / _info(number).id
            shutil.copytree(template, session)
            (session / SESSION_FILE).write_bytes(msgspec.json.encode(_info(number)))


def _write_template(folder: Path, number: int) -> None:
    folder.mkdir()
    writer = SessionWriter(folder, _info(number))
    for run in _runs(random.Random(number)):
        writer.add_run(run)
        for layer in _layers(run):
            writer.add_layer(layer)
    writer.finish("passed")


def _info(number: int) -> SessionInfo:
    started = START + timedelta(hours=number)
    commit = f"{random.Random(number).getrandbits(160):040x}"
    return SessionInfo(
        schema_version=SCHEMA_VERSION,
        id=f"{started:%Y%m%dT%H%M%SZ}-{commit[:7]}",
        started=started.isoformat(),
        ended=started.isoformat(),
        outcome="passed",
        host=HostInfo("synthetic", "no processor", "no system"),
        command=("synthetic",),
        tools={},
        boards={name: BoardInfo("synthetic", name, 80_000_000) for name in BOARDS},
        checkout=Checkout(commit, dirty=False, branch="main" if number % 2 else "topic"),
    )


def _runs(draw: random.Random) -> Iterator[RunRecord]:
    for board, suite, engine, variant in product(BOARDS, SUITES, ENGINES, VARIANTS):
        instructions = draw.randrange(1_000_000, 1_010_000)
        yield RunRecord(
            suite=suite,
            variant=variant,
            board=board,
            target="emulated",
            engine=engine,
            engine_version="0",
            build_id="0",
            toolchain="none",
            model=f"{suite}_{variant}.tflite",
            model_sha256="00" * 32,
            outcome="passed",
            message="",
            vectors=100,
            vectors_total=100,
            repeats=3,
            macs=450_000,
            accuracy=Quantity(draw.randrange(95, 99) / 100, Provenance.EMULATED),
            instructions=Quantity(instructions, Provenance.EMULATED),
            instructions_min=instructions,
            instructions_max=instructions,
            arena_bytes=Quantity(12_288, Provenance.EMULATED),
        )


def _layers(run: RunRecord) -> Iterator[LayerRecord]:
    for index, op in enumerate(("CONV_2D", "MAX_POOL_2D", "FULLY_CONNECTED", "SOFTMAX")):
        yield LayerRecord(
            suite=run.suite,
            variant=run.variant,
            board=run.board,
            engine=run.engine,
            op_index=index,
            op=op,
            output=f"tensor_{index}",
            output_shape="1x10",
            macs=1000,
            instructions=Quantity(1000, Provenance.EMULATED),
        )
