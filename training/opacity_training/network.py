"""The network: MONAI's BasicUNet with batch norm, plain ReLU and transposed convolutions."""

from __future__ import annotations

import torch
from monai.networks.nets import BasicUNet

from .config import Network

CHANNELS = ("lung", "infection")


def build(config: Network) -> torch.nn.Module:
    """[n, 1, size, size] in 0..1 -> logits [n, 2, size, size]: lung (infection included), infection."""
    return BasicUNet(
        spatial_dims=2,
        in_channels=1,
        out_channels=len(CHANNELS),
        features=tuple(config.features),
        act=("relu", {"inplace": True}),
        norm=("batch", {"affine": True}),
        upsample="deconv",
    )


class WithSigmoid(torch.nn.Module):
    """The network as it is shipped: probabilities out."""

    def __init__(self, net: torch.nn.Module):
        super().__init__()
        self.net = net

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.net(image))
