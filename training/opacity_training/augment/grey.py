"""Changes to grey values. They keep the label; each channel is changed alike, but for noise."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from .chance import Chance, around_one


@dataclass(kw_only=True)
class Grey(Chance):
    def change(self, rng, image, label):
        return np.ascontiguousarray(self.grey(rng, image), np.float32), label

    def grey(self, rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
        raise NotImplementedError


@dataclass(kw_only=True)
class Noise(Grey):
    """Gaussian, with a standard deviation drawn from the range (batchgenerators draws it so and calls it variance)."""

    sigma: list[float] = field(default_factory=lambda: [0.0, 0.05])

    def grey(self, rng, image):
        return image + np.float32(rng.uniform(*self.sigma)) * rng.standard_normal(image.shape, dtype=np.float32)


@dataclass(kw_only=True)
class Brightness(Grey):
    """A number added."""

    most: float = 0.1

    def grey(self, rng, image):
        return image + np.float32(rng.uniform(-self.most, self.most))


@dataclass(kw_only=True)
class Multiply(Grey):
    """Brightness as a factor, drawn evenly from the range."""

    factor: list[float] = field(default_factory=lambda: [0.5, 2.0])

    def grey(self, rng, image):
        return image * np.float32(rng.uniform(*self.factor))


@dataclass(kw_only=True)
class Contrast(Grey):
    """Spread about the mean, cut to the range there was."""

    factor: list[float] = field(default_factory=lambda: [0.3, 3.0])
    preserve_range: bool = True

    def grey(self, rng, image):
        low, high, mean = image.min(), image.max(), image.mean()
        out = (image - mean) * np.float32(around_one(rng, self.factor)) + mean
        return np.clip(out, low, high) if self.preserve_range else out


@dataclass(kw_only=True)
class Gamma(Grey):
    """A power of the values between the smallest and the largest; mean and deviation put back where wanted.

    The mean first and then the deviation, which moves a mean that is not 0: as batchgenerators does it up to 0.21, of MIScnn's time.
    """

    power: list[float] = field(default_factory=lambda: [0.7, 1.5])
    retain_stats: bool = True

    def grey(self, rng, image):
        low, span, mean, std = image.min(), np.ptp(image), image.mean(), image.std()
        out = ((image - low) / (span + np.float32(1e-7))) ** np.float32(around_one(rng, self.power)) * span + low
        if self.retain_stats:
            out = out - out.mean() + mean
            out = out / (out.std() + np.float32(1e-8)) * std
        return out


@dataclass(kw_only=True)
class Clahe(Grey):
    """Local equalisation of each plane, through 8 bits, over the values that are there."""

    clip_limit: list[float] = field(default_factory=lambda: [1.0, 4.0])
    tiles: int = 8

    def grey(self, rng, image):
        clahe = cv2.createCLAHE(clipLimit=rng.uniform(*self.clip_limit), tileGridSize=(self.tiles, self.tiles))
        low, span = image.min(), max(float(np.ptp(image)), 1e-7)
        planes = np.rint((image.reshape(-1, *image.shape[-2:]) - low) / span * 255).astype(np.uint8)
        return np.stack([clahe.apply(p) for p in planes]).reshape(image.shape) * np.float32(span / 255) + low
