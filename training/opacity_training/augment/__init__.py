"""Random changes to training samples: an ordered list of operations.

Operations on colour that published lists name (hue and saturation, channel shuffle, and AutoAugment's
policies, searched on photographs) have no counterpart in pictures of one grey channel and are not here. Lossless
permutations of a volume's axes are here within the slice alone (`d4`): slices lie further apart than columns. Of
augmentation by class frequency there is the drawing of samples instead (`foreground`, `lungless`).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .default import Default2D
from .grey import Brightness, Clahe, Contrast, Gamma, Multiply, Noise
from .plane import D4, Elastic, Flip, Perspective, PiecewiseAffine, Pincushion, Rot90, Rotate, Scale
from .spatial import Spatial

__all__ = ["KINDS", "Spatial", "build"]

# Operations of a system's `augment` list, by kind.
KINDS: dict[str, type] = {
    "default-2d": Default2D,
    "flip": Flip, "rot90": Rot90, "d4": D4, "rotate": Rotate, "scale": Scale, "elastic": Elastic,
    "perspective": Perspective, "piecewise-affine": PiecewiseAffine, "pincushion": Pincushion,
    "spatial": Spatial,
    "noise": Noise, "brightness": Brightness, "multiply": Multiply, "contrast": Contrast, "gamma": Gamma, "clahe": Clahe,
}  # fmt: skip


def build(ops: list) -> Callable[[np.random.Generator, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """One function of (rng, image float32 [c, (z,) y, x], label uint8 bits [(z,) y, x]) that carries out the list in order."""

    def changed(rng: np.random.Generator, image: np.ndarray, label: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        for op in ops:
            image, label = op(rng, image, label)
        return image, label

    return changed
