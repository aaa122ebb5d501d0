"""Optimisers and schedules of the learning rate, by kind."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import torch

from .ftrl import Ftrl as FtrlProximal


@dataclass
class SGD:
    """Gradient descent; with momentum; with Nesterov's."""

    learning_rate: float = 1e-2
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0

    def make(self, parameters: Iterable) -> torch.optim.Optimizer:
        return torch.optim.SGD(parameters, self.learning_rate, self.momentum, weight_decay=self.weight_decay, nesterov=self.nesterov)


@dataclass
class Adagrad:
    learning_rate: float = 1e-2
    weight_decay: float = 0.0

    def make(self, parameters: Iterable) -> torch.optim.Optimizer:
        return torch.optim.Adagrad(parameters, self.learning_rate, weight_decay=self.weight_decay)


@dataclass
class Adadelta:
    learning_rate: float = 1.0
    rho: float = 0.9
    weight_decay: float = 0.0

    def make(self, parameters: Iterable) -> torch.optim.Optimizer:
        return torch.optim.Adadelta(parameters, self.learning_rate, self.rho, weight_decay=self.weight_decay)


@dataclass
class RMSprop:
    learning_rate: float = 1e-3
    rho: float = 0.9
    momentum: float = 0.0
    weight_decay: float = 0.0

    def make(self, parameters: Iterable) -> torch.optim.Optimizer:
        return torch.optim.RMSprop(parameters, self.learning_rate, self.rho, weight_decay=self.weight_decay, momentum=self.momentum)


@dataclass
class Adam:
    learning_rate: float = 1e-3
    weight_decay: float = 0.0  # added to the gradient

    def make(self, parameters: Iterable) -> torch.optim.Optimizer:
        return torch.optim.Adam(parameters, self.learning_rate, weight_decay=self.weight_decay)


@dataclass
class AdamW:
    learning_rate: float = 1e-3
    weight_decay: float = 1e-2  # taken from the weights themselves

    def make(self, parameters: Iterable) -> torch.optim.Optimizer:
        return torch.optim.AdamW(parameters, self.learning_rate, weight_decay=self.weight_decay)


@dataclass
class Adamax:
    learning_rate: float = 1e-3
    weight_decay: float = 0.0

    def make(self, parameters: Iterable) -> torch.optim.Optimizer:
        return torch.optim.Adamax(parameters, self.learning_rate, weight_decay=self.weight_decay)


@dataclass
class Nadam:
    learning_rate: float = 1e-3
    weight_decay: float = 0.0

    def make(self, parameters: Iterable) -> torch.optim.Optimizer:
        return torch.optim.NAdam(parameters, self.learning_rate, weight_decay=self.weight_decay)


@dataclass
class Ftrl:
    """Follow the regularised leader, for completeness of the lecture's list: made for sparse linear models."""

    learning_rate: float = 1e-3
    beta: float = 0.0
    l1: float = 0.0
    l2: float = 0.0

    def make(self, parameters: Iterable) -> torch.optim.Optimizer:
        return FtrlProximal(parameters, self.learning_rate, self.beta, self.l1, self.l2)


KINDS: dict[str, type] = {
    "sgd": SGD,
    "adagrad": Adagrad,
    "adadelta": Adadelta,
    "rmsprop": RMSprop,
    "adam": Adam,
    "adamw": AdamW,
    "adamax": Adamax,
    "nadam": Nadam,
    "ftrl": Ftrl,
}


def build(spec: object, parameters: Iterable) -> torch.optim.Optimizer:
    """The optimiser of a network's parameters."""
    return spec.make(parameters)


# Schedules. `factor` is what the optimiser's learning rate is multiplied with before step number
# `step` (from 0), when `progress` (0..1) of the steps or minutes have passed, whichever is nearer.


@dataclass
class Constant:
    """The learning rate stays, after a linear warm-up."""

    warmup_steps: int = 0

    def factor(self, step: int, progress: float) -> float:
        return 1.0


