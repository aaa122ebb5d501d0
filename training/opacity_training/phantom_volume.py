"""Whole synthetic chests in HU, with exact masks and sides: any size, drawn slice by slice."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .sources.case import INFECTION, LEFT, LUNG, RIGHT

CHEST_MM = (320.0, 300.0, 380.0)  # z, y, x: what the grid spans where no spacing is asked for


class Field:
    """A smooth random field of about unit variance over the volume, one slice at a time."""

    def __init__(self, rng: np.random.Generator, cells: int):
        self.grid = rng.normal(size=(cells + 1, cells, cells)).astype(np.float32)

    def slice(self, height: float, rows: int, columns: int) -> np.ndarray:
        """At height 0 (bottom) to 1 (top), float32 [rows, columns]."""
        at = min(max(height, 0.0), 1.0) * (len(self.grid) - 1)
        low = min(int(at), len(self.grid) - 2)
        plane = self.grid[low] * (low + 1 - at) + self.grid[low + 1] * (at - low)
        return cv2.resize(plane, (columns, rows), interpolation=cv2.INTER_CUBIC)


@dataclass
class Blob:
    """A lesion: centre and half axes in mm [z, y, x] from the middle of the chest."""

    centre: np.ndarray
    axes: np.ndarray
    hu: float
    softness: float


@dataclass
class Chest:
    """What is drawn once for a whole volume; lengths in mm, heights 0..1 from the lowest lung slice to the highest."""

    body: tuple[float, float]  # half axes y, x
    wall: float
    power: float
    lungs: dict[int, tuple[float, float, float, float]]  # side (1: patient's left): centre x, centre y, half axes x, y
    dome: dict[int, float]  # up to which height the diaphragm rises
    air: float
    parenchyma: float
    muscle: float
    fat: float
    table: float
    noise: float
    outline: Field
    texture: Field
    grain: Field
    blobs: list[Blob]
    vessels: np.ndarray  # [n, 4]: z, y, x, radius


def phantom_volume(
    rng: np.random.Generator, shape: tuple[int, int, int] = (64, 256, 256), spacing_mm: tuple[float, float, float] | None = None
) -> tuple[np.ndarray, np.ndarray, tuple[float, float, float]]:
    """HU int16 and bits uint8, both [z, y, x] with x to the patient's left, y to posterior and z upward; and the spacing (z, y, x).

    The lungs take up heights 0.08 to 0.94 of the volume; below and above there are none.
    """
    spacing_mm = spacing_mm or tuple(mm / n for mm, n in zip(CHEST_MM, shape))
    height_mm = shape[0] * spacing_mm[0]
    chest = _chest(rng, height_mm)
    y = ((np.arange(shape[1]) + 0.5) * spacing_mm[1] - shape[1] * spacing_mm[1] / 2).astype(np.float32)[:, None]
    x = ((np.arange(shape[2]) + 0.5) * spacing_mm[2] - shape[2] * spacing_mm[2] / 2).astype(np.float32)[None, :]
    hu, label = np.empty(shape, np.int16), np.zeros(shape, np.uint8)
    for k in range(shape[0]):
        z = (k + 0.5) * spacing_mm[0] - height_mm / 2
        hu[k], label[k] = _slice(rng, chest, z, height_mm, y, x, spacing_mm[2])
    return hu, label, tuple(float(v) for v in spacing_mm)


def _chest(rng: np.random.Generator, height_mm: float) -> Chest:
    body = rng.uniform(95, 115), rng.uniform(150, 175)
    wall = rng.uniform(22, 34)
    lungs = {}
    for side in (1, -1):
        lungs[side] = (side * (body[1] - wall) * rng.uniform(0.48, 0.54), rng.uniform(-4, 8), (body[1] - wall) * rng.uniform(0.38, 0.43), (body[0] - wall) * rng.uniform(0.85, 0.95))
    blobs = []
    for _ in range(int(rng.integers(3, 10))):
        side = rng.choice([1, -1])
        cx, cy, a, b = lungs[side]
        angle, out = rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 0.95)  # more of them near the rim
        centre = np.array([rng.uniform(-0.35, 0.25) * height_mm, cy + b * out * np.sin(angle), cx + a * out * np.cos(angle)])
        hu = rng.uniform(-80, 60) if rng.random() < 0.3 else rng.uniform(-650, -300)
        blobs.append(Blob(centre, rng.uniform(8, 38, 3), hu, rng.uniform(0.05, 0.3)))
    return Chest(
        body=body, wall=wall, power=rng.uniform(2.1, 2.6), lungs=lungs, dome={1: rng.uniform(0.15, 0.3), -1: rng.uniform(0.2, 0.35)},
        air=float(rng.choice([-1000.0, -1024.0])), parenchyma=rng.uniform(-890, -780), muscle=rng.uniform(30, 65), fat=rng.uniform(5, 20),
        table=body[0] + rng.uniform(5, 15), noise=rng.uniform(8, 30), outline=Field(rng, 5), texture=Field(rng, 24), grain=Field(rng, 60),
        blobs=blobs, vessels=_vessels(rng, lungs, height_mm),
    )  # fmt: skip


def _vessels(rng: np.random.Generator, lungs: dict, height_mm: float) -> np.ndarray:
    """Points along branches from the hila outward, thinning."""
    points = []
    for cx, cy, a, b in lungs.values():
        for _ in range(45):
            start = np.array([rng.uniform(-0.05, 0.1) * height_mm, cy, cx - np.sign(cx) * a * 0.85])
            angle, out = rng.uniform(0, 2 * np.pi), rng.uniform(0.4, 0.95)
            end = np.array([rng.uniform(-0.38, 0.4) * height_mm, cy + b * out * np.sin(angle), cx + a * out * np.cos(angle)])
            t = np.linspace(0, 1, 60)[:, None]
            bend = np.sin(np.pi * t) * rng.normal(0, 6, 3)
            radius = rng.uniform(2, 5) * (1 - 0.85 * t)
            points.append(np.hstack([start + t * (end - start) + bend, radius]))
    return np.concatenate(points)


def _slice(rng: np.random.Generator, c: Chest, z: float, height_mm: float, y: np.ndarray, x: np.ndarray, pixel_mm: float) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = y.size, x.size
    height = z / height_mm + 0.5
    level = (height - 0.08) / 0.86
    wobble = 1 + 0.03 * c.outline.slice(height, rows, columns)

    def ellipse(cx, cy, a, b, power=2.0):
        return (np.abs((x - cx) / a) ** power + np.abs((y - cy) / b) ** power) * wobble <= 1

    narrow = 1 - 0.25 * max(0.0, height - 0.75) / 0.25  # shoulders are above the scan: the chest narrows a little
    body_y, body_x = c.body[0] * narrow, c.body[1] * narrow
    hu = np.full((rows, columns), c.air, np.float32)
    hu[np.broadcast_to(np.abs(y - c.table + 0.0008 * x**2) < 2.5, hu.shape)] = -150
    hu[ellipse(0, 0, body_x, body_y, c.power)] = -100
    hu[ellipse(0, 0, body_x - c.fat, body_y - c.fat, c.power)] = c.muscle
    for angle in np.linspace(0, 2 * np.pi, 14, endpoint=False) + 6 * height:
        rib = ellipse(np.cos(angle) * (body_x - c.wall + 6), np.sin(angle) * (body_y - c.wall + 6), 8, 4.5)
        hu[rib] = 450

    lung, left = _lungs(c, level, ellipse, x, narrow)
    spine = ellipse(0, c.body[0] * 0.6, 18, 16)
    hu[spine] = 250
    lung &= ~spine
    if level < 0.6:
        heart = ellipse(28, -c.body[0] * 0.28, 50 * (1 - max(0.0, level) * 0.5), 36)
        hu[heart & ~spine] = 45
        lung &= ~heart
    if level > 0.35:
        trachea = ellipse(0, 6, 9, 8) if level > 0.6 else ellipse(16, 6, 6, 6) | ellipse(-16, 6, 6, 6)
        hu[trachea] = -985
        lung &= ~trachea

    base = c.parenchyma + 25 * c.texture.slice(height, rows, columns) + 45 * np.clip(y / c.body[0], -1, 1)
    hu[lung] = base[lung]
    _draw_vessels(hu, lung, c.vessels, z, y, x, pixel_mm)
    infection = _infect(hu, lung, c, z, height, y, x)
    hu = cv2.GaussianBlur(hu, (0, 0), max(0.35, 0.6 / pixel_mm))
    hu += cv2.GaussianBlur(rng.normal(size=hu.shape).astype(np.float32), (0, 0), 0.7) * np.float32(2 * c.noise)
    label = LUNG * lung.astype(np.uint8) | INFECTION * infection.astype(np.uint8)
    label |= (np.where(left, LEFT, RIGHT) * lung).astype(np.uint8)
    return np.rint(np.clip(hu, -1024, 3071)).astype(np.int16), label


def _lungs(c: Chest, level: float, ellipse, x: np.ndarray, narrow: float) -> tuple[np.ndarray, np.ndarray]:
    """Lung and its left part in a slice; level 0 is the lowest lung slice, 1 the highest."""
    lung = left = ellipse(0, 0, 1e-3, 1e-3) & False
    if not 0 <= level <= 1:
        return lung, left
    apex = np.sqrt(max(0.0, 1 - max(0.0, (level - 0.35) / 0.66) ** 2))
    for side, (cx, cy, a, b) in c.lungs.items():
        one = ellipse(cx * (0.55 + 0.45 * apex) * narrow, cy, max(a * apex, 2) * narrow, max(b * apex, 2) * narrow, 2.2)
        if level < c.dome[side]:
            share = np.sqrt(1 - level / c.dome[side])
            one &= ~ellipse(cx - 0.25 * side * a, cy - 0.3 * b, 1.3 * a * share, 1.2 * b * share)
        one &= side * x > 7
        lung = lung | one
        if side == 1:
            left = one
    return lung, left


def _draw_vessels(hu: np.ndarray, lung: np.ndarray, vessels: np.ndarray, z: float, y: np.ndarray, x: np.ndarray, pixel_mm: float) -> None:
    canvas = np.zeros(hu.shape, np.uint8)
    pixel_y = float(y[1, 0] - y[0, 0]) if y.size > 1 else pixel_mm
    for pz, py, px, radius in vessels[np.abs(vessels[:, 0] - z) < vessels[:, 3]]:
        r = np.sqrt(radius**2 - (pz - z) ** 2)
        at = int(round((px - x[0, 0]) / pixel_mm)), int(round((py - y[0, 0]) / pixel_y))
        cv2.ellipse(canvas, at, (max(1, int(round(r / pixel_mm))), max(1, int(round(r / pixel_y)))), 0, 0, 360, 1, -1)
    hu[lung & (canvas > 0)] = 35


def _infect(hu: np.ndarray, lung: np.ndarray, c: Chest, z: float, height: float, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    infection = np.zeros(hu.shape, bool)
    ragged = 1 + 0.25 * c.texture.slice(height, *hu.shape)
    for blob in c.blobs:
        dz, dy, dx = ((v - m) / a for v, m, a in zip((z, y, x), blob.centre, blob.axes))
        d = np.sqrt(dz**2 + dy**2 + dx**2) * ragged
        inside = (d < 1) & lung
        if not inside.any():
            continue
        soft = np.clip((1 - d) / blob.softness + 0.5, 0, 1)
        new = np.maximum(hu, hu * (1 - soft) + (blob.hu + 50 * c.grain.slice(height, *hu.shape)) * soft)
        hu[inside] = new[inside]
        infection |= inside
    return infection
