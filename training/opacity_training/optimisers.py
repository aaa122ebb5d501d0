"""Optimisers and schedules of the learning rate, by kind."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Adam:
    learning_rate: float = 1e-3


@dataclass
class Constant:
    """The learning rate stays."""


KINDS: dict[str, type] = {"adam": Adam}
SCHEDULES: dict[str, type] = {"constant": Constant}
