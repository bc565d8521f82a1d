"""The images suite: its shapes, its split, and that its vectors can be made again."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from support.suites import SUITES, assert_same_features, suite_script

VECTORS = np.load(SUITES["images"].vectors)


@pytest.fixture(scope="module")
def make() -> ModuleType:
    return suite_script("images")


@pytest.fixture(scope="module")
def scene() -> ModuleType:
    return suite_script("images", "scene")


def test_each_shape_is_tested_ten_times() -> None:
    assert np.bincount(VECTORS["labels"]).tolist() == [10] * 10
    assert VECTORS["inputs"].shape == (100, 32, 32, 3)
    assert VECTORS["inputs"].dtype == np.float16


def test_the_test_vectors_can_be_made_again(make: ModuleType) -> None:
    pictures, labels = make.draw_pictures(make.TEST_PICTURES, make.SEED + 1)
    np.testing.assert_array_equal(labels, VECTORS["labels"])
    assert_same_features(pictures.astype(np.float16), VECTORS["inputs"])


def test_another_seed_draws_other_pictures(make: ModuleType) -> None:
    first, _ = make.draw_pictures(10, make.SEED)
    second, _ = make.draw_pictures(10, make.SEED + 1)
    assert not any((one == other).all() for one in first for other in second)


def test_every_shape_lies_within_its_plane_and_differs_from_the_others(scene: ModuleType) -> None:
    y, x = np.mgrid[-1.2:1.2:241j, -1.2:1.2:241j]
    masks = {name: inside(x, y) for name, inside in scene.SHAPES.items()}
    for name, mask in masks.items():
        assert 0.05 < mask.mean() < 0.5, name
        assert not (mask & (np.hypot(x, y) > 1.1)).any(), name
    assert len({mask.tobytes() for mask in masks.values()}) == len(masks)


@pytest.mark.parametrize(
    ("shape", "inside", "outside"),
    [
        ("ring", (0.65, 0), (0, 0)),
        ("crescent", (-0.7, 0), (0.5, 0)),
        ("star", (0, 0.9), (0.5, 0.6)),
        ("cross", (0, 0.8), (0.5, 0.5)),
        ("arrow", (0.5, 0.2), (0.5, -0.5)),
        ("heart", (0.4, 0.4), (0, 0.75)),
    ],
)
def test_points_lie_in_and_beside_a_shape(
    scene: ModuleType, shape: str, inside: tuple[float, float], outside: tuple[float, float]
) -> None:
    x, y = np.array([inside, outside], np.float64).T
    assert scene.SHAPES[shape](x, y).tolist() == [True, False]
