"""What is trained on: the published 8-bit slices, HU volumes and phantoms, in one cache of arrays."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np
import torch
from tqdm import tqdm

from .augment import augment
from .config import Config
from .hu_lungs import label_lungs, read_series
from .phantom import phantom_slice
from .preprocess import resize_mask, to_input, to_slice8

# Bits of a cached label picture.
LUNG, INFECTION, LUNG_UNKNOWN, INFECTION_UNKNOWN = 1, 2, 4, 8
GROUPS = ("slices", "volumes", "phantoms")


class Split(dict):
    """Case name -> rows of slices.csv, in order."""


def read_index(root: Path) -> Split:
    """slices.csv of the 8-bit slices, by case."""
    cases = Split()
    with open(root / "covid-ct-slices" / "slices.csv", newline="", encoding="utf-8") as f:
        for row in csv.DictReader(f):
            cases.setdefault(row["case"], []).append(row)
    return cases


def read_slice(root: Path, row: dict) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One published slice, spine down: picture uint8 [256, 256], lung and infection bool.

    Lung includes infection. A slice marked spine "up" is stored upside down and is flipped.
    """
    folder = root / "covid-ct-slices"
    parts = []
    for kind in ("ct", "lung", "infection"):
        path = folder / kind / f"{int(row['slice']):04d}.png"
        picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if picture is None:
            raise FileNotFoundError(f"{path} cannot be read")
        parts.append(np.ascontiguousarray(picture[::-1]) if row["spine"] == "up" else picture)
    infection = parts[2] > 127
    return parts[0], (parts[1] > 127) | infection, infection


