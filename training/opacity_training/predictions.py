"""Out-of-fold predictions as crossval leaves them, RUNS/SYSTEM/fold-K/probabilities/CASE.npz: probabilities of a test
case by class, uint8 0..255 [z, y, x] on its source's grid."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import numpy as np


def path(run: Path, case: str) -> Path:
    """run: RUNS/SYSTEM/fold-K."""
    return run / "probabilities" / f"{case}.npz"


def write(where: Path, found: dict[str, np.ndarray]) -> None:
    """found: by class, float 0..1. The file is written whole or not at all."""
    where.parent.mkdir(parents=True, exist_ok=True)
    part = where.with_suffix(".part")
    with open(part, "wb") as f:
        np.savez_compressed(f, **{k: np.rint(255 * p).astype(np.uint8) for k, p in found.items()})
    part.replace(where)


def read(where: Path) -> dict[str, np.ndarray]:
    """By class, uint8 0..255 [z, y, x]."""
    try:
        with np.load(where) as f:
            return {k: f[k] for k in f.files}
    except (ValueError, EOFError, zipfile.BadZipFile) as e:
        raise ValueError(f"{where} is damaged ({e}): delete it, and crossval predicts it again") from e


def of_system(folder: Path) -> dict[str, tuple[int, Path]]:
    """The fold and the file of each case below RUNS/SYSTEM; ValueError where a case is in two folds, as a split by slices leaves it."""
    found: dict[str, tuple[int, Path]] = {}
    for where in sorted(folder.glob("fold-*/probabilities/*.npz")):
        fold = int(re.search(r"fold-(\d+)", where.parent.parent.name).group(1))
        if where.stem in found:
            raise ValueError(f"{folder}: {where.stem} is in the folds {found[where.stem][0]} and {fold}, as a split by slices leaves it: no prediction of it is out of fold; evaluate the records instead (--records)")
        found[where.stem] = fold, where
    return found
