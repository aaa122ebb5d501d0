"""The out-of-fold predictions of a system as NIfTI, in the folders that `opacity evaluate` takes."""

from __future__ import annotations

import csv
from pathlib import Path

import nibabel
import numpy as np

from . import predictions
from .labels import BIT, UNKNOWN
from .paths import inside_repository
from .sources import LEFT, RIGHT, Case, Source

VALUE = {"lung": 1, "left": 1, "right": 2, "infection": 3}  # of the label maps, infection over the lung it lies in
NO_SPACING = "Opacity:no_spacing"  # in the header's free text: the program then states no millimetres


def write(run: Path, source: Source, threshold: float, folder: Path, say=print) -> int:
    """Each case of runs/SYSTEM on its source's own grid; how many there are.

    FOLDER/images and FOLDER/references hold CASE.nii.gz, FOLDER/predictions/CASE mask.nii.gz and, for each class,
    prob_CLASS.nii.gz (uint8, scl_slope 1/255); folds.csv says which fold predicted whom. Label maps hold 1 lung (or 1
    left, 2 right), 3 infection. A voxel that nobody knows counts as nothing in reference and prediction.
    """
    if inside_repository(folder):
        raise ValueError(f"{folder} is inside the repository: patients' pictures stay out of it")
    found = predictions.of_system(run)
    for id, (fold, where) in sorted(found.items()):
        put(folder, source.read(id), predictions.read(where), threshold)
        say(f"{id}: fold {fold}")
    if not found:
        raise FileNotFoundError(f"{run} holds no out-of-fold probabilities; run crossval first")
    with open(folder / "folds.csv", "w", newline="", encoding="utf-8") as f:
        csv.writer(f, lineterminator="\n").writerows([("case", "fold"), *((c, n + 1) for c, (n, _) in sorted(found.items()))])
    return len(found)


def put(folder: Path, case: Case, probability: dict[str, np.ndarray], threshold: float) -> None:
    """The files of a case. probability: by class, uint8 0..255 [z, y, x]."""
    sided = bool((case.label & (LEFT | RIGHT)).any()) and {"left", "right"} <= set(probability)
    names = [n for n in (("left", "right") if sided else ("lung",)) if n in probability]
    names += [n for n in probability if n not in ("lung", "left", "right")]
    predicted, reference = (np.zeros(case.label.shape, np.uint8) for _ in range(2))
    for name in names:
        known = case.label & UNKNOWN.get(name, 0) == 0
        reference[(case.label & BIT[name] > 0) & known] = VALUE[name]
        predicted[(probability[name] > 255 * threshold) & known] = VALUE[name]
    here = folder / "predictions" / case.id
    for made in (here, folder / "images", folder / "references"):
        made.mkdir(parents=True, exist_ok=True)
    save(folder / "images" / f"{case.id}.nii.gz", case.image, case)
    save(folder / "references" / f"{case.id}.nii.gz", reference, case)
    save(here / "mask.nii.gz", predicted, case)
    for name, p in probability.items():
        save(here / f"prob_{name}.nii.gz", p, case, 1 / 255)


def save(path: Path, array: np.ndarray, case: Case, slope: float | None = None) -> None:
    """array [slices up, rows to posterior, columns to left]; of a case without a spacing, voxels of 1 mm and a word that they are not."""
    z, y, x = case.spacing_mm or (1.0, 1.0, 1.0)
    image = nibabel.Nifti1Image(np.ascontiguousarray(array.transpose(2, 1, 0)), np.diag([-x, -y, z, 1.0]))
    image.header.set_xyzt_units("mm" if case.spacing_mm else None)
    if not case.spacing_mm:
        image.header["descrip"] = NO_SPACING
    if slope:
        image.header.set_slope_inter(slope, 0)
    nibabel.save(image, path)
