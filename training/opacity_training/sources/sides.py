"""Which lung is which, where a file does not say it of every voxel."""

from __future__ import annotations

import cv2
import numpy as np
from scipy import ndimage

from .case import LEFT, LUNG, RIGHT


def give_sides(label: np.ndarray) -> np.ndarray:
    """Bits [z, y, x] in which lung without a side, such as infection, has that of the nearest lung in its slice
    that has one; in a slice with none, that of its half of the picture."""
    for k in np.flatnonzero(((label & LUNG > 0) & (label & (LEFT | RIGHT) == 0)).any((1, 2))):
        plane = label[k]
        open_ = (plane & LUNG > 0) & (plane & (LEFT | RIGHT) == 0)
        sided = [plane & side > 0 for side in (LEFT, RIGHT)]
        if any(s.any() for s in sided):
            far = [cv2.distanceTransform((~s).astype(np.uint8), cv2.DIST_L2, 3) if s.any() else np.full(s.shape, np.inf) for s in sided]
            left = far[0] <= far[1]
        else:
            left = np.broadcast_to(np.arange(plane.shape[1]) >= plane.shape[1] / 2, plane.shape)
        plane[open_] |= np.where(left, LEFT, RIGHT).astype(np.uint8)[open_]
    return label


def add_sides(image: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Bits [z, y, x] with the lungs of each slice told apart by where they lie, x growing to the patient's left.

    A part of the lung goes to the side of the midline that most of it lies on; one that reaches well
    over the midline, as lungs that touch do, is cut there. The midline is the column between the
    lungs with the least lung in it.
    """
    out = label.copy()
    for k, plane in enumerate(label):
        lung = plane & LUNG > 0
        if not lung.any():
            continue
        middle = midline(lung)
        parts, _ = ndimage.label(lung)
        columns = np.arange(lung.shape[1])
        for n, box in enumerate(ndimage.find_objects(parts), start=1):
            part = parts[box] == n
            on_left = (part & (columns[box[1]] >= middle)).sum() / part.sum()
            left = np.full(part.shape, on_left >= 0.5)
            if 0.1 < on_left < 0.9:
                left[:] = columns[box[1]] >= middle
            out[k][box][part] |= np.where(left, LEFT, RIGHT).astype(np.uint8)[part]
    return out


def midline(lung: np.ndarray) -> int:
    """The column between the lungs of a slice: the least lung, in the middle third of what they span."""
    count = lung.sum(0).astype(np.float32)
    filled = np.flatnonzero(count)
    low, high = filled[0], filled[-1] + 1
    third = (high - low) // 3
    if high - low < 0.35 * lung.shape[1]:  # one lung, or tips of both: the picture's middle
        return lung.shape[1] // 2
    smooth = cv2.GaussianBlur(count[None], (0, 0), max(1.0, 0.01 * lung.shape[1]))[0]
    return int(low + third + smooth[low + third : high - third].argmin())
