"""An ensemble of systems: their out-of-fold predictions put together, by majority of masks or mean of probabilities."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from . import predictions
from .evaluate import case_rows
from .folds import Fold
from .places import Places, WaitError, out_of_fold
from .sources import build
from .system import System


def rows(system: System, fold: Fold, places: Places) -> list[dict]:
    """Rows of a fold's test cases; each was predicted by members that had not seen it."""
    source, out = build(system.data.source, places.root), []
    every = {name: out_of_fold(name, places) for name in system.members}
    for case in fold.test:
        members = [_member(system, name, case, found) for name, found in every.items()]
        masks, found = together(members, system.data.target.classes, system.vote, system.predict.threshold)
        out += case_rows(one := source.read(case), one.label, found, system.predict.threshold, masks)
    return out


def together(members: list[dict[str, np.ndarray]], classes: list[str], how: str, threshold: float) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Masks and mean probabilities by class, of members' probabilities by class, uint8 0..255; a tie is not in the mask."""
    masks, found = {}, {}
    for name in classes:
        every = np.stack([m[name] for m in members]).astype(np.float32) / 255
        found[name] = every.mean(0)
        masks[name] = 2 * (every > threshold).sum(0) > len(members) if how == "majority" else found[name] > threshold
    return masks, found


def _member(system: System, name: str, case: str, predicted: dict[str, Path]) -> dict[str, np.ndarray]:
    if case not in predicted:
        raise WaitError(f"{system.id} needs what {name} predicts for {case}: run crossval on that system first")
    found = predictions.read(predicted[case])
    missing = [c for c in system.data.target.classes if c not in found]
    if missing:
        raise ValueError(f"{system.id}: its member {name} does not predict {', '.join(missing)}")
    return found
