"""Lungs labelled by HU rules: stand-ins where nobody drew a contour."""

from __future__ import annotations

import cv2
import numpy as np
from scipy import ndimage

from .sources.dicom import Series, read_series

__all__ = ["Series", "body_outline", "disc", "label_lungs", "read_series"]


def disc(radius_mm: float, spacing_mm: tuple[float, float]) -> np.ndarray:
    """A flat disc as structuring element, uint8 [rows, columns]."""
    r = [max(1, int(round(radius_mm / s))) for s in spacing_mm]
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * r[1] + 1, 2 * r[0] + 1))


def body_outline(hu: np.ndarray, spacing_mm: tuple[float, float]) -> np.ndarray:
    """The body in one slice [rows, columns]: the largest piece denser than -400 HU, table cut off, filled."""
    dense = cv2.morphologyEx((hu > -400).astype(np.uint8), cv2.MORPH_OPEN, disc(4, spacing_mm))
    # The table touches the back: what is left of it after the opening is smaller than the body.
    parts, n = ndimage.label(dense)
    if n == 0:
        return np.zeros(hu.shape, bool)
    sizes = ndimage.sum_labels(dense, parts, range(1, n + 1))
    keep = np.isin(parts, 1 + np.flatnonzero(sizes >= 0.25 * sizes.max()))
    return ndimage.binary_fill_holes(keep)


def label_lungs(series: Series) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lungs by HU rules.

    Air inside the body below -450 HU; pieces that are airway, stomach or bowel (nearly pure air)
    dropped; the two largest components kept; closed by 5 mm and filled, so vessels belong to it.
    Returns, bool [slices, rows, columns]: lung; where lung is uncertain (solid tissue that a wide
    closing would take in, such as a tumour against the wall); and where no infection can be
    (well aerated lung and everything outside the lungs).
    """
    hu, plane = series.hu, series.spacing_mm[1:]
    smooth = np.stack([cv2.GaussianBlur(np.clip(s, -1024, 400), (0, 0), 1.2 / plane[0]) for s in hu])
    air = np.zeros(hu.shape, bool)
    for k, s in enumerate(smooth):
        inside = (s < -450) & body_outline(hu[k], plane)
        parts, n = ndimage.label(inside)
        for i, box in enumerate(ndimage.find_objects(parts), start=1):
            piece = parts[box] == i
            area = piece.sum() * plane[0] * plane[1]
            core = ndimage.binary_erosion(piece) if area > 60 else piece
            if area < 12 or (area < 4000 and core.any() and smooth[k][box][core].mean() < -920):
                inside[box][piece] = False
        air[k] = inside
    parts, n = ndimage.label(air)
    lung = np.zeros(hu.shape, bool)
    if n:
        sizes = ndimage.sum_labels(air, parts, range(1, n + 1))
        order = np.argsort(sizes)[::-1][:2]
        voxel_ml = float(np.prod(series.spacing_mm)) / 1000
        lung = np.isin(parts, [1 + i for i in order if sizes[i] >= 0.05 * sizes.max() and sizes[i] * voxel_ml > 1])
    uncertain = np.zeros_like(lung)
    for k in range(len(lung)):
        if not lung[k].any():
            continue
        closed = cv2.morphologyEx(np.pad(lung[k].astype(np.uint8), 40), cv2.MORPH_CLOSE, disc(5, plane))
        lung[k] = ndimage.binary_fill_holes(closed[40:-40, 40:-40] > 0)
        wide = cv2.morphologyEx(np.pad(lung[k].astype(np.uint8), 40), cv2.MORPH_CLOSE, disc(15, plane))
        uncertain[k] = (wide[40:-40, 40:-40] > 0) & ~lung[k]
    sure = ~lung & ~uncertain | lung & (np.stack([cv2.GaussianBlur(s, (0, 0), 3 / plane[0]) for s in smooth]) < -780)
    return lung, uncertain, sure
