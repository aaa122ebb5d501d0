"""A loss of how far the prediction reaches over the true border."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from monai.losses import BoundaryLoss

from .view import View


@dataclass
class Boundary:
    """Mean of probability times the signed distance to the border, in pixels, negative inside
    (Kervadec et al., 2019). Nothing where a class is absent or everywhere: add it to another loss."""

    weight: float = 0.01

    def of(self, v: View) -> torch.Tensor:
        distance = BoundaryLoss().compute_distance_map(v.target.cpu()).to(v.target.device)
        return v.mean(v.probability * distance)
