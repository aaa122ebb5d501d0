"""From HU to what the network sees, step for step as the program does it (inference/SCHEMA.md)."""

from __future__ import annotations

import cv2
import numpy as np

INTERPOLATION = {"nearest": cv2.INTER_NEAREST, "linear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC, "area": cv2.INTER_AREA}


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
    x = x.astype(np.float32)
    for step in steps:
        match step["op"]:
            case "clip":
                x = np.clip(x, np.float32(step["min"]), np.float32(step["max"]))
            case "resize":
                rows, columns = step["size"]
                x = cv2.resize(x, (columns, rows), interpolation=INTERPOLATION[step["interpolation"]])
            case "minmax":
                (a, b), low, high = step["to"], float(x.min()), float(x.max())
                x = np.full_like(x, a) if high <= low else (x - low) / (high - low) * (b - a) + a
            case "round":
                x = np.rint(x)
            case "clahe":
                clahe = cv2.createCLAHE(clipLimit=step["clip_limit"], tileGridSize=tuple(step["tiles"]))
                x = clahe.apply(x.astype(np.uint8)).astype(np.float32)
            case "scale":
                x = x * np.float32(step["factor"]) + np.float32(step["offset"])
            case other:
                raise NotImplementedError(other)
    return x


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
