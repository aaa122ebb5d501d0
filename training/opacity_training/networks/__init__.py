"""The networks, by kind. A kind is a dataclass of its parameters with `dims`, the dimensions it comes in,
and `make`; a module holds a family of them. Nothing is pretrained by others: every weight is drawn at random, but for
`shipped`, which goes on from one of our own models."""

from __future__ import annotations

from torch import nn

from ..strict import ConfigError
from .comparison import InfNet, UNetPlusPlus
from .encoders import DeepLabV3Plus, EncoderUNet, LectureResNet50UNet
from .fv import FVUNet
from . import inception, pooling, vgg
from .inception import DenseInceptionUNet, InceptionUNet
from .shipped import Shipped
from .tiramisu import Tiramisu
from .unet import BasicUNet, KerasUNet, MIScnnUNet, ValidUNet
from .vgg import FCN, SegNet

KINDS: dict[str, type] = {
    "basic-unet": BasicUNet,
    "keras-unet": KerasUNet,
    "miscnn-unet": MIScnnUNet,
    "valid-unet": ValidUNet,
    "fv-unet": FVUNet,
    "fcn": FCN,
    "segnet": SegNet,
    "tiramisu": Tiramisu,
    "deeplabv3plus": DeepLabV3Plus,
    "encoder-unet": EncoderUNet,
    "lecture-resnet50-unet": LectureResNet50UNet,
    "inception-unet": InceptionUNet,
    "dense-inception-unet": DenseInceptionUNet,
    "unet-plus-plus": UNetPlusPlus,
    "inf-net": InfNet,
    "shipped": Shipped,
}


def build(spec: object, in_channels: int, out_channels: int, dims: int) -> nn.Module:
    """[n, in, (z,) y, x] -> logits [n, out, (z,) y, x]; while training with deep supervision a list of them, the
    final one first, all of full size. Its attribute `valid_margin` says how many pixels a network of valid
    convolutions loses on each side (0: none)."""
    if dims not in spec.dims:
        raise ConfigError(f"network {type(spec).__name__} comes in {' or '.join(map(str, spec.dims))} dimensions, not in {dims}")
    net = spec.make(in_channels, out_channels, dims)
    if not hasattr(net, "valid_margin"):
        net.valid_margin = 0
    return net


def parameters(net: nn.Module) -> int:
    """How many numbers are learned."""
    return sum(p.numel() for p in net.parameters() if p.requires_grad)
