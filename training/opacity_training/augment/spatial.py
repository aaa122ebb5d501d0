"""Elastic deformation, rotation and scaling through one resampling, in two or three dimensions."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates
from scipy.spatial.transform import Rotation

from .chance import around_one


@dataclass
class Spatial:
    """As the published 3D system has it: each of the three by its own chance, outside 0. Voxels."""

    elastic_p: float = 0.15
    alpha: list[float] = field(default_factory=lambda: [0.0, 900.0])
    sigma: list[float] = field(default_factory=lambda: [9.0, 13.0])
    rotate_p: float = 0.15
    degrees: float = 15.0  # to either side, about each axis
    scale_p: float = 0.15
    scale: list[float] = field(default_factory=lambda: [0.85, 1.25])  # of the coordinates: above 1 shows more, smaller
    order: int = 3  # of the spline for the picture; the label is taken from the nearest voxel

    def __call__(
        self, rng: np.random.Generator, image: np.ndarray, label: np.ndarray, box: tuple[slice, ...] | None = None
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """box: the part that is wanted, moved about its own middle, so that what lies around it in the picture comes into
        it, as in batchgenerators' random crop; None in place of both where nothing is moved. Without a box, all of it."""
        whole = box is None
        box = box or tuple(slice(0, n) for n in label.shape)
        shape = tuple(s.stop - s.start for s in box)
        middle = [(s.start + s.stop - 1) / 2 for s in box]
        at = None
        if rng.random() < self.elastic_p:
            alpha, sigma = rng.uniform(*self.alpha), rng.uniform(*self.sigma)
            at = _centred(shape)
            for axis in at:
                axis += gaussian_filter(rng.uniform(-1, 1, shape).astype(np.float32), sigma, mode="constant") * np.float32(alpha)
        if rng.random() < self.rotate_p:
            angles = rng.uniform(-self.degrees, self.degrees, 3 if len(shape) == 3 else 1)
            turn = Rotation.from_euler("XYZ" if len(shape) == 3 else "X", angles, degrees=True).as_matrix()
            turn = turn if len(shape) == 3 else turn[1:, 1:]
            at = np.tensordot(turn.T.astype(np.float32), _centred(shape) if at is None else at, 1)
        if rng.random() < self.scale_p:
            at = (_centred(shape) if at is None else at) * np.float32(around_one(rng, self.scale))
        if at is None:
            return (image, label) if whole else None
        for axis, m in zip(at, middle):
            axis += m
        image = np.stack([map_coordinates(c, at, output=np.float32, order=self.order, mode="constant", cval=0.0) for c in image])
        return image, map_coordinates(label, at, order=0, mode="constant", cval=0)


def _centred(shape: tuple[int, ...]) -> np.ndarray:
    """Each voxel's coordinates from the middle, float32 [dimensions, *shape]."""
    axes = [np.arange(n, dtype=np.float32) - np.float32((n - 1) / 2) for n in shape]
    return np.stack(np.meshgrid(*axes, indexing="ij"))
