"""Preprocessing, step by step: the vocabulary of inference/SCHEMA.md, with the results of the Go program.

A step is a dataclass; its kind is the metadata's `op`. Every step may say `only: hu` or
`only: gray8`: it is then left out for pictures of the other unit, so that one list serves a source
that holds both, and the metadata of a model for one unit lists what acts on that unit.

Arrays are [z, y, x]. Steps act on each axial slice by itself, except those of scope `volume` or
`foreground` and `resample`.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Annotated

import cv2
import numpy as np
from scipy import ndimage

from .strict import ConfigError, OneOf, build

UNITS = ("hu", "gray8")
FLOOR_HU = -1024.0  # what is not a number counts as this
BODY_HU = -500.0  # parts the body from the air around it
INTERPOLATION = {"nearest": cv2.INTER_NEAREST, "linear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC, "area": cv2.INTER_AREA}
SPLINE = {"nearest": 0, "linear": 1, "cubic": 3}  # orders of the splines that resample in three dimensions


def _one_of(what: str, value: object, known: tuple) -> None:
    if value not in known:
        raise ConfigError(f"{what} is {value!r}; it must be one of {', '.join(map(str, known))}")


@dataclass(kw_only=True)
class Step:
    only: str = ""  # hu or gray8: the step is for pictures of that unit alone

    def __post_init__(self):
        _one_of("the step's `only`", self.only, ("", *UNITS))
        self.check()

    def check(self) -> None:
        """Refuses values that mean nothing."""


@dataclass(kw_only=True)
class Clip(Step):
    min: float
    max: float


@dataclass(kw_only=True)
class Window(Step):
    """Clips to center -+ width/2, then maps that to a..b."""

    center: float
    width: float
    to: list[float] = field(default_factory=lambda: [0.0, 1.0])


@dataclass(kw_only=True)
class Resize(Step):
    size: list[int]  # [rows, columns]
    interpolation: str = "cubic"  # nearest, linear, cubic (OpenCV's, a = -0.75), area

    def check(self) -> None:
        _one_of("resize: interpolation", self.interpolation, tuple(INTERPOLATION))
        if len(self.size) != 2 or min(self.size) < 1:
            raise ConfigError(f"resize: size is {self.size}; it must be [rows, columns]")


@dataclass(kw_only=True)
class MinMax(Step):
    """lo..hi to a..b; a constant picture gives a."""

    scope: object = "slice"  # slice, volume, or [lo, hi]
    to: list[float] = field(default_factory=lambda: [0.0, 1.0])

    def check(self) -> None:
        if not isinstance(self.scope, list):
            _one_of("minmax: scope", self.scope, ("slice", "volume"))


@dataclass(kw_only=True)
class ZScore(Step):
    """(x - mean + epsilon) / (std + epsilon), with the population's deviation."""

    scope: str = "slice"  # slice, volume, foreground (of the volume, what is above threshold), constants
    threshold: float = 0.0
    mean: float = 0.0
    std: float = 1.0
    epsilon: float = 0.0

    def check(self) -> None:
        _one_of("zscore: scope", self.scope, ("slice", "volume", "foreground", "constants"))


@dataclass(kw_only=True)
class Round(Step):
    """Half to even."""


@dataclass(kw_only=True)
class Clahe(Step):
    """OpenCV's, on 0..255."""

    clip_limit: float = 7.0
    tiles: list[int] = field(default_factory=lambda: [8, 8])  # [columns, rows]


@dataclass(kw_only=True)
class Scale(Step):
    factor: float
    offset: float = 0.0


@dataclass(kw_only=True)
class Crop(Step):
    """Per slice, the box of the largest part above -500 HU; before any resize, and followed by one."""

    to: str = "body"
    margin_mm: float = 0.0

    def check(self) -> None:
        _one_of("crop: to", self.to, ("body",))


@dataclass(kw_only=True)
class Resample(Step):
    """To a spacing: floor(shape * spacing / new) voxels over the same box; splines mirrored at the edge."""

    spacing_mm: list[float]  # [x, y, z], as in the metadata
    interpolation: str = "cubic"  # nearest, linear, cubic: splines of order 0, 1, 3

    def check(self) -> None:
        _one_of("resample: interpolation", self.interpolation, tuple(SPLINE))
        if len(self.spacing_mm) != 3 or min(self.spacing_mm) <= 0:
            raise ConfigError(f"resample: spacing_mm is {self.spacing_mm}; it must be three lengths [x, y, z]")


