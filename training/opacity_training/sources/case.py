"""A case: one patient's pictures with what is known of them."""

from __future__ import annotations

from dataclasses import dataclass
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

    id: str
    image: np.ndarray  # uint8, int16 or float32
    label: np.ndarray  # uint8, bits
    unit: str  # hu or gray8
    spacing_mm: tuple[float, float, float] | None  # z, y, x
    origin: str  # the collection it is from, for balanced folds
    lacks: tuple[str, ...] = ()  # of healthy slices, outer slices, spacing, sides, infection
    starts: tuple[int, ...] = ()  # slices at which another scan begins: not neighbours of the slice before

    def __post_init__(self):
        if self.image.shape != self.label.shape or self.image.ndim != 3:
            raise SourceError(f"{self.id}: the picture is {self.image.shape} and its mask {self.label.shape}; they must be one three-dimensional grid")


class Source(Protocol):
    """Cases, read one at a time."""

    def cases(self) -> list[str]:
        """The ids, in a fixed order."""

    def read(self, id: str) -> Case:
        """One case; nothing of it is kept."""


def refuse_held_out(name: str) -> None:
    """Refuses a path or id of a scan that is a test."""
    for held in HELD_OUT:
        if held in str(name):
            raise SourceError(f"{name}: {held} is a test and is never trained on")


def find(id: str, known: list[str], where: str) -> None:
    """Refuses an id that is not known."""
    if id not in known:
        raise SourceError(f"{where} has no case {id}; it has {', '.join(known[:20])}{' ...' if len(known) > 20 else ''}")
