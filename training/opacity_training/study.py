"""A study folder of the program, NAME.opacity, read: the mask as it was left, and what was said of each slice.

The mask is taken from the checkpoint, a cache of the journal, and only where that is the whole journal's: else
the study is refused until the program has closed it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
import pydicom

from .sources import nifti
from .sources.case import INFECTION, INFECTION_UNKNOWN, LEFT, LUNG, LUNG_UNKNOWN, RIGHT, SourceError
from .sources.dicom import read_series

EXTENSION = ".opacity"
TAKEN = ("corrected", "accepted")  # what is said of slices to learn from
NOTE = 6  # NIFTI_ECODE_COMMENT: free text beside the voxels
INFECTIONS = r"covid|infection|opacit|ground.?glass|consolidation|pneumonia"
OUTSIDE_MM = 0.1  # that corners of one grid may lie apart: more than rounding


@dataclass
class Study:
    """What study.json and the checkpoint say."""

    folder: Path
    id: str  # of the study and its copies
    source: dict  # path, sha256, series_uid
    shape: tuple[int, int, int]  # [z, y, x]: x to the patient's left, y to posterior, z to superior
    affine_lps: np.ndarray  # from indices (x, y, z) to mm
    labels: list[dict]  # value, layer, name, side, ...
    taken: list[int]  # slices marked corrected or accepted, from 0 at the feet
    state: str  # changes with the mask and with what is said of it

    @property
    def case(self) -> str:
        """How it is called where its folder's name must not be seen."""
        return f"study-{self.id[:8].lower()}"


def find(folder: Path) -> list[Path]:
    """Study folders at or below a folder."""
    if folder.name.endswith(EXTENSION):
        return [folder]
    if not folder.is_dir():
        raise SourceError(f"{folder} is no folder")
    found = sorted(p for p in folder.rglob(f"*{EXTENSION}") if p.is_dir())
    if not found:
        raise SourceError(f"{folder} holds no study: no folder in it ends in {EXTENSION}")
    return found


def check(folder: Path) -> tuple[list[Study], dict[Path, str]]:
    """The studies at or below a folder, and of those that cannot be learned from the sentence that says why and what to do."""
    good: list[Study] = []
    bad: dict[Path, str] = {}
    for path in find(folder):
        try:
            one = read(path)
            if one.taken:
                _whole(one)
                _place(one)
            good.append(one)
        except SourceError as e:
            bad[path] = str(e)
    for one in good:
        if copies := [o.folder.name for o in good if o.id == one.id and o is not one]:
            bad[one.folder] = f"{one.folder} and {', '.join(copies)} are copies of one study: keep the one that is meant"
    return [s for s in good if s.folder not in bad], bad


def _whole(study: Study) -> None:
    """Refuses a mask file that was cut or damaged: it is read to its end, and no further than a block at a time."""
    path = study.folder / "checkpoint.nii.gz"
    try:
        image, n = nibabel.load(path), 0
        with gzip.open(path) as f:
            while block := f.read(1 << 20):
                n += len(block)
        missing = image.dataobj.offset + int(np.prod(image.shape)) * image.get_data_dtype().itemsize - n
    except Exception as e:  # nibabel, gzip and zlib each have their own
        raise SourceError(f"{path} is damaged or was not copied whole ({type(e).__name__}): open the study in Opacity, which makes it anew, and close it") from e
    if missing > 0 or image.shape[::-1] != (2, *study.shape):
        raise SourceError(f"{path} is not the mask of this study, or not the whole of it: open the study in Opacity, which makes it anew, and close it")


def read(folder: Path) -> Study:
    """study.json, after making sure that the checkpoint is where the journal is."""
    if not any((folder / name).exists() for name in ("study.json", "journal", "checkpoint.nii.gz")):
        raise SourceError(f"{folder} is no study of Opacity, only named like one: move it elsewhere, or give it another name")
    try:
        about = json.loads((folder / "study.json").read_text(encoding="utf-8"))
        journal = (folder / "journal").stat().st_size
    except (OSError, ValueError) as e:
        raise SourceError(f"{folder} is no whole study ({type(e).__name__}): copy it again with all its files") from e
    if not isinstance(about, dict) or about.get("format") != "opacity.study":
        raise SourceError(f"{folder} is no study of Opacity, its study.json is another program's: move it elsewhere")
    if str(about.get("format_version", "")).split(".")[0] != "1":
        raise SourceError(f"{folder} is of a newer version, {about.get('format_version')}: update this package")
    note = _note(folder / "checkpoint.nii.gz")
    at = (note.get("journal_offset"), about.get("journal_bytes"))
    if note.get("study") != about.get("id") or at != (journal, journal):
        raise SourceError(f"{folder} holds steps that its mask file does not: open the study in Opacity and close it, then run this again")
    try:
        size, taken = about["grid"]["size"], [int(k) for k, s in (about["slices"] or {}).items() if s["state"] in TAKEN]
        affine = np.vstack([np.array(about["grid"]["affine_lps"], float), [0, 0, 0, 1]])
        source, shape = about["sources"][0], tuple(int(n) for n in size[::-1])
        state = hashlib.sha256(json.dumps([about["id"], note, about["slices"], about["labels"]], sort_keys=True).encode()).hexdigest()
        return Study(folder, about["id"], source, shape, affine, about["labels"], sorted(k for k in taken if 0 <= k < shape[0]), state)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as e:
        raise SourceError(f"{folder}: study.json lacks what a study has ({type(e).__name__} {e}): open the study in Opacity and close it, then run this again") from e


