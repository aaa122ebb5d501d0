"""Losses that look at each voxel by itself, and the one that adds Dice to them with a share."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from monai.losses import FocalLoss

from .overlap import dice
from .view import View


@dataclass
class CrossEntropy:
    """Binary with sigmoid outputs, the mean of all classes; categorical with softmax."""

    weight: float = 1.0  # of this term in the sum

    def of(self, v: View) -> torch.Tensor:
        return v.mean(_entropy(v, 1.0))


@dataclass
class WeightedCrossEntropy:
    """-(beta t log p + (1 - t) log(1 - p)); with softmax beta weighs every class but the background."""

    weight: float = 1.0
    beta: float = 2.0  # over 1: fewer false negatives; under 1: fewer false positives

    def of(self, v: View) -> torch.Tensor:
        return v.mean(_entropy(v, self.beta))


@dataclass
class Focal:
    """Cross entropy times (1 - p)^gamma, p being the probability of what is true (Lin et al., 2017)."""

    weight: float = 1.0
    gamma: float = 2.0

    def of(self, v: View) -> torch.Tensor:
        each = FocalLoss(gamma=self.gamma, use_softmax=v.softmax, reduction="none")(v.logits, v.target)
        return v.mean(each.sum(1, keepdim=True) if v.softmax else each)


@dataclass
class Combo:
    """alpha * cross entropy whose positives weigh beta, negatives 1 - beta, + (1 - alpha) * Dice loss
    (Taghanaki et al., 2019)."""

    weight: float = 1.0
    alpha: float = 0.5
    beta: float = 0.5

    def of(self, v: View) -> torch.Tensor:
        if v.softmax:
            entropy = -v.target * torch.log_softmax(v.logits, 1)
            share = torch.full_like(entropy, self.beta)
            share[:, 0] = 1 - self.beta
            entropy = (share * entropy).sum(1, keepdim=True)
        else:
            entropy = F.binary_cross_entropy_with_logits(v.logits, v.target, reduction="none")
            entropy = entropy * (v.target * self.beta + (1 - v.target) * (1 - self.beta))
        return self.alpha * v.mean(entropy) + (1 - self.alpha) * dice(v, smooth=1.0, pool="batch")


def _entropy(v: View, beta: float) -> torch.Tensor:
    """[n, classes, ...] with sigmoid, [n, 1, ...] with softmax."""
    if not v.softmax:
        positive = torch.tensor(beta, device=v.logits.device)
        return F.binary_cross_entropy_with_logits(v.logits, v.target, pos_weight=positive, reduction="none")
    each = -v.target * torch.log_softmax(v.logits, 1)
    each = torch.cat([each[:, :1], each[:, 1:] * beta], 1)
    return each.sum(1, keepdim=True)
