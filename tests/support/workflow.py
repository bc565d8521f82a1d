"""A GitHub workflow, whose `run` steps are executed as a runner does it, on this computer."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

_EXPRESSION = re.compile(r"\$\{\{ *(.*?) *\}\}")


class Workflow:
    """A workflow file.

    Args:
        values: what every expression in it, and every `if`, is worth; one that is not there is an error.
    """

    def __init__(self, file: Path, values: Mapping[str, str]) -> None:
        self.content: Mapping[str, Any] = yaml.safe_load(file.read_text())
        self._values = values

    def run_job(self, name: str, checkout: Path, variables: Mapping[str, str]) -> str:
        """Execute a job's `run` steps in a checkout, one after the other; returns which one failed, empty: none."""
        job = self.content["jobs"][name]
        environment = {**os.environ, **variables, **self._evaluated(job.get("env", {})), "GITHUB_ACTIONS": "true"}
        failed = ""
        for step in self._steps(job):
            if failed and "always()" not in step.get("if", ""):
                continue
            wanted = {**environment, **self._evaluated(step.get("env", {}))}
            done = subprocess.run(["bash", "-e", "-c", step["run"]], cwd=checkout, env=wanted, check=False)
            if done.returncode:
                failed = str(step["name"])
        return failed

    def _steps(self, job: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        for step in job["steps"]:
            if "run" in step and self._values.get(step.get("if", ""), "true") == "true":
                yield step

    def _evaluated(self, variables: Mapping[str, str]) -> dict[str, str]:
        return {name: _EXPRESSION.sub(lambda found: self._values[found[1]], text) for name, text in variables.items()}
