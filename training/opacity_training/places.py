"""Where a system's cases, folds and out-of-fold predictions are found."""

from __future__ import annotations

import copy
import hashlib
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from . import folds, paths, predictions, records
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
    found = out_of_fold(data.input.lung_system, places)
    wanted = data.cases or list(facts(data.source, places.root, places.cache))
    missing = [c for c in wanted if c not in found]
    if missing:
        whose = f"{system.id} needs the out-of-fold lungs of {data.input.lung_system}"
        raise WaitError(f"{whose}, and those of {', '.join(missing)} are not there: run crossval on that system first")
    key = hashlib.sha256("".join(f"{c}{found[c].stat().st_mtime_ns}" for c in wanted).encode()).hexdigest()
    lungs = lambda case: predictions.read(found[case.id])["lung"] > 127  # noqa: E731
    return Store(data.source, data.chain, places.root, places.cache, lungs, f"{data.input.lung_system} {key}")


def out_of_fold(name: str, places: Places) -> dict[str, Path]:
    """Of each case what a system's fold that had not seen it predicts, as far as it is on this machine."""
    found = predictions.of_system(places.runs / name)
    for fold in {fold for fold, _ in found.values()}:
        record = records.path(places.records, name, fold)
        if record.exists() and records.read(record).protocol["split"] == "leaky-slice":
            raise ConfigError(f"{name} was trained on other slices of the same patients: nothing that it predicts is out of fold")
    return {case: where for case, (_, where) in found.items()}


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