def read_case(root: Path, case: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A whole patient: pictures uint8 [n, 256, 256], lung and infection bool, likewise."""
    return tuple(np.stack(v) for v in zip(*(read_slice(root, row) for row in read_index(root)[case])))


def other_view(rng: np.random.Generator, hu: np.ndarray, masks: list[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    """A HU slice as another scanner might have shown it: field of view, noise, sharpness, padding.

    hu [rows, columns]; masks bool likewise. Done before the histogram steps, because these
    depend on everything in the picture.
    """
    rows, columns = hu.shape
    zoom = float(np.exp(rng.uniform(np.log(0.75), np.log(1.4))))
    m = cv2.getRotationMatrix2D((columns / 2, rows / 2), rng.uniform(-6, 6), zoom)
    m[0] *= (aspect := rng.uniform(0.85, 1.15))  # slimmer or stouter
    m[0, 2] += (1 - aspect) * columns / 2
    m[:, 2] += rng.uniform(-0.08, 0.08, 2) * (columns, rows)
    air = float(rng.choice([-1000.0, -1024.0]))
    out = cv2.warpAffine(np.clip(hu, -1024, 3071), m, (columns, rows), flags=cv2.INTER_LINEAR, borderValue=air)
    moved = [cv2.warpAffine(k.astype(np.float32), m, (columns, rows)) >= 0.5 for k in masks]
    if rng.random() < 0.4:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.4, 1.8))
    if rng.random() < 0.6:
        out = out + rng.normal(0, rng.uniform(3, 50), out.shape).astype(np.float32)
    if rng.random() < 0.2:
        out = np.minimum(out, rng.uniform(300, 1500))  # less dense bone: another spread of greys
    if rng.random() < 0.35:
        y, x = np.mgrid[:rows, :columns]
        circle = (x - columns / 2) ** 2 + (y - rows / 2) ** 2 <= (rng.uniform(0.47, 0.52) * columns) ** 2
        out = np.where(circle, out, -1024)
        moved = [k & circle for k in moved]
    return out, moved


def prepare(config: Config, root: Path) -> dict[str, np.ndarray]:
    """All that is trained on: image and label uint8 [n, size, size], group uint8 [n], case str [n].

    Held-out cases are never read here.
    """
    size = config.network.size
    images, labels, groups, cases = [], [], [], []

    def add(image, lung, infection, group, case, lung_unknown=None, infection_unknown=None):
        label = LUNG * lung.astype(np.uint8) + INFECTION * infection.astype(np.uint8)
        if lung_unknown is not None:
            label += LUNG_UNKNOWN * lung_unknown.astype(np.uint8)
        if infection_unknown is not None:
            label += INFECTION_UNKNOWN * infection_unknown.astype(np.uint8)
        images.append(image)
        labels.append(label)
        groups.append(GROUPS.index(group))
        cases.append(case)

    index = read_index(root) if config.data.train_cases else {}
    for case in tqdm(config.data.train_cases, desc="slices", disable=None):
        for row in index[case]:
            image, lung, infection = read_slice(root, row)
            if size != image.shape[0]:
                image = cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)
                lung, infection = resize_mask(lung, size), resize_mask(infection, size)
            add(image, lung, infection, "slices", case)

    rng = np.random.default_rng([config.seed, 1])
    sources = [(p, config.data.volume_variants) for p in config.data.volumes]
    sources += [(p, config.data.single_slice_variants) for p in config.data.single_slices]
    for path, variants in tqdm(sources, desc="volumes", disable=None):
        series = read_series(root / path)
        lung, uncertain, sure = label_lungs(series)
        for k in range(len(series.hu)):
            for v in range(variants):
                hu, masks = series.hu[k], [lung[k], uncertain[k], ~sure[k]]
                if v > 0:
                    hu, masks = other_view(rng, hu, masks)
                masks = [resize_mask(m, size) for m in masks]
                add(to_slice8(hu, size), masks[0], np.zeros_like(masks[0]), "volumes", path, masks[1], masks[2])

    rng = np.random.default_rng([config.seed, 2])
    for _ in tqdm(range(config.data.phantoms), desc="phantoms", disable=None):
        hu, lung, infection = phantom_slice(rng, 2 * size)
        if rng.random() < 0.25:
            y, x = np.mgrid[: 2 * size, : 2 * size]
            hu[(x - size) ** 2 + (y - size) ** 2 > (0.99 * size) ** 2] = -1024
        lung, infection = resize_mask(lung, size), resize_mask(infection, size)
        add(to_slice8(hu, size), lung | infection, infection, "phantoms", "phantom")

    assert not set(cases) & set(config.data.test_cases + config.data.validation_cases), "a held-out patient was prepared"
    return {
        "image": np.stack(images),
        "label": np.stack(labels),
        "group": np.array(groups, np.uint8),
        "case": np.array(cases),
    }


def cache_path(config: Config, folder: Path) -> Path:
    """The cache file of this data configuration: another one gets another name."""
    what = json.dumps([config.seed, asdict(config.data), config.network.size], sort_keys=True)
    return folder / f"data-{hashlib.sha256(what.encode()).hexdigest()[:12]}.npz"


def load_or_prepare(config: Config, root: Path, folder: Path) -> dict[str, np.ndarray]:
    """The cached arrays, made first where they are not there yet."""
    path = cache_path(config, folder)
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = prepare(config, root)
        part = path.with_suffix(".part.npz")
        np.savez(part, **made)
        part.replace(path)
    with np.load(path) as f:
        return {k: f[k] for k in f.files}


class Batches(torch.utils.data.Dataset):
    """Batch number i, always the same for the same seed: a resumed run draws what it would have drawn.

    Gives image float32 [b, 1, size, size] in 0..1, target and weight float32 [b, 2, size, size];
    weight 0 where nobody knows. Patients of the 8-bit slices are drawn in proportion to the root
    of their number of slices, so a long scan does not drown a short one. Slices of the HU volumes
    with little lung or none are drawn three times as often as the others: they are what the 8-bit
    slices lack.
    """

    def __init__(self, config: Config, arrays: dict[str, np.ndarray], count: int):
        self.config, self.arrays, self.count = config, arrays, count
        shares = asdict(config.data.shares)
        chance = np.zeros(len(arrays["image"]))
        for g, name in enumerate(GROUPS):
            rows = np.flatnonzero(arrays["group"] == g)
            if not len(rows):
                continue
            _, which, number = np.unique(arrays["case"][rows], return_inverse=True, return_counts=True)
            weight = number[which] ** -0.5 if name == "slices" else np.ones(len(rows))
            if name == "volumes":
                lung = np.array([(arrays["label"][r] & LUNG > 0).mean() for r in rows])
                weight[lung < 0.04] = 3.0
            chance[rows] = shares[name] * weight / weight.sum()
        self.chance = chance / chance.sum()

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, step: int):
        rng = np.random.default_rng([self.config.seed, 3, int(step)])
        picked = rng.choice(len(self.chance), self.config.train.batch, p=self.chance)
        images, targets, weights = [], [], []
        for i in picked:
            image, label = augment(rng, self.config.augment, to_input(self.arrays["image"][i]), self.arrays["label"][i])
            images.append(image[None])
            targets.append(np.stack([label & LUNG > 0, label & INFECTION > 0]))
            weights.append(np.stack([label & LUNG_UNKNOWN == 0, label & INFECTION_UNKNOWN == 0]))
        return tuple(torch.from_numpy(np.stack(v).astype(np.float32)) for v in (images, targets, weights))
