"""Movements in the axial plane, the same for every slice of a patch and every channel.

What comes in from outside is the picture's lowest value, and no label.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from .chance import Chance

AXES = {"x": -1, "y": -2, "z": -3}


def remap(image: np.ndarray, label: np.ndarray, map_x: np.ndarray, map_y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pixel (y, x) of every plane becomes what was at (map_y, map_x): linear for the picture, nearest for bits."""
    map_x, map_y, low = map_x.astype(np.float32), map_y.astype(np.float32), float(image.min())

    def each(stack, flags, border):
        planes = stack.reshape(-1, *stack.shape[-2:])
        return np.stack([cv2.remap(p, map_x, map_y, flags, borderMode=cv2.BORDER_CONSTANT, borderValue=border) for p in planes]).reshape(stack.shape)

    return each(image, cv2.INTER_LINEAR, low), each(label, cv2.INTER_NEAREST, 0)


def here(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Each pixel's own x and y, float32 [rows, columns]."""
    return tuple(np.meshgrid(np.arange(shape[-1], dtype=np.float32), np.arange(shape[-2], dtype=np.float32)))


def through(matrix: np.ndarray, image: np.ndarray, label: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Moved by a 3x3 matrix from new pixels (x, y, 1) to old ones."""
    x, y = here(image.shape)
    ox, oy, w = (matrix[r, 0] * x + matrix[r, 1] * y + matrix[r, 2] for r in range(3))
    return remap(image, label, ox / w, oy / w)


def about_middle(shape: tuple[int, ...], degrees: float, scale: float) -> np.ndarray:
    """From new pixels to old ones: turned and enlarged about the middle."""
    middle = (shape[-1] - 1) / 2, (shape[-2] - 1) / 2
    forward = np.vstack([cv2.getRotationMatrix2D(middle, degrees, scale), [0, 0, 1]])
    return np.linalg.inv(forward)


@dataclass(kw_only=True)
class Flip(Chance):
    """Mirrors along each of the axes, with probability p for each."""

    axes: list[str] = field(default_factory=lambda: ["x"])

    def __call__(self, rng, image, label):
        for axis in self.axes:
            if rng.random() < self.p:
                image, label = np.flip(image, AXES[axis]), np.flip(label, AXES[axis])
        return np.ascontiguousarray(image), np.ascontiguousarray(label)


@dataclass(kw_only=True)
class Rot90(Chance):
    """One, two or three quarter turns. Slices must be square."""

    def change(self, rng, image, label):
        return _turned(image, label, int(rng.integers(1, 4)))


@dataclass(kw_only=True)
class D4(Chance):
    """One of the eight symmetries of the square, with p = 1 all equally often."""

    p: float = 1.0

    def change(self, rng, image, label):
        image, label = _turned(image, label, int(rng.integers(4)))
        return Flip(p=0.5, axes=["x"])(rng, image, label)


def _turned(image, label, quarters):
    if image.shape[-1] != image.shape[-2] and quarters % 2:
        raise ValueError(f"a slice of {image.shape[-2]}x{image.shape[-1]} cannot be turned by a quarter: it is not square")
    return tuple(np.ascontiguousarray(np.rot90(a, quarters, (-2, -1))) for a in (image, label))


@dataclass(kw_only=True)
class Rotate(Chance):
    """By an angle drawn from the range, to either side."""

    degrees: list[float] = field(default_factory=lambda: [0.0, 45.0])

    def change(self, rng, image, label):
        angle = rng.uniform(*self.degrees) * rng.choice([-1, 1])
        return through(about_middle(image.shape, angle, 1.0), image, label)


@dataclass(kw_only=True)
class Scale(Chance):
    factor: list[float] = field(default_factory=lambda: [0.8, 1.2])

    def change(self, rng, image, label):
        return through(about_middle(image.shape, 0.0, rng.uniform(*self.factor)), image, label)


@dataclass(kw_only=True)
class Elastic(Chance):
    """A random displacement of each pixel in -1..1, smoothed by sigma and multiplied by alpha (Simard 2003); pixels."""

    alpha: list[float] = field(default_factory=lambda: [0.0, 200.0])
    sigma: list[float] = field(default_factory=lambda: [8.0, 12.0])

    def change(self, rng, image, label):
        x, y = here(image.shape)
        alpha, sigma = rng.uniform(*self.alpha), rng.uniform(*self.sigma)
        dx, dy = (cv2.GaussianBlur(rng.uniform(-1, 1, x.shape).astype(np.float32), (0, 0), sigma) * alpha for _ in range(2))
        return remap(image, label, x + dx, y + dy)


@dataclass(kw_only=True)
class Perspective(Chance):
    """The corners are moved inwards or outwards by up to this share of the sides."""

    most: float = 0.1

    def change(self, rng, image, label):
        h, w = image.shape[-2:]
        corners = np.array([[0, 0], [w - 1, 0], [w - 1, h - 1], [0, h - 1]], np.float32)
        moved = corners + (rng.uniform(-self.most, self.most, (4, 2)) * (w, h)).astype(np.float32)
        return through(cv2.getPerspectiveTransform(corners, moved), image, label)


@dataclass(kw_only=True)
class PiecewiseAffine(Chance):
    """Knots of a grid moved at random, straight between them."""

    cells: int = 4
    sigma: float = 0.03  # of the movement, of the side's length

    def change(self, rng, image, label):
        x, y = here(image.shape)
        moves = rng.normal(0, self.sigma, (2, self.cells + 1, self.cells + 1)).astype(np.float32)
        # Knots lie on the picture's corner pixels; a resize would have them at cell centres.
        at = x / max(1, image.shape[-1] - 1) * self.cells, y / max(1, image.shape[-2] - 1) * self.cells
        dx, dy = (cv2.remap(m, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) for m in moves)
        return remap(image, label, x + dx * image.shape[-1], y + dy * image.shape[-2])


@dataclass(kw_only=True)
class Pincushion(Chance):
    """Radial distortion: pincushion for one sign, barrel for the other."""

    most: float = 0.15  # of the half diagonal, at the corner

    def change(self, rng, image, label):
        x, y = here(image.shape)
        cx, cy = (image.shape[-1] - 1) / 2, (image.shape[-2] - 1) / 2
        squared = ((x - cx) ** 2 + (y - cy) ** 2) / (cx**2 + cy**2)
        factor = 1 + rng.uniform(-self.most, self.most) * squared
        return remap(image, label, cx + (x - cx) * factor, cy + (y - cy) * factor)
