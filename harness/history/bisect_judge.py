"""Whether a commit is good or bad: by the rules of a comparison with the good end."""

from __future__ import annotations

from harness.history.bisect_figures import Figures, Found, SkipError
from harness.history.bisect_question import Answer, Question, Step
from harness.history.changes import judge
from harness.history.rules import Verdict
from harness.history.settings import Settings
from harness.history.sides import Run

_ANSWERS: dict[Verdict, Answer] = {Verdict.WORSE: "bad", Verdict.NOT_COMPARED: "skipped"}


class Judge:
    """Compares commits with the run `good`: those are bad whose figure is worse."""

    def __init__(self, question: Question, settings: Settings, good: Run, figures: Figures) -> None:
        self._question = question
        self._settings = settings
        self._good = good
        self._figures = figures

    def step(self, commit: str) -> Step:
        """Find or make the commit's run, and judge it. Raises: ReportError: as `Figures.make`."""
        try:
            found = self._figures.find(commit, self._good) or self._figures.make(commit)
        except SkipError as error:
            return Step(commit=commit, answer="skipped", reason=str(error))
        return self.judged(commit, found)

    def judged(self, commit: str, found: Found) -> Step:
        """What becomes of a commit with that run."""
        metric = self._question.figure
        verdict, reason = judge(metric, self._good, found.run, self._settings, _no_recent)
        quantity = metric.of(found.run.record)
        assert quantity
        return Step(
            commit=commit,
            answer=_ANSWERS.get(verdict, "good"),
            value=quantity.value,
            provenance=quantity.provenance,
            session=str(found.session),
            seconds=found.seconds,
            reason=reason,
        )


def _no_recent(*_: object) -> tuple[float, ...]:
    """What is usual between commits is no matter: a step is looked for, however small."""
    return ()
