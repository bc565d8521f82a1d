"""Pictures of ten shapes, drawn from equations: any colour, size and turn, before any background, in noise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float64]
Mask = NDArray[np.bool_]

SIZE = 32
OVERSAMPLING = 3  # in each direction: a pixel is the mean of nine
LEVELS = 256  # pixels lie on multiples of 1/256, so that float16 holds them exactly


def _regular(corners: int, *radii: float) -> NDArray[np.float64]:
    """The corners of a polygon or star around 0, their radii taking turns: N x 2."""
    angles = 2 * np.pi * np.arange(corners) / corners
    reach = np.resize(radii, corners)
    return np.stack([reach * np.sin(angles), reach * np.cos(angles)], axis=1)


def _polygon(corners: NDArray[np.float64]) -> Callable[[Plane, Plane], Mask]:
    """Inside is where a ray crosses an odd number of edges."""

    def inside(x: Plane, y: Plane) -> Mask:
        odd = np.zeros(x.shape, np.bool_)
        for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            if y0 != y1:
                odd ^= ((y0 > y) != (y1 > y)) & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
        return odd

    return inside


def _disc(x: Plane, y: Plane) -> Mask:
    return np.hypot(x, y) < 0.8


def _ring(x: Plane, y: Plane) -> Mask:
    return np.abs(np.hypot(x, y) - 0.65) < 0.2


def _crescent(x: Plane, y: Plane) -> Mask:
    return (np.hypot(x, y) < 0.85) & (np.hypot(x - 0.45, y) > 0.7)


def _heart(x: Plane, y: Plane) -> Mask:
    across, up = 1.35 * x, 1.35 * y + 0.15
    return (across**2 + up**2 - 1) ** 3 < across**2 * up**3


def _cross(x: Plane, y: Plane) -> Mask:
    near, far = np.minimum(np.abs(x), np.abs(y)), np.maximum(np.abs(x), np.abs(y))
    return (near < 0.25) & (far < 0.85)


_ARROW = np.array([(0, 0.9), (0.7, 0.1), (0.25, 0.1), (0.25, -0.9), (-0.25, -0.9), (-0.25, 0.1), (-0.7, 0.1)])

# Inside of each shape, in a plane where it reaches about 1 from its middle.
SHAPES: dict[str, Callable[[Plane, Plane], Mask]] = {
    "disc": _disc,
    "ring": _ring,
    "crescent": _crescent,
    "heart": _heart,
    "triangle": _polygon(_regular(3, 1.0)),
    "square": _polygon(_regular(4, 1.0)),
    "hexagon": _polygon(_regular(6, 0.9)),
    "star": _polygon(_regular(10, 1.0, 0.42)),
    "cross": _cross,
    "arrow": _polygon(_ARROW),
}


def draw(shape: str, generator: np.random.Generator) -> NDArray[np.float32]:
    """A picture with `shape` in it: float32, `SIZE` x `SIZE` x 3, in 0 … 1."""
    points = SIZE * OVERSAMPLING
    y, x = np.meshgrid(*[(np.arange(points) + 0.5) / points * 2 - 1] * 2, indexing="ij")
    background = _surface(x, y, generator)
    inside = SHAPES[shape](*_placed(x, y, generator))[..., np.newaxis]
    picture = np.where(inside, _shape_surface(background, x, y, generator), background)
    pixels = picture.reshape(SIZE, OVERSAMPLING, SIZE, OVERSAMPLING, 3).mean(axis=(1, 3))
    pixels += generator.uniform(0.01, 0.05) * generator.standard_normal(pixels.shape)
    return (np.rint(np.clip(pixels, 0, 1) * (LEVELS - 1)) / LEVELS).astype(np.float32)


def _placed(x: Plane, y: Plane, generator: np.random.Generator) -> tuple[Plane, Plane]:
    """The picture's points in the shape's own plane: moved, turned, stretched and sheared."""
    angle = generator.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shear = np.array([[generator.uniform(0.85, 1.15), generator.uniform(-0.15, 0.15)], [0, 1]])
    matrix = np.linalg.inv(generator.uniform(0.6, 0.95) * turn @ shear)
    dx, dy = x - generator.uniform(-0.2, 0.2), y - generator.uniform(-0.2, 0.2)
    return matrix[0, 0] * dx + matrix[0, 1] * dy, matrix[1, 0] * dx + matrix[1, 1] * dy


def _surface(x: Plane, y: Plane, generator: np.random.Generator) -> Plane:
    """A colour with three waves of other colours across it."""
    surface = np.broadcast_to(generator.uniform(0.1, 0.9, 3), (*x.shape, 3)).copy()
    for _ in range(3):
        across, down, phase = generator.uniform(-6, 6), generator.uniform(-6, 6), generator.uniform(0, 2 * np.pi)
        wave = np.sin(across * x + down * y + phase)
        surface += wave[..., np.newaxis] * generator.uniform(-0.1, 0.1, 3)
    return surface


def _shape_surface(background: Plane, x: Plane, y: Plane, generator: np.random.Generator) -> Plane:
    """A surface for the shape: its mean colour differs visibly from the background's."""
    while True:
        surface = _surface(x, y, generator)
        if np.abs(surface.mean(axis=(0, 1)) - background.mean(axis=(0, 1))).max() > 0.4:
            return surface
