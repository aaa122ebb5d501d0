"""U-Nets on known encoders, from segmentation-models-pytorch and torchvision. No weights are ever fetched."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from monai.networks.blocks import ChannelSELayer, ResidualUnit
from torch import nn
from torchvision.models import resnet50
from torchvision.models.feature_extraction import create_feature_extractor

from ..strict import ConfigError
from .skeleton import convolution


@dataclass
class EncoderUNet:
    """segmentation-models-pytorch's U-Net on one of its encoders (resnet50, se_resnet50, densenet121, xception,
    efficientnet-b0, ...)."""

    encoder: str = "resnet34"
    decoder: list[int] = field(default_factory=lambda: [256, 128, 64, 32, 16])
    attention: str = ""  # scse: squeeze and excitation of channels and positions in the decoder
    residual: bool = False  # a decoder of MONAI's residual units instead, as the lecture's last models have
    dims = (2,)

    def make(self, in_channels: int, out_channels: int, dims: int) -> nn.Module:
        import segmentation_models_pytorch as smp

        if self.residual and self.attention:
            raise ConfigError("encoder-unet: a decoder of residual units has no attention")
        if self.residual:
            encoder = smp.encoders.get_encoder(self.encoder, in_channels=in_channels, depth=len(self.decoder), weights=None)
            return ResidualUNetwork(encoder, self.decoder, out_channels)
        return smp.Unet(
            encoder_name=self.encoder,
            encoder_weights=None,
            encoder_depth=len(self.decoder),
            decoder_channels=tuple(self.decoder),
            decoder_attention_type=self.attention or None,
            in_channels=in_channels,
            classes=out_channels,
        )


class ResidualUNetwork(nn.Module):
    """An encoder of segmentation-models-pytorch, and up again by enlarging, joining and a residual unit a level."""

    def __init__(self, encoder: nn.Module, decoder: list[int], out_channels: int):
        super().__init__()
        self.encoder = encoder
        skips = [*reversed(encoder.out_channels[1:-1]), 0]  # the input itself is not joined
        before = [encoder.out_channels[-1], *decoder[:-1]]
        norm = ("batch", {"momentum": 0.01})
        self.decode = nn.ModuleList([ResidualUnit(2, a + skip, b, act="relu", norm=norm, adn_ordering="NA") for a, skip, b in zip(before, skips, decoder)])
        self.head = nn.Conv2d(decoder[-1], out_channels, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        image, *skips, x = self.encoder(x)
        for stage in self.decode:
            x = F.interpolate(x, size=tuple(skips[-1].shape[2:] if skips else image.shape[2:]), mode="nearest")
            x = stage(torch.cat([x, skips.pop()], 1) if skips else x)
        return self.head(x)


@dataclass
class DeepLabV3Plus:
    """DeepLabv3+ (Chen et al., 2018): atrous pyramid on an encoder of stride 16, and a short decoder."""

    encoder: str = "resnet50"
    decoder: int = 256
    rates: list[int] = field(default_factory=lambda: [12, 24, 36])
    dims = (2,)

    def make(self, in_channels: int, out_channels: int, dims: int) -> nn.Module:
        import segmentation_models_pytorch as smp

        return smp.DeepLabV3Plus(
            encoder_name=self.encoder,
            encoder_weights=None,
            encoder_output_stride=16,
            decoder_channels=self.decoder,
            decoder_atrous_rates=tuple(self.rates),
            in_channels=in_channels,
            classes=out_channels,
        )


@dataclass
class LectureResNet50UNet:
    """The lecture's ResNet50 U-Net: what is joined comes from inside the encoder's blocks, as its tables list them
    (activations 50, 59, 61, 76 and 93), the decoder enlarges, joins and convolves once a level."""

    decoder: list[int] = field(default_factory=lambda: [256, 128, 64, 32])
    squeeze_excitation: bool = False  # after each convolution of the decoder: the lecture's ResNet-SE
    dims = (2,)

    def make(self, in_channels: int, out_channels: int, dims: int) -> nn.Module:
        return ResNet50UNetwork(self, in_channels, out_channels)


class ResNet50UNetwork(nn.Module):
    TAPS = {"relu": 64, "layer1.2.relu_2": 256, "layer2.0.relu_1": 128, "layer3.1.relu_1": 256, "layer4.1.relu": 512}

    def __init__(self, spec: LectureResNet50UNet, in_channels: int, out_channels: int):
        super().__init__()
        encoder = resnet50(weights=None)
        encoder.conv1 = nn.Conv2d(in_channels, 64, 7, stride=2, padding=3, bias=False)
        self.encoder = create_feature_extractor(encoder, list(self.TAPS))
        taps = list(self.TAPS.values())
        self.up = nn.Upsample(scale_factor=2)
        self.decode, c = nn.ModuleList(), taps[-1]
        for n, skip in zip(spec.decoder, reversed(taps[:-1])):
            more = [ChannelSELayer(2, n, r=2, acti_type_1="relu", acti_type_2="sigmoid")] if spec.squeeze_excitation else []
            self.decode.append(nn.Sequential(convolution(2, c + skip, n), *more))
            c = n
        self.head = nn.Conv2d(c, out_channels, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        *skips, x = self.encoder(x).values()
        for stage in self.decode:
            x = stage(torch.cat([self.up(x), skips.pop()], 1))
        return self.head(self.up(x))
