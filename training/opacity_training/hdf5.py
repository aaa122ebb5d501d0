"""The Keras deck's HDF5 store, as an export: Resized_Images/{ct_scan, lung_mask, infection_mask}."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np

from . import chains, sources
from .paths import inside_repository
from .sources import INFECTION, LUNG

GROUP = "Resized_Images"


def export(spec: object, chain: list, root: Path, path: Path, ids: list[str] | None = None) -> int:
    """Every slice of a source's cases, one after the other, case by case: float32 [slices, rows, columns] in 0..1, lzf.

    The deck's chain scales to 0..1; masks are 0 and 1. The attributes `cases` and `starts` of the group, which the deck
    does not have, say which slices are whose. Returns the number of slices.
    """
    if inside_repository(path):
        raise ValueError(f"{path} is inside the repository: patients' pictures stay out of it")
    source = sources.build(spec, root)
    ids = ids or source.cases()
    part = path.with_name(path.name + ".part")
    try:
        with h5py.File(part, "w") as f:
            total = fill(f, source, chain, ids)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    part.replace(path)
    return total


def fill(f: h5py.File, source: sources.Source, chain: list, ids: list[str]) -> int:
    total, starts = 0, []
    for id in ids:
        case = source.read(id)
        image, _ = chains.apply(chain, case.image, case.spacing_mm, case.unit, case.label & LUNG > 0)
        label = chains.apply_label(chain, case.label, case.spacing_mm, case.unit, case.image)
        if not starts:
            make(f, image.shape[1:])
        if image.shape[1:] != f[f"{GROUP}/ct_scan"].shape[1:]:
            raise sources.SourceError(f"{id} has slices of {image.shape[2]}x{image.shape[1]} after the chain and the cases before others: let the chain resize")
        starts.append(total)
        total += len(image)
        for name, values in (("ct_scan", image), ("lung_mask", label & LUNG > 0), ("infection_mask", label & INFECTION > 0)):
            f[f"{GROUP}/{name}"].resize(total, axis=0)
            f[f"{GROUP}/{name}"][starts[-1] :] = values.astype(np.float32)
    f[GROUP].attrs["cases"], f[GROUP].attrs["starts"] = ids, starts
    return total


def make(f: h5py.File, size: tuple[int, int]) -> None:
    for name in ("ct_scan", "lung_mask", "infection_mask"):
        f.create_dataset(f"{GROUP}/{name}", (0, *size), np.float32, maxshape=(None, *size), compression="lzf", chunks=True)
