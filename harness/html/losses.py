"""What each op of a quantized model loses, for the models and vectors of a session that are at hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from harness.config import load_suite
from harness.html.models import Models
from harness.measure import Vectors, load_suite_vectors
from harness.measure.layer_errors import layer_errors
from harness.measure.records import RunRecord
from harness.report.compare import variant_groups
from harness.report.layers import align
from harness.report.tables import SessionTables, run_key

MOST_VECTORS = 32  # of a suite: more take longer and say the same

# By SHA-256 of the reference and of the variant; then by op of the variant, as a part of the reference's values.
Losses = Mapping[tuple[str, str], Mapping[int, float]]


def find_losses(tables: SessionTables, models: Models, suites_dir: Path) -> Losses:
    """Runs the oracle on the first vectors of each suite in `suites_dir`.

    Raises:
        ConfigError: a `suite.toml` is malformed.
        SetupError, ModelError, VectorError: see `harness.measure.layer_errors`.
    """
    losses: dict[tuple[str, str], Mapping[int, float]] = {}
    vectors = {file.parent.name: file for file in sorted(suites_dir.glob("*/suite.toml"))}
    for reference, *others in variant_groups(tables):
        for run in others:
            key = reference.model_sha256, run.model_sha256
            if key not in losses and models.keys() >= set(key) and run.suite in vectors:
                used = load_suite_vectors(load_suite(vectors[run.suite]).vectors).first(MOST_VECTORS)
                losses[key] = _losses(tables, (reference, run), models, used)
    return losses


def _losses(
    tables: SessionTables, runs: tuple[RunRecord, RunRecord], models: Models, vectors: Vectors
) -> Mapping[int, float]:
    layers = [[layer for layer in tables.layer_records if run_key(layer) == run_key(run)] for run in runs]
    pairs = [(one.op_index, other.op_index) for one, other in align(layers) if one and other]
    reference, variant = (models[run.model_sha256] for run in runs)
    errors = layer_errors(reference, variant, vectors, pairs)
    return {op: error for (_, op), error in zip(pairs, errors, strict=True) if error is not None}
