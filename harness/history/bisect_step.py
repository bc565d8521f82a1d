"""What `git bisect run` calls for each commit that it checks out. Its exit code is the answer: 0 good, 1 bad, 125 skip.

Usage: python -m harness.history.bisect_step PLAN
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

import msgspec
from msgspec import Struct

from harness.errors import HarnessError
from harness.history.bisect_clone import Clone
from harness.history.bisect_figures import Figures
from harness.history.bisect_judge import Judge
from harness.history.bisect_question import Answer, Question, Step
from harness.history.bisect_text import step_line
from harness.history.settings import Settings

_EXIT_CODES: dict[Answer, int] = {"good": 0, "bad": 1, "skipped": 125}
_ABORT = 255  # git asks for no further commit


class Plan(Struct, frozen=True, kw_only=True):
    """What the steps of a bisection have in common. Paths are absolute.

    Attributes:
        settings: of the comparison with the good end.
        project: the folder of the clone to run in, from its root.
        good: the session of the good end.
        told: a file descriptor for people to read what happens.
    """

    question: Question
    settings: Settings
    clone: str
    project: str
    reports_dir: str
    scratch: str
    good: str
    steps: str
    told: int


def main(plan_file: str) -> int:
    plan = msgspec.json.decode(Path(plan_file).read_bytes(), type=Plan)
    with os.fdopen(plan.told, "w", closefd=False) as told:
        try:
            step = _step(plan)
            with Path(plan.steps).open("ab") as steps:
                steps.write(msgspec.json.encode(step) + b"\n")
            print(step_line(plan.question, step), file=told)
        except (HarnessError, OSError) as error:
            print(f"harness bisect: {error}", file=told)
            return _ABORT
        except Exception:  # else Python's exit code would be 1, which says that a commit is bad
            traceback.print_exc(file=told)
            return _ABORT
    return _EXIT_CODES[step.answer]


def _step(plan: Plan) -> Step:
    clone = Clone(Path(plan.clone), plan.project)
    figures = Figures(plan.question, Path(plan.reports_dir), clone, Path(plan.scratch))
    good = figures.run_in(Path(plan.good))
    if good is None:
        raise HarnessError(f"{plan.good}: cannot be read any more")
    return Judge(plan.question, plan.settings, good, figures).step(clone.commit())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
