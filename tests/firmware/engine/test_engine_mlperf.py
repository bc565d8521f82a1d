"""MLPerf Tiny's models, where this machine has them."""

from __future__ import annotations

import numpy as np
import pytest
from firmware.engine.graphs import random_values
from firmware.engine.native import OK, NativeEngine
from support.mlperf import mlperf_file, needs_mlperf

from harness.model.oracle import Oracle

VECTORS = 10


@needs_mlperf
@pytest.mark.parametrize("name", ["kws_ref_model", "ad01_int8", "ad01_fp32"])
def test_outputs_equal_the_oracles(engine: NativeEngine, name: str) -> None:
    model = mlperf_file(f"{name}.tflite").read_bytes()
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