@dataclass
class Poly:
    """Falls to nothing as (1 - progress)^power."""

    warmup_steps: int = 0
    power: float = 0.9

    def factor(self, step: int, progress: float) -> float:
        return max(0.0, 1 - progress) ** self.power


@dataclass
class Cosine:
    """Half a cosine from 1 to `floor`."""

    warmup_steps: int = 0
    floor: float = 0.0

    def factor(self, step: int, progress: float) -> float:
        return self.floor + (1 - self.floor) * (1 + math.cos(math.pi * min(1.0, progress))) / 2


@dataclass
class Cyclic:
    """Up from `floor` to 1 in `half_cycle_steps`, and down again in as many (Smith, 2017: triangular)."""

    warmup_steps: int = 0
    half_cycle_steps: int = 200
    floor: float = 0.1

    def factor(self, step: int, progress: float) -> float:
        x = abs(step / self.half_cycle_steps % 2 - 1)
        return self.floor + (1 - self.floor) * (1 - x)


@dataclass
class Plateau:
    """Falls by `factor_down` where the loss has not fallen by min_delta for `patience` epochs, as Keras counts
    them; an epoch is `epoch_steps` steps."""

    warmup_steps: int = 0
    factor_down: float = 0.1
    patience: int = 15
    min_delta: float = 1e-4
    cooldown: int = 1
    min_learning_rate: float = 1e-5
    epoch_steps: int = 150
    watch: str = "train"  # the mean loss of the epoch's batches; or validation

    def factor(self, step: int, progress: float) -> float:
        return 1.0


SCHEDULES: dict[str, type] = {"constant": Constant, "poly": Poly, "cosine": Cosine, "cyclic": Cyclic, "plateau": Plateau}


class Schedule:
    """Sets an optimiser's learning rate. Call `before(step, progress)` ahead of each step and, for a plateau,
    `observe(loss)` at the end of each epoch of `epoch_steps` steps (0: never)."""

    def __init__(self, spec: object, optimiser: torch.optim.Optimizer):
        self.spec, self.optimiser = spec, optimiser
        self.rates = [group["lr"] for group in optimiser.param_groups]
        self.epoch_steps, self.plateau = 0, None
        if isinstance(spec, Plateau):
            self.epoch_steps = spec.epoch_steps
            # A stand-in whose rate is 1: torch counts one epoch more than Keras, and one more of cooldown.
            self._scale = torch.optim.SGD([torch.zeros(1)], 1.0)
            lowest = spec.min_learning_rate / self.rates[0]
            self.plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
                self._scale,
                factor=spec.factor_down,
                patience=spec.patience - 1,
                threshold=spec.min_delta,
                threshold_mode="abs",
                cooldown=max(spec.cooldown - 1, 0),
                min_lr=lowest,
                eps=0.0,
            )

    def before(self, step: int, progress: float) -> float:
        """Set the rate for this step, and return it."""
        factor = self.spec.factor(step, progress)
        if self.plateau:
            factor *= self._scale.param_groups[0]["lr"]
        if step < self.spec.warmup_steps:
            factor *= (step + 1) / self.spec.warmup_steps
        for group, rate in zip(self.optimiser.param_groups, self.rates):
            group["lr"] = rate * factor
        return self.rates[0] * factor

    def observe(self, loss: float) -> None:
        """Tell a plateau the loss of an epoch."""
        if self.plateau:
            self.plateau.step(loss)

    def state_dict(self) -> dict:
        scale = self._scale.state_dict() if self.plateau else {}
        return {"rates": self.rates, "plateau": self.plateau.state_dict() if self.plateau else {}, "scale": scale}

    def load_state_dict(self, state: dict) -> None:
        self.rates = list(state["rates"])
        if self.plateau:
            self.plateau.load_state_dict(state["plateau"])
            self._scale.load_state_dict(state["scale"])


def schedule(spec: object, optimiser: torch.optim.Optimizer) -> Schedule:
    """The schedule of an optimiser's learning rate."""
    return Schedule(spec, optimiser)
