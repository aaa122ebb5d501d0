"""Synthetic chests: slices and whole volumes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..phantom import phantom_slice_label
from ..phantom_volume import phantom_volume
from .case import Case, find
from .spec import Phantoms, PhantomVolumes


class SliceReader:
    def __init__(self, spec: Phantoms, root: Path):
        self.spec = spec

    def cases(self) -> list[str]:
        return [f"phantom-{n:05d}" for n in range(self.spec.count)]

    def read(self, id: str) -> Case:
        known = self.cases()
        find(id, known, "the list of phantoms")
        rng = np.random.default_rng([self.spec.seed, 2, known.index(id)])
        size = self.spec.size
        hu, label, view_mm = phantom_slice_label(rng, size)
        if rng.random() < self.spec.circle:
            y, x = np.mgrid[:size, :size]
            hu[(x - size / 2) ** 2 + (y - size / 2) ** 2 > (0.495 * size) ** 2] = -1024
        pixel = view_mm / size
        return Case(id, hu.astype(np.int16)[None], label[None], "hu", (5.0, pixel, pixel), "phantoms")


class VolumeReader:
    def __init__(self, spec: PhantomVolumes, root: Path):
        self.spec = spec

    def cases(self) -> list[str]:
        return [f"phantom-volume-{n:03d}" for n in range(self.spec.count)]

    def read(self, id: str) -> Case:
        known = self.cases()
        find(id, known, "the list of phantoms")
        rng = np.random.default_rng([self.spec.seed, 4, known.index(id)])
        hu, label, spacing_mm = phantom_volume(rng, tuple(self.spec.shape), tuple(self.spec.spacing_mm) or None)
        return Case(id, hu, label, "hu", spacing_mm, "phantoms")
