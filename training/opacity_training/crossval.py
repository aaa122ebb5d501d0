"""All folds of systems, as a queue that can be stopped and carried on anywhere."""

from __future__ import annotations

import datetime
import platform
import time
from collections.abc import Callable
from pathlib import Path

import monai
import numpy as np
import torch
from filelock import FileLock, Timeout

from . import __version__, networks, predict, predictions, records, runs, vote
from .evaluate import case_rows
from .folds import Fold
from .metrics import by_patient
from .places import Places, WaitError, folds_of, store_of
from .store import Store, facts
from .system import System
from .train import Outcome, train


def crossval(
    systems: list[System], places: Places, only: list[int] | None = None, minutes: float = float("inf"), depth: bool = False, say: Callable = print
) -> bool:
    """Run what is not finished yet; True where nothing failed and nothing is left.

    Breadth first: fold 0 of every system, then fold 1, ...; with depth every fold of a system before the next one.
    A fold whose record is there, made by the same configuration, is left alone, unless a system of this call reads its
    predictions and they are not on this machine. One that another process is at work on is left to it: the same command
    can run several times side by side.
    """
    deadline = time.monotonic() + 60 * minutes
    jobs, good = [], True
    for system in systems:
        try:
            made = folds_of(system, places)
            jobs += [(system, fold, len(made)) for fold in made if only is None or fold.number in only]
        except (ValueError, OSError) as e:
            say(f"{system.id}: {e}")
            good = False
    if not depth:
        jobs.sort(key=lambda job: job[1].number)  # stable: systems stay in the order given
    read = _read(jobs, places)
    waiting = recorded = done = 0
    while jobs and waiting < len(jobs):
        system, fold, number = jobs.pop(0)
        try:
            needed = read(system, fold)
            if _done(system, fold, places, needed) and not _restorable(system, fold, places):
                recorded += 1
                continue
            if time.monotonic() > deadline:
                say(f"the time is over; {len(jobs) + 1} folds are left")
                return False
            if not alone(system, fold, number, places, deadline, say, needed):
                say(f"{system.id} fold {fold.number} was interrupted; the same command carries on with it")
                return False
            waiting, done = 0, done + 1
        except WaitError as e:
            jobs.append((system, fold, number))
            waiting += 1
            reason = e
        except (ValueError, OSError, RuntimeError) as e:  # one bad system does not stop the others
            say(f"{system.id} fold {fold.number}: {e}")
            good = False
    if jobs:
        say(reason)
    elif good and recorded and not done:
        say(f"nothing to run: {recorded} folds have their record in {places.records}; to run them anew beside these, name other folders with --results and --runs")
    return good and not jobs


def _read(jobs: list[tuple[System, Fold, int]], places: Places) -> Callable[[System, Fold], bool]:
    """Whether one of the unfinished among these folds is made of a fold's predictions: a vote of its members' same
    folds, a network on predicted lungs of all of theirs."""
    members, lungs = set(), set()
    for system, fold, _ in jobs:
        try:
            if not _recorded(system, fold, places):
                members |= {(name, fold.number) for name in system.members}
                lungs.add(system.data.input.lung_system)
        except ValueError:
            continue  # a damaged record is said when its turn comes
    return lambda system, fold: system.id in lungs or (system.id, fold.number) in members


def _recorded(system: System, fold: Fold, places: Places) -> bool:
    return records.made_with(records.path(places.records, system.id, fold.number), system, fold)


def _predicted(system: System, fold: Fold, places: Places) -> bool:
    """Whether its predictions are on this machine."""
    run = runs.folder(places.runs, system, fold.number)
    return all(predictions.path(run, c).exists() for c in fold.test)


def _done(system: System, fold: Fold, places: Places, read: bool) -> bool:
    """read: others need its predictions."""
    return _recorded(system, fold, places) and (not read or _predicted(system, fold, places))


def alone(system: System, fold: Fold, number: int, places: Places, deadline: float, say: Callable, read: bool) -> bool:
    """As one, by one process at a time; WaitError where another is at it. read: as _done has it."""
    locks = places.runs / ".locks"
    locks.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(locks / f"{system.id} fold-{fold.number}", blocking=False):
            if _recorded(system, fold, places) and _restorable(system, fold, places):
                restore(system, fold, places, say)
            if _done(system, fold, places, read):
                return True  # from its weights, or by the other one, meanwhile
            return one(system, fold, number, places, deadline, say, read)
    except Timeout as e:
        raise WaitError(f"{system.id} fold {fold.number} is left to another process, which is at work on it") from e


def one(
    system: System, fold: Fold, number: int, places: Places, deadline: float = float("inf"), say: Callable = print, read: bool = False
) -> bool:
    """Train a fold, predict and measure its test cases, leave its record; False where it was interrupted.

    A system that differs from another in words alone takes over its record, unless others read its predictions.
    """
    if system.members:
        rows = vote.rows(system, fold, places)
        record = make_record(system, fold, number, places, Outcome("nothing to train"), rows)
        records.write(records.path(places.records, system.id, fold.number), record)
        say(f"{system.id} fold {fold.number}: {summary(rows)}; {system.vote} of {', '.join(system.members)}")
        return True
    twin = records.twin(places.records, system, fold)
    if twin is not None and not system.keep_weights and not read:
        records.write(records.path(places.records, system.id, fold.number), twin)
        say(f"{system.id} fold {fold.number}: the same as {twin.same_as}")
        return True
    store, run = store_of(system, places), runs.folder(places.runs, system, fold.number)
    outcome = train(system, fold, store, run, places.cache, deadline=deadline, say=say)
    if not outcome.finished:
        return False
    if fold.test:
        rows = measure(system, fold, store, run)
        record = make_record(system, fold, number, places, outcome, rows)
        records.write(records.path(places.records, system.id, fold.number), record)
        say(f"{system.id} fold {fold.number}: {summary(rows)}; {outcome.steps} steps, {outcome.seconds / 60:.1f} minutes, ended by {outcome.stopped_by}")
    if system.keep_weights:
        keep(system, run, kept(system, run, places))
    return True


