"""What every term of a loss looks at."""

from __future__ import annotations

from functools import cached_property

import torch


class View:
    """Logits, target and weight, each float32 [n, classes, (z,) y, x]; weight 0 where nobody knows.

    With softmax the classes exclude each other, so a voxel where one is unknown is unknown in all.
    """

    def __init__(self, logits: torch.Tensor, target: torch.Tensor, weight: torch.Tensor, softmax: bool):
        if logits.shape != target.shape or target.shape != weight.shape:
            raise ValueError(f"logits {tuple(logits.shape)}, target {tuple(target.shape)} and weight {tuple(weight.shape)} differ in shape")
        self.logits, self.target, self.softmax = logits.float(), target.float(), softmax
        self.weight = (weight.amin(1, keepdim=True).expand_as(weight) if softmax else weight).float()

    @cached_property
    def probability(self) -> torch.Tensor:
        return torch.softmax(self.logits, 1) if self.softmax else torch.sigmoid(self.logits)

    @cached_property
    def known(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Probability and target, both zero where nobody knows: neither side of an overlap holds such a voxel."""
        return self.probability * self.weight, self.target * self.weight

    def mean(self, value: torch.Tensor) -> torch.Tensor:
        """Of value, one per class [n, classes, ...] or one per voxel [n, 1, ...], where somebody knows."""
        weight = self.weight[:, : value.shape[1]]
        return (value * weight).sum() / weight.sum().clamp(min=1)
