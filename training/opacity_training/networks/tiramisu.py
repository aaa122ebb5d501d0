"""The hundred layers Tiramisu (Jegou et al., 2017): a U-Net of dense blocks."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import nn

from .skeleton import crop


@dataclass
class Tiramisu:
    """FC-DenseNet103 as published. A layer is batch norm, ReLU, 3x3 convolution, dropout."""

    first: int = 48  # channels of the first convolution
    growth: int = 16
    blocks: list[int] = field(default_factory=lambda: [4, 5, 7, 10, 12])  # layers of each on the way down
    middle: int = 15
    dropout: float = 0.2
    dims = (2,)

    def make(self, in_channels: int, out_channels: int, dims: int) -> nn.Module:
        return FCDenseNet(self, in_channels, out_channels)


class FCDenseNet(nn.Module):
    def __init__(self, spec: Tiramisu, in_channels: int, out_channels: int):
        super().__init__()
        k, drop = spec.growth, spec.dropout
        self.first = nn.Conv2d(in_channels, spec.first, 3, padding=1)
        c, skips = spec.first, []
        self.down, self.shrink = nn.ModuleList(), nn.ModuleList()
        for n in spec.blocks:
            self.down.append(DenseBlock(c, k, n, drop))
            c += n * k
            skips.append(c)
            self.shrink.append(nn.Sequential(*_layer(c, c, 1, drop), nn.MaxPool2d(2)))
        self.middle = DenseBlock(c, k, spec.middle, drop)
        c = spec.middle * k
        self.grow, self.up = nn.ModuleList(), nn.ModuleList()
        for n, skip in zip(reversed(spec.blocks), reversed(skips)):
            self.grow.append(nn.ConvTranspose2d(c, c, 3, stride=2, padding=1, output_padding=1))
            self.up.append(DenseBlock(c + skip, k, n, drop))
            last, c = c + skip + n * k, n * k
        self.head = nn.Conv2d(last, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x, skips = self.first(x), []
        for block, shrink in zip(self.down, self.shrink):
            x = torch.cat([x, block(x)], 1)
            skips.append(x)
            x = shrink(x)
        x = self.middle(x)  # going up, a block passes on only what it made
        for grow, block in zip(self.grow, self.up):
            joined = torch.cat([crop(grow(x), skips[-1]), skips.pop()], 1)
            x = block(joined)
        return self.head(torch.cat([joined, x], 1))


class DenseBlock(nn.Module):
    """Each layer sees the input and all layers before it; gives what the layers made, without the input."""

    def __init__(self, channels: int, growth: int, layers: int, dropout: float):
        super().__init__()
        self.layers = nn.ModuleList([nn.Sequential(*_layer(channels + i * growth, growth, 3, dropout)) for i in range(layers)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        made: list[torch.Tensor] = []
        for one in self.layers:
            made.append(one(torch.cat([x, *made], 1)))
        return torch.cat(made, 1)


def _layer(a: int, b: int, kernel: int, dropout: float) -> list[nn.Module]:
    return [nn.BatchNorm2d(a), nn.ReLU(inplace=True), nn.Conv2d(a, b, kernel, padding=kernel // 2), nn.Dropout2d(dropout)]
