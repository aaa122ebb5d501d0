"""From HU to what the network of slices sees; the steps themselves are in chains.py."""

from __future__ import annotations

import cv2
import numpy as np

from . import chains


def hu_steps(size: int = 256) -> list[dict]:
    """The steps of a model for HU, in the metadata's words; what each slice of the training set has been through."""
    return [
        {"op": "clip", "min": -1024, "max": 3071},
        {"op": "resize", "size": [size, size], "interpolation": "cubic"},
        {"op": "minmax", "scope": "slice", "to": [0, 255]},
        {"op": "round"},
        {"op": "clahe", "clip_limit": 7.0, "tiles": [8, 8]},
        {"op": "scale", "factor": 1 / 255, "offset": 0},
    ]


def slice8_steps(size: int = 256) -> list[dict]:
    """The steps for pictures that have been through the above already: on one of `size` only the scale acts."""
    return [
        {"op": "clip", "min": 0, "max": 255},
        {"op": "resize", "size": [size, size], "interpolation": "cubic"},
        {"op": "scale", "factor": 1 / 255, "offset": 0},
    ]


def carry_out(steps: list[dict], x: np.ndarray) -> np.ndarray:
    """Steps on one slice [rows, columns], in the order written; float32 throughout."""
    return chains.apply(chains.from_metadata(steps), x[None], None, "hu")[0][0]


def to_slice8(hu: np.ndarray, size: int = 256) -> np.ndarray:
    """One axial slice in HU, [rows, columns], to the 8-bit picture uint8 [size, size]."""
    return carry_out(hu_steps(size)[:-1], hu).astype(np.uint8)


def to_input(slice8: np.ndarray) -> np.ndarray:
    """8-bit pictures of any shape to float32 0..1, the network's input."""
    return slice8.astype(np.float32) / 255.0


def resize_mask(mask: np.ndarray, size: int = 256) -> np.ndarray:
    """A boolean mask to [size, size]: true where at least half of the pixel was."""
    area = cv2.resize(mask.astype(np.float32), (size, size), interpolation=cv2.INTER_AREA)
    return area >= 0.5
