"""Write MobileNet v1 as float32 and int8 `.tflite` files: the model of the question that docs/estimate.md answers.

    python benchmarks/mobilenet.py FOLDER

1.0 at 192 x 192, 418 million multiply-accumulates. The weights are random: what an inference costs does not depend on
them, and nothing is downloaded. Needs TensorFlow (`tinyhil[train]`).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from harness.model import read_model, total_macs
from harness.model.convert import convert_keras

SIDE = 192
CALIBRATION_IMAGES = 2


def mobilenet(path: Path, images: NDArray[np.float32]) -> None:
    """Save the network, with an input of one image. Its normalization is that of `images`: values neither vanish nor
    grow from layer to layer, as in a trained one."""
    import keras

    network = keras.applications.MobileNet(input_tensor=keras.Input((SIDE, SIDE, 3)), weights=None)
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0
    network(images, training=True)
    network.save(path)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    images = np.random.default_rng(0).uniform(-1, 1, (CALIBRATION_IMAGES, SIDE, SIDE, 3)).astype(np.float32)
    with tempfile.TemporaryDirectory() as scratch:
        network = Path(scratch) / "mobilenet.keras"
        mobilenet(network, images)
        for variant, data in convert_keras(network, images).items():
            path = folder / f"mobilenet_v1_{SIDE}_{variant}.tflite"
            path.write_bytes(data)
            print(f"{path}: {len(data):,} bytes, {total_macs(read_model(data, path.name)):,} MACs")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
