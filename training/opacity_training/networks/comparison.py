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
    """Inf-Net (Fan et al., 2020): a partial decoder draws a global map from the three deepest levels of the encoder,
    reverse attention refines it level by level with an edge branch beside it.

    While training it gives the maps of levels 3, 4, 5 and the global one, and last the edges: see
    `deep_weights` and `edge_weight` of the loss.
    """

    encoder: str = "tu-res2net50_26w_4s"  # of segmentation-models-pytorch
    channels: int = 32  # of the partial decoder
    dims = (2,)

    def make(self, in_channels: int, out_channels: int, dims: int) -> nn.Module:
        return InfNetwork(self, in_channels, out_channels)


class InfNetwork(nn.Module):
    def __init__(self, spec: InfNet, in_channels: int, out_channels: int):
        super().__init__()
        from segmentation_models_pytorch.encoders import get_encoder

        self.encoder = get_encoder(spec.encoder, in_channels=in_channels, depth=5, weights=None)
        f2, f3, f4, f5 = self.encoder.out_channels[-4:]
        self.edge = nn.Sequential(convolution(2, f2, 64, kernel=1), convolution(2, 64, 64), convolution(2, 64, 64))
        self.edge_head = nn.Conv2d(64, out_channels, 1)
        self.partial = PartialDecoder([f3, f4, f5], spec.channels, out_channels)
        self.refine = nn.ModuleList([ReverseAttention(f, 64, out_channels) for f in (f5, f4, f3)])

    def forward(self, x: torch.Tensor) -> torch.Tensor | list[torch.Tensor]:
        f2, f3, f4, f5 = self.encoder(x)[-4:]
        edge = self.edge(f2)
        maps = [self.partial(f3, f4, f5)]
        for refine, f in zip(self.refine, (f5, f4, f3)):
            maps.append(refine(f, edge, resized(maps[-1], f)))
        if not self.training:
            return resized(maps[-1], x)
        return [resized(m, x) for m in (*reversed(maps), self.edge_head(edge))]


class PartialDecoder(nn.Module):
    """The three deepest levels, each multiplied by all that are deeper, joined at the size of the finest of them."""

    def __init__(self, features: list[int], channels: int, out_channels: int):
        super().__init__()
        c = channels
        self.reduce = nn.ModuleList([nn.Sequential(convolution(2, f, c, kernel=1), convolution(2, c, c)) for f in features])
        self.carry = nn.ModuleList([convolution(2, c, c) for _ in range(3)])
        self.join4, self.join3 = convolution(2, 2 * c, 2 * c), convolution(2, 3 * c, 3 * c)
        self.head = nn.Sequential(convolution(2, 3 * c, c), nn.Conv2d(c, out_channels, 1))

    def forward(self, f3: torch.Tensor, f4: torch.Tensor, f5: torch.Tensor) -> torch.Tensor:
        f3, f4, f5 = (reduce(f) for reduce, f in zip(self.reduce, (f3, f4, f5)))
        up5 = resized(f5, f4)
        g4 = f4 * self.carry[0](up5)
        g3 = f3 * self.carry[1](resized(f4, f3)) * self.carry[2](resized(up5, f3))
        at4 = self.join4(torch.cat([g4, up5], 1))
        return self.head(self.join3(torch.cat([g3, resized(at4, f3)], 1)))


class ReverseAttention(nn.Module):
    """Looks where the coarser map says nothing is: 1 - its probability weighs the features; the result is added to it."""

    def __init__(self, features: int, edge: int, out_channels: int):
        super().__init__()
        self.layers = nn.Sequential(convolution(2, features + edge, 64, kernel=1), convolution(2, 64, 64), convolution(2, 64, 64))
        self.head = nn.Conv2d(64, out_channels, 1)

    def forward(self, f: torch.Tensor, edge: torch.Tensor, coarser: torch.Tensor) -> torch.Tensor:
        elsewhere = 1 - torch.sigmoid(coarser).amax(1, keepdim=True)
        x = torch.cat([f * elsewhere, F.adaptive_avg_pool2d(edge, f.shape[2:])], 1)
        return self.head(self.layers(x)) + coarser
