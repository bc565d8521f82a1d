"""MLPerf Tiny's models, where the folder that has them is named in TINYHIL_MLPERF_DIR."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from firmware.engine.graphs import random_values
from firmware.engine.native import OK, NativeEngine

from harness.model.oracle import Oracle

FOLDER = os.environ.get("TINYHIL_MLPERF_DIR")
VECTORS = 10


@pytest.mark.skipif(FOLDER is None, reason="TINYHIL_MLPERF_DIR is not set")
@pytest.mark.parametrize("name", ["kws_ref_model", "ad01_int8", "ad01_fp32"])
def test_outputs_equal_the_oracles(engine: NativeEngine, name: str) -> None:
    model = (Path(FOLDER or "") / f"{name}.tflite").read_bytes()
    rng = np.random.default_rng(0)
    with Oracle(model) as oracle:
        (tensor,) = oracle.model.input_tensors
        for _ in range(VECTORS):
            vector = random_values(tensor.dtype, int(np.prod(tensor.shape)), rng)
            run = engine.run(model, vector)
            assert run.status == OK
            expected = oracle.infer(vector)
            if tensor.dtype == "int8":
                assert run.output == expected
            else:
                actual = np.frombuffer(run.output, np.float32)
                np.testing.assert_allclose(actual, np.frombuffer(expected, np.float32), rtol=1e-5, atol=1e-6)