def _restorable(system: System, fold: Fold, places: Places) -> bool:
    """Whether a fold's predictions are not on this machine and can be made from its kept weights."""
    weights = kept(system, runs.folder(places.runs, system, fold.number), places)
    if not system.keep_weights or not weights.exists() or _predicted(system, fold, places):
        return False
    state = runs.read(weights)
    return state["sha256"] == system.sha256(predicted=False) and state["cases"] == fold.sides()


def restore(system: System, fold: Fold, places: Places, say: Callable = print) -> None:
    """Make a finished fold's predictions from its kept weights."""
    run = runs.folder(places.runs, system, fold.number)
    weights = kept(system, run, places)
    measure(system, fold, store_of(system, places), run, weights)
    say(f"{system.id} fold {fold.number}: predicted again from {weights.name}")


def kept(system: System, run: Path, places: Places) -> Path:
    return places.results / system.keep_weights / f"{system.id}-{run.name}.pt"


def measure(system: System, fold: Fold, store: Store, run: Path, weights: Path | None = None) -> list[dict]:
    """Rows of every test case, on the source's grid; the probabilities go into the run's folder."""
    _, net, _ = runs.load_network(weights or run, system.predict.weights)
    device = predict.device_of(system.train.device)
    net.to(device, memory_format=predict.layout(system))
    rows = []
    for id, slices in fold.test.items():
        case = store.source.read(id)
        masks, found = predict.case(net, system, case, store.case(id).image, device)
        predictions.write(predictions.path(run, id), found)
        pick = slice(None) if slices is None else slices
        found, masks = ({k: v[pick] for k, v in part.items()} for part in (found, masks))
        rows += case_rows(case, case.label[pick], found, system.predict.threshold, masks)
    return rows


def make_record(system: System, fold: Fold, number: int, places: Places, outcome: Outcome, rows: list[dict]) -> records.Record:
    known = facts(system.data.source, places.root, places.cache)
    used = [known[c] for c in {**fold.train, **fold.validation, **fold.test}]
    given, p = system.data.input, system.protocol
    net = {"kind": system.vote, "members": system.members}
    if not system.members:
        kind = next(k for k, v in networks.KINDS.items() if v is type(system.network))
        net = {"kind": kind, "parameters": networks.parameters(runs.network(system))}
    return records.Record(
        system=system.id,
        config_sha256=system.sha256(),
        protocol={"split": p.split, "folds": number, "fold": fold.number, "seed": p.seed}
        | records.sides(fold),
        data={
            "name": records.data_name(system.data.source),
            "lacks": sorted({v for u in used for v in u["lacks"]}),
            "patients": len({u["patient"] for u in used}),
            "unit": "/".join(sorted({u["unit"] for u in used})),
        },
        lung_includes_infection=True,
        lung_mask=f"predicted by {given.lung_system or f'the model {Path(given.lung_model).stem}'}" if given.lung_mask == "predicted" else given.lung_mask,
        network=net,
        train={
            "steps": outcome.steps,
            "minutes": round(outcome.seconds / 60, 2),
            "steps_per_second": round(outcome.steps / max(outcome.seconds, 1e-9), 3),
            "peak_memory_mb": outcome.peak_memory_mb,
            "loading_share": round(outcome.loading_seconds / max(outcome.seconds, 1e-9), 4),
            "device": outcome.device,
            "stopped_by": outcome.stopped_by,
        },
        cases=[{k: round(v, 5) if isinstance(v, float) else v for k, v in row.items()} for row in rows],
        curves={k: [[s, float(f"{v:.5g}")] for s, v in thinned(points)] for k, points in outcome.curves.items()},
        versions={"opacity_training": __version__, "python": platform.python_version(), "torch": torch.__version__, "monai": monai.__version__, "numpy": np.__version__},
        finished=datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
    )


def thinned(points: list, most: int = 100) -> list:
    """At most so many of them, evenly, the last among them."""
    return points if len(points) <= most else [points[round(i)] for i in np.linspace(0, len(points) - 1, most)]


def summary(rows: list[dict]) -> str:
    """Mean Dice by label, in words."""
    parts = []
    for label in dict.fromkeys(r["label"] for r in rows):
        values = [v for v in by_patient((r for r in rows if r["label"] == label), "dice").values() if v is not None]
        parts.append(f"{label} Dice {np.mean(values):.3f} ({len(values)} patients)" if values else f"{label} Dice not defined")
    return ", ".join(parts)


def keep(system: System, run: Path, path: Path) -> None:
    """The chosen weights in half precision: a checkpoint that can be exported, not trained on."""
    _, net, step = runs.load_network(run, system.predict.weights)
    half = {k: v.half() if v.is_floating_point() else v for k, v in net.state_dict().items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    runs.write(path, runs.describe(system) | {"step": step, "net": half} | runs.whose(run))
