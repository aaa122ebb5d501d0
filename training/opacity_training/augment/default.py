"""The augmentation of the default model, as one operation: what its published figures rest on."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from ..phantom import smooth_field


@dataclass
class Default2D:
    """Random changes to square slices in 0..1. Probabilities are per picture."""

    zoom: list[float] = field(default_factory=lambda: [0.65, 1.35])
    rotate_degrees: float = 17.0
    shift: float = 0.10  # of the picture's width
    flip_x: float = 0.5
    flip_y: float = 0.1
    contrast: list[float] = field(default_factory=lambda: [0.5, 1.2])
    brightness: float = 0.12  # of the full range
    gamma: list[float] = field(default_factory=lambda: [0.7, 1.4])
    field_strength: float = 0.15  # a smooth field added, of the full range
    blur: float = 0.3
    blur_sigma: float = 1.4  # pixels, at most
    noise: float = 0.6
    noise_sigma: float = 0.07  # of the full range, at most

    def __call__(self, rng: np.random.Generator, image: np.ndarray, label: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """image float32 [c, size, size]; label uint8 [size, size]. Channels share everything but the noise."""
        image, label = self._move(rng, image, label)
        return self._regrey(rng, image), label

    def _move(self, rng, image, label):
        size = image.shape[-1]
        zoom = float(np.exp(rng.uniform(np.log(self.zoom[0]), np.log(self.zoom[1]))))
        m = cv2.getRotationMatrix2D((size / 2 - 0.5, size / 2 - 0.5), rng.uniform(-1, 1) * self.rotate_degrees, zoom)
        m[:, 2] += rng.uniform(-self.shift, self.shift, 2) * size
        if rng.random() < self.flip_x:
            m = m @ np.array([[-1, 0, size - 1], [0, 1, 0], [0, 0, 1]], float)
        if rng.random() < self.flip_y:
            m = m @ np.array([[1, 0, 0], [0, -1, size - 1], [0, 0, 1]], float)
        middle = image[len(image) // 2]
        corners = float(np.median(middle[[0, 0, -1, -1], [0, -1, 0, -1]]))
        border = 0.0 if rng.random() < 0.3 else corners
        image = np.stack([cv2.warpAffine(p, m, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=border) for p in image])
        label = cv2.warpAffine(label, m, (size, size), flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
        return image, label

    def _regrey(self, rng, image):
        if rng.random() < self.blur:
            sigma = rng.uniform(0.3, self.blur_sigma)
            image = np.stack([cv2.GaussianBlur(p, (0, 0), sigma) for p in image])
        image = np.clip(image, 0, 1) ** np.float32(rng.uniform(*self.gamma))
        middle = float(image.mean())
        image = (image - middle) * np.float32(rng.uniform(*self.contrast)) + middle + np.float32(rng.uniform(-1, 1) * self.brightness)
        image += np.float32(self.field_strength * rng.uniform(0, 1)) * smooth_field(rng, image.shape[-1], int(rng.integers(3, 6)))
        if rng.random() < self.noise:
            noise = rng.standard_normal(image.shape, dtype=np.float32)
            if rng.random() < 0.5:
                noise = np.stack([cv2.GaussianBlur(p, (0, 0), 0.8) * 2 for p in noise])
            image += np.float32(rng.uniform(0, self.noise_sigma)) * noise
        return np.clip(image, 0, 1).astype(np.float32)