@dataclass(kw_only=True)
class LungMask(Step):
    """Everything outside the lungs of an earlier model becomes `outside`."""

    outside: float = 0.0


KINDS: dict[str, type] = {
    "clip": Clip, "window": Window, "resize": Resize, "minmax": MinMax, "zscore": ZScore, "round": Round,
    "clahe": Clahe, "scale": Scale, "crop": Crop, "resample": Resample, "lung_mask": LungMask,
}  # fmt: skip
OPS = {kind: op for op, kind in KINDS.items()}
Spacing = tuple[float, float, float]


def for_unit(steps: list[Step], unit: str) -> list[Step]:
    """The steps that act on pictures of this unit, hu or gray8."""
    _one_of("the unit", unit, UNITS)
    return [s for s in steps if s.only in ("", unit)]


def metadata(steps: list[Step], unit: str) -> list[dict]:
    """The steps for one unit as `preprocess` of a model's metadata."""
    out = []
    for step in for_unit(steps, unit):
        op = OPS[type(step)]
        values = {f.name: getattr(step, f.name) for f in dataclasses.fields(step) if f.name != "only"}
        if op == "zscore":
            more = {"foreground": ("threshold",), "constants": ("mean", "std")}.get(step.scope, ())
            values = {k: values[k] for k in ("scope", "epsilon", *more)}
        out.append({"op": op, **values})
    return out


def apply(steps: list[Step], image: np.ndarray, spacing_mm: Spacing | None, unit: str, lungs: np.ndarray | None = None) -> tuple[np.ndarray, Spacing | None]:
    """Steps on a stack [z, y, x], in the order written; float32 throughout.

    lungs, bool of the image's shape, is for lung_mask. Returns the picture and its spacing (z, y, x).
    """
    source = _numbers(image)
    x, cut = source, None
    for step in for_unit(steps, unit):
        if cut is not None and _needs_all(step):
            raise ConfigError(f"the step {OPS[type(step)]} cannot be between crop and resize: the slices differ in size there")
        match step:
            case Clip():
                x = np.clip(x, np.float32(step.min), np.float32(step.max))
            case Window():
                x = _range(x, step.center - step.width / 2, step.center + step.width / 2, step.to, clip=True)
            case MinMax():
                x = _minmax(x, step)
            case ZScore():
                x = _zscore(x, step)
            case Round():
                x = np.rint(x)
            case Clahe():
                x = _clahe(x, step)
            case Scale():
                x = x * np.float32(step.factor) + np.float32(step.offset)
            case Crop():
                cut = body_boxes(source, spacing_mm, step.margin_mm)
            case Resize():
                before, x, cut = x.shape, _resize(x, step, cut), None
                spacing_mm = _respaced(spacing_mm, before, x.shape)
            case Resample():
                shape = resampled_shape(x.shape, spacing_mm, step)
                x, spacing_mm = _zoom(x, shape, SPLINE[step.interpolation]), tuple(step.spacing_mm[::-1])
                lungs = None if lungs is None else _zoom(lungs.astype(np.float32), shape, 1, "nearest") >= 0.5
            case LungMask():
                if lungs is None:
                    raise ValueError("the step lung_mask needs the lungs of another system, and there are none")
                x = np.where(_like(lungs, x.shape), x, np.float32(step.outside))
    if cut is not None:
        raise ConfigError("the step crop must be followed by resize")
    return np.ascontiguousarray(x, np.float32), spacing_mm


def apply_label(steps: list[Step], label: np.ndarray, spacing_mm: Spacing | None, unit: str, image: np.ndarray | None = None) -> np.ndarray:
    """The bits of a label [z, y, x] moved as `apply` moves the picture: set where at least half of the new voxel was.

    image is the picture before the steps; only crop needs it.
    """
    bits = [b for b in (1 << n for n in range(8)) if (label & b).any()]
    parts, cut = [(label & b > 0) for b in bits], None
    shape = label.shape
    for step in for_unit(steps, unit):
        match step:
            case Crop():
                if image is None:
                    raise ValueError("the step crop needs the picture to crop its label")
                cut = body_boxes(_numbers(image), spacing_mm, step.margin_mm)
            case Resize():
                parts = [_resize_mask(p, step.size, cut) for p in parts]
                before, shape, cut = shape, (shape[0], *step.size), None
                spacing_mm = _respaced(spacing_mm, before, shape)
            case Resample():
                shape = resampled_shape(shape, spacing_mm, step)
                parts = [_zoom(p.astype(np.float32), shape, 1, "nearest") >= 0.5 for p in parts]
                spacing_mm = tuple(step.spacing_mm[::-1])
    out = np.zeros(shape, np.uint8)
    for bit, part in zip(bits, parts):
        out[part] |= bit
    return out


