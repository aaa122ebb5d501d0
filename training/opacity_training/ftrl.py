"""FTRL-proximal (McMahan et al., Ad Click Prediction, 2013, algorithm 1), which torch does not have."""

from __future__ import annotations

from collections.abc import Iterable

import torch


class Ftrl(torch.optim.Optimizer):
    """Per weight: n += g^2, z += g - (sqrt(n_new) - sqrt(n)) / lr * w, and w is what minimises the regularised sum.

    z starts where that w is the weight the network was initialised with. lr must not change on the way: z is in its units.
    """

    def __init__(self, parameters: Iterable, lr: float, beta: float = 0.0, l1: float = 0.0, l2: float = 0.0, start: float = 0.1):
        super().__init__(parameters, {"lr": lr, "beta": beta, "l1": l1, "l2": l2, "start": start})

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            lr, beta, l1, l2 = group["lr"], group["beta"], group["l1"], group["l2"]
            if lr <= 0:
                continue
            for w in group["params"]:
                if w.grad is None:
                    continue
                state = self.state[w]
                if not state:
                    state["n"] = torch.full_like(w, group["start"])
                    state["z"] = -w * ((beta + state["n"].sqrt()) / lr + l2) - l1 * w.sign()
                n, z = state["n"], state["z"]
                grown = n + w.grad**2
                z += w.grad - (grown.sqrt() - n.sqrt()) / lr * w
                n.copy_(grown)
                new = -(z - l1 * z.sign()) / ((beta + n.sqrt()) / lr + l2)
                w.copy_(torch.where(z.abs() <= l1, torch.zeros_like(w), new))
        return loss
