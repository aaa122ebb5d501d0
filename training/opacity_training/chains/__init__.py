"""Preprocessing, step by step: the vocabulary of inference/SCHEMA.md, with the results of the Go program.

A step is a dataclass; its kind is the metadata's `op`. Every step may say `only: hu` or
`only: gray8`: it is then left out for pictures of the other unit, so that one list serves a source
that holds both, and the metadata of a model for one unit lists what acts on that unit.

Arrays are [z, y, x]. Steps act on each axial slice by itself, except those of scope `volume` or
`foreground` and `resample`.
"""

from __future__ import annotations

from .carry import apply, apply_label, settle, undo
from .grids import Spacing, body_boxes, resampled_shape
from .steps import KINDS, Clahe, Clip, Crop, LungMask, MinMax, Mirror, Mirrored, Resample, Resize, Round, Scale, Step, Window, ZScore, for_unit, from_metadata, metadata, slice8

__all__ = [
    "KINDS", "Clahe", "Clip", "Crop", "LungMask", "MinMax", "Mirror", "Mirrored", "Resample", "Resize", "Round", "Scale", "Spacing", "Step", "Window", "ZScore",
    "apply", "apply_label", "body_boxes", "for_unit", "from_metadata", "metadata", "resampled_shape", "settle", "slice8", "undo",
]  # fmt: skip
