"""Inception U-Net, layer by layer after the lecture's Table 1, and Dense-Inception U-Net."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import nn

from .norms import SwitchNorm
from .pooling import hybrid_pool
from .skeleton import convolution


@dataclass
class InceptionUNet:
    """Inception U-Net (Punn and Agarwal, 2020). Table 1 prints 128x128x3 in, and 280,104 parameters for layer 4a,
    where the layers around it leave no other number than 287,104."""

    features: list[int] = field(default_factory=lambda: [16, 32, 64, 128, 256])
    dropout: float = 0.1  # of the layers marked -D; the table does not print it
    dims = (2,)

    def make(self, in_channels: int, out_channels: int, dims: int) -> nn.Module:
        return InceptionUNetwork(self, in_channels, out_channels)


class InceptionUNetwork(nn.Module):
    """Named as in the table: down1..4 are layers a and b of rows 1 to 4, up6..9 their like on the way up."""

    def __init__(self, spec: InceptionUNet, in_channels: int, out_channels: int):
        super().__init__()
        f, drop = spec.features, spec.dropout
        self.norm = SwitchNorm(in_channels)
        self.a, self.b = nn.ModuleList(), nn.ModuleList()
        c = in_channels
        for n in f[:-1]:
            self.a.append(Inception(c, n))
            self.b.append(_one(3 * n + c, n, drop))
            c = n
        self.middle = Inception(c, f[-1])
        self.after = _one(3 * f[-1] + c + in_channels, f[-1], 0)
        self.up, self.join, self.squeeze = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        for i in reversed(range(len(f) - 1)):
            self.up.append(nn.Sequential(nn.ConvTranspose2d(f[i + 1], f[i], 2, stride=2), nn.ReLU(inplace=True)))
            self.join.append(Inception(2 * f[i], f[i]))
            self.squeeze.append(_one(5 * f[i], f[i], drop if i > 0 else 0))
        self.head = nn.Conv2d(f[0], out_channels, 1)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, nonlinearity="relu")
                nn.init.zeros_(m.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.norm(x)
        small, skips = hybrid_pool(x, 2 ** len(self.a)), []
        for a, b in zip(self.a, self.b):
            x = b(a(x))
            skips.append(x)
            x = hybrid_pool(x, 2)
        x = self.after(torch.cat([self.middle(x), small], 1))
        for up, join, squeeze in zip(self.up, self.join, self.squeeze):
            x = squeeze(join(torch.cat([up(x), skips.pop()], 1)))
        return self.head(x)


class Inception(nn.Module):
    """1x1, 3x3 and 5x5 convolutions of n channels each and the hybrid pooling, side by side: 3n + c channels."""

    def __init__(self, channels: int, n: int):
        super().__init__()
        self.branches = nn.ModuleList([nn.Conv2d(channels, n, k, padding=k // 2) for k in (1, 3, 5)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([*(F.relu(b(x)) for b in self.branches), hybrid_pool(x, 1)], 1)


def _one(a: int, b: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(a, b, 1), nn.ReLU(inplace=True), nn.Dropout(dropout))


@dataclass
class DenseInceptionUNet:
    """Dense-Inception U-Net (Zhang et al., 2020): three Inception-Res blocks and a Dense-Inception block on each way,
    a longer Dense-Inception block in the middle, four down-sample and four up-sample blocks. The lecture
    prints no channels: those here are ours."""

    features: list[int] = field(default_factory=lambda: [16, 32, 64, 128])
    growth: int = 16
    layers: int = 4  # of the dense blocks of the two ways
    middle: int = 12  # of the one in the middle
    dims = (2,)

    def make(self, in_channels: int, out_channels: int, dims: int) -> nn.Module:
        return DenseInceptionUNetwork(self, in_channels, out_channels)


class DenseInceptionUNetwork(nn.Module):
    def __init__(self, spec: DenseInceptionUNet, in_channels: int, out_channels: int):
        super().__init__()
        f, k = spec.features, spec.growth

        def block(i: int, a: int) -> nn.Module:
            return DenseInception(a, k, spec.layers, f[i]) if i == len(f) - 1 else InceptionRes(a, f[i])

        self.down = nn.ModuleList([block(i, in_channels if i == 0 else f[i - 1]) for i in range(len(f))])
        self.shrink = nn.ModuleList([Shrink(n) for n in f])
        self.middle = DenseInception(f[-1], k, spec.middle, f[-1])
        self.grow = nn.ModuleList([Grow(f[min(i + 1, len(f) - 1)], f[i]) for i in reversed(range(len(f)))])
        self.up = nn.ModuleList([block(i, 2 * f[i]) for i in reversed(range(len(f)))])
        self.head = nn.Conv2d(f[0], out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        skips = []
        for block, shrink in zip(self.down, self.shrink):
            x = block(x)
            skips.append(x)
            x = shrink(x)
        x = self.middle(x)
        for grow, block in zip(self.grow, self.up):
            x = block(torch.cat([grow(x), skips.pop()], 1))
        return self.head(x)


class InceptionRes(nn.Module):
    """Branches 1x1; 1x1, 3x3; 1x1, 3x3, 3x3; joined by a 1x1 convolution and added to the input."""

    def __init__(self, a: int, b: int):
        super().__init__()
        n = max(b // 2, 1)
        self.branches = _branches(a, n)
        self.merge = nn.Conv2d(3 * n, b, 1)  # a bottleneck: no batch norm
        self.same = nn.Identity() if a == b else nn.Conv2d(a, b, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.same(x) + self.merge(torch.cat([b(x) for b in self.branches], 1)))


class DenseInception(nn.Module):
    """Inceptions, each of which sees the input and all before it; a 1x1 convolution gives `out` channels."""

    def __init__(self, channels: int, growth: int, layers: int, out: int):
        super().__init__()
        self.layers, self.squeeze = nn.ModuleList(), nn.ModuleList()
        for i in range(layers):
            self.layers.append(_branches(channels + i * growth, growth))
            self.squeeze.append(convolution(2, 3 * growth, growth, kernel=1))
        self.out = convolution(2, channels + layers * growth, out, kernel=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for branches, squeeze in zip(self.layers, self.squeeze):
            x = torch.cat([x, squeeze(torch.cat([b(x) for b in branches], 1))], 1)
        return self.out(x)


class Shrink(nn.Module):
    """Halves the size: a convolution of stride 2 beside a pooling, then 1x1 back to as many channels."""

    def __init__(self, channels: int):
        super().__init__()
        self.strided = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=2, padding=1), nn.BatchNorm2d(channels), nn.ReLU(inplace=True))
        self.pool = nn.MaxPool2d(2)
        self.merge = nn.Conv2d(2 * channels, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.merge(torch.cat([self.strided(x), self.pool(x)], 1))


class Grow(nn.Module):
    """Doubles the size: a transposed convolution beside a 1x1 convolution of the enlarged input, added."""

    def __init__(self, a: int, b: int):
        super().__init__()
        self.transposed = nn.Sequential(nn.ConvTranspose2d(a, b, 2, stride=2), nn.BatchNorm2d(b), nn.ReLU(inplace=True))
        self.enlarged = nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(a, b, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.transposed(x) + self.enlarged(x)


def _branches(a: int, n: int) -> nn.ModuleList:
    return nn.ModuleList(
        [
            convolution(2, a, n, kernel=1),
            nn.Sequential(nn.Conv2d(a, n, 1), convolution(2, n, n)),
            nn.Sequential(nn.Conv2d(a, n, 1), convolution(2, n, n), convolution(2, n, n)),
        ]
    )