def undo(steps: list[Step], result: np.ndarray, shape: tuple[int, int, int], spacing_mm: Spacing | None, unit: str, image: np.ndarray | None = None) -> np.ndarray:
    """Probabilities [c, z, y, x] on the grid that `apply` gave, back on the source's grid [c, *shape], linearly.

    Outside a crop they are 0.
    """
    grids, at, spacing, cut = [], tuple(shape), spacing_mm, None
    for step in for_unit(steps, unit):
        match step:
            case Crop():
                cut = body_boxes(_numbers(image), spacing, step.margin_mm)
            case Resize():
                grids.append((step, at, cut))
                before, at, cut = at, (at[0], *step.size), None
                spacing = _respaced(spacing, before, at)
            case Resample():
                grids.append((step, at, None))
                at, spacing = resampled_shape(at, spacing, step), tuple(step.spacing_mm[::-1])
    out = result.astype(np.float32)
    for step, before, cut in reversed(grids):
        back = (lambda p: _zoom(p, before, 1, "nearest")) if isinstance(step, Resample) else (lambda p: _unresize(p, before, cut))
        out = np.stack([back(p) for p in out])
    return out


def resampled_shape(shape: tuple[int, ...], spacing_mm: Spacing | None, step: Resample) -> tuple[int, int, int]:
    """floor(shape * spacing / new), [z, y, x], at least one voxel."""
    if spacing_mm is None:
        raise ValueError("the step resample needs a spacing, and the source has none")
    return tuple(max(1, int(np.floor(n * s / new))) for n, s, new in zip(shape, spacing_mm, step.spacing_mm[::-1]))


