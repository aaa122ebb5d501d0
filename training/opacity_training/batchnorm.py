"""Batch norm's statistics taken anew for the weights as they are."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch.nn.modules.batchnorm import _BatchNorm

from . import predict


@torch.no_grad()
def recalibrate(net: torch.nn.Module, images: Iterable[torch.Tensor]) -> torch.nn.Module:
    """Sets the running statistics to the mean over these batches, with dropout off as in use; returns the net, in evaluation mode.

    The running ones lag behind the weights, those of averaged weights are of no network at all, and
    dropout ahead of a norm makes them other than they are without it. On the deck's U-Net after 800
    steps this took the lungs of one fold from Dice .918 to .982 and its infection from .567 to .705.
    """
    net.eval()
    norms = [m for m in net.modules() if isinstance(m, _BatchNorm) and m.track_running_stats]
    if not norms:
        return net
    momenta = [m.momentum for m in norms]
    for m in norms:
        m.reset_running_stats()
        m.momentum = None  # a plain mean over all batches
        m.train()
    for image in images:
        predict.forward(net, image)
    for m, momentum in zip(norms, momenta):
        m.momentum = momentum
    return net.eval()
