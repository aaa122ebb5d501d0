"""DICOM series into HU, and the structures and segments drawn on them.

Arrays are [z, y, x]: x to the patient's left, y to posterior, z to superior. An affine leads from
indices (x, y, z) to LPS millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
import pydicom

from .case import SourceError


@dataclass
class Series:
    """hu float32 [z, y, x]; spacing_mm (z, y, x)."""

    hu: np.ndarray
    spacing_mm: tuple[float, float, float]
    affine: np.ndarray | None = None  # 4x4; None where nobody asks for the place


def read_series(path: Path | list[Path]) -> Series:
    """CT slices of one series in HU, with their axes put right: a folder, its files, or one file."""
    files = path if isinstance(path, list) else sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    slices = [d for d in (_file(f) for f in files) if "PixelData" in d and "ImagePositionPatient" in d]
    where = files[0].parent if files else path
    if not slices:
        raise SourceError(f"{where} holds no DICOM slice with pixels and a place")
    first = slices[0]
    if len({d.get("SeriesInstanceUID") for d in slices}) > 1:
        raise SourceError(f"{where} holds slices of more than one series")
    if any((d.Rows, d.Columns) != (first.Rows, first.Columns) or not np.allclose(d.ImageOrientationPatient, first.ImageOrientationPatient, atol=1e-3) for d in slices):
        raise SourceError(f"{where}: the slices differ in size or direction")
    along, down = np.array(first.ImageOrientationPatient[:3], float), np.array(first.ImageOrientationPatient[3:], float)
    normal = np.cross(along, down)
    slices.sort(key=lambda d: float(np.dot(d.ImagePositionPatient, normal)))
    gap = _gap(slices, normal, where)
    row, column = (float(v) for v in first.PixelSpacing)
    affine = np.eye(4)
    affine[:3] = np.stack([along * column, down * row, normal * gap, np.array(slices[0].ImagePositionPatient, float)], axis=1)
    hu = np.empty((len(slices), first.Rows, first.Columns), np.float32)
    for k, d in enumerate(slices):
        hu[k] = _pixels(d, where) * float(d.get("RescaleSlope", 1)) + float(d.get("RescaleIntercept", 0))
        slices[k] = None  # one slice at a time
    return _upright(hu, affine)


def _file(path: Path) -> pydicom.Dataset:
    try:
        return pydicom.dcmread(path)
    except (pydicom.errors.InvalidDicomError, EOFError):
        return pydicom.Dataset()  # licences and notes lie beside the slices


def _pixels(d: pydicom.Dataset, where: Path) -> np.ndarray:
    try:
        return d.pixel_array
    except Exception as e:  # each codec has its own
        raise SourceError(f"{where}: the pixels of slice {d.get('InstanceNumber')} cannot be read: {e}") from e


def _gap(slices: list[pydicom.Dataset], normal: np.ndarray, where: Path) -> float:
    at = np.array([np.dot(d.ImagePositionPatient, normal) for d in slices], float)
    if len(at) == 1:
        return float(slices[0].get("SliceThickness") or 1.0)
    gaps = np.diff(at)
    gap = float(np.median(gaps))
    wrong = np.flatnonzero(np.abs(gaps - gap) > 0.1 * gap + 0.01)
    if gap < 0.01 or len(wrong):
        raise SourceError(f"{where}: slices are missing or twice there, the first after {at[wrong[0]] if len(wrong) else at[0]:.1f} mm")
    return gap


def _upright(hu: np.ndarray, affine: np.ndarray) -> Series:
    """Axes turned and mirrored so that they grow to left, posterior and superior."""
    turn = nibabel.io_orientation(affine)
    affine = affine @ nibabel.orientations.inv_ornt_aff(turn, hu.shape[::-1])
    array = nibabel.orientations.apply_orientation(hu.transpose(2, 1, 0), turn).transpose(2, 1, 0)
    spacing = nibabel.affines.voxel_sizes(affine)
    return Series(np.ascontiguousarray(array), tuple(float(v) for v in spacing[::-1]), affine)


def structures(path: Path, series: Series) -> dict[str, np.ndarray]:
    """Every structure of an RTSTRUCT that has closed planar contours, filled: name to bool [z, y, x].

    A voxel belongs to it where its centre is inside an odd number of the contours nearest to its slice.
    """
    d = pydicom.dcmread(path)
    names = {int(r.ROINumber): str(r.get("ROIName", "")) for r in d.get("StructureSetROISequence", [])}
    to_index = np.linalg.inv(series.affine)
    out = {}
    for roi in d.get("ROIContourSequence", []):
        name = names.get(int(roi.ReferencedROINumber), "")
        polygons = [c.ContourData for c in roi.get("ContourSequence", []) if c.get("ContourGeometricType") == "CLOSED_PLANAR" and len(c.ContourData) >= 9]
        if not polygons:
            continue
        mask = np.zeros(series.hu.shape, bool)
        for points in polygons:
            xyz = np.array(points, float).reshape(-1, 3) @ to_index[:3, :3].T + to_index[:3, 3]
            k = int(np.rint(xyz[:, 2].mean()))
            if np.ptp(xyz[:, 2]) > 0.5:
                raise SourceError(f"{path}: a contour of {name} does not lie in a slice")
            if not 0 <= k < len(mask):
                raise SourceError(f"{path}: {name} lies outside its series, at slice {k} of {len(mask)}: the mask does not match its picture")
            mask[k] ^= fill(xyz[:, :2], mask.shape[1:])
        out[name] = out[name] | mask if name in out else mask
    return out


def fill(polygon: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Pixels [rows, columns] whose centres (whole numbers x, y) are inside the closed polygon [n, (x, y)], by the even-odd rule."""
    x0, y0 = polygon.T
    x1, y1 = np.roll(x0, -1), np.roll(y0, -1)
    toggles = np.zeros((shape[0], shape[1] + 1), np.int32)
    for ax, ay, bx, by in zip(x0, y0, x1, y1):
        low, high = (ay, by) if ay < by else (by, ay)
        rows = np.arange(max(0, int(np.ceil(low))), min(shape[0], int(np.ceil(high))))  # low <= row < high: no corner counts twice
        if len(rows):
            crossing = ax + (rows - ay) / (by - ay) * (bx - ax)
            np.add.at(toggles, (rows, np.clip(np.ceil(crossing), 0, shape[1]).astype(int)), 1)
    return toggles.cumsum(1)[:, :-1] % 2 == 1