def _note(path: Path) -> dict:
    if not path.exists():
        return {}
    try:
        notes = [e.get_content() for e in nibabel.load(path).header.extensions if e.get_code() == NOTE]
        text = notes[0] if isinstance(notes[0], str) else notes[0].decode()
        return json.loads(text.rstrip("\0"))
    except Exception:  # nibabel, gzip and zlib each have their own: a checkpoint is a cache, and may be damaged
        return {}


def label(study: Study) -> np.ndarray:
    """The mask as bits uint8 [z, y, x]. Slices that nobody marked corrected or accepted are unknown, and so are
    findings of which the study has no label for infection, and lungs where none are drawn at all."""
    path = study.folder / "checkpoint.nii.gz"
    try:
        layers = np.asarray(nibabel.load(path).dataobj).transpose(3, 2, 1, 0)
    except Exception as e:
        raise SourceError(f"{path} cannot be read ({e}): open the study in Opacity and close it, then run this again") from e
    if layers.shape != (2, *study.shape):
        raise SourceError(f"{path} is {layers.shape}, not two layers of {study.shape}: open the study in Opacity and close it, then run this again")
    out = np.zeros(study.shape, np.uint8)
    tables = {"anatomy": np.zeros(256, np.uint8), "findings": np.zeros(256, np.uint8)}
    for one in study.labels:
        if one["layer"] in tables:
            tables[one["layer"]][one["value"]] = bits(one)
    for layer, voxels in zip(tables.values(), layers):
        out |= layer[voxels]
    unknown = np.zeros(study.shape[0], np.uint8)
    if not tables["findings"].any():
        unknown |= INFECTION_UNKNOWN
    if not (out & LUNG).any():
        unknown |= LUNG_UNKNOWN
    unknown[np.setdiff1d(np.arange(len(out)), study.taken)] |= LUNG_UNKNOWN | INFECTION_UNKNOWN
    return out | unknown[:, None, None]


def bits(label: dict) -> int:
    """What a label of a study means to a model of lung and infection; 0 for what is neither, such as a nodule."""
    name = label["name"].lower()
    if label["layer"] == "findings":
        return LUNG | INFECTION if re.search(INFECTIONS, name) else 0
    if "lung" not in name:
        return 0
    side = label["side"] or next((s for s in ("left", "right") if s in name), "")
    return LUNG | {"left": LEFT, "right": RIGHT}.get(side, 0)


@dataclass
class Picture:
    """Numbers [z, y, x], their unit, spacing (z, y, x) in mm, and whose they are: equal for scans known to be of one patient."""

    image: np.ndarray
    unit: str
    spacing_mm: tuple[float, float, float]
    patient: str


def picture(study: Study) -> Picture:
    """The scan that the study was made from, known by its hash: where it was, or beside the study's folder."""
    return _picture(study, _place(study))


def _place(study: Study) -> Path:
    path = Path(study.source["path"])
    beside = study.folder.parent / re.split(r"[\\/]", study.source["path"])[-1]
    for place in (path, beside):
        if not (place.is_absolute() and place.exists()):
            place = study.folder.parent / place
        if place.exists():
            return place
    raise SourceError(f"{study.folder}: its scan is not at {path} any more; open the study in Opacity, which asks where it is, and close it, or put the scan beside it")


def _picture(study: Study, place: Path) -> Picture:
    if place.is_file() and re.search(r"\.nii(\.gz)?$", place.name.lower()):
        if _sum(place) != study.source["sha256"]:
            raise SourceError(f"{place} is not the scan that {study.folder.name} was drawn on: its hash is another")
        image, affine, spacing_mm = nifti.read(place)
        found = Picture(image, nifti.unit_of(image), spacing_mm, study.source["sha256"])
        return _fits(study, found, np.diag([-1.0, -1.0, 1.0, 1.0]) @ affine)
    files = sorted(p for p in (place if place.is_dir() else place.parent).rglob("*") if p.is_file())
    wanted, lines, patient = [], [], ""
    for f in files:
        try:
            d = pydicom.dcmread(f, stop_before_pixels=True)
        except (pydicom.errors.InvalidDicomError, EOFError):
            continue  # licences and notes lie beside the slices
        if d.get("SeriesInstanceUID") == study.source["series_uid"] and "ImagePositionPatient" in d:
            wanted.append(f)
            lines.append(f"{d.SOPInstanceUID} {_sum(f)}\n")
            patient = str(d.get("PatientID", ""))
    if not wanted:
        raise SourceError(f"{place} holds no slice of the series that {study.folder.name} was drawn on; NIfTI files and DICOM folders can be learned from")
    if hashlib.sha256("".join(sorted(lines)).encode()).hexdigest() != study.source["sha256"]:
        raise SourceError(f"{place} is not the scan that {study.folder.name} was drawn on: its hash is another")
    series = read_series(wanted)
    hu = np.rint(np.clip(series.hu, -32768, 32767)).astype(np.int16)
    return _fits(study, Picture(hu, "hu", series.spacing_mm, patient or study.source["sha256"]), series.affine)


def _sum(path: Path) -> str:
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def _fits(study: Study, found: Picture, affine: np.ndarray) -> Picture:
    """Refuses a mask of another grid."""
    z, y, x = (n - 1 for n in study.shape)
    corners = np.array([[i, j, k, 1] for i in (0, x) for j in (0, y) for k in (0, z)], float).T
    apart = np.linalg.norm(((affine - study.affine_lps) @ corners)[:3], axis=0).max()
    if found.image.shape != study.shape or apart > OUTSIDE_MM:
        raise SourceError(f"{study.folder}: the mask lies on {study.shape} voxels and the scan on {found.image.shape}, {apart:.1f} mm apart: the mask does not match its scan")
    return found
