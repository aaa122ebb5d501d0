"""The body of a patient, slice by slice, as the program finds it: inference/body.go and edge.go, which give the reasons."""

from __future__ import annotations

import cv2
import numpy as np
from scipy import ndimage

OUTLINE_HU = -400  # skin and fat are above it
TABLE_MM = 4  # radius of a disc that has to fit into what counts as body
FLOOR_HU = -1024  # padding and everything below
OPEN_HU, OPEN_SHARE, OPEN_SMOOTH_MM, OPEN_INSIDE_MM, OPEN_EVERY = -940, 0.75, 5, 3, 4
SAMPLES = 16  # slices looked at for padding
FOUR = ndimage.generate_binary_structure(2, 1)


def body(hu: np.ndarray, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    """The body with all that is inside it, bool [z, rows, columns]; spacing (z, row, column). Lung that the picture's edge cuts is in it."""
    if not hu.size:
        return np.zeros(hu.shape, bool)
    step = 2 if min(hu.shape[1:]) >= 384 else 1
    coarse, spacing = hu[:, ::step, ::step], (spacing_mm[1] * step, spacing_mm[2] * step)
    padding = _padding(coarse, spacing)
    rim = _rim(padding, spacing)
    out = np.stack([_slice(s, padding, rim, spacing) for s in coarse])
    return np.repeat(np.repeat(out, step, 1), step, 2)[:, : hu.shape[1], : hu.shape[2]]


def _slice(hu: np.ndarray, padding: np.ndarray, rim: np.ndarray, spacing: tuple[float, float]) -> np.ndarray:
    air = _closed(~(hu > OUTLINE_HU) & ~padding, TABLE_MM, spacing) & ~padding
    parts, n = ndimage.label(~padding & ~air, FOUR)
    if not n:
        return np.zeros(hu.shape, bool)
    sizes = np.bincount(parts.ravel(), minlength=n + 1)
    sizes[0] = 0
    out = ndimage.binary_fill_holes((4 * sizes >= sizes.max())[parts] & (parts > 0))
    lung = _cut_lung(hu, out, air, rim, spacing)
    if lung.any():
        near = np.zeros(n + 1, bool)
        near[np.unique(parts[_dilated(lung, _pixel_mm(spacing), spacing)])] = True
        near[0] = False
        out = ndimage.binary_fill_holes(out | near[parts] | lung)  # the rest of its walls, and it
    return out


def _cut_lung(hu: np.ndarray, body: np.ndarray, air: np.ndarray, rim: np.ndarray, spacing: tuple[float, float]) -> np.ndarray:
    """The lung that the body does not enclose, where the picture ends in the midst of the body."""
    none = np.zeros(hu.shape, bool)
    if not (body & rim).any():
        return none
    inside = _eroded(air & ~body, OPEN_INSIDE_MM, spacing)
    if not inside.any():
        return none
    parts, n = ndimage.label(air, FOUR)
    mean = _mean(np.where(hu > FLOOR_HU, hu, FLOOR_HU).astype(np.float64), spacing)
    keep = np.zeros(n + 1, bool)
    for part in np.unique(parts[inside]):
        seen = mean[inside & (parts == part)][::OPEN_EVERY]  # neighbours say much the same
        keep[part] = part > 0 and np.count_nonzero(seen > OPEN_HU) >= OPEN_SHARE * len(seen)
    return keep[parts]


def _padding(hu: np.ndarray, spacing: tuple[float, float]) -> np.ndarray:
    """What lies beyond the scanner's circle: nothing but the lowest value in all of a few slices, out to the picture's edge."""
    n = min(SAMPLES, len(hu))
    recorded = (hu[[(2 * s + 1) * len(hu) // (2 * n) for s in range(n)]] > FLOOR_HU).any(axis=0)
    parts, n = ndimage.label(~_closed(recorded, TABLE_MM, spacing), FOUR)
    edge = np.unique(np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]]))
    return np.isin(parts, edge[edge > 0])


def _rim(padding: np.ndarray, spacing: tuple[float, float]) -> np.ndarray:
    """Where the picture ends: its outermost pixels, and those beside padding."""
    rim = _dilated(padding, _pixel_mm(spacing), spacing)
    rim[[0, -1]] = rim[:, [0, -1]] = True
    return rim & ~padding


def _pixel_mm(spacing: tuple[float, float]) -> float:
    return 1.01 * max(spacing)


def _mean(hu: np.ndarray, spacing: tuple[float, float]) -> np.ndarray:
    """Over OPEN_SMOOTH_MM, as far as the picture goes."""
    size = [2 * max(0, int(np.floor((OPEN_SMOOTH_MM / s - 1) / 2 + 0.5))) + 1 for s in spacing]
    total, n = (cv2.boxFilter(x, cv2.CV_64F, (size[1], size[0]), normalize=False, borderType=cv2.BORDER_CONSTANT) for x in (hu, np.ones_like(hu)))
    return total / n


def ball(radius_mm: float, spacing: tuple[float, float]) -> np.ndarray:
    """A disc by the exact distance of pixels' centres, uint8 [rows, columns]."""
    r = [int(radius_mm / s + 1e-9) for s in spacing]
    y, x = (np.arange(-n, n + 1) * s for n, s in zip(r, spacing))
    return (y[:, None] ** 2 + x[None] ** 2 <= radius_mm**2 + 1e-9).astype(np.uint8)


def _dilated(mask: np.ndarray, radius_mm: float, spacing: tuple[float, float]) -> np.ndarray:
    return cv2.dilate(mask.astype(np.uint8), ball(radius_mm, spacing), borderType=cv2.BORDER_CONSTANT, borderValue=0) > 0


def _eroded(mask: np.ndarray, radius_mm: float, spacing: tuple[float, float]) -> np.ndarray:
    """Outside the picture nothing is in the set."""
    return cv2.erode(mask.astype(np.uint8), ball(radius_mm, spacing), borderType=cv2.BORDER_CONSTANT, borderValue=0) > 0


def _closed(mask: np.ndarray, radius_mm: float, spacing: tuple[float, float]) -> np.ndarray:
    pad = [(int(radius_mm / s) + 1,) * 2 for s in spacing]
    (top, _), (left, _) = pad
    out = _eroded(_dilated(np.pad(mask, pad), radius_mm, spacing), radius_mm, spacing)
    return out[top : top + mask.shape[0], left : left + mask.shape[1]]
