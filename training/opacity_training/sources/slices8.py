"""The published 8-bit slices."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np

from .case import INFECTION, LUNG, Case, SourceError, find
from .spec import Slices8

LACKS = ("healthy slices", "outer slices", "spacing", "sides")


class Reader:
    def __init__(self, spec: Slices8, root: Path):
        self.spec, self.folder = spec, root / spec.folder
        self.rows: dict[str, list[dict]] = {}
        index = self.folder / "slices.csv"
        if not index.exists():
            raise SourceError(f"{index} is not there; the data root is set by --data or OPACITY_TEST_DATA")
        with open(index, newline="", encoding="utf-8") as f:
            rows = csv.DictReader(f)
            if missing := {"slice", "case", "source", "spine"} - set(rows.fieldnames or []):
                raise SourceError(f"{index} has no column {', '.join(sorted(missing))}")
            for row in rows:
                self.rows.setdefault(row["case"], []).append(row)

    def cases(self) -> list[str]:
        return sorted(self.rows)

    def read(self, id: str) -> Case:
        find(id, self.cases(), self.spec.folder)
        planes = [self._slice(row) for row in self.rows[id]]
        image, label = (np.stack(v) for v in zip(*planes))
        if not label.any():
            raise SourceError(f"{self.folder}: the masks of {id} are empty")
        lacks = LACKS
        if self.spec.sides:
            from .sides import add_sides

            label, lacks = add_sides(image, label), tuple(v for v in LACKS if v != "sides")
        return Case(id, image, label, "gray8", None, self.rows[id][0]["source"], lacks, jumps(image))

    def _slice(self, row: dict) -> tuple[np.ndarray, np.ndarray]:
        """One slice, spine down: picture and bits, uint8 [rows, columns]. One marked spine "up" is stored upside down."""
        number = f"{int(row['slice']):04d}.png"
        image, lung, infection = (self._picture(kind, number) for kind in ("ct", "lung", "infection"))
        for kind, mask in (("lung", lung), ("infection", infection)):
            if mask.shape != image.shape:
                raise SourceError(f"{self.folder / kind / number} is {mask.shape} and its picture {image.shape}: the mask does not match")
            if not np.isin(mask, (0, 255)).all():
                raise SourceError(f"{self.folder / kind / number} holds values other than 0 and 255: unknown labels")
        infected = infection > 0
        label = LUNG * ((lung > 0) | infected).astype(np.uint8) + INFECTION * infected.astype(np.uint8)
        if row["spine"] == "up":
            image, label = image[::-1], label[::-1]
        return image, label

    def _picture(self, kind: str, name: str) -> np.ndarray:
        path = self.folder / kind / name
        picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if picture is None:
            raise SourceError(f"{path} cannot be read as a picture")
        return picture


def jumps(image: np.ndarray, least: float = 0.8) -> tuple[int, ...]:
    """Slices of a stack that do not go on from the one before: thumbnails correlated less than this.

    Within one scan of the published slices the correlation is 0.90 or more; where a case joins two scans
    (case_11 and case_13 do) it is 0.71 or less.
    """
    small = np.stack([cv2.resize(p, (64, 64), interpolation=cv2.INTER_AREA).astype(np.float32) for p in image])
    small -= small.mean((1, 2), keepdims=True)
    small /= np.maximum(small.std((1, 2), keepdims=True), 1e-6)
    alike = (small[1:] * small[:-1]).mean((1, 2))
    return tuple(int(k) + 1 for k in np.flatnonzero(alike < least))
