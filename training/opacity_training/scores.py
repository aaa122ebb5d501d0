"""Scores while training, at the network's resolution: for curves and for choosing, not for tables."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from . import predict
from .labels import channels, encode
from .losses import tanimoto
from .store import Prepared
from .system import System


def of_case(net: torch.nn.Module, system: System, prepared: Prepared, pick: slice | list[int], loss_of: Callable, device: torch.device) -> dict[str, float]:
    """loss, jaccard (soft) and dice of a case, or of the slices picked from it."""
    p = predict.prepared(net, system, prepared.image, device, prepared.info["starts"])[:, pick]
    target, weight = encode(system.data.target, np.asarray(prepared.label)[pick], "sides" not in prepared.info["lacks"])
    flat = system.data.input.form == "slice"  # slices are a batch of pictures, a volume is a batch of one
    p, target, weight = (torch.from_numpy(np.ascontiguousarray(v.swapaxes(0, 1) if flat else v[None])) for v in (p, target, weight))
    q = p.clamp(1e-6, 1 - 1e-6)
    logits = torch.log(q) if system.data.target.activation == "softmax" else torch.logit(q)
    out = {"loss": float(loss_of(logits, target, weight))}
    return out | named("jaccard", soft_jaccard(system, q, target, weight)) | named("dice", dice(system, p, target, weight))


def soft_jaccard(system: System, p: torch.Tensor, target: torch.Tensor, weight: torch.Tensor) -> dict[str, float]:
    """The deck's Jaccard-Tanimoto of the probabilities p, pooled over the batch, by class."""
    values = tanimoto(p * weight, target * weight)
    return {n: float(v) for n, v in zip(channels(system.data.target), values) if n != "background"}


def dice(system: System, p: torch.Tensor, target: torch.Tensor, weight: torch.Tensor) -> dict[str, float]:
    """Dice of the thresholded (softmax: strongest) classes, pooled over the batch, by class."""
    soft = system.data.target.activation == "softmax"
    mask = torch.zeros_like(p).scatter_(1, p.argmax(1, keepdim=True), 1) if soft else (p > system.predict.threshold).float()
    mask, t = mask * weight, target * weight
    dims = [0, *range(2, p.ndim)]
    values = (2 * (mask * t).sum(dims) + 1e-6) / (mask.sum(dims) + t.sum(dims) + 1e-6)
    return {n: float(v) for n, v in zip(channels(system.data.target), values) if n != "background"}


def named(what: str, values: dict[str, float]) -> dict[str, float]:
    """The mean over classes under the measure's name and, where there are several, each class's."""
    each = {f"{what}_{name}": v for name, v in values.items()} if len(values) > 1 else {}
    return {what: sum(values.values()) / len(values)} | each
