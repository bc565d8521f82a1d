"""What a bisection asks of every commit, and what it is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from harness.history.metrics import METRICS_BY_NAME, Metric
from harness.history.pytest_run import selecting
from harness.history.sides import RunId

Answer = Literal["good", "bad", "skipped"]


class Question(Struct, frozen=True, kw_only=True):
    """One figure of one run.

    Attributes:
        metric: one of `METRICS_BY_NAME`.
        vectors: how many of the suite's are run; None: all.
        tolerance: in place of that in pyproject.toml; of the floor, where the figure is noisy.
        boards_files: further ones, absolute.
    """

    metric: str
    suite: str
    variant: str
    board: str
    target: str
    engine: str
    vectors: int | None = None
    tolerance: float | None = None
    boards_files: tuple[str, ...] = ()

    @property
    def figure(self) -> Metric:
        return METRICS_BY_NAME[self.metric]

    @property
    def run(self) -> RunId:
        return RunId(self.suite, self.variant, self.board, self.target, self.engine)

    @property
    def pytest_arguments(self) -> list[str]:
        """What makes pytest run this and nothing else."""
        limit = [] if self.vectors is None else [f"--vectors={self.vectors}"]
        return [
            *selecting(self.run),
            *limit,
            *(f"--boards-file={file}" for file in self.boards_files),
        ]

    def is_asked_by(self, command: Sequence[str]) -> bool:
        """Whether a session of that command line ran as many vectors, on the firmware that is asked about."""
        options = _options(command)
        limit = None if self.vectors is None else str(self.vectors)
        return options.get("--vectors") == limit and "--sanitize" not in options

    def __str__(self) -> str:
        return f"{self.run}: {self.metric}"


class Step(Struct, frozen=True, kw_only=True):
    """What became of a commit.

    Attributes:
        value: the figure; None where it is skipped.
        provenance: how it was obtained.
        session: the folder of the session that it is from.
        seconds: how long the run took; None where the session was there before.
        reason: why it was judged so, where that needs one.
    """

    commit: str
    answer: Answer
    value: float | None = None
    provenance: str = ""
    session: str = ""
    seconds: float | None = None
    reason: str = ""


def _options(command: Sequence[str]) -> Mapping[str, str]:
    """`--name=value` and `--name value` alike."""
    words = [word for argument in command for word in argument.split("=", 1)]
    return {word: value for word, value in zip(words, [*words[1:], ""], strict=True) if word.startswith("--")}
