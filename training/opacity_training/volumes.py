"""NIfTI in and out: held-out slices packed for the program, its results scored, a series segmented here."""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np

from . import sources
from .hu_lungs import read_series
from .metrics import dice
from .paths import inside_repository
from .runtime import Model
from .sources import INFECTION, LUNG, nifti


def pack(root: Path, cases: list[str], folder: Path) -> list[Path]:
    """Each case as FOLDER/CASE/{ct,lung,infection}.nii.gz: uint8 [256, 256, n], 1 mm, spine down.

    No cases named: all of them. The masks are 0 and 1. The spacing is invented: the slices came without one.
    """
    if inside_repository(folder):
        raise ValueError(f"{folder} is inside the repository: patients' pictures stay out of it")
    source, made = sources.build(sources.Slices8(), root), []
    for case in cases or source.cases():
        one = source.read(case)
        here = folder / case
        here.mkdir(parents=True, exist_ok=True)
        for name, array in (("ct", one.image), ("lung", one.label & LUNG > 0), ("infection", one.label & INFECTION > 0)):
            nifti.write(here / f"{name}.nii.gz", array.astype(np.uint8))
        made.append(here)
    return made


def score(reference: Path, predicted: Path, reference_labels: list[int], predicted_labels: list[int]) -> float:
    """Dice of two label files on the same grid, whatever their axis order; a set of labels on each side is one thing."""
    a, b = (nibabel.as_closest_canonical(nibabel.load(p)) for p in (reference, predicted))
    if a.shape[:3] != b.shape[:3] or not np.allclose(a.affine, b.affine, atol=0.01):
        raise ValueError(f"the grids differ: {a.shape} and {b.shape}\n{a.affine}\n{b.affine}")
    return dice(np.isin(np.asarray(a.dataobj), reference_labels), np.isin(np.asarray(b.dataobj), predicted_labels))


def predict(model: Model, series_folder: Path, folder: Path) -> dict[str, float]:
    """Segment a DICOM series by the model's metadata: FOLDER/{lung,infection}[_raw].nii.gz. Returns millilitres."""
    series = read_series(series_folder)
    raw, final = model.volume(series.hu, series.spacing_mm)
    folder.mkdir(parents=True, exist_ok=True)
    volumes = {}
    for suffix, masks in (("_raw", raw), ("", final)):
        for label, mask in masks.items():
            nifti.write(folder / f"{label}{suffix}.nii.gz", mask.astype(np.uint8), series.spacing_mm, series.affine[:3, 3])
            volumes[label + suffix] = float(mask.sum() * np.prod(series.spacing_mm) / 1000)
    return volumes
