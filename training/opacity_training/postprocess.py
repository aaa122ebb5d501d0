"""The metadata's postprocessing steps on the native grid, as the program carries them out.

Enough of them for the models made here; for checking, not for use.
"""

from __future__ import annotations

import cv2
import numpy as np
from scipy import ndimage

from .hu_lungs import disc
from .outline import body

CONNECTIVITY = {6: 1, 18: 2, 26: 3}


def components(mask: np.ndarray, connectivity: int = 6, in_slices: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Labelled components and their sizes in voxels (entry i is label i+1); each slice by itself where asked."""
    neighbours = ndimage.generate_binary_structure(3, CONNECTIVITY[connectivity])
    if in_slices:
        neighbours[[0, 2]] = False
    parts, n = ndimage.label(mask, neighbours)
    return parts, np.bincount(parts.ravel(), minlength=n + 1)[1:]


def apply(
    steps: list[dict],
    masks: dict[str, np.ndarray],
    hu: np.ndarray | None,
    spacing_mm: tuple[float, float, float],
    peaks: dict[str, np.ndarray] | None = None,
):
    """Carry out the steps on masks (bool [slices, rows, columns] by label).

    hu likewise, or None for pictures that have none: steps that need it are left out.
    peaks likewise by label: where the probability is above what the label's step `peak` asks for.
    spacing_mm is (slice, row, column).
    """
    masks = {k: v.copy() for k, v in masks.items()}
    millilitre = float(np.prod(spacing_mm)) / 1000
    for step in steps:
        op, label = step["op"], step["label"]
        m = masks[label]
        if hu is None and op in ("hu_range", "aerated", "in_body", "grow_hu"):
            continue
        if op == "largest_components":
            parts, sizes = components(m, step["connectivity"])
            keep = [i for i in np.argsort(sizes, kind="stable")[::-1][: step["n"]] if sizes[i] >= step["min_fraction"] * sizes.max()]
            m = np.isin(parts, [i + 1 for i in keep]) if len(sizes) else m
        elif op == "fill_holes":
            m = ndimage.binary_fill_holes(m) if step["dimensions"] == 3 else np.stack([ndimage.binary_fill_holes(s) for s in m])
        elif op == "min_volume":
            parts, sizes = components(m)
            m = np.concatenate([[False], sizes * millilitre >= step["ml"]])[parts]
        elif op == "peak":
            parts, sizes = components(m)
            kept = np.zeros(len(sizes) + 1, bool)
            kept[np.unique(parts[peaks[label] & m])] = True
            m = kept[parts]
        elif op == "inside":
            m = m & masks[step["of"]]
        elif op == "hu_range":
            width = [2 * int(step["smooth_mm"] / s / 2) + 1 for s in spacing_mm]
            smooth = ndimage.uniform_filter(np.clip(hu, -1024, 3071).astype(np.float32), width, mode="nearest")
            m = m & (smooth >= step["min"]) & (smooth <= step["max"])
        elif op == "aerated":
            parts, sizes = components(m, in_slices=step["dimensions"] == 2)
            if len(sizes):
                share = ndimage.mean(hu < step["below_hu"], parts, range(1, len(sizes) + 1))
                m = np.concatenate([[False], np.asarray(share) >= step["min_fraction"]])[parts]
        elif op == "in_body":
            at = np.flatnonzero(m.any(axis=(1, 2)))
            if len(at):  # the program looks at these slices alone
                here = slice(at[0], at[-1] + 1)
                m[here] &= body(hu[here], spacing_mm)
        elif op == "grow_hu":
            m = grown(m, np.clip(hu, -1024, None), step["min"], step["max"], step["radius_mm"], spacing_mm)
        elif op == "closing":
            pad = 2 + int(step["radius_mm"] / min(spacing_mm[1:]))
            close = [cv2.morphologyEx(np.pad(s.astype(np.uint8), pad), cv2.MORPH_CLOSE, disc(step["radius_mm"], spacing_mm[1:])) for s in m]
            m = np.stack([s[pad:-pad, pad:-pad] > 0 for s in close])
        else:
            raise NotImplementedError(op)
        masks[label] = m
    return masks


def grown(m: np.ndarray, hu: np.ndarray, low: float, high: float, radius_mm: float, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    """With the voxels of low..high that a way of such voxels, all within the radius, connects to the mask."""
    found = ndimage.find_objects(m.astype(np.uint8))
    if not found:
        return m
    reach = [int(radius_mm / s) + 1 for s in spacing_mm]
    near = tuple(slice(max(0, s.start - r), s.stop + r) for s, r in zip(found[0], reach))
    away = ndimage.distance_transform_edt(~m[near], sampling=spacing_mm)
    limit = m[near] | (away <= radius_mm + 1e-6) & (hu[near] >= low) & (hu[near] <= high)
    out = m.copy()
    out[near] = ndimage.binary_propagation(m[near], mask=limit)
    return out
