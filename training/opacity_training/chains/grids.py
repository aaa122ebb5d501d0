"""Grids: resizing slices, resampling volumes, cropping to the body, and the way back."""

from __future__ import annotations

import cv2
import numpy as np
from scipy import ndimage

from .steps import Mirror, Mirrored, Resample, Resize

BODY_HU = -500.0  # parts the body from the air around it
OPENCV = {"nearest": cv2.INTER_NEAREST, "linear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC, "area": cv2.INTER_AREA}
Spacing = tuple[float, float, float]  # z, y, x in mm


def resampled_shape(shape: tuple[int, ...], spacing_mm: Spacing | None, step: Resample) -> tuple[int, int, int]:
    """floor(shape * spacing / new), [z, y, x], at least one voxel."""
    if spacing_mm is None:
        raise ValueError("the step resample needs a spacing, and the source has none")
    return tuple(max(1, int(np.floor(n * s / new))) for n, s, new in zip(shape, spacing_mm, step.spacing_mm[::-1]))


def body_boxes(hu: np.ndarray, spacing_mm: Spacing | None, margin_mm: float) -> list[tuple[slice, slice]]:
    """Per slice of HU [z, y, x], rows and columns of the largest part above -500 HU with the margin.

    Looks at every n-th pixel, so that no side counts more than 128; all of the slice where nothing is dense.
    """
    if spacing_mm is None:
        raise ValueError("the step crop needs a spacing, and the source has none")
    rows, columns = hu.shape[1:]
    n = max(1, (max(rows, columns) + 127) // 128)
    margin = [int(np.floor(margin_mm / s + 0.5)) for s in spacing_mm[1:]]
    boxes = []
    for plane in hu:
        parts, count = ndimage.label(plane[::n, ::n] > BODY_HU)
        largest = np.bincount(parts.ravel())[1:].argmax() if count else None
        found = ndimage.find_objects(parts)[largest] if count else (slice(0, parts.shape[0]), slice(0, parts.shape[1]))
        boxes.append(tuple(slice(max(0, s.start * n - m), min(size, s.stop * n + m)) for s, m, size in zip(found, margin, (rows, columns))))
    return boxes


def mirrored(hu: np.ndarray, spacing_mm: Spacing, step: Mirror) -> Mirrored:
    """What a step comes to for the whole of a scan [z, y, x]."""
    rows, columns = (
        min(n, max(0, int(np.floor((step.to_mm / mm - n) / 2 + 0.5)))) if n * mm < step.below_mm else 0 for n, mm in zip(hu.shape[1:], spacing_mm[1:])
    )
    if rows or columns:
        edges = np.concatenate([hu[:, at].ravel() for at in (0, -1)] + [hu[:, :, at].ravel() for at in (0, -1)])
        if (edges > BODY_HU).mean() < step.min_dense:
            rows = columns = 0
    return Mirrored(rows=rows, columns=columns, only=step.only)


def continued(x: np.ndarray, step: Mirrored) -> np.ndarray:
    return np.pad(x, ((0, 0), (step.rows, step.rows), (step.columns, step.columns)), mode="symmetric")


def cut_back(x: np.ndarray, step: Mirrored) -> np.ndarray:
    return x[:, step.rows : x.shape[1] - step.rows, step.columns : x.shape[2] - step.columns]


def resize(x: np.ndarray, step: Resize, cut: list | None) -> np.ndarray:
    size = (step.size[1], step.size[0])
    if cut is None and x.shape[1:] == tuple(step.size):
        return x
    return np.stack([cv2.resize(p if cut is None else p[cut[k]], size, interpolation=OPENCV[step.interpolation]) for k, p in enumerate(x)])


def resize_mask(mask: np.ndarray, size: list[int], cut: list | None) -> np.ndarray:
    def one(plane):
        area = cv2.resize(plane.astype(np.float32), (size[1], size[0]), interpolation=cv2.INTER_AREA)
        return area >= 0.5

    return np.stack([one(p if cut is None else p[cut[k]]) for k, p in enumerate(mask)])


def unresize(x: np.ndarray, shape: tuple[int, ...], cut: list | None) -> np.ndarray:
    if cut is None:
        return np.stack([cv2.resize(p, (shape[2], shape[1]), interpolation=cv2.INTER_LINEAR) for p in x])
    out = np.zeros(shape, np.float32)
    for k, (rows, columns) in enumerate(cut):
        out[k, rows, columns] = cv2.resize(x[k], (columns.stop - columns.start, rows.stop - rows.start), interpolation=cv2.INTER_LINEAR)
    return out


def zoom(x: np.ndarray, shape: tuple[int, ...], order: int, edge: str = "mirror") -> np.ndarray:
    """Splines on voxel centres over the same box, mirrored at the edge, kept within the values that were there."""
    if x.shape == tuple(shape):
        return x
    factors = [n / o for n, o in zip(shape, x.shape)]
    out = ndimage.zoom(x, factors, output=np.float32, order=order, mode=edge, grid_mode=True)
    return np.clip(out, x.min(), x.max()) if order > 1 else out


def like(lungs: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    if lungs.shape == tuple(shape):
        return lungs
    if lungs.shape[0] != shape[0]:
        raise ValueError(f"lungs of shape {lungs.shape} do not fit a picture of shape {tuple(shape)}")
    return resize_mask(lungs, list(shape[1:]), None)


def respaced(spacing_mm: Spacing | None, before: tuple[int, ...], after: tuple[int, ...]) -> Spacing | None:
    return None if spacing_mm is None else tuple(s * b / a for s, b, a in zip(spacing_mm, before, after))
