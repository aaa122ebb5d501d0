"""Random changes to training pictures, in numpy and OpenCV: a few milliseconds each."""

from __future__ import annotations

import cv2
import numpy as np

from .config import Augment
from .phantom import smooth_field


def augment(rng: np.random.Generator, a: Augment, image: np.ndarray, label: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """image float32 [size, size] in 0..1 and label uint8 likewise, moved together; greys changed in the image alone."""
    size = image.shape[0]
    zoom = float(np.exp(rng.uniform(np.log(a.zoom[0]), np.log(a.zoom[1]))))
    m = cv2.getRotationMatrix2D((size / 2 - 0.5, size / 2 - 0.5), rng.uniform(-1, 1) * a.rotate_degrees, zoom)
    m[:, 2] += rng.uniform(-a.shift, a.shift, 2) * size
    if rng.random() < a.flip_x:
        m = m @ np.array([[-1, 0, size - 1], [0, 1, 0], [0, 0, 1]], float)
    if rng.random() < a.flip_y:
        m = m @ np.array([[1, 0, 0], [0, -1, size - 1], [0, 0, 1]], float)
    corners = float(np.median(image[[0, 0, -1, -1], [0, -1, 0, -1]]))
    border = 0.0 if rng.random() < 0.3 else corners
    image = cv2.warpAffine(image, m, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=border)
    label = cv2.warpAffine(label, m, (size, size), flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=0)

    if rng.random() < a.blur:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, a.blur_sigma))
    image = np.clip(image, 0, 1) ** np.float32(rng.uniform(*a.gamma))
    middle = float(image.mean())
    image = (image - middle) * np.float32(rng.uniform(*a.contrast)) + middle + np.float32(rng.uniform(-1, 1) * a.brightness)
    image += np.float32(a.field_strength * rng.uniform(0, 1)) * smooth_field(rng, size, int(rng.integers(3, 6)))
    if rng.random() < a.noise:
        noise = rng.standard_normal(image.shape, dtype=np.float32)
        if rng.random() < 0.5:
            noise = cv2.GaussianBlur(noise, (0, 0), 0.8) * 2
        image += np.float32(rng.uniform(0, a.noise_sigma)) * noise
    return np.clip(image, 0, 1).astype(np.float32), label


# Operations of a system's `augment` list, by kind.
KINDS: dict[str, type] = {}
