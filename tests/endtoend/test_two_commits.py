"""A commit with a slower kernel and a worse model is compared with the one before, all of it emulated."""

from __future__ import annotations

import json
from pathlib import Path

from two_commits import compare, make_two_commits


def test_the_comparison_names_kernel_and_model_and_fails_the_gate(tmp_path: Path) -> None:
    make_two_commits(tmp_path)
    done = compare(tmp_path, "--format=json")
    assert done.returncode == 1, done.stderr
    runs = {run["variant"]: run for run in json.loads(done.stdout)["runs"]}
    verdicts = {
        variant: {figure["metric"]: figure["verdict"] for figure in run["figures"]} for variant, run in runs.items()
    }
    assert [variant for variant, found in verdicts.items() if found["accuracy"] == "worse"] == ["int8"]
    assert {found["cycles"] for found in verdicts.values()} == {"worse"}
    for run in runs.values():
        assert run["layers"][0]["op"] == "SOFTMAX"
        assert any(line.startswith("SOFTMAX (op 6): +") for line in run["explanations"])
    assert any(line.startswith("another model: digits_int8.tflite ") for line in runs["int8"]["explanations"])
    assert "digits int8 on stm32l475 (emulated) with builtin: accuracy " in done.stderr
