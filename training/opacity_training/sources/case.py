"""A case: one scan of a patient with what is known of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol

import numpy as np

# Bits of a label. The lung always holds the infection in it; what nobody knows is left out of the loss.
LUNG, INFECTION, LUNG_UNKNOWN, INFECTION_UNKNOWN, LEFT, RIGHT = 1, 2, 4, 8, 16, 32

# Scans that are tests: never trained on, by their folder's name.
HELD_OUT = ("lung1-001", "ricord-000082")


class SourceError(ValueError):
    """Data that cannot be used: one sentence that names the file."""


@dataclass
class Case:
    """Axis order [z, y, x]: x to the patient's left, y to posterior, z to superior, where that is known."""

    id: str  # a file may be named so
    image: np.ndarray  # uint8, int16 or float32
    label: np.ndarray  # uint8, bits
    unit: str  # hu or gray8
    spacing_mm: tuple[float, float, float] | None  # z, y, x
    origin: str  # the collection it is from, for balanced folds
    lacks: tuple[str, ...] = ()  # of healthy slices, outer slices, spacing, sides, infection
    starts: tuple[int, ...] = ()  # slices at which another scan begins: not neighbours of the slice before
    patient: str = ""  # whose it is: the cases of one patient are on one side of a split; empty: the case is a patient

    def __post_init__(self):
        self.patient = self.patient or self.id
        if self.image.shape != self.label.shape or self.image.ndim != 3:
            raise SourceError(f"{self.id}: the picture is {self.image.shape} and its mask {self.label.shape}; they must be one three-dimensional grid")


class Source(Protocol):
    """Cases, read one at a time."""

    def cases(self) -> list[str]:
        """The ids, in a fixed order."""

    def read(self, id: str) -> Case:
        """One case; nothing of it is kept."""


def readable(source: Source, bad: list[str]) -> Iterator[Case]:
    """The cases of a source that can be used, one at a time; bad gets the sentences on the others."""
    for id in source.cases():
        try:
            yield source.read(id)
        except SourceError as e:
            bad.append(str(e))


def all_of(bad: list[str], cases: int) -> SourceError:
    """One error that names every case which cannot be used, so that they are mended at once."""
    return SourceError(bad[0] if len(bad) == 1 else "\n".join([f"{len(bad)} of {cases} cases cannot be used:", *(f"- {b}" for b in bad)]))


def refuse_held_out(name: str) -> None:
    """Refuses a path or id of a scan that is a test."""
    for held in HELD_OUT:
        if held in str(name):
            raise SourceError(f"{name}: {held} is a test and is never trained on")


def ids_of(paths: Iterable[str]) -> dict[str, str]:
    """Of each path (with /, relative, without ending) the id of its case: the path with _ for /. Two that come out alike are refused."""
    found: dict[str, str] = {}
    for path in paths:
        id = path.replace("/", "_")
        if id in found.values():
            raise SourceError(f"{path} and {next(p for p, v in found.items() if v == id)} would both be called {id}: rename one of them")
        found[path] = id
    return found


def patient_of(path: str, pattern: str) -> str:
    """The first group of a source's `patient` in a path, or all that it matches; "" without a pattern."""
    if not pattern:
        return ""
    found = re.search(pattern, path)
    if not found:
        raise SourceError(f"{path} does not say whose it is: patient, {pattern!r}, finds nothing in it")
    return found[1] if found.re.groups else found[0]


def first_folders(paths: Iterable[str]) -> dict[str, str]:
    """Whose each path is taken to be where nothing says so: its first folder's, so that no patient is on two sides; the
    path's own where all are in one folder."""
    paths = list(paths)
    first = {p: PurePosixPath(p).parts[0] for p in paths}
    return first if len(set(first.values())) > 1 else {p: p for p in paths}


def find(id: str, known: list[str], where: str) -> None:
    """Refuses an id that is not known."""
    if id not in known:
        raise SourceError(f"{where} has no case {id}; it has {', '.join(known[:20])}{' ...' if len(known) > 20 else ''}")
