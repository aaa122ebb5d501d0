"""The networks, by kind. Each module holds a family: dataclasses of their parameters, and `make`."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class BasicUNet:
    """MONAI's U-Net with batch norm, ReLU and transposed convolutions."""

    features: list[int] = field(default_factory=lambda: [16, 32, 64, 128, 256, 16])


KINDS: dict[str, type] = {"basic-unet": BasicUNet}


def build(spec, in_channels: int, out_channels: int, dims: int):
    """A torch.nn.Module: [n, in, (z,) y, x] -> logits [n, out, (z,) y, x]; while training with deep
    supervision a list of them, the final one first, all of full size. Its attribute `valid_margin` says how many
    pixels a network of valid convolutions loses on each side (0: none)."""
    raise NotImplementedError
