"""NIfTI into arrays [z, y, x]: x to the patient's left, y to posterior, z to superior."""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np

from .case import INFECTION, INFECTION_UNKNOWN, LEFT, LUNG, LUNG_UNKNOWN, RIGHT, SourceError

BITS = {
    "lung": LUNG, "infection": LUNG | INFECTION, "left": LUNG | LEFT, "right": LUNG | RIGHT,
    "lung_unknown": LUNG_UNKNOWN, "infection_unknown": INFECTION_UNKNOWN, "nothing": 0,
}  # fmt: skip


def read(path: Path) -> tuple[np.ndarray, np.ndarray, tuple[float, float, float]]:
    """One volume: its numbers (int16 or uint8 where they are whole and fit, else float32), [z, y, x]; the affine
    from indices (x, y, z) to RAS mm; and the spacing (z, y, x) in mm. An oblique grid keeps its slices."""
    try:
        image = nibabel.load(path)
        shape = image.shape
        if len(shape) > 3 and set(shape[3:]) == {1}:
            image = image.slicer[..., *[0] * (len(shape) - 3)]
        if len(image.shape) != 3:
            raise SourceError(f"{path} has {len(shape)} dimensions of sizes {shape}; one volume is wanted")
        raw = np.asanyarray(image.dataobj.get_unscaled() if hasattr(image.dataobj, "get_unscaled") else image.dataobj)
    except SourceError:
        raise
    except Exception as e:  # nibabel, gzip and zlib each have their own
        raise SourceError(f"{path} cannot be read as NIfTI: {e}") from e
    if raw.dtype.kind not in "iuf":
        raise SourceError(f"{path} holds {raw.dtype}; numbers are wanted")
    turn = nibabel.orientations.ornt_transform(nibabel.io_orientation(image.affine), nibabel.orientations.axcodes2ornt("LPS"))
    if np.isnan(turn).any():
        raise SourceError(f"{path} does not say how its axes lie: its affine is singular")
    affine = image.affine @ nibabel.orientations.inv_ornt_aff(turn, raw.shape)
    array = nibabel.orientations.apply_orientation(raw, turn).transpose(2, 1, 0)
    array = _small(array, *_scaling(image))
    spacing = nibabel.affines.voxel_sizes(affine)
    if not (np.isfinite(spacing).all() and (spacing > 0).all()):
        raise SourceError(f"{path} has the spacing {spacing}: not lengths")
    return array, affine, tuple(float(v) for v in spacing[::-1])


def _scaling(image) -> tuple[float, float]:
    slope, inter = getattr(image.dataobj, "slope", 1.0), getattr(image.dataobj, "inter", 0.0)
    return (1.0 if slope is None else float(slope)), (0.0 if inter is None else float(inter))


def _small(array: np.ndarray, slope: float, inter: float) -> np.ndarray:
    """slope * array + inter as it is where nothing is to be done, else int16 where all are whole and fit, else float32."""
    if array.dtype in (np.uint8, np.int16) and (slope, inter) == (1.0, 0.0):
        return np.ascontiguousarray(array)
    out = np.empty(array.shape, np.float32)
    whole, low, high = True, np.inf, -np.inf
    for k in range(len(array)):  # slice by slice: no second volume in float64
        plane = array[k].astype(np.float64) * slope + inter
        out[k] = plane
        finite = plane[np.isfinite(plane)]
        whole = whole and finite.size == plane.size and bool((plane == np.rint(plane)).all())
        low, high = min(low, finite.min(initial=np.inf)), max(high, finite.max(initial=-np.inf))
    if whole and low >= -32768 and high <= 32767:
        return out.astype(np.int16)
    return out


def read_bits(path: Path, meaning: dict[int, str], like: np.ndarray, affine: np.ndarray, picture: Path) -> np.ndarray:
    """A label map as bits uint8 [z, y, x], on the grid of a picture already read."""
    labels, own, spacing = read(path)
    if labels.shape != like.shape:
        raise SourceError(f"{path} is {_xyz(labels)} voxels and {picture.name} {_xyz(like)}: the mask does not match its picture")
    corners = np.array([[i, j, k, 1] for i in (0, labels.shape[2] - 1) for j in (0, labels.shape[1] - 1) for k in (0, labels.shape[0] - 1)]).T
    apart = np.linalg.norm((own - affine)[:3] @ corners, axis=0).max()
    if apart > 0.5 * min(spacing):
        raise SourceError(f"{path} lies up to {apart:.1f} mm beside {picture.name}: the mask does not match its picture")
    values = np.unique(labels)
    unknown = [v for v in values.tolist() if v < 0 or (v != 0 and v not in meaning)]
    if unknown:
        raise SourceError(f"{path} holds the unknown labels {', '.join(f'{v:g}' for v in unknown[:8])}; known: {meaning}")
    if not values.any():
        raise SourceError(f"{path} is empty: no voxel has a label")
    table = np.zeros(int(values.max()) + 1, np.uint8)
    for value, words in meaning.items():
        if 0 <= value < len(table):
            table[value] = bits(words, str(path))
    return table[labels.astype(np.intp)] if labels.dtype.kind == "f" else table[labels]


def bits(words: str, where: str) -> int:
    """Words such as left+infection as bits."""
    out = 0
    for word in words.split("+"):
        if word.strip() not in BITS:
            raise SourceError(f"{where}: {word.strip()!r} is not a meaning; known: {', '.join(BITS)}")
        out |= BITS[word.strip()]
    return out


def unit_of(image: np.ndarray) -> str:
    """gray8 where all is within 0..255: Hounsfield units of a chest are not."""
    return "gray8" if image.min() >= 0 and image.max() <= 255 else "hu"


def _xyz(array: np.ndarray) -> str:
    return "x".join(str(n) for n in array.shape[::-1])


def write(path: Path, array: np.ndarray, spacing_mm: tuple[float, float, float] = (1.0, 1.0, 1.0), origin_lps: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> None:
    """array [z, y, x] as `read` gives it; spacing (z, y, x); origin x, y, z of the first voxel's centre in LPS mm."""
    z, y, x = spacing_mm
    affine = np.diag([-x, -y, z, 1.0])
    affine[:3, 3] = -origin_lps[0], -origin_lps[1], origin_lps[2]
    image = nibabel.Nifti1Image(np.ascontiguousarray(array.transpose(2, 1, 0)), affine)
    image.header.set_xyzt_units("mm")
    nibabel.save(image, path)
