"""NIfTI in and out: held-out slices packed for the program, its results scored, a series segmented here."""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np
import pydicom

from . import sources
from .hu_lungs import read_series
from .metrics import dice
from .runtime import Model
from .sources import INFECTION, LUNG


def write_nifti(path: Path, array: np.ndarray, spacing_mm=(1.0, 1.0, 1.0), origin_lps=(0.0, 0.0, 0.0)) -> None:
    """array [slices up, rows to posterior, columns to left] as NIfTI, int16 where it is that, else uint8; spacing (slice, row, column), origin x y z."""
    z, y, x = spacing_mm
    affine = np.diag([-x, -y, z, 1.0])
    affine[:3, 3] = -origin_lps[0], -origin_lps[1], origin_lps[2]
    image = nibabel.Nifti1Image(np.ascontiguousarray(array.transpose(2, 1, 0)).astype(array.dtype if array.dtype == np.int16 else np.uint8), affine)
    image.header.set_xyzt_units("mm")
    nibabel.save(image, path)


def pack(root: Path, cases: list[str], folder: Path) -> list[Path]:
    """Each case as FOLDER/CASE/{ct,lung,infection}.nii.gz: uint8 [256, 256, n], 1 mm, spine down.

    No cases named: all of them. The masks are 0 and 1. The spacing is invented: the slices came without one.
    """
    repository = Path(__file__).resolve().parents[2]
    if folder.resolve().is_relative_to(repository):
        raise ValueError(f"{folder} is inside the repository: patients' pictures stay out of it")
    source, made = sources.build(sources.Slices8(), root), []
    for case in cases or source.cases():
        one = source.read(case)
        here = folder / case
        here.mkdir(parents=True, exist_ok=True)
        for name, array in (("ct", one.image), ("lung", one.label & LUNG > 0), ("infection", one.label & INFECTION > 0)):
            write_nifti(here / f"{name}.nii.gz", array)
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
    files = [pydicom.dcmread(f, stop_before_pixels=True) for f in series_folder.rglob("*") if f.is_file()]
    lowest = min((d for d in files if "ImagePositionPatient" in d), key=lambda d: float(d.ImagePositionPatient[2]))
    raw, final = model.volume(series.hu, series.spacing_mm)
    folder.mkdir(parents=True, exist_ok=True)
    volumes = {}
    for suffix, masks in (("_raw", raw), ("", final)):
        for label, mask in masks.items():
            write_nifti(folder / f"{label}{suffix}.nii.gz", mask, series.spacing_mm, [float(v) for v in lowest.ImagePositionPatient])
            volumes[label + suffix] = float(mask.sum() * np.prod(series.spacing_mm) / 1000)
    return volumes
