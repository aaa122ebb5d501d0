"""The shape that U-Nets of all kinds share: down, the middle, and up again with what was on the way."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from monai.networks.blocks import Convolution
from torch import nn


class UNet(nn.Module):
    """stage, pool, ... middle, ... up, join, stage, head; in 2D or 3D.

    `deep` holds heads for the decoder's stages but the last, the finest first: while training, their
    outputs, brought to full size, follow the final one in a list.
    """

    def __init__(
        self,
        down: Sequence[nn.Module],
        pools: Sequence[nn.Module],
        middle: nn.Module,
        ups: Sequence[nn.Module],
        decode: Sequence[nn.Module],
        head: nn.Module,
        deep: Sequence[nn.Module] = (),
    ):
        super().__init__()
        self.down, self.pools, self.middle = nn.ModuleList(down), nn.ModuleList(pools), middle
        self.ups, self.decode, self.head, self.deep = nn.ModuleList(ups), nn.ModuleList(decode), head, nn.ModuleList(deep)

    def forward(self, x: torch.Tensor) -> torch.Tensor | list[torch.Tensor]:
        skips, stages = [], []
        for stage, pool in zip(self.down, self.pools):
            x = stage(x)
            skips.append(x)
            x = pool(x)
        x = self.middle(x)
        for up, stage, skip in zip(self.ups, self.decode, reversed(skips)):
            x = up(x)
            x = stage(torch.cat([crop(skip, x), x], 1))
            stages.append(x)
        final = self.head(x)
        if not (self.training and self.deep):
            return final
        return [final, *(head(resized(s, final)) for head, s in zip(self.deep, reversed(stages[:-1])))]


def crop(x: torch.Tensor, to: torch.Tensor) -> torch.Tensor:
    """The middle of x, as large as `to`."""
    for axis in range(2, x.dim()):
        size = to.shape[axis]
        if x.shape[axis] != size:
            x = x.narrow(axis, (x.shape[axis] - size) // 2, size)
    return x


def resized(x: torch.Tensor, to: torch.Tensor) -> torch.Tensor:
    """x, linearly, at the size of `to`."""
    mode = "trilinear" if x.dim() == 5 else "bilinear"
    return F.interpolate(x, size=tuple(to.shape[2:]), mode=mode, align_corners=False)


def convolution(dims: int, a: int, b: int, order: str = "NA", kernel: int | tuple[int, ...] = 3, padding: int | None = None, dilation=1) -> nn.Module:
    """MONAI's convolution; order "NA": batch norm, then ReLU; "AN": the other way round; "A": ReLU alone; "N": batch norm alone."""
    return Convolution(
        dims,
        a,
        b,
        kernel_size=kernel,
        adn_ordering=order,
        act=("relu", {"inplace": True}),
        norm=("batch", {"momentum": 0.01}) if "N" in order else None,  # 0.99 as Keras counts it
        padding=padding,
        dilation=dilation,
    )


def twice(dims: int, a: int, b: int, order: str = "NA", padding: int | None = None) -> nn.Sequential:
    """Two 3x3 convolutions, a -> b -> b channels."""
    return nn.Sequential(convolution(dims, a, b, order, padding=padding), convolution(dims, b, b, order, padding=padding))


def layer(dims: int, kind: str):
    """torch.nn's class `kind` for 2 or 3 dimensions: layer(3, "Conv") is nn.Conv3d."""
    return getattr(nn, f"{kind}{dims}d")
