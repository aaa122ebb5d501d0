"""Where a system's cases, folds and out-of-fold predictions are found."""

from __future__ import annotations

import copy
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from . import folds, paths
from .evaluate import predicted, variants
from .folds import Fold
from .store import Store, facts
from .strict import ConfigError
from .system import System


@dataclass
class Places:
    """Folders everything is read from and written to."""

    root: Path
    runs: Path = paths.RUNS
    cache: Path = paths.CACHE
    results: Path = paths.RESULTS

    @property
    def records(self) -> Path:
        return self.results / "records"


def folds_of(system: System, places: Places) -> list[Fold]:
    """The folds of a system, the same for every system of the same protocol and cases."""
    known = facts(system.data.source, places.root, places.cache)
    cases = system.data.cases or list(known)
    missing = [c for c in cases if c not in known]
    if missing:
        raise ConfigError(f"{system.id}.data.cases: the source has no case {', '.join(missing)}")
    return folds.make(system.protocol, cases, *({c: known[c][what] for c in cases} for what in ("slices", "origin", "patient")))


def store_of(system: System, places: Places) -> Store:
    """The system's cases, with the lungs of a model, or another system's out-of-fold lungs, where its chain needs them."""
    data = system.data
    if data.input.lung_mask != "predicted":
        return Store(data.source, data.chain, places.root, places.cache)
    if data.input.lung_model:
        path = paths.HERE.parent / data.input.lung_model
        models = variants(path)
        return Store(data.source, data.chain, places.root, places.cache, lambda case: predicted(models, case)[1]["lung"], hashlib.sha256(path.read_bytes()).hexdigest())
    found = {p.stem: p for p in sorted((places.runs / data.input.lung_system).glob("fold-*/probabilities/*.npz"))}
    wanted = data.cases or list(facts(data.source, places.root, places.cache))
    missing = [c for c in wanted if c not in found]
    if missing:
        whose = f"{system.id} needs the out-of-fold lungs of {data.input.lung_system}"
        raise WaitError(f"{whose}, and those of {', '.join(missing)} are not there: run crossval on that system first")
    key = hashlib.sha256("".join(f"{c}{found[c].stat().st_mtime_ns}" for c in wanted).encode()).hexdigest()
    lungs = lambda case: probabilities(found[case.id])["lung"] > 127  # noqa: E731
    return Store(data.source, data.chain, places.root, places.cache, lungs, f"{data.input.lung_system} {key}")


def prepare(system: System, places: Places) -> int:
    """Make every case of a system, and of what else it is trained on, ready in the cache; how many."""
    store = store_of(system, places)
    wanted = [(store, c) for c in system.data.cases or store.cases()]
    for extra in system.data.extras:
        other = Store(extra.source, system.data.chain, places.root, places.cache)
        wanted += [(other, c) for c in extra.cases or other.cases()]
    for where, case in tqdm(wanted, desc=system.id, mininterval=5, disable=None):
        where.case(case)
    return len(wanted)


def on_everybody(system: System) -> System:
    """The system with nobody held out."""
    system = copy.deepcopy(system)
    system.protocol.split, system.protocol.test_cases = "all", []
    return system


class WaitError(ConfigError):
    """A system needs what another has not made yet."""


def probabilities(path: Path) -> dict[str, np.ndarray]:
    """Out-of-fold probabilities of a case by class, uint8 0..255 [z, y, x] on the source's grid."""
    with np.load(path) as f:
        return {k: f[k] for k in f.files}
