"""What all operations share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..strict import ConfigError


@dataclass(kw_only=True)
class Chance:
    """An operation carried out with probability p: image float32 [c, (z,) y, x], label uint8 [(z,) y, x]."""

    p: float = 0.5

    def __post_init__(self):
        if not 0 <= self.p <= 1:
            raise ConfigError(f"augment: p is {self.p}; a probability is from 0 to 1")

    def __call__(self, rng: np.random.Generator, image: np.ndarray, label: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.change(rng, image, label) if rng.random() < self.p else (image, label)

    def change(self, rng: np.random.Generator, image: np.ndarray, label: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        raise NotImplementedError


def around_one(rng: np.random.Generator, low_high: list[float]) -> float:
    """A factor, as often below 1 as above, where the range allows both (as batchgenerators draws it)."""
    low, high = low_high
    if low < 1 and rng.random() < 0.5:
        return float(rng.uniform(low, min(1.0, high)))
    return float(rng.uniform(max(low, 1.0), max(high, 1.0)))
