"""DICOM series and slices in HU, their lungs labelled by HU rules."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from ..hu_lungs import Series, label_lungs, read_series
from .case import INFECTION_UNKNOWN, LUNG, LUNG_UNKNOWN, Case, find, refuse_held_out
from .spec import HUVolumes


def _labelled(path: Path) -> tuple[Series, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    series = read_series(path)
    return series, label_lungs(series)


class Reader:
    """Case ids are PATH#VARIANT; variant 0 is as it was scanned."""

    def __init__(self, spec: HUVolumes, root: Path):
        self.spec, self.root = spec, root
        self._labelled = lru_cache(maxsize=1)(_labelled)  # the variants of one series come one after the other
        for path in spec.volumes + spec.single_slices:
            refuse_held_out(path)

    def cases(self) -> list[str]:
        many = [(p, self.spec.volume_variants) for p in self.spec.volumes]
        many += [(p, self.spec.single_slice_variants) for p in self.spec.single_slices]
        return [f"{path}#{v}" for path, n in many for v in range(n)]

    def read(self, id: str) -> Case:
        known = self.cases()
        find(id, known, "the list of HU volumes")
        path, variant = id.rsplit("#", 1)
        series, masks = self._labelled(self.root / path)
        hu, masks = series.hu, [masks[0], masks[1], ~masks[2]]
        if variant != "0":
            seed = [self.spec.seed, 1, known.index(id)]
            planes = []
            for k in range(len(hu)):
                rng = np.random.default_rng(seed if self.spec.one_view else [*seed, k])
                planes.append(other_view(rng, hu[k], [m[k] for m in masks]))
            hu, masks = np.stack([p[0] for p in planes]), [np.stack(m) for m in zip(*(p[1] for p in planes))]
        label = sum(bit * m.astype(np.uint8) for bit, m in zip((LUNG, LUNG_UNKNOWN, INFECTION_UNKNOWN), masks))
        return Case(id, np.rint(np.clip(hu, -32768, 32767)).astype(np.int16), label, "hu", series.spacing_mm, "hu-volumes", ("infection", "sides"))


def other_view(rng: np.random.Generator, hu: np.ndarray, masks: list[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    """A HU slice as another scanner might have shown it: field of view, noise, sharpness, padding.

    hu [rows, columns]; masks bool likewise. Done before the histogram steps, because these
    depend on everything in the picture.
    """
    rows, columns = hu.shape
    zoom = float(np.exp(rng.uniform(np.log(0.75), np.log(1.4))))
    m = cv2.getRotationMatrix2D((columns / 2, rows / 2), rng.uniform(-6, 6), zoom)
    m[0] *= (aspect := rng.uniform(0.85, 1.15))  # slimmer or stouter
    m[0, 2] += (1 - aspect) * columns / 2
    m[:, 2] += rng.uniform(-0.08, 0.08, 2) * (columns, rows)
    air = float(rng.choice([-1000.0, -1024.0]))
    out = cv2.warpAffine(np.clip(hu, -1024, 3071), m, (columns, rows), flags=cv2.INTER_LINEAR, borderValue=air)
    moved = [cv2.warpAffine(k.astype(np.float32), m, (columns, rows)) >= 0.5 for k in masks]
    if rng.random() < 0.4:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.4, 1.8))
    if rng.random() < 0.6:
        out = out + rng.normal(0, rng.uniform(3, 50), out.shape).astype(np.float32)
    if rng.random() < 0.2:
        out = np.minimum(out, rng.uniform(300, 1500))  # less dense bone: another spread of greys
    if rng.random() < 0.35:
        y, x = np.mgrid[:rows, :columns]
        circle = (x - columns / 2) ** 2 + (y - rows / 2) ** 2 <= (rng.uniform(0.47, 0.52) * columns) ** 2
        out = np.where(circle, out, -1024)
        moved = [k & circle for k in moved]
    return out, moved
