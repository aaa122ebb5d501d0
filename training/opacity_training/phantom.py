"""Synthetic chest slices in HU with exact masks: endless, free of terms, and unlike any patient."""

from __future__ import annotations

import cv2
import numpy as np

from .sources.case import INFECTION, LEFT, LUNG, RIGHT


def smooth_field(rng: np.random.Generator, size: int, cells: int) -> np.ndarray:
    """A smooth random field [size, size] of about unit variance with `cells` bumps a side."""
    return cv2.resize(rng.normal(size=(cells, cells)).astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC)


def phantom_slice(rng: np.random.Generator, size: int = 512, level: float | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One axial slice: HU float32 [size, size], lung (infection included) and infection, bool [size, size]."""
    hu, label, _ = phantom_slice_label(rng, size, level)
    return hu, label & LUNG > 0, label & INFECTION > 0


def phantom_slice_label(rng: np.random.Generator, size: int = 512, level: float | None = None) -> tuple[np.ndarray, np.ndarray, float]:
    """One axial slice.

    level is the height in the chest: 0 the lowest lung slice, 1 the highest; below and above
    there is no lung. Without it a level from -0.15 to 1.15 is drawn, the ends more often.
    Returns HU float32 [size, size], whole numbers; bits uint8 [size, size]; and the millimetres across.
    """
    if level is None:
        low, high = [(-0.15, 1.15), (-0.15, 0.25), (0.9, 1.15)][rng.choice(3, p=[0.5, 0.3, 0.2])]
        level = float(rng.uniform(low, high))
    s = Slice(rng, size)  # every part draws from rng: their order is part of what a seed means
    chest = Chest(s)
    fat(s, chest, level)
    lung, left = lungs(s, chest, level)
    spine = spine_and_great_vessels(s, chest, lung)
    lung &= ~spine
    parenchyma(s, chest, lung)
    infection = infections(s, lung)
    gas(s, chest, level, lung, infection, spine)
    s.scan()
    label = LUNG * (lung | infection).astype(np.uint8) | INFECTION * infection.astype(np.uint8)
    label |= (np.where(left, LEFT, RIGHT) * lung).astype(np.uint8)
    return np.round(np.clip(s.hu, -1024, 3071)), label, s.view


class Slice:
    """A picture of air that parts are drawn into, in millimetres from about its middle: x to the patient's left, y to posterior."""

    def __init__(self, rng: np.random.Generator, size: int):
        self.rng, self.size = rng, size
        self.view = rng.uniform(330, 480)  # mm across the picture
        y, x = (np.mgrid[:size, :size].astype(np.float32) + 0.5) * (self.view / size) - self.view / 2
        x, y = x + rng.uniform(-15, 15), y + rng.uniform(-20, 20)
        tilt = np.deg2rad(rng.uniform(-8, 8))
        self.x, self.y = x * np.cos(tilt) - y * np.sin(tilt), x * np.sin(tilt) + y * np.cos(tilt)
        self.wobble = 1 + 0.05 * rng.uniform(0, 1) * smooth_field(rng, size, 6)
        self.hu = np.full((size, size), rng.choice([-1000.0, -1024.0, -990.0]), np.float32)

    def ellipse(self, cx: float, cy: float, a: float, b: float, power: float = 2.0) -> np.ndarray:
        """Half axes a and b; all outlines of a slice wobble alike."""
        return (np.abs((self.x - cx) / a) ** power + np.abs((self.y - cy) / b) ** power) * self.wobble <= 1

    def field(self, cells: int) -> np.ndarray:
        return smooth_field(self.rng, self.size, cells)

    def scan(self) -> None:
        """The scanner's blur and noise."""
        rng = self.rng
        self.hu = cv2.GaussianBlur(self.hu, (0, 0), rng.uniform(0.3, 1.3))
        noise = cv2.GaussianBlur(rng.normal(size=self.hu.shape).astype(np.float32), (0, 0), rng.uniform(0.4, 1.2))
        self.hu += noise / noise.std() * rng.choice([0.0, rng.uniform(4, 35)], p=[0.2, 0.8])


class Chest:
    """The body, drawn with what lies about it: its wall, the cavity inside the ribs and the cavity's half axes ia and ib."""

    def __init__(self, s: Slice):
        rng, hu = s.rng, s.hu
        a, b = rng.uniform(135, min(200, s.view * 0.46)), rng.uniform(85, 130)
        self.power = rng.uniform(2.0, 2.7)
        surroundings(s, a, b)
        body = s.ellipse(0, 0, a, b, self.power)
        fat = rng.uniform(0, 28) if rng.random() < 0.85 else 0.0
        self.wall = s.ellipse(0, 0, a - fat, b - fat, self.power)
        muscle = rng.uniform(20, 70)
        hu[body] = rng.uniform(-120, -80)
        hu[self.wall] = muscle
        self.ia, self.ib = a - fat - rng.uniform(8, 25), b - fat - rng.uniform(8, 20)
        self.cavity = s.ellipse(0, 0, self.ia, self.ib, self.power)
        if rng.random() < 0.8:
            hu[self.cavity & (s.field(10) > rng.uniform(0.4, 2))] = -95  # fat between organs
        if rng.random() < 0.8:  # ribs
            for angle in np.linspace(0, 2 * np.pi, rng.integers(10, 20)) + rng.uniform(0, 1):
                cx, cy = np.cos(angle) * (self.ia + 5), np.sin(angle) * (self.ib + 5)
                hu[s.ellipse(cx, cy, rng.uniform(4, 11), rng.uniform(3, 7)) & self.wall] = rng.uniform(250, 900)


def surroundings(s: Slice, a: float, b: float) -> None:
    """What lies about a body of half axes a and b: table, clothing, arms."""
    rng, hu = s.rng, s.hu
    if rng.random() < 0.7:  # table: a shallow trough under the back
        for _ in range(rng.integers(1, 4)):
            depth = b + rng.uniform(4, 45) - 0.0015 * rng.uniform(0, 1.5) * s.x**2
            hu[np.abs(s.y - depth) < rng.uniform(0.8, 3)] = rng.uniform(-400, 300)
    if rng.random() < 0.4:  # clothing and blankets
        over = s.ellipse(0, -rng.uniform(5, 25), a + 14, b + rng.uniform(6, 30))
        rim = over & ~cv2.erode(over.astype(np.uint8), np.ones((3, 3))).astype(bool)
        hu[rim & (s.field(14) > 0)] = rng.uniform(-700, -50)
    if rng.random() < 0.25:  # arms beside the body, air between
        for side in (-1, 1):
            arm = s.ellipse(side * (a + rng.uniform(28, 50)), rng.uniform(-20, 40), rng.uniform(22, 35), rng.uniform(25, 40))
            hu[arm] = rng.uniform(-100, 60)
            hu[s.ellipse(side * (a + 38), rng.uniform(0, 20), 10, 10)] = 700


def fat(s: Slice, chest: Chest, level: float) -> None:
    """Fat in one piece between organs, beside the spine, around trachea and great vessels: after the
    histogram steps it is the darkest thing in a slice without lung, and is not lung."""
    rng, hu, ia, ib, cavity = s.rng, s.hu, chest.ia, chest.ib, chest.cavity
    if level < 0.3:
        if rng.random() < 0.45:
            hu[cavity] = rng.uniform(-120, -85)
            hu[cavity & s.ellipse(-ia * rng.uniform(0.35, 0.5), -ib * rng.uniform(0, 0.2), ia * rng.uniform(0.45, 0.7), ib * rng.uniform(0.6, 0.9))] = rng.uniform(35, 75)
            hu[cavity & s.ellipse(ia * rng.uniform(0.5, 0.75), rng.uniform(-0.1, 0.4) * ib, ia * rng.uniform(0.15, 0.35), ib * rng.uniform(0.3, 0.5))] = rng.uniform(30, 70)
        for side in (-1, 1):
            cx, cy, fa, fb = side * ia * rng.uniform(0.15, 0.5), ib * rng.uniform(0.2, 0.7), rng.uniform(12, 45), rng.uniform(12, 38)
            piece = s.ellipse(cx, cy, fa, fb, rng.uniform(1.2, 3)) & cavity
            if rng.random() < 0.6:
                piece &= s.field(int(rng.integers(5, 16))) > rng.uniform(-1.2, 0.3)
            hu[piece] = rng.uniform(-120, -85)
            if rng.random() < 0.5:
                hu[s.ellipse(cx, cy, fa * 0.6, fb * 0.6) & cavity] = rng.uniform(20, 60)  # kidney, adrenal
    elif level > 0.9 or rng.random() < 0.4:
        piece = s.ellipse(rng.uniform(-10, 10), rng.uniform(-0.3, 0.3) * ib, rng.uniform(20, 60), rng.uniform(15, 50)) & cavity
        hu[piece & (s.field(int(rng.integers(6, 18))) > rng.uniform(-1.2, 0.5))] = rng.uniform(-120, -80)


def lungs(s: Slice, chest: Chest, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Both lungs without what other organs take of them, and where the left one may be; nothing is drawn yet."""
    rng, ia, ib = s.rng, chest.ia, chest.ib
    lung, left = np.zeros((s.size, s.size), bool), np.zeros((s.size, s.size), bool)
    if not 0 <= level <= 1:
        return lung, left
    top = np.clip(0.15 + (1 - level) * rng.uniform(2, 4), 0.1, 1)  # apices are small
    dome = max(0.0, 1 - level / rng.uniform(0.15, 0.4))  # liver and spleen rise into the bases
    for side in (-1, 1):
        cx, cy = side * ia * rng.uniform(0.45, 0.56), rng.uniform(-0.05, 0.12) * ib
        la, lb = ia * rng.uniform(0.36, 0.46) * top, ib * rng.uniform(0.74, 0.92) * top
        one = s.ellipse(cx, cy, la, lb, rng.uniform(1.9, 2.5))
        if dome > 0:
            one &= ~s.ellipse(cx - side * la * 0.3, cy - lb * rng.uniform(0.15, 0.4), la * 1.25 * dome, lb * 1.15 * dome)
        lung |= one
        left = one  # the second of the two: x grows to the patient's left
    lung &= s.ellipse(0, 0, ia, ib, chest.power)
    if level < 0.65:  # heart, to the patient's left
        lung &= ~s.ellipse(ia * rng.uniform(0.08, 0.2), -ib * rng.uniform(0.2, 0.4), ia * rng.uniform(0.3, 0.42), ib * rng.uniform(0.4, 0.55))
    lung &= np.abs(s.x) > rng.uniform(8, 24) + 6 * np.abs(s.field(5))
    return lung, left


def spine_and_great_vessels(s: Slice, chest: Chest, lung: np.ndarray) -> np.ndarray:
    """Drawn; where the spine is."""
    rng, hu, ib = s.rng, s.hu, chest.ib
    spine = s.ellipse(0, ib * 0.85, rng.uniform(15, 22), rng.uniform(13, 20))
    hu[spine] = rng.uniform(150, 400)
    hu[s.ellipse(0, ib * 0.85 + 22, 8, 7) & chest.wall] = 30
    free = chest.cavity & ~(lung & ~spine)
    for _ in range(rng.integers(0, 4)):  # aorta, great vessels: contrast medium now and then
        hu[s.ellipse(rng.uniform(-25, 25), rng.uniform(-0.3, 0.7) * ib, rng.uniform(7, 15), rng.uniform(7, 15)) & free] = rng.choice([45.0, 200.0, 350.0])
    return spine


def parenchyma(s: Slice, chest: Chest, lung: np.ndarray) -> None:
    """The lungs' tissue with its vessels."""
    rng, size = s.rng, s.size
    value = rng.uniform(-900, -760)
    texture = rng.uniform(0, 50) * s.field(int(rng.integers(12, 90))) + rng.uniform(0, 70) * np.clip(s.y / chest.ib, -1, 1)
    s.hu[lung] = (value + texture)[lung]
    vessels = np.zeros((size, size), np.float32)
    pixel = size / s.view
    rows, cols = np.nonzero(lung)
    if len(rows) > 50:
        for _ in range(int(rng.integers(0, 110))):
            k = rng.integers(len(rows))
            p0 = np.array([cols[k], rows[k]])
            length = 0 if rng.random() < 0.5 else rng.uniform(5, 45)
            angle = np.arctan2(p0[1] - size / 2, p0[0] - size / 2) + rng.normal(0, 0.5)
            p1 = p0 + length * pixel * np.array([np.cos(angle), np.sin(angle)])
            width = max(1, int(round(rng.gamma(1.6, 1.3) * pixel)))
            cv2.line(vessels, p0.astype(int).tolist(), p1.astype(int).tolist(), 1.0, min(width, int(9 * pixel)))
        vessels = cv2.GaussianBlur(vessels, (0, 0), 0.7)
    s.hu[lung] = (s.hu * (1 - vessels) + rng.uniform(0, 60) * vessels)[lung]


def infections(s: Slice, lung: np.ndarray) -> np.ndarray:
    """Ground glass and consolidation drawn into six slices with lung of ten; where they are."""
    rng, infection = s.rng, np.zeros((s.size, s.size), bool)
    rows, cols = np.nonzero(lung)
    if len(rows) <= 200 or rng.random() >= 0.6:
        return infection
    for _ in range(int(rng.integers(1, 9))):
        k = rng.integers(len(rows))
        cx, cy = s.x[rows[k], cols[k]], s.y[rows[k], cols[k]]
        r = rng.uniform(5, 45) * (1 if rng.random() < 0.6 else 0.5)
        ragged = 1 + rng.uniform(0, 0.45) * s.field(int(rng.integers(8, 40)))
        ratio = rng.uniform(0.6, 1.7)
        d = np.sqrt(((s.x - cx) * ratio) ** 2 + ((s.y - cy) / ratio) ** 2) / r * ragged
        blob = (d < 1) & lung
        solid = rng.random() < 0.3
        value = rng.uniform(-80, 60) if solid else rng.uniform(-650, -250)
        grain = rng.uniform(0, 90) * s.field(int(rng.integers(40, 128)))
        soft = np.clip((1.0 - d) / rng.uniform(0.02, 0.35) + 0.5, 0, 1)
        new = np.maximum(s.hu, s.hu * (1 - soft) + (value + grain) * soft)
        s.hu[blob] = new[blob]
        infection |= blob
    return infection


def gas(s: Slice, chest: Chest, level: float, lung: np.ndarray, infection: np.ndarray, spine: np.ndarray) -> None:
    """Air that is no lung: airways, which are taken out of lung and infection, stomach and bowel."""
    rng, ia, ib = s.rng, chest.ia, chest.ib
    for cx, r in airways(rng, level):
        tube = s.ellipse(cx, rng.uniform(-0.1, 0.25) * ib, r, r * rng.uniform(0.8, 1.3))
        s.hu[tube] = rng.uniform(-1010, -960)
        lung &= ~tube
        infection &= ~tube
    if level < 0.2:
        for _ in range(rng.integers(0, 6)):
            bubble = s.ellipse(rng.uniform(-0.7, 0.7) * ia, rng.uniform(-0.8, 0.5) * ib, rng.uniform(4, 45), rng.uniform(3, 22)) & chest.cavity & ~lung & ~spine
            bubble &= cv2.dilate(lung.astype(np.uint8), np.ones((9, 9))) == 0
            s.hu[bubble] = rng.uniform(-1000, -850)
            if rng.random() < 0.4:  # fluid below, the patient lying on the back
                s.hu[bubble & (s.y > rng.uniform(-0.6, 0.2) * ib)] = rng.uniform(0, 40)


def airways(rng: np.random.Generator, level: float) -> list[tuple[float, float]]:
    """Centres (mm from the midline) and radii (mm) of trachea or main bronchi at this level."""
    if level > 0.65:
        return [(float(rng.uniform(-6, 6)), float(rng.uniform(6, 11)))]
    if 0.45 < level:
        return [(float(s * rng.uniform(12, 22)), float(rng.uniform(4, 8))) for s in (-1, 1)]
    return []
