"""Networks on VGG16's convolutions: FCN and SegNet."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import nn
from torchvision.models.vgg import make_layers

from .skeleton import convolution

STAGES = [[64, 64], [128, 128], [256, 256, 256], [512, 512, 512], [512, 512, 512]]  # VGG16


def encoder(in_channels: int, stages: list[list[int]], batch_norm: bool) -> list[nn.Sequential]:
    """torchvision's layers of a VGG, a stage each, without the poolings."""
    out = []
    for i, stage in enumerate(stages):
        layers = make_layers(stage, batch_norm)
        a = in_channels if i == 0 else stages[i - 1][-1]
        layers[0] = nn.Conv2d(a, stage[0], 3, padding=1)  # make_layers takes three channels
        out.append(layers)
    return out


@dataclass
class FCN:
    """FCN-8s (Shelhamer et al., PAMI 2016) on VGG16; `stride` 16 or 32 for its coarser kin."""

    stages: list[list[int]] = field(default_factory=lambda: [list(s) for s in STAGES])
    head: int = 4096  # channels of the two layers that were fully connected
    stride: int = 8
    dropout: float = 0.5
    batch_norm: bool = False
    dims = (2,)

    def make(self, in_channels: int, out_channels: int, dims: int) -> nn.Module:
        return FCNet(self, in_channels, out_channels)


class FCNet(nn.Module):
    def __init__(self, spec: FCN, in_channels: int, out_channels: int):
        super().__init__()
        if spec.stride not in (8, 16, 32):
            raise ValueError(f"the stride of an FCN is 8, 16 or 32, not {spec.stride}")
        self.stages = nn.ModuleList(encoder(in_channels, spec.stages, spec.batch_norm))
        self.pool = nn.MaxPool2d(2)
        deep = spec.stages[-1][-1]
        self.head = nn.Sequential(
            nn.Conv2d(deep, spec.head, 7, padding=3), nn.ReLU(inplace=True), nn.Dropout2d(spec.dropout),
            nn.Conv2d(spec.head, spec.head, 1), nn.ReLU(inplace=True), nn.Dropout2d(spec.dropout),
            nn.Conv2d(spec.head, out_channels, 1),
        )  # fmt: skip
        joins = {8: 2, 16: 1, 32: 0}[spec.stride]
        self.scores = nn.ModuleList([nn.Conv2d(spec.stages[-2 - i][-1], out_channels, 1) for i in range(joins)])
        self.ups = nn.ModuleList([bilinear(out_channels, 2) for _ in range(joins)])
        self.last = bilinear(out_channels, spec.stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pooled = []
        for stage in self.stages:
            x = self.pool(stage(x))
            pooled.append(x)
        x = self.head(x)
        for i, (score, up) in enumerate(zip(self.scores, self.ups)):
            x = up(x) + score(pooled[-2 - i])
        return self.last(x)


def bilinear(channels: int, factor: int) -> nn.ConvTranspose2d:
    """A transposed convolution that starts as bilinear interpolation."""
    up = nn.ConvTranspose2d(channels, channels, 2 * factor, stride=factor, padding=factor // 2, bias=False)
    ramp = 1 - (torch.arange(2 * factor) - (factor - 0.5)).abs() / factor
    with torch.no_grad():
        up.weight.zero_()
        for c in range(channels):
            up.weight[c, c] = ramp[:, None] * ramp
    return up


@dataclass
class SegNet:
    """SegNet (Badrinarayanan et al., 2017): VGG16's encoder with batch norm and its mirror image as decoder.

    unpool `indices` puts each value back where it was the largest, as published; `upsample` repeats it,
    as the VGG-SegNet of the Keras libraries does. With indices the answer jumps where two values of a window agree to
    the last bits: rounding, which differs between runtimes, then decides the place. See results/parity.md.
    """

    stages: list[list[int]] = field(default_factory=lambda: [list(s) for s in STAGES])
    unpool: str = "indices"
    dims = (2,)

    def make(self, in_channels: int, out_channels: int, dims: int) -> nn.Module:
        return SegNetwork(self, in_channels, out_channels)


class SegNetwork(nn.Module):
    def __init__(self, spec: SegNet, in_channels: int, out_channels: int):
        super().__init__()
        if spec.unpool not in ("indices", "upsample"):
            raise ValueError(f"unpool is indices or upsample, not {spec.unpool!r}")
        self.stages = nn.ModuleList(encoder(in_channels, spec.stages, batch_norm=True))
        self.pool = nn.MaxPool2d(2, return_indices=True)
        self.up = None if spec.unpool == "indices" else nn.Upsample(scale_factor=2)
        decode = []
        for i in reversed(range(len(spec.stages))):
            wide = spec.stages[i]
            narrow = spec.stages[i - 1][-1] if i > 0 else wide[0]
            to = [*wide[:-1], narrow]
            decode.append(nn.Sequential(*(convolution(2, a, b) for a, b in zip([wide[-1], *to[:-1]], to))))
        decode[-1][-1] = nn.Conv2d(spec.stages[0][0], out_channels, 3, padding=1)
        self.decode = nn.ModuleList(decode)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        where = []
        for stage in self.stages:
            x = stage(x)
            size = x.shape
            x, index = self.pool(x)
            where.append((index, size))
        for stage in self.decode:
            index, size = where.pop()
            x = stage(unpooled(x, index, size) if self.up is None else self.up(x))
        return x


def unpooled(x: torch.Tensor, index: torch.Tensor, size: torch.Size) -> torch.Tensor:
    """max_unpool2d, as a scatter, which the model format has."""
    flat = x.new_zeros(x.shape[0], x.shape[1], int(size[2]) * int(size[3]))
    return flat.scatter(2, index.flatten(2), x.flatten(2)).reshape(x.shape[0], x.shape[1], int(size[2]), int(size[3]))
