"""The folder of a run: its checkpoints, written whole or not at all, and what is loaded from them.

    runs/SYSTEM/fold-K/last.pt            the newest state, to carry on from
                       last-before.pt     the one before it, should the newest be damaged
                       best.pt            weights where the score was best
                       probabilities/     of the fold's test cases, on the source's grid
                       tensorboard/
"""

from __future__ import annotations

import errno
import zipfile
from pathlib import Path

import torch

from . import networks
from .labels import channels
from .strict import build, plain
from .system import System


class RunError(ValueError):
    """A run that cannot go on: one sentence that names the file and what to do."""


def folder(runs: Path, system: System, fold: int) -> Path:
    return runs / system.id / ("all" if system.protocol.split == "all" else f"fold-{fold}")


def write(path: Path, state: dict, before: Path | None = None) -> None:
    """Write a checkpoint whole or not at all; what was there becomes `before`."""
    part = path.with_suffix(".part")
    try:
        _put(part, state)
    except OSError as e:
        part.unlink(missing_ok=True)
        raise RunError(f"{path}: the checkpoint of step {state['step']} was not written, {reason(e)}; the one before it stays") from e
    if before is not None and path.exists():
        path.replace(before)
    part.replace(path)


def reason(e: OSError) -> str:
    return "the disk is full" if e.errno in (errno.ENOSPC, errno.EDQUOT) else str(e)


def _put(path: Path, state: dict) -> None:
    with open(path, "wb") as f:
        torch.save(state, f)


def read(path: Path) -> dict:
    """A checkpoint; RunError where it is damaged."""
    try:
        with zipfile.ZipFile(path) as z:
            if z.testzip() is not None:
                raise ValueError("its checksum is wrong")
        return torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as e:
        raise RunError(f"{path} is not there: train the system first") from e
    except Exception as e:  # whatever a damaged file makes torch and zipfile raise
        raise RunError(f"{path} is damaged and cannot be read; delete it to start over ({type(e).__name__})") from e


def newest(run: Path, say=print) -> dict | None:
    """The newest state that can be read, saying so where that is not the last one; None where there is none."""
    last, before = run / "last.pt", run / "last-before.pt"
    if not last.exists() and not before.exists():
        return None
    try:
        return read(last)
    except RunError:
        if not before.exists():
            raise
        state = read(before)
        say(f"{last} is damaged or missing: going on from the checkpoint before it, step {state['step']}.")
        return state


def network(system: System) -> torch.nn.Module:
    """A system's network with fresh weights."""
    patch, data = system.data.input.form == "patch", system.data
    return networks.build(system.network, 1 if patch else 2 * data.input.neighbours + 1, len(channels(data.target)), 3 if patch else 2)


def describe(system: System) -> dict:
    """What a checkpoint says of the system it is of."""
    return {"system": plain(system), "sha256": system.sha256(predicted=False)}


def load_network(path: Path, which: str = "") -> tuple[System, torch.nn.Module, int]:
    """The system, its network with trained weights, giving logits, and the step.

    path is a checkpoint, or the folder of a run, whose `which` weights are taken: average, last, best; empty: those the system names.
    """
    if path.is_dir():
        state = newest(path)
        if state is None:
            raise RunError(f"{path} holds no checkpoint: train the system first")
        named = _system(state, path)
        which = which or named.predict.weights
        if which == "best":
            if named.predict.weights != "best" and named.train.norm_batches:
                raise RunError(f"{path / 'best.pt'} has the batch norm that ran along, not one of its own, which train.norm_batches measures for {named.predict.weights} weights alone: take those")
            state = read(path / "best.pt")
    else:
        state = read(path)
    system = _system(state, path)
    net = network(system)
    averaged = which != "last" and state.get("average") is not None
    net.load_state_dict(state["average" if averaged else "net"])
    return system, net.eval(), state["step"]


def whose(path: Path) -> dict:
    """The fold of a checkpoint, or of a run's newest: "cases", {"train", "validation", "test"}, of each the cases and their
    slices (folds.Part); "patients", whose a case is where he is not called after it."""
    state = newest(path) if path.is_dir() else read(path)
    if not state or "cases" not in state:
        raise RunError(f"{path} does not say which patients it was trained on: train the system again")
    return {"cases": state["cases"], "patients": state.get("patients", {})}


def sides(path: Path) -> dict:
    """The "cases" of whose."""
    return whose(path)["cases"]


def _system(state: dict, path: Path) -> System:
    value = {k: v for k, v in state["system"].items() if k != "differs"}  # words of a configuration's file, which older checkpoints hold in another form
    system = build(System, value, path.name)
    if system.sha256(predicted=False) != state["sha256"]:
        raise RunError(f"{path} was made by another version of the code, whose defaults were different; train the system again")
    return system
