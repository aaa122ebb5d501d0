"""Grey values: the arithmetic of the steps, float32 throughout."""

from __future__ import annotations

import cv2
import numpy as np

from .steps import Clahe, MinMax, ZScore

FLOOR_HU = -1024.0  # what is not a number counts as this


def numbers(image: np.ndarray) -> np.ndarray:
    """As float32, without what is not a number."""
    image = np.asarray(image)
    if image.dtype.kind != "f":
        return image.astype(np.float32)
    return np.where(np.isfinite(image), image, FLOOR_HU).astype(np.float32)


def spread(x: np.ndarray, low: float, high: float, to: list[float], clip: bool = False) -> np.ndarray:
    """low..high to a..b; a everywhere where there is nothing between low and high."""
    low, high, a, b = (np.float32(v) for v in (low, high, *to))
    if high <= low:
        return np.full_like(x, a)
    if clip:
        x = np.clip(x, low, high)
    return (x - low) / (high - low) * (b - a) + a


def minmax(x: np.ndarray, step: MinMax) -> np.ndarray:
    if isinstance(step.scope, list):
        return spread(x, *step.scope, step.to)
    if step.scope == "volume":
        return spread(x, x.min(), x.max(), step.to)
    return np.stack([spread(s, s.min(), s.max(), step.to) for s in x])


def zscore(x: np.ndarray, step: ZScore) -> np.ndarray:
    if step.scope == "slice":
        return np.stack([standard(s, *moments(s), step.epsilon) for s in x])
    mean, std = step.mean, step.std
    if step.scope != "constants":
        mean, std = moments(x[x > np.float32(step.threshold)] if step.scope == "foreground" else x)
    return standard(x, mean, std, step.epsilon)


def moments(x: np.ndarray) -> tuple[float, float]:
    return (float(x.mean(dtype=np.float64)), float(x.std(dtype=np.float64))) if x.size else (0.0, 0.0)


def standard(x: np.ndarray, mean: float, std: float, epsilon: float) -> np.ndarray:
    by = np.float32(std + epsilon)
    return (x - np.float32(mean - epsilon)) / (by if by != 0 else np.float32(1))


def clahe(x: np.ndarray, step: Clahe) -> np.ndarray:
    equalise = cv2.createCLAHE(clipLimit=step.clip_limit, tileGridSize=tuple(step.tiles))
    return np.stack([equalise.apply(np.clip(np.rint(s), 0, 255).astype(np.uint8)) for s in x]).astype(np.float32)