def segments(path: Path, series: Series) -> dict[str, np.ndarray]:
    """Every segment of a SEG: its label, description and type to bool [z, y, x]. Fractional ones from one half up."""
    d = pydicom.dcmread(path)
    frames = d.pixel_array
    frames = frames[None] if frames.ndim == 2 else frames
    if d.SegmentationType == "FRACTIONAL":
        frames = frames >= 0.5 * float(d.MaximumFractionalValue)
    names = {int(s.SegmentNumber): _name(s) for s in d.SegmentSequence}
    to_index = np.linalg.inv(series.affine)
    shared = d.SharedFunctionalGroupsSequence[0]
    out: dict[str, np.ndarray] = {}
    for frame, groups in zip(frames, d.PerFrameFunctionalGroupsSequence):
        name = names[int(_group(groups, shared, "SegmentIdentificationSequence").ReferencedSegmentNumber)]
        mask = out.setdefault(name, np.zeros(series.hu.shape, bool))
        rows, columns = np.nonzero(frame)
        x, y, z = _frame_to_index(groups, shared, to_index, rows, columns)
        at = np.rint([z, y, x])
        if len(rows) and (np.abs(at - [z, y, x]).max() > 0.25 or (at < 0).any() or (at >= np.array(mask.shape)[:, None]).any()):
            raise SourceError(f"{path}: {name} does not lie on the grid of its series: the mask does not match its picture")
        mask[tuple(at.astype(int))] |= True
    return out


def _name(segment: pydicom.Dataset) -> str:
    kind = segment.get("SegmentedPropertyTypeCodeSequence")
    side = kind[0].get("SegmentedPropertyTypeModifierCodeSequence") if kind else None
    parts = [side[0].CodeMeaning if side else "", segment.get("SegmentLabel", ""), segment.get("SegmentDescription", ""), kind[0].CodeMeaning if kind else ""]
    return " ".join(str(p) for p in parts if p)


def _group(frame: pydicom.Dataset, shared: pydicom.Dataset, what: str) -> pydicom.Dataset:
    return (frame if what in frame else shared)[what].value[0]


def _frame_to_index(groups, shared, to_index: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Indices (x, y, z) in the series of pixels of a frame, float [3, n]."""
    cosines = np.array(_group(groups, shared, "PlaneOrientationSequence").ImageOrientationPatient, float)
    spacing = _group(groups, shared, "PixelMeasuresSequence").PixelSpacing
    origin = np.array(_group(groups, shared, "PlanePositionSequence").ImagePositionPatient, float)
    mm = origin[:, None] + np.outer(cosines[:3] * float(spacing[1]), columns) + np.outer(cosines[3:] * float(spacing[0]), rows)
    return to_index[:3, :3] @ mm + to_index[:3, 3:]
