"""The two networks the Keras deck compares with: UNet++ and Inf-Net."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from monai.networks.nets import BasicUNetPlusPlus
from torch import nn

from .skeleton import convolution, resized


@dataclass
class UNetPlusPlus:
    """MONAI's UNet++ (Zhou et al., 2018). With deep supervision the last layer's output comes first in training."""

    features: list[int] = field(default_factory=lambda: [32, 32, 64, 128, 256, 32])
    deep_supervision: bool = False
    dims = (2, 3)

    def make(self, in_channels: int, out_channels: int, dims: int) -> nn.Module:
        return Nested(
            BasicUNetPlusPlus(
                spatial_dims=dims,
                in_channels=in_channels,
                out_channels=out_channels,
                features=tuple(self.features),
                deep_supervision=self.deep_supervision,
                act=("relu", {"inplace": True}),
                norm=("batch", {"affine": True}),
                upsample="deconv",
            )
        )


class Nested(nn.Module):
    def __init__(self, net: nn.Module):
        super().__init__()
        self.net = net

    def forward(self, x: torch.Tensor) -> torch.Tensor | list[torch.Tensor]:
        out = self.net(x)[::-1]
        return out if self.training and len(out) > 1 else out[0]


@dataclass
class InfNet:
    """Inf-Net (Fan et al., 2020), by its paper and its authors' code: a partial decoder draws a global map from the three
    deepest levels of the encoder, reverse attention refines it level by level with an edge branch beside it.

    While training it gives the maps of levels 3, 4, 5 and the global one, and last the edges: see
    `deep_weights` and `edge_weight` of the loss.
    """

    encoder: str = "tu-res2net50d"  # of segmentation-models-pytorch; timm's name for the authors' Res2Net-50 v1b, 26w x 4s
    channels: int = 32  # of the partial decoder
    deepest: int = 256  # channels of the deepest level's reverse attention; the others' is that of the edges
    dims = (2,)

    def make(self, in_channels: int, out_channels: int, dims: int) -> nn.Module:
        return InfNetwork(self, in_channels, out_channels)


EDGE = 64  # channels


def normed(a: int, b: int, kernel: int | tuple[int, int] = 3, dilation: int = 1) -> nn.Module:
    """Convolution and batch norm: Inf-Net's, most of which have no activation."""
    return convolution(2, a, b, "N", kernel, dilation=dilation)


class InfNetwork(nn.Module):
    def __init__(self, spec: InfNet, in_channels: int, out_channels: int):
        super().__init__()
        from segmentation_models_pytorch.encoders import get_encoder

        self.encoder = get_encoder(spec.encoder, in_channels=in_channels, depth=5, weights=None)
        f2, f3, f4, f5 = self.encoder.out_channels[-4:]
        self.edge = nn.Sequential(normed(f2, EDGE, 1), normed(EDGE, EDGE), normed(EDGE, EDGE))
        self.edge_head = normed(EDGE, out_channels)
        self.fields = nn.ModuleList([ReceptiveFields(f, spec.channels) for f in (f3, f4, f5)])
        self.partial = PartialDecoder(spec.channels, out_channels)
        self.refine = nn.ModuleList(
            [
                ReverseAttention(f5, spec.deepest, 5, 3, 1, out_channels),
                ReverseAttention(f4, EDGE, 3, 2, 3, out_channels),
                ReverseAttention(f3, EDGE, 3, 2, 3, out_channels),
            ]
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor | list[torch.Tensor]:
        f2, f3, f4, f5 = self.encoder(x)[-4:]
        edge = self.edge(f2)
        maps = [self.partial(*(see(f) for see, f in zip(self.fields, (f3, f4, f5))))]
        for refine, f in zip(self.refine, (f5, f4, f3)):
            maps.append(refine(f, resized(edge, f), resized(maps[-1], f)))
        if not self.training:
            return resized(maps[-1], x)
        return [resized(m, x) for m in (*reversed(maps), self.edge_head(edge))]


class ReceptiveFields(nn.Module):
    """A level seen at four distances side by side: pixel by pixel, and through 3x3 kernels whose taps lie 3, 5 and 7 apart."""

    def __init__(self, features: int, channels: int):
        super().__init__()
        c = channels
        far = [nn.Sequential(normed(features, c, 1), normed(c, c, (1, k)), normed(c, c, (k, 1)), normed(c, c, dilation=k)) for k in (3, 5, 7)]
        self.branches = nn.ModuleList([normed(features, c, 1), *far])
        self.join, self.short = normed(4 * c, c), normed(features, c, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.join(torch.cat([b(x) for b in self.branches], 1)) + self.short(x))


class PartialDecoder(nn.Module):
    """The three deepest levels, each multiplied by all that are deeper, joined at the size of the finest of them."""

    def __init__(self, channels: int, out_channels: int):
        super().__init__()
        c = channels
        self.carry = nn.ModuleList([normed(c, c) for _ in range(4)])
        self.carry_joined = normed(2 * c, 2 * c)
        self.join4, self.join3 = normed(2 * c, 2 * c), normed(3 * c, 3 * c)
        self.head = nn.Sequential(normed(3 * c, 3 * c), nn.Conv2d(3 * c, out_channels, 1))

    def forward(self, f3: torch.Tensor, f4: torch.Tensor, f5: torch.Tensor) -> torch.Tensor:
        up5 = resized(f5, f4)
        g4 = f4 * self.carry[0](up5)
        g3 = f3 * self.carry[1](resized(up5, f3)) * self.carry[2](resized(f4, f3))
        at4 = self.join4(torch.cat([g4, self.carry[3](up5)], 1))
        return self.head(self.join3(torch.cat([g3, self.carry_joined(resized(at4, f3))], 1)))


class ReverseAttention(nn.Module):
    """Looks where the coarser map says nothing is: 1 - its probability weighs the features; the result is added to it."""

    def __init__(self, features: int, channels: int, kernel: int, depth: int, head: int, out_channels: int):
        """head: the kernel of the last convolution; depth: how many of `kernel` come before it."""
        super().__init__()
        c = channels
        self.reduce = normed(features, c, 1)
        self.layers = nn.Sequential(*(convolution(2, c if n else c + EDGE, c, kernel=kernel) for n in range(depth)), normed(c, out_channels, head))

    def forward(self, f: torch.Tensor, edge: torch.Tensor, coarser: torch.Tensor) -> torch.Tensor:
        elsewhere = 1 - torch.sigmoid(coarser).amax(1, keepdim=True)
        return self.layers(torch.cat([self.reduce(f * elsewhere), edge], 1)) + coarser
