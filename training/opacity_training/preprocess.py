"""From HU to what the network sees, step for step as the program does it (inference/SCHEMA.md)."""

from __future__ import annotations

import cv2
import numpy as np

CLIP = (-1024.0, 3071.0)
CLAHE_LIMIT = 7.0
CLAHE_TILES = (8, 8)


def to_slice8(hu: np.ndarray, size: int = 256) -> np.ndarray:
    """One axial slice in HU, [rows, columns], to the 8-bit picture [size, size], 0..255.

    Padding below -1024 HU becomes -1024; the slice's own minimum and maximum become 0 and 255.
    """
    x = np.clip(hu.astype(np.float32), *CLIP)
    x = cv2.resize(x, (size, size), interpolation=cv2.INTER_CUBIC)
    low, high = float(x.min()), float(x.max())
    x = np.zeros_like(x) if high <= low else (x - low) / (high - low) * 255.0
    clahe = cv2.createCLAHE(clipLimit=CLAHE_LIMIT, tileGridSize=CLAHE_TILES)
    return clahe.apply(np.rint(x).astype(np.uint8))


def to_input(slice8: np.ndarray) -> np.ndarray:
    """8-bit pictures of any shape to float32 0..1, the network's input."""
    return slice8.astype(np.float32) / 255.0


def resize_mask(mask: np.ndarray, size: int = 256) -> np.ndarray:
    """A boolean mask to [size, size]: true where at least half of the pixel was."""
    area = cv2.resize(mask.astype(np.float32), (size, size), interpolation=cv2.INTER_AREA)
    return area >= 0.5
