"""The losses, by kind, and how they are put together.

A term is a dataclass of its parameters with `weight`, its factor in the sum, and `of(view)`, its value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

import torch
import torch.nn.functional as F

from ..strict import ConfigError, OneOf
from .boundary import Boundary
from .overlap import Dice, IoU, Lovasz, Tversky, tanimoto
from .view import View
from .voxelwise import Combo, CrossEntropy, Focal, WeightedCrossEntropy

__all__ = ["KINDS", "Loss", "build", "tanimoto"]

KINDS: dict[str, type] = {
    "cross-entropy": CrossEntropy,
    "weighted-cross-entropy": WeightedCrossEntropy,
    "focal": Focal,
    "combo": Combo,
    "dice": Dice,
    "iou": IoU,
    "tversky": Tversky,
    "lovasz": Lovasz,
    "boundary": Boundary,
}


@dataclass
class Loss:
    """A weighted sum of terms."""

    terms: list[Annotated[object, OneOf(KINDS)]] = field(default_factory=lambda: [CrossEntropy()])
    # Of the outputs under deep supervision, the final one first; empty: the final one alone.
    deep_weights: list[float] = field(default_factory=list)
    # Over 0: the last output of a network with an edge branch is compared, by cross entropy, with the
    # border of the target.
    edge_weight: float = 0.0


def build(spec: Loss, activation: str) -> Callable[..., torch.Tensor]:
    """loss(logits or list of logits, target, weight) -> scalar; all [n, classes, (z,) y, x].

    target is float 0..1 (one-hot, background first, with softmax), weight 0 where nobody knows.
    A single output, as a network gives when it is not training, counts as the final one with weight 1.
    """
    if activation not in ("sigmoid", "softmax"):
        raise ConfigError(f"activation is sigmoid or softmax, not {activation!r}")
    softmax = activation == "softmax"

    def one(logits: torch.Tensor, target: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        view = View(logits, target, weight, softmax)
        return sum(term.weight * term.of(view) for term in spec.terms)

    def loss(output: torch.Tensor | list[torch.Tensor], target: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        if torch.is_tensor(output):
            return one(output, target, weight)
        output, total = list(output), 0.0
        if spec.edge_weight > 0:
            edge = View(output.pop(), edges(target), weight, softmax=False)
            total = spec.edge_weight * CrossEntropy().of(edge)
        if spec.deep_weights and len(spec.deep_weights) != len(output):
            raise ConfigError(f"deep_weights names {len(spec.deep_weights)} outputs, the network has {len(output)}")
        return total + sum(w * one(o, target, weight) for w, o in zip(spec.deep_weights or [1.0], output))

    return loss


def edges(target: torch.Tensor) -> torch.Tensor:
    """1 on the voxels of target [n, classes, (z,) y, x] that touch one without, within the slice."""
    pool = F.max_pool3d if target.dim() == 5 else F.max_pool2d
    size, pad = ((1, 3, 3), (0, 1, 1)) if target.dim() == 5 else (3, 1)
    return target * pool(1 - target, size, stride=1, padding=pad)
