"""The 3D U-Net with feature variation blocks, progressive atrous pyramid and deep supervision.

After Yan et al. (IEEE Transactions on Big Data, 2021) as Lin and Huang report it. What their report does
not print is chosen here: how a feature variation block puts its branches together (joined with its
input, then one 1x1x1 convolution), the rates of the pyramid, and the channels.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from monai.networks.blocks import ChannelSELayer
from torch import nn

from .skeleton import UNet, convolution, layer, twice


@dataclass
class FVUNet:
    """U-Net; with `feature_variation` a block ahead of each level but the first; with `paspp` the pyramid in the
    middle; with `deep_supervision` a head on each level of the decoder."""

    features: list[int] = field(default_factory=lambda: [32, 64, 128, 256, 512])
    # Strides [z, y, x] of the poolings. A patch has eight slices for 128 columns, and slices lie further
    # apart than columns: slices are halved twice only.
    pools: list[list[int]] = field(default_factory=lambda: [[1, 2, 2], [2, 2, 2], [2, 2, 2], [1, 2, 2]])
    feature_variation: str = "none"  # ce: one weight for all channels; se: one for each; none
    paspp: bool = False
    rates: list[int] = field(default_factory=lambda: [1, 2, 4, 8])  # of the pyramid, within the slice
    deep_supervision: bool = False
    dims = (2, 3)

    def make(self, in_channels: int, out_channels: int, dims: int) -> nn.Module:
        f = self.features
        levels = range(len(f) - 1)
        strides = [tuple(p[-dims:]) for p in self.pools]

        def stage(i: int) -> nn.Module:
            a = in_channels if i == 0 else f[i - 1]
            ahead = [FeatureVariation(dims, a, self.feature_variation)] if i > 0 and self.feature_variation != "none" else []
            behind = [PASPP(dims, f[i], self.rates)] if i == len(f) - 1 and self.paspp else []
            return nn.Sequential(*ahead, twice(dims, a, f[i]), *behind)

        return UNet(
            down=[stage(i) for i in levels],
            pools=[layer(dims, "MaxPool")(s) for s in strides],
            middle=stage(len(f) - 1),
            ups=[layer(dims, "ConvTranspose")(f[i + 1], f[i], strides[i], stride=strides[i]) for i in reversed(levels)],
            decode=[twice(dims, 2 * f[i], f[i]) for i in reversed(levels)],
            head=layer(dims, "Conv")(f[0], out_channels, 1),
            deep=[layer(dims, "Conv")(f[i], out_channels, 1) for i in levels[1:]] if self.deep_supervision else [],
        )


class FeatureVariation(nn.Module):
    """A weight for channels, a weight for positions, and the input as it is, put together."""

    def __init__(self, dims: int, channels: int, branch: str):
        super().__init__()
        if branch not in ("ce", "se"):
            raise ValueError(f"feature_variation is none, ce or se, not {branch!r}")
        self.channel = ContrastEnhancement(channels) if branch == "ce" else ChannelSELayer(dims, channels, r=2, acti_type_1="relu", acti_type_2="sigmoid")
        self.position = layer(dims, "Conv")(channels, 1, 1)
        self.merge = convolution(dims, 3 * channels, channels, kernel=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.merge(torch.cat([self.channel(x), x * torch.sigmoid(self.position(x)), x], 1))


class ContrastEnhancement(nn.Module):
    """One weight for all of x: the mean of each channel -> C/2 -> 1 -> sigmoid, expanded to the size of x."""

    def __init__(self, channels: int, r: int = 2):
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(channels, channels // r), nn.ReLU(inplace=True), nn.Linear(channels // r, 1), nn.Sigmoid())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.fc(x.flatten(2).mean(2)).reshape(-1, *[1] * (x.dim() - 1))


class PASPP(nn.Module):
    """Progressive atrous spatial pyramid pooling: each branch sees a quarter of the channels and what the branch of
    the rate before it made of its own; all are joined, and added to the input."""

    def __init__(self, dims: int, channels: int, rates: list[int]):
        super().__init__()
        part = channels // len(rates)
        self.reduce = nn.ModuleList([convolution(dims, channels, part, kernel=1) for _ in rates])
        spread = [(1, r, r) if dims == 3 else r for r in rates]
        self.atrous = nn.ModuleList([convolution(dims, part, part, dilation=d) for d in spread])
        self.merge = convolution(dims, part * len(rates), channels, "N", kernel=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        made: list[torch.Tensor] = []
        for reduce, atrous in zip(self.reduce, self.atrous):
            own = reduce(x)
            made.append(own + atrous(own + made[-1] if made else own))
        return F.relu(x + self.merge(torch.cat(made, 1)))
