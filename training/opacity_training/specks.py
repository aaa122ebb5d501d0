"""How much of what is called infection in small or doubtful pieces is right: what `min_volume` and `peak` rest on."""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np
from scipy import ndimage

from . import sources
from .metrics import dice
from .runtime import Model
from .sources import INFECTION


def pieces(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """6-connected components and, with a 0 in front, the voxels of each."""
    parts, _ = ndimage.label(mask)
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    return parts, sizes


def row(limit: float, parts: np.ndarray, sizes: np.ndarray, drop: np.ndarray, unit: float, reference: np.ndarray | None) -> dict:
    """What the pieces marked in `drop` (by label) hold, `total` in voxels times unit, and what is left without them.

    With a reference also `right`, the share of their voxels that is in it, and `dice` without them.
    """
    out = {"limit": limit, "pieces": int(drop.sum()), "of": int((sizes > 0).sum()), "total": float(sizes[drop].sum() * unit)}
    if reference is not None:
        hits = np.bincount(parts.ravel(), weights=reference.ravel(), minlength=len(sizes))
        out["right"] = float(hits[drop].sum() / max(sizes[drop].sum(), 1))
        out["dice"] = float(dice((parts > 0) & ~drop[parts], reference))
    return out


def table(name: str, rows: list[dict]) -> None:
    print(name)
    for r in rows:
        line = f"  below {r['limit']:g}: {r['pieces']} of {r['of']} pieces, {r['total']:.2f} in all"
        if "dice" in r:
            line += f", {r['right']:.0%} of it right; Dice without them {r['dice']:.4f}"
        print(line)


def slices8(model: Model, root: Path, cases: list[str], voxels: list[float], peaks: list[float]) -> None:
    """The 8-bit slices, by size in voxels (they came without a spacing) and by each piece's highest probability."""
    source, by_size, by_peak = sources.build(sources.Slices8(), root), [], []
    for case in cases or source.cases():
        one = source.read(case)
        reference = one.label & INFECTION
        p = model.probabilities(one.image)
        parts, sizes = pieces((p["infection"] > 0.5) & (p["lung"] > 0.5))
        highest = np.zeros(len(sizes), np.float32)
        np.maximum.at(highest, parts.ravel(), p["infection"].ravel())
        real = sizes > 0
        by_size.append([row(v, parts, sizes, real & (sizes < v), 1, reference > 0) for v in voxels])
        by_peak.append([row(p, parts, sizes, real & (highest <= p), 1, reference > 0) for p in peaks])
        table(f"{case}, by voxels", by_size[-1])
        table(f"{case}, by highest probability", by_peak[-1])
    for name, limits, rows in (("voxels", voxels, by_size), ("highest probability", peaks, by_peak)):
        for n, limit in enumerate(limits):
            print(f"mean Dice without pieces below {limit:g} {name}: {np.mean([r[n]['dice'] for r in rows]):.4f}")


def file(predicted: Path, reference: Path | None, millilitres: list[float]) -> None:
    """A label file of the program, by size in millilitres; infection is 3 in both files."""
    image = nibabel.load(predicted)
    ml = float(np.prod(image.header.get_zooms()[:3])) / 1000
    other = None if reference is None else np.asarray(nibabel.load(reference).dataobj) == 3
    parts, sizes = pieces(np.asarray(image.dataobj) == 3)
    table(f"{predicted}: {sizes.sum() * ml:.1f} ml", [row(v, parts, sizes, (sizes > 0) & (sizes * ml < v), ml, other) for v in millilitres])
