"""The public COVID-19-CT-Seg set: 20 volumes of 18 patients (Ma et al., Zenodo 3757476), as its zips unpack."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from . import nifti
from .case import INFECTION, LEFT, RIGHT, Case, SourceError, find, refuse_held_out
from .sides import give_sides
from .spec import CovidCTSeg

MEANING = {1: "left", 2: "right", 3: "infection"}


def case_id(path: Path) -> str:
    """coronacases_001 of coronacases_org_001.nii.gz; radiopaedia_29_86490_1 of radiopaedia_org_covid-19-pneumonia-29_86490_1-dcm.nii:
    pictures and masks, and the two places that offer them, spell the names differently."""
    name = re.sub(r"\.nii(\.gz)?$", "", path.name)
    name = re.sub(r"_org_covid-19-pneumonia-|_org_", "_", name)
    return re.sub(r"-dcm$", "", name)


def patient(id: str) -> str:
    """Whose a volume is: radiopaedia_29_86490_1 and radiopaedia_29_86491_1 are of Radiopaedia's case 29 (the case's number, then the
    study's and the series'), and so are the two of case 10."""
    return re.sub(r"^(radiopaedia_\d+)_.*", r"\1", id)


class Reader:
    """Half of the cases are HU; the radiopaedia ones are 8 bits, 0..255, and are given as gray8."""

    def __init__(self, spec: CovidCTSeg, root: Path):
        self.folder = root / spec.folder
        self.images, self.masks = (self._index(sub) for sub in (spec.images, spec.masks))

    def _index(self, sub: str) -> dict[str, Path]:
        folder = self.folder / sub
        found: dict[str, Path] = {}
        for path in sorted(p for ending in ("*.nii", "*.nii.gz") for p in folder.rglob(ending)):
            id = case_id(path)
            refuse_held_out(path.name)
            if id in found:
                raise SourceError(f"{path} and {found[id].name} are both the case {id}")
            found[id] = path
        if not found:
            raise SourceError(f"{folder} holds no .nii or .nii.gz; the zips of the set unpack into it")
        return found

    def cases(self) -> list[str]:
        return sorted(self.images)

    def read(self, id: str) -> Case:
        find(id, self.cases(), str(self.folder))
        path = self.images[id]
        if id not in self.masks:
            raise SourceError(f"{path} has no mask of its name in {self.masks[next(iter(self.masks))].parent}")
        image, affine, spacing_mm = nifti.read(path)
        label = nifti.read_bits(self.masks[id], MEANING, image, affine, path)
        unit = nifti.unit_of(image)
        if unit == "gray8":
            image = image.astype(np.uint8)
        return Case(id, image, give_sides(label), unit, spacing_mm, id.split("_")[0], patient=patient(id))


def write(folder: Path, cases: list[Case], kaggle: bool = False) -> list[Path]:
    """Cases in the set's own layout: the first half as HU named coronacases, the others as 8 bits, HU -1250..250, named
    radiopaedia. kaggle spells the pictures' names the longer way. Returns the pictures' paths."""
    spec = CovidCTSeg()
    for sub in (spec.images, spec.masks):
        (folder / sub).mkdir(parents=True, exist_ok=True)
    made = []
    for n, case in enumerate(cases):
        labels = np.select([case.label & INFECTION > 0, case.label & RIGHT > 0, case.label & LEFT > 0], [3, 2, 1], 0).astype(np.uint8)
        image, id = case.image, f"coronacases_{n + 1:03d}"
        name = f"coronacases_org_{n + 1:03d}" if kaggle else id
        if n >= (len(cases) + 1) // 2:
            image = np.rint(np.clip((image.astype(np.float32) + 1250) / 1500, 0, 1) * 255).astype(np.uint8)
            id = f"radiopaedia_{n + 1}_{85000 + n}_0"
            name = f"radiopaedia_org_covid-19-pneumonia-{n + 1}_{85000 + n}_0-dcm" if kaggle else id
        made.append(folder / spec.images / f"{name}.nii.gz")
        nifti.write(made[-1], image, case.spacing_mm)
        nifti.write(folder / spec.masks / f"{id}.nii.gz", labels, case.spacing_mm)
    return made
