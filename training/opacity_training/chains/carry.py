"""Steps carried out on pictures and labels, and undone for what is predicted."""

from __future__ import annotations

import numpy as np

from ..strict import ConfigError
from . import greys, grids
from .grids import Spacing
from .steps import OPS, SPLINE, Clahe, Clip, Crop, LungMask, MinMax, Mirror, Mirrored, Resample, Resize, Round, Scale, Step, Window, ZScore, for_unit


def settle(steps: list[Step], image: np.ndarray | None, spacing_mm: Spacing | None, unit: str) -> list[Step]:
    """The steps with what depends on the whole of a scan decided, so that parts of it can be carried out by themselves."""
    out = []
    for n, step in enumerate(for_unit(steps, unit)):
        if isinstance(step, Mirror):
            if any(isinstance(s, Resize | Resample | Crop | Mirrored) for s in out):
                raise ConfigError("the step mirror must come before resize, resample and crop, and once")
            if unit != "hu" or spacing_mm is None:
                continue
            if image is None:
                raise ValueError("the step mirror needs the picture")
            step = grids.mirrored(image, spacing_mm, step)
        out.append(step)
    return out


def apply(steps: list[Step], image: np.ndarray, spacing_mm: Spacing | None, unit: str, lungs: np.ndarray | None = None) -> tuple[np.ndarray, Spacing | None]:
    """Steps on a stack [z, y, x], in the order written; float32 throughout.

    lungs, bool of the image's shape, is for lung_mask. Returns the picture and its spacing (z, y, x). In HU whatever is below
    -1024, scanners' padding, counts as -1024, as in the program.
    """
    source = greys.numbers(image)
    if unit == "hu":
        source = np.maximum(source, np.float32(greys.FLOOR_HU))
    x, cut = source, None
    for step in settle(steps, source, spacing_mm, unit):
        if cut is not None and needs_all(step):
            raise ConfigError(f"the step {OPS[type(step)]} cannot be between crop and resize: the slices differ in size there")
        match step:
            case Clip():
                x = np.clip(x, np.float32(step.min), np.float32(step.max))
            case Window():
                x = greys.spread(x, step.center - step.width / 2, step.center + step.width / 2, step.to, clip=True)
            case MinMax():
                x = greys.minmax(x, step)
            case ZScore():
                x = greys.zscore(x, step)
            case Round():
                x = np.rint(x)
            case Clahe():
                x = greys.clahe(x, step)
            case Scale():
                x = x * np.float32(step.factor) + np.float32(step.offset)
            case Crop():
                cut = grids.body_boxes(source, spacing_mm, step.margin_mm)
            case Mirrored():
                x = grids.continued(x, step)
            case Resize():
                before, x, cut = x.shape, grids.resize(x, step, cut), None
                spacing_mm = grids.respaced(spacing_mm, before, x.shape)
            case Resample():
                shape = grids.resampled_shape(x.shape, spacing_mm, step)
                x, spacing_mm = grids.zoom(x, shape, SPLINE[step.interpolation]), tuple(step.spacing_mm[::-1])
                lungs = None if lungs is None else grids.zoom(lungs.astype(np.float32), shape, 1, "nearest") >= 0.5
            case LungMask():
                if lungs is None:
                    raise ValueError("the step lung_mask needs the lungs of another system, and there are none")
                x = np.where(grids.like(lungs, x.shape), x, np.float32(step.outside))
    if cut is not None:
        raise ConfigError("the step crop must be followed by resize")
    return np.ascontiguousarray(x, np.float32), spacing_mm


def apply_label(steps: list[Step], label: np.ndarray, spacing_mm: Spacing | None, unit: str, image: np.ndarray | None = None) -> np.ndarray:
    """The bits of a label [z, y, x] moved as `apply` moves the picture: set where at least half of the new voxel was.

    image is the picture before the steps; only crop and mirror need it.
    """
    bits = [b for b in (1 << n for n in range(8)) if (label & b).any()]
    parts, cut = [(label & b > 0) for b in bits], None
    shape = label.shape
    for step in settle(steps, image, spacing_mm, unit):
        match step:
            case Mirrored():
                parts = [grids.continued(p, step) for p in parts]
            case Crop():
                if image is None:
                    raise ValueError("the step crop needs the picture to crop its label")
                cut = grids.body_boxes(greys.numbers(image), spacing_mm, step.margin_mm)
            case Resize():
                parts = [grids.resize_mask(p, step.size, cut) for p in parts]
                before, shape, cut = shape, (shape[0], *step.size), None
                spacing_mm = grids.respaced(spacing_mm, before, shape)
            case Resample():
                shape = grids.resampled_shape(shape, spacing_mm, step)
                parts = [grids.zoom(p.astype(np.float32), shape, 1, "nearest") >= 0.5 for p in parts]
                spacing_mm = tuple(step.spacing_mm[::-1])
    out = np.zeros(shape, np.uint8)
    for bit, part in zip(bits, parts):
        out[part] |= bit
    return out


def undo(steps: list[Step], result: np.ndarray, shape: tuple[int, int, int], spacing_mm: Spacing | None, unit: str, image: np.ndarray | None = None) -> np.ndarray:
    """Probabilities [c, z, y, x] on the grid that `apply` gave, back on the source's grid [c, *shape], linearly.

    Over several resizes in a row in one, as the program does it. Outside a crop they are 0. image is the whole
    picture where a step depends on all of it, unless the steps are settled.
    """
    done, at, spacing, cut = [], tuple(shape), spacing_mm, None
    for step in settle(steps, image, spacing_mm, unit):
        match step:
            case Mirrored():
                done.append((step, at, None))
                at = (at[0], at[1] + 2 * step.rows, at[2] + 2 * step.columns)
            case Crop():
                cut = grids.body_boxes(greys.numbers(image), spacing, step.margin_mm)
            case Resize():
                if not (done and isinstance(done[-1][0], Resize)):
                    done.append((step, at, cut))
                before, at, cut = at, (at[0], *step.size), None
                spacing = grids.respaced(spacing, before, at)
            case Resample():
                done.append((step, at, None))
                at, spacing = grids.resampled_shape(at, spacing, step), tuple(step.spacing_mm[::-1])
    out = []
    for part in result.astype(np.float32):
        for step, before, cut in reversed(done):
            match step:
                case Mirrored():
                    part = grids.cut_back(part, step)
                case Resample():
                    part = grids.zoom(part, before, 1, "nearest")
                case Resize():
                    part = grids.unresize(part, before, cut)
        out.append(part)
    return np.stack(out)


def needs_all(step: Step) -> bool:
    """Whether what a step does to a voxel depends on others."""
    match step:
        case MinMax():
            return not isinstance(step.scope, list)
        case ZScore():
            return step.scope != "constants"
    return isinstance(step, (Clahe, Resample, Crop))
