"""Losses and a measure of how far two regions cover each other."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from monai.losses import DiceLoss, TverskyLoss

from .view import View

# What an overlap is taken of, `pool`: each image by itself, or all of a batch together.
# How the classes are put together, `classes`: mean or sum.


@dataclass
class Dice:
    """1 - (2 sum(p t) + s) / (sum p + sum t + s), or with squares of p and t below the line."""

    weight: float = 1.0
    squared: bool = False
    smooth: float = 1.0
    pool: str = "batch"
    classes: str = "mean"

    def of(self, v: View) -> torch.Tensor:
        return dice(v, self.smooth, self.pool, self.squared, self.classes)


@dataclass
class IoU:
    """1 - (sum(p t) + s) / (sum p + sum t - sum(p t) + s)."""

    weight: float = 1.0
    smooth: float = 1.0
    pool: str = "batch"
    classes: str = "mean"

    def of(self, v: View) -> torch.Tensor:
        s = 2 * self.smooth  # MONAI writes twice the numerator over twice the denominator
        each = DiceLoss(jaccard=True, smooth_nr=s, smooth_dr=s, batch=_batch(self.pool), reduction="none")(*v.known)
        return _together(each, v, self.pool, self.classes)


@dataclass
class Tversky:
    """1 - (TP + s) / (TP + alpha FP + beta FN + s) with soft counts.

    With classes `sum`, smooth 1e-6 and pool `image`, and cross entropy as another term, this is MIScnn's
    tversky_crossentropy.
    """

    weight: float = 1.0
    alpha: float = 0.5
    beta: float = 0.5
    smooth: float = 1e-6
    pool: str = "image"
    classes: str = "mean"

    def of(self, v: View) -> torch.Tensor:
        loss = TverskyLoss(
            alpha=self.alpha, beta=self.beta, smooth_nr=self.smooth, smooth_dr=self.smooth, batch=_batch(self.pool), reduction="none"
        )
        return _together(loss(*v.known), v, self.pool, self.classes)


@dataclass
class Lovasz:
    """The convex extension of IoU (Berman et al., 2018): hinge with sigmoid outputs, else Lovasz-softmax."""

    weight: float = 1.0

    def of(self, v: View) -> torch.Tensor:
        from segmentation_models_pytorch.losses import LovaszLoss

        unknown = v.weight == 0
        if v.softmax:
            label = v.target.argmax(1).masked_fill(unknown[:, 0], 255)
            if bool(unknown.all()):
                return v.logits.sum() * 0
            return LovaszLoss("multiclass", ignore_index=255)(v.logits, label)
        label = v.target.masked_fill(unknown, -1)
        one = LovaszLoss("binary", ignore_index=-1)
        return torch.stack([one(v.logits[:, c], label[:, c]) for c in range(label.shape[1])]).mean()


def dice(v: View, smooth: float, pool: str, squared: bool = False, classes: str = "mean") -> torch.Tensor:
    """The soft Dice loss."""
    each = DiceLoss(squared_pred=squared, smooth_nr=smooth, smooth_dr=smooth, batch=_batch(pool), reduction="none")(*v.known)
    return _together(each, v, pool, classes)


def tanimoto(probability: torch.Tensor, target: torch.Tensor, smooth: float = 1e-3) -> torch.Tensor:
    """The soft Jaccard-Tanimoto score of each class, pooled over the batch: (p.t + s) / (p.p + t.t - p.t + s).

    Both [n, classes, (z,) y, x]; gives [classes], of which the deck takes the mean. A measure, not a loss:
    pooled over a batch it depends on the batch's size, and two empty masks score 1.
    """
    over = [0, *range(2, probability.dim())]
    both = (probability * target).sum(over)
    total = (probability**2 + target**2).sum(over)
    return (both + smooth) / (total - both + smooth)


def _batch(pool: str) -> bool:
    if pool not in ("image", "batch"):
        raise ValueError(f"pool is image or batch, not {pool!r}")
    return pool == "batch"


def _together(each: torch.Tensor, v: View, pool: str, classes: str) -> torch.Tensor:
    if classes not in ("mean", "sum"):
        raise ValueError(f"classes is mean or sum, not {classes!r}")
    each = each.reshape(1 if _batch(pool) else v.target.shape[0], v.target.shape[1])
    return (each.sum(1) if classes == "sum" else each.mean(1)).mean()