def body_boxes(hu: np.ndarray, spacing_mm: Spacing | None, margin_mm: float) -> list[tuple[slice, slice]]:
    """Per slice of HU [z, y, x], rows and columns of the largest part above -500 HU with the margin.

    Looks at every n-th pixel, so that no side counts more than 128; all of the slice where nothing is dense.
    """
    if spacing_mm is None:
        raise ValueError("the step crop needs a spacing, and the source has none")
    rows, columns = hu.shape[1:]
    n = max(1, (max(rows, columns) + 127) // 128)
    margin = [int(np.floor(margin_mm / s + 0.5)) for s in spacing_mm[1:]]
    boxes = []
    for plane in hu:
        parts, count = ndimage.label(plane[::n, ::n] > BODY_HU)
        largest = np.bincount(parts.ravel())[1:].argmax() if count else None
        found = ndimage.find_objects(parts)[largest] if count else (slice(0, parts.shape[0]), slice(0, parts.shape[1]))
        boxes.append(tuple(slice(max(0, s.start * n - m), min(size, s.stop * n + m)) for s, m, size in zip(found, margin, (rows, columns))))
    return boxes


def _needs_all(step: Step) -> bool:
    """Whether what a step does to a voxel depends on others."""
    match step:
        case MinMax():
            return not isinstance(step.scope, list)
        case ZScore():
            return step.scope != "constants"
    return isinstance(step, (Clahe, Resample, Crop))


def _numbers(image: np.ndarray) -> np.ndarray:
    image = np.asarray(image)
    if image.dtype.kind != "f":
        return image.astype(np.float32)
    return np.where(np.isfinite(image), image, FLOOR_HU).astype(np.float32)


def _range(x: np.ndarray, low: float, high: float, to: list[float], clip: bool = False) -> np.ndarray:
    low, high, a, b = (np.float32(v) for v in (low, high, *to))
    if high <= low:
        return np.full_like(x, a)
    if clip:
        x = np.clip(x, low, high)
    return (x - low) / (high - low) * (b - a) + a


def _minmax(x: np.ndarray, step: MinMax) -> np.ndarray:
    if isinstance(step.scope, list):
        return _range(x, *step.scope, step.to)
    if step.scope == "volume":
        return _range(x, x.min(), x.max(), step.to)
    return np.stack([_range(s, s.min(), s.max(), step.to) for s in x])


def _zscore(x: np.ndarray, step: ZScore) -> np.ndarray:
    if step.scope == "slice":
        return np.stack([_standard(s, *_moments(s), step.epsilon) for s in x])
    mean, std = step.mean, step.std
    if step.scope != "constants":
        mean, std = _moments(x[x > np.float32(step.threshold)] if step.scope == "foreground" else x)
    return _standard(x, mean, std, step.epsilon)


def _moments(x: np.ndarray) -> tuple[float, float]:
    return (float(x.mean(dtype=np.float64)), float(x.std(dtype=np.float64))) if x.size else (0.0, 0.0)


def _standard(x: np.ndarray, mean: float, std: float, epsilon: float) -> np.ndarray:
    by = np.float32(std + epsilon)
    return (x - np.float32(mean - epsilon)) / (by if by != 0 else np.float32(1))


def _clahe(x: np.ndarray, step: Clahe) -> np.ndarray:
    clahe = cv2.createCLAHE(clipLimit=step.clip_limit, tileGridSize=tuple(step.tiles))
    return np.stack([clahe.apply(np.clip(np.rint(s), 0, 255).astype(np.uint8)) for s in x]).astype(np.float32)


def _resize(x: np.ndarray, step: Resize, cut: list | None) -> np.ndarray:
    size = (step.size[1], step.size[0])
    if cut is None and x.shape[1:] == tuple(step.size):
        return x
    return np.stack([cv2.resize(p if cut is None else p[cut[k]], size, interpolation=INTERPOLATION[step.interpolation]) for k, p in enumerate(x)])


def _resize_mask(mask: np.ndarray, size: list[int], cut: list | None) -> np.ndarray:
    def one(plane):
        area = cv2.resize(plane.astype(np.float32), (size[1], size[0]), interpolation=cv2.INTER_AREA)
        return area >= 0.5

    return np.stack([one(p if cut is None else p[cut[k]]) for k, p in enumerate(mask)])


def _unresize(x: np.ndarray, shape: tuple[int, ...], cut: list | None) -> np.ndarray:
    if cut is None:
        return np.stack([cv2.resize(p, (shape[2], shape[1]), interpolation=cv2.INTER_LINEAR) for p in x])
    out = np.zeros(shape, np.float32)
    for k, (rows, columns) in enumerate(cut):
        out[k, rows, columns] = cv2.resize(x[k], (columns.stop - columns.start, rows.stop - rows.start), interpolation=cv2.INTER_LINEAR)
    return out


def _zoom(x: np.ndarray, shape: tuple[int, ...], order: int, edge: str = "mirror") -> np.ndarray:
    """Splines on voxel centres over the same box, mirrored at the edge, kept within the values that were there."""
    if x.shape == tuple(shape):
        return x
    factors = [n / o for n, o in zip(shape, x.shape)]
    out = ndimage.zoom(x, factors, output=np.float32, order=order, mode=edge, grid_mode=True)
    return np.clip(out, x.min(), x.max()) if order > 1 else out


def _like(lungs: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    if lungs.shape == tuple(shape):
        return lungs
    if lungs.shape[0] != shape[0]:
        raise ValueError(f"lungs of shape {lungs.shape} do not fit a picture of shape {tuple(shape)}")
    return _resize_mask(lungs, list(shape[1:]), None)


def _respaced(spacing_mm: Spacing | None, before: tuple[int, ...], after: tuple[int, ...]) -> Spacing | None:
    return None if spacing_mm is None else tuple(s * b / a for s, b, a in zip(spacing_mm, before, after))


def slice8(size: int = 256) -> list[Step]:
    """What the published 8-bit slices have been through, as steps for HU, and what is left to do for both."""
    return [
        Clip(min=-1024, max=3071, only="hu"),
        Resize(size=[256, 256], interpolation="cubic", only="hu"),
        MinMax(scope="slice", to=[0, 255], only="hu"),
        Round(only="hu"),
        Clahe(clip_limit=7.0, tiles=[8, 8], only="hu"),
        *([] if size == 256 else [Resize(size=[size, size], interpolation="area")]),
        Scale(factor=1 / 255),
    ]


def from_metadata(preprocess: list[dict]) -> list[Step]:
    """The steps of a model's metadata."""
    one = Annotated[object, OneOf(KINDS)]
    return build(list[one], [{"kind" if k == "op" else k: v for k, v in step.items()} for step in preprocess], "preprocess")
