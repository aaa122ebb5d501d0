"""Folders of DICOM: CT series with the RTSTRUCT or SEG that refers to them."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import numpy as np
import pydicom

from . import dicom
from .case import INFECTION_UNKNOWN, LEFT, LUNG, RIGHT, Case, SourceError, find, first_folders, ids_of, patient_of, refuse_held_out
from .nifti import bits
from .sides import give_sides
from .spec import DicomFolder

TAGS = ["Modality", "SeriesInstanceUID", "ReferencedSeriesSequence", "ReferencedFrameOfReferenceSequence"]


class Reader:
    """A case is a CT series that an RTSTRUCT or SEG refers to; its id is its folder's path, with the end of its UID where it shares that."""

    def __init__(self, spec: DicomFolder, root: Path):
        self.spec, self.folder = spec, root / spec.folder
        for words in spec.meaning.values():
            bits(words, "dicom-folder: meaning")
        self.series, self.drawn = index(self.folder)
        found, paths = {}, {}
        for uid in self.drawn:
            if uid not in self.series:
                continue
            inside = self.series[uid][0].parent
            place = self.folder.resolve().name if inside == self.folder else inside.relative_to(self.folder).as_posix()
            shared = sum(files[0].parent == inside for files in self.series.values()) > 1
            refuse_held_out(self.series[uid][0].resolve())
            name = f"{place}#{uid[-12:]}" if shared else place
            found[name], paths[name] = uid, f"{place}/{uid}" if shared else place
        ids, first = ids_of(found), first_folders(paths.values())
        self.ids = {ids[p]: uid for p, uid in found.items()}
        self.patients = {ids[p]: patient_of(p, spec.patient) for p in found}
        # Whose a series without a PatientID is: many sets were made anonymous by emptying it.
        self.unnamed = {ids[p]: ids[p] if first[path] == path else first[path] for p, path in paths.items()}
        if not self.ids:
            raise SourceError(f"{self.folder} holds no CT series that an RTSTRUCT or SEG in it refers to")

    def cases(self) -> list[str]:
        return sorted(self.ids)

    def read(self, id: str) -> Case:
        find(id, self.cases(), str(self.folder))
        uid = self.ids[id]
        case = read_case(id, self.series[uid], self.drawn[uid], self.spec)
        named = pydicom.dcmread(self.series[uid][0], stop_before_pixels=True, specific_tags=["PatientID"]).get("PatientID")
        case.patient = self.patients[id] or str(named or "").strip() or self.unnamed[id]
        return case


def index(folder: Path) -> tuple[dict[str, list[Path]], dict[str, list[Path]]]:
    """Series UID to its CT files, and series UID to the RTSTRUCTs and SEGs that refer to it."""
    series, drawn = defaultdict(list), defaultdict(list)
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        try:
            d = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=TAGS)
        except (pydicom.errors.InvalidDicomError, EOFError):
            continue
        match d.get("Modality"):
            case "CT":
                series[str(d.SeriesInstanceUID)].append(path)
            case "SEG":
                for r in d.get("ReferencedSeriesSequence", []):
                    drawn[str(r.SeriesInstanceUID)].append(path)
            case "RTSTRUCT":
                for frame in d.get("ReferencedFrameOfReferenceSequence", []):
                    for study in frame.get("RTReferencedStudySequence", []):
                        for r in study.get("RTReferencedSeriesSequence", []):
                            drawn[str(r.SeriesInstanceUID)].append(path)
    return series, drawn


def read_case(id: str, files: list[Path], drawn: list[Path], spec: DicomFolder) -> Case:
    """A CT series with what is drawn on it. Infection is unknown in the lungs where no structure of that meaning is there."""
    series = dicom.read_series(files)
    label, names, infection = np.zeros(series.hu.shape, np.uint8), [], False
    for path in drawn:
        for name, mask in read_drawn(path, series).items():
            names.append(name)
            words = next((w for pattern, w in spec.meaning.items() if re.search(pattern, name, re.IGNORECASE)), None)
            if words is not None:
                label[mask] |= bits(words, id)
                infection = infection or "infection" in words.split("+")
    if not label.any():
        raise SourceError(f"{drawn[0]} draws {', '.join(map(repr, names)) or 'nothing'} on {id}: none of it is a lung or an infection, or all of it is empty")
    if (label & (LEFT | RIGHT)).any():
        label = give_sides(label)
    lacks = list(spec.lacks)
    if not infection:
        label[label & LUNG > 0] |= INFECTION_UNKNOWN
        lacks += ["infection"]
    return Case(id, np.rint(np.clip(series.hu, -32768, 32767)).astype(np.int16), label, "hu", series.spacing_mm, spec.folder, tuple(dict.fromkeys(lacks)))


def read_drawn(path: Path, series: dicom.Series) -> dict[str, np.ndarray]:
    """The structures or segments of a file, by name."""
    try:
        seg = pydicom.dcmread(path, specific_tags=["Modality"]).Modality == "SEG"
        return dicom.segments(path, series) if seg else dicom.structures(path, series)
    except SourceError:
        raise
    except Exception as e:  # an attribute or a frame that is not there, a codec: pydicom has no common error
        raise SourceError(f"{path} cannot be read as RTSTRUCT or SEG: {e}") from e
