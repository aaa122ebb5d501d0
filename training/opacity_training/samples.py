"""What each training step sees: slices or patches drawn from cases, decided by the step's number alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch

from . import augment
from .folds import Fold, Part
from .labels import BIT, encode
from .sources import Studies
from .store import Prepared, Store
from .strict import ConfigError
from .system import System

LITTLE_LUNG = 0.04  # of a slice
VOXELS = 20000  # of the foreground of a case, at most, among which patches are centred


@dataclass
class Group:
    """One source's part of the batches: its slices (or cases, for patches) and how likely each is drawn."""

    store: Store
    share: float
    where: list[tuple[str, int]]  # case, slice (-1: anywhere in it)
    chance: np.ndarray


class Batches(torch.utils.data.Dataset):
    """Batch number i, always the same for the same system and fold: a resumed run draws what it would have drawn.

    Gives image float32 [n, channels, (z,) y, x], target and weight float32 [n, outputs, (z,) y, x], and
    the names of what was drawn.
    """

    def __init__(self, system: System, fold: Fold, store: Store, cache: Path):
        self.system, self.fold = system, fold
        self.patches = system.data.input.form == "patch"
        extra = sum(e.share for e in system.data.extras)
        self.groups = [self._group(store, fold.train, max(0.0, 1 - extra), 1.0)]
        for e in system.data.extras:
            other = Store(e.source, system.data.chain, store.root, cache)
            self.groups.append(self._group(other, {c: None for c in e.cases or other.cases()}, e.share, e.lungless))
        self._refuse_useless(store)
        self.cut_last = system.data.input.cut == "last"
        self.augment = augment.build(system.augment[:-1] if self.cut_last else system.augment)
        self._foreground = lru_cache(maxsize=256)(self._find_foreground)

    def _group(self, store: Store, part: Part, share: float, lungless: float) -> Group:
        where, chance = [], []
        for case, slices in part.items():
            prepared = store.case(case)
            self._check_size(prepared)
            slices = list(range(len(prepared.image))) if slices is None else slices
            rate = len(slices) ** {"slices": 1.0, "root": 0.5, "patients": 0.0}[self.system.data.draw]
            weight = np.array([lungless if prepared.info["lung"][z] < LITTLE_LUNG else 1.0 for z in slices])
            if self.patches:
                where.append((case, -1))
                chance.append(rate)
            else:
                where += [(case, z) for z in slices]
                chance += list(rate * weight / len(slices))
        if not where:
            raise ConfigError(f"{self.system.id}: a source holds no case to train on")
        chance = np.array(chance)
        return Group(store, share, where, chance / chance.sum())

    def _check_size(self, prepared: Prepared) -> None:
        size, got = self.system.data.size, prepared.image.shape
        if not self.patches and got[1:] != (size, size):
            what = f"the chain leaves slices of {got[1]}x{got[2]} of {prepared.id}"
            raise ConfigError(f"{self.system.id}: {what}, but data.size is {size}: let the chain resize to it")

    def _refuse_useless(self, store: Store) -> None:
        cases = [store.case(c).info for c in self.fold.train]
        # A reader may have corrected only what was called wrongly: then what is to be found is in the data mixed in.
        groups = self.groups if isinstance(self.system.data.source, Studies) else self.groups[:1]
        seen = int(np.bitwise_or.reduce([g.store.case(c).info["bits"] for g in groups for c in {case for case, _ in g.where}]))
        for name in self.system.data.target.classes:
            if name in ("left", "right") and all("sides" in c["lacks"] for c in cases):
                raise ConfigError(f"{self.system.id}: the classes left and right are wanted, but the source does not know the sides")
            if not seen & BIT[name]:
                raise ConfigError(f"{self.system.id}: the masks of all training patients are empty of {name}: there is nothing to learn")

    def __len__(self) -> int:
        return self.system.train.steps

    def __getitem__(self, step: int):
        rng = np.random.default_rng([self.system.seed, 3, self.fold.number, int(step)])
        samples, names = [], []
        for _ in range(self.system.train.batch):
            group = self.groups[int(rng.choice(len(self.groups), p=[g.share for g in self.groups]))]
            case, z = group.where[int(rng.choice(len(group.where), p=group.chance))]
            prepared = group.store.case(case)
            if self.patches:
                image, label, name = self._patch(rng, prepared)
            else:
                first, after = next(s for s in scans(len(prepared.image), prepared.info["starts"]) if s[0] <= z < s[1])
                image = stacked(prepared.image[first:after], z - first, self.system.data.input.neighbours)
                label, name = np.array(prepared.label[z]), f"{case} slice {z}"
            if not self.cut_last:
                image, label = self.augment(rng, image, label)
            samples.append((image, *encode(self.system.data.target, label, "sides" not in prepared.info["lacks"])))
            names.append(name)
        return *(torch.from_numpy(np.ascontiguousarray(np.stack(v), np.float32)) for v in zip(*samples)), names

    def _patch(self, rng: np.random.Generator, prepared: Prepared) -> tuple[np.ndarray, np.ndarray, str]:
        size, shape = np.array(self.system.data.input.patch), np.array(prepared.image.shape)
        centre = None
        if rng.random() < self.system.data.input.foreground:
            voxels = self._foreground(prepared)
            if len(voxels):
                centre = voxels[rng.integers(len(voxels))]
        z = rng.integers(shape[0]) if centre is None else centre[0]
        first, after = next(s for s in scans(shape[0], prepared.info["starts"]) if s[0] <= z < s[1])
        low, shape = np.array([first, 0, 0]), np.array([after - first, *shape[1:]])
        room = np.maximum(shape - size, 0)
        start = rng.integers(low, low + room + 1) if centre is None else np.clip(centre - size // 2, low, low + room)
        name = f"{prepared.id} at {start.tolist()}"
        if self.cut_last:
            return *self._cut(rng, prepared.image[first:after], prepared.label[first:after], start - low, size), name
        box = tuple(slice(a, min(a + n, b)) for a, n, b in zip(start, size, low + shape))
        image, label = np.array(prepared.image[box]), np.array(prepared.label[box])
        return padded(image, size)[None], padded(label, size, 0), name

    def _cut(self, rng: np.random.Generator, image: np.ndarray, label: np.ndarray, start: np.ndarray, size: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The patch that begins at start of a scan that was changed as a whole; the last change takes it out of the scan."""
        image, label = self.augment(rng, np.array(image)[None], np.array(label))
        image, label = padded(image[0], size)[None], padded(label, size, 0)
        box = tuple(slice(int(a), int(a + n)) for a, n in zip(start, size))
        moved = self.system.augment[-1](rng, image, label, box)
        return moved or (image[(slice(None), *box)], label[box])

    def _find_foreground(self, prepared: Prepared) -> np.ndarray:
        voxels = np.argwhere(prepared.label & BIT[self.system.data.target.classes[-1]])
        if len(voxels) > VOXELS:
            voxels = voxels[np.random.default_rng(len(voxels)).choice(len(voxels), VOXELS, replace=False)]
        return voxels


def scans(slices: int, starts: list[int]) -> list[tuple[int, int]]:
    """First slice and the one after the last of each scan that a case joins; starts are where the later ones begin."""
    return list(zip([0, *starts], [*starts, slices]))


def stacked(image: np.ndarray, z: int, neighbours: int) -> np.ndarray:
    """Slice z of [z, y, x] with its neighbours as channels [2 * neighbours + 1, y, x]; the outermost repeated."""
    return np.array(image[np.clip(np.arange(z - neighbours, z + neighbours + 1), 0, len(image) - 1)])


def padded(block: np.ndarray, size: np.ndarray, value: float | None = None) -> np.ndarray:
    """A block [z, y, x] of at least this size, what is missing put around it: value, or the block's minimum."""
    missing = np.maximum(np.array(size) - block.shape, 0)
    if not missing.any():
        return block
    return np.pad(block, [(int(m) // 2, int(m) - int(m) // 2) for m in missing], constant_values=block.min() if value is None else value)
