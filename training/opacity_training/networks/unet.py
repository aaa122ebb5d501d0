"""Plain U-Nets."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from monai.networks.nets import BasicUNet as MonaiBasicUNet
from torch import nn

from .skeleton import UNet, layer, twice


@dataclass
class BasicUNet:
    """MONAI's U-Net with batch norm, ReLU and transposed convolutions."""

    features: list[int] = field(default_factory=lambda: [16, 32, 64, 128, 256, 16])
    dropout: float = 0.0
    dims = (2, 3)

    def make(self, in_channels: int, out_channels: int, dims: int) -> nn.Module:
        return MonaiBasicUNet(
            spatial_dims=dims,
            in_channels=in_channels,
            out_channels=out_channels,
            features=tuple(self.features),
            act=("relu", {"inplace": True}),
            norm=("batch", {"affine": True}),
            dropout=self.dropout,
            upsample="deconv",
        )


@dataclass
class KerasUNet:
    """The U-Net of the Keras course deck: two convolutions a level, dropout after each pooling and joining.

    The deck prints the input, 128x128x1, and the dropout, 0.3; the channels are those of the figure it
    shows, Ronneberger's, in `published`.
    """

    features: list[int] = field(default_factory=lambda: [64, 128, 256, 512, 1024])
    dropout: float = 0.3
    batch_norm: bool = True
    dims = (2,)

    def make(self, in_channels: int, out_channels: int, dims: int) -> nn.Module:
        f, order = self.features, "NA" if self.batch_norm else "A"
        levels = range(len(f) - 1)
        return UNet(
            down=[twice(2, in_channels if i == 0 else f[i - 1], f[i], order) for i in levels],
            pools=[nn.Sequential(nn.MaxPool2d(2), nn.Dropout(self.dropout)) for _ in levels],
            middle=twice(2, f[-2], f[-1], order),
            ups=[nn.ConvTranspose2d(f[i + 1], f[i], 2, stride=2) for i in reversed(levels)],
            decode=[nn.Sequential(nn.Dropout(self.dropout), twice(2, 2 * f[i], f[i], order)) for i in reversed(levels)],
            head=nn.Conv2d(f[0], out_channels, 1),
        )


@dataclass
class MIScnnUNet:
    """MIScnn's standard U-Net: convolution, ReLU, batch norm (momentum 0.99) twice a level, max pooling,
    transposed convolutions. n_filters 32 and depth 4 in 3D: 22.58 million parameters."""

    n_filters: int = 32
    depth: int = 4
    dims = (2, 3)

    def make(self, in_channels: int, out_channels: int, dims: int) -> nn.Module:
        f = [self.n_filters * 2**i for i in range(self.depth + 1)]
        levels = range(self.depth)
        return UNet(
            down=[twice(dims, in_channels if i == 0 else f[i - 1], f[i], "AN") for i in levels],
            pools=[layer(dims, "MaxPool")(2) for _ in levels],
            middle=twice(dims, f[-2], f[-1], "AN"),
            ups=[layer(dims, "ConvTranspose")(f[i + 1], f[i], 2, stride=2) for i in reversed(levels)],
            decode=[twice(dims, 2 * f[i], f[i], "AN") for i in reversed(levels)],
            head=layer(dims, "Conv")(f[0], out_channels, 1),
        )


@dataclass
class ValidUNet:
    """Ronneberger's U-Net as the lecture walks through it: convolutions without padding, what is joined is
    cropped, no batch norm. 572x572 in, 388x388 out."""

    features: list[int] = field(default_factory=lambda: [64, 128, 256, 512, 1024])
    batch_norm: bool = False
    # Mirror the picture outwards, as the paper does for whole pictures, so that the output is as large
    # as the input; without it the output lacks `valid_margin` pixels on each side.
    mirror: bool = True
    dims = (2,)

    def make(self, in_channels: int, out_channels: int, dims: int) -> nn.Module:
        f, order = self.features, "NA" if self.batch_norm else "A"
        levels = range(len(f) - 1)
        net = UNet(
            down=[twice(2, in_channels if i == 0 else f[i - 1], f[i], order, padding=0) for i in levels],
            pools=[nn.MaxPool2d(2) for _ in levels],
            middle=twice(2, f[-2], f[-1], order, padding=0),
            ups=[nn.ConvTranspose2d(f[i + 1], f[i], 2, stride=2) for i in reversed(levels)],
            decode=[twice(2, 2 * f[i], f[i], order, padding=0) for i in reversed(levels)],
            head=nn.Conv2d(f[0], out_channels, 1),
        )
        if self.mirror:
            return Mirrored(net, len(levels))
        net.valid_margin = 6 * 2 ** len(levels) - 4
        return net


class Mirrored(nn.Module):
    """A U-Net of valid convolutions, its input mirrored outwards to the next size it can take."""

    def __init__(self, net: nn.Module, depth: int):
        super().__init__()
        self.net, self.margin, self.step = net, 6 * 2**depth - 4, 2**depth

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows, columns = int(x.shape[-2]), int(x.shape[-1])
        (top, bottom), (left, right) = self.pads(rows), self.pads(columns)
        out = self.net(F.pad(x, (left, right, top, bottom), mode="reflect" if min(rows, columns) > max(bottom, right) else "replicate"))
        y, x0 = top - self.margin, left - self.margin
        return out[..., y : y + rows, x0 : x0 + columns]

    def pads(self, size: int) -> tuple[int, int]:
        """Pixels before and after. The least size that passes all poolings whole is 12 * step - 4, then every step."""
        whole = size + 2 * self.margin
        whole += -(whole + 4) % self.step
        before = (whole - size) // 2
        return before, whole - size - before
