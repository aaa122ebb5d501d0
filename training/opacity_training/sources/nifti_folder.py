"""Any folder of NIfTI pictures with label maps."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from . import nifti
from .case import LEFT, RIGHT, Case, SourceError, find, first_folders, ids_of, patient_of, refuse_held_out
from .sides import give_sides
from .spec import NiftiFolder


class Reader:
    def __init__(self, spec: NiftiFolder, root: Path):
        self.spec, self.folder = spec, root / spec.folder
        if spec.unit not in ("auto", "hu", "gray8"):
            raise SourceError(f"nifti-folder: unit is {spec.unit!r}; it must be auto, hu or gray8")
        for words in spec.meaning.values():
            nifti.bits(words, "nifti-folder: meaning")
        found = {}
        try:
            paths = sorted(self.folder.glob(spec.images))
        except ValueError as e:
            raise SourceError(f"nifti-folder: images is {spec.images!r}: {e}") from e
        for path in paths:
            refuse_held_out(path)
            found[path.relative_to(self.folder).with_name(self._name(path)).as_posix()] = path
        if not found:
            raise SourceError(f"{self.folder} holds no file of the pattern {spec.images}")
        ids, first = ids_of(found), first_folders(found)
        self.pictures = {ids[p]: path for p, path in found.items()}
        self.patients = {ids[p]: patient_of(p, spec.patient) or first[p].replace("/", "_") for p in found}
        self.origins = {ids[p]: Path(p).parts[0] if "/" in p else spec.folder for p in found}

    @staticmethod
    def _name(path: Path) -> str:
        return re.sub(r"\.(nii(\.gz)?|hdr|img)$", "", path.name)

    def cases(self) -> list[str]:
        return sorted(self.pictures)

    def read(self, id: str) -> Case:
        find(id, self.cases(), str(self.folder))
        path = self.pictures[id]
        where = self.spec.labels.format(name=self._name(path), folder=path.parent.relative_to(self.folder).as_posix())
        labels = self.folder / where
        if not labels.exists():
            raise SourceError(f"{path} has no label map: {labels} is not there")
        image, affine, spacing_mm = nifti.read(path)
        label = nifti.read_bits(labels, self.spec.meaning, image, affine, path)
        unit = nifti.unit_of(image) if self.spec.unit == "auto" else self.spec.unit
        if unit == "gray8" and image.dtype != np.uint8:
            if nifti.unit_of(image) != "gray8":
                raise SourceError(f"{path} holds {image.min():g}..{image.max():g}, not the 0..255 of unit gray8")
            image = np.rint(image).astype(np.uint8)
        if (label & (LEFT | RIGHT)).any():
            label = give_sides(label)
        return Case(id, image, label, unit, spacing_mm, self.origins[id], tuple(self.spec.lacks), patient=self.patients[id])
