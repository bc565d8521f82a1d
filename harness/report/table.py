"""The comparison table, before it is drawn: what stands in it, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


def distinct(texts: Iterable[str]) -> str:
    """All different texts, each once, with slashes between them: mostly there is only one."""
    return "/".join(dict.fromkeys(text for text in texts if text))


@dataclass(frozen=True)
class Row:
    """One figure of every variant.

    `label` says the unit where the cells do not. `cells` has one text per variant; `deltas` one per variant but the
    first, which they compare with; `how` is the provenance. A row without cells is a heading. `depth` 1 is a part of
    the row above.
    """

    label: str
    cells: tuple[str, ...] = ()
    deltas: tuple[str, ...] = ()
    how: str = ""
    depth: int = 0

    def with_reference(self, column: int) -> Row:
        """The first variant's figure and that of `column` alone."""
        if not self.cells:
            return self
        return replace(self, cells=(self.cells[0], self.cells[column]), deltas=(self.deltas[column - 1],))


@dataclass(frozen=True)
class Comparison:
    """Runs side by side: variants, engines or boards, the first one being the reference of others with deltas.

    `answers` say in words what each of the others saves and loses.
    """

    heading: str
    details: tuple[str, ...]
    variants: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    answers: tuple[str, ...] = ()

    @property
    def compares(self) -> bool:
        """Whether there are columns of deltas."""
        return any(row.deltas for row in self.rows)

    @property
    def delta_headings(self) -> tuple[str, ...]:
        """`int8 vs float32`, … one for each column of deltas."""
        if not self.compares:
            return ()
        reference, *others = self.variants
        return tuple(f"{variant} vs {reference}" for variant in others)

    def with_reference(self, column: int) -> Comparison:
        """The first variant and that of `column` alone, for output that is too narrow for all that are compared."""
        return replace(
            self,
            variants=(self.variants[0], self.variants[column]),
            rows=tuple(row.with_reference(column) for row in self.rows),
        )

    def between(self, begin: int, end: int) -> Comparison:
        """The variants from `begin` to `end`, for output that is too narrow for all, which are not compared."""
        return replace(
            self,
            variants=self.variants[begin:end],
            rows=tuple(replace(row, cells=row.cells[begin:end]) for row in self.rows),
        )
