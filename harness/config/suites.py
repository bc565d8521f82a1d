"""`suite.toml`: the models of a suite, its vectors, its metric and its bars."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from harness.config.engines import BuildableEngine
from harness.config.toml import convert, read_toml, suggest
from harness.errors import ConfigError

MetricName = Literal["accuracy", "auc"]
Fraction = Annotated[float, Meta(ge=0.0, le=1.0)]


class SuiteModel(Struct, frozen=True):
    """One variant: a `.tflite` and what it must reach in the suite's metric (a fraction 0 … 1).

    `minimum` is the entry's `min_<metric>`; `max_drop` is how far below the variant `reference` it may lie. `engines`
    are those that have its ops; empty: every one. On the boards `must_fit` it is an error that the model does not fit.
    """

    variant: str
    path: Path
    minimum: float
    reference: str | None
    max_drop: float | None
    engines: tuple[BuildableEngine, ...] = ()
    must_fit: tuple[str, ...] = ()


class Suite(Struct, frozen=True):
    """A suite, checked; paths are absolute. `models` keeps the file's order, references first."""

    name: str
    description: str
    path: Path
    vectors: Path
    metric: MetricName
    models: Mapping[str, SuiteModel]


class _SuiteEntry(Struct, frozen=True, forbid_unknown_fields=True):
    description: str
    vectors: str
    metric: MetricName


class _ModelEntry(Struct, frozen=True, forbid_unknown_fields=True):
    path: str
    min_accuracy: Fraction | None = None
    min_auc: Fraction | None = None
    reference: str | None = None
    max_drop: Fraction | None = None
    engines: tuple[BuildableEngine, ...] = ()
    must_fit: tuple[str, ...] = ()


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    suite: dict[str, Any]
    models: dict[str, dict[str, Any]]


def load_suite(path: Path) -> Suite:
    """The suite in the file `path`; its name is its folder's.

    Raises:
        ConfigError: the file is missing or malformed, a key is wrong, or a file it names does not exist.
    """
    path = path.resolve()
    tables = convert(read_toml(path), _File, path, "")
    entry = convert(tables.suite, _SuiteEntry, path, "suite")
    if not tables.models:
        raise ConfigError(f"{path}: models: no model", "add a table [models.<variant>]")
    models = {variant: _model(path, variant, table, entry.metric) for variant, table in tables.models.items()}
    for model in models.values():
        _check_reference(path, model, models)
    return Suite(
        name=path.parent.name,
        description=entry.description,
        path=path,
        vectors=_file(path, "suite.vectors", entry.vectors),
        metric=entry.metric,
        models=dict(sorted(models.items(), key=lambda item: item[1].reference is not None)),
    )


def _model(path: Path, variant: str, table: dict[str, Any], metric: MetricName) -> SuiteModel:
    entry = convert(table, _ModelEntry, path, f"models.{variant}")
    return SuiteModel(
        variant=variant,
        path=_file(path, f"models.{variant}.path", entry.path),
        minimum=_minimum(path, variant, entry, metric),
        reference=entry.reference,
        max_drop=entry.max_drop,
        engines=entry.engines,
        must_fit=entry.must_fit,
    )


def _minimum(path: Path, variant: str, entry: _ModelEntry, metric: MetricName) -> float:
    bars: dict[MetricName, float | None] = {"accuracy": entry.min_accuracy, "auc": entry.min_auc}
    for name, bar in bars.items():
        if bar is not None and name != metric:
            raise ConfigError(
                f"{path}: models.{variant}.min_{name}: the suite's metric is {metric}", f"give min_{metric} instead"
            )
    return bars[metric] or 0.0


def _file(path: Path, key: str, relative: str) -> Path:
    file = path.parent / relative
    if not file.is_file():
        raise ConfigError(f"{path}: {key}: no such file: {file}", "correct the path, or make the file")
    return file


def _check_reference(path: Path, model: SuiteModel, models: Mapping[str, SuiteModel]) -> None:
    key = f"models.{model.variant}"
    if (model.reference is None) != (model.max_drop is None):
        raise ConfigError(f"{path}: {key}: reference and max_drop go together", "give both or neither")
    if model.reference is not None and model.reference not in models:
        raise ConfigError(
            f"{path}: {key}.reference: unknown variant {model.reference!r}",
            f"use one of: {suggest(model.reference, models)}",
        )
    if model.reference is not None and models[model.reference].reference is not None:
        raise ConfigError(
            f"{path}: {key}.reference: {model.reference!r} has a reference itself", "refer to a variant without one"
        )
