"""Whole cases through a network: slices or overlapping patches, mirrors, and back to the source's grid."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import nullcontext

import numpy as np
import torch
import torch.nn.functional as F

from . import chains
from .augment.plane import AXES
from .labels import channels, decode
from .samples import padded, scans, stacked
from .sources import Case
from .system import System

SLICES = 16  # at once
PATCHES = 4  # at once, and never 1: PyTorch's 3D convolutions of float32 are seven times slower for a single patch on a CPU
SIGMA = 0.125  # of the Gaussian weight, as a share of the patch: what MONAI and nnU-Net use


def device_of(name: str) -> torch.device:
    """auto, cpu or cuda; cuda is refused where there is none."""
    if name == "cuda" and not torch.cuda.is_available():
        raise ValueError("train.device is cuda, but there is no GPU that CUDA can use: set it to auto or cpu")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


def autocast(system: System, device: torch.device):
    """bfloat16 where the device computes it in hardware; else plain float32."""
    return torch.autocast(device.type, torch.bfloat16) if precision(system, device) == "bfloat16" else nullcontext()


def precision(system: System, device: torch.device) -> str:
    """bfloat16 or float32. A CPU has the first in AMX or AVX512-BF16: a U-Net's step takes 0.6 of the time with the latter.

    Not in 3D: PyTorch 2.14 on AVX512-BF16 gives the weights of a Conv3d gradients that are no numbers, or of 1e34.
    """
    fast = device.type == "cuda" or system.data.input.form == "slice" and (torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported())
    return "bfloat16" if system.train.autocast and fast else "float32"


def layout(system: System) -> torch.memory_format:
    """What convolutions on a CPU are quickest with: a step takes 0.6 to 0.85 of the time."""
    return torch.channels_last if system.data.input.form == "slice" else torch.channels_last_3d


def forward(net: torch.nn.Module, image: torch.Tensor):
    """Logits of the image's own size; what a network of valid convolutions loses is mirrored around the image first."""
    margin = getattr(net, "valid_margin", 0)
    if not margin:
        return net(image)
    dims = image.ndim - 2
    out = net(F.pad(image, (margin,) * (2 * dims), mode="reflect" if margin < min(image.shape[2:]) else "replicate"))
    return [_cut(o, image.shape[2:]) for o in out] if isinstance(out, list) else _cut(out, image.shape[2:])


def _cut(logits: torch.Tensor, shape: torch.Size) -> torch.Tensor:
    for axis, n in enumerate(shape, start=2):
        logits = logits.narrow(axis, (logits.shape[axis] - n) // 2, n)
    return logits


def activate(system: System, logits: torch.Tensor) -> torch.Tensor:
    return torch.softmax(logits.float(), 1) if system.data.target.activation == "softmax" else torch.sigmoid(logits.float())


@torch.no_grad()
def prepared(net: torch.nn.Module, system: System, image: np.ndarray, device: torch.device, starts: Sequence[int] = ()) -> np.ndarray:
    """Probabilities float32 [channels, z, y, x] of a picture [z, y, x] that has been through the chain.

    The network is in evaluation mode and on the device. predict.flips are averaged with the picture as it is.
    Scans that the case joins, the later ones beginning at slices `starts`, are seen one by one.
    """
    run = _patches if system.data.input.form == "patch" else _slices
    return np.concatenate([run(net, system, image[a:b], device) for a, b in scans(len(image), starts)], axis=1)


def _slices(net: torch.nn.Module, system: System, image: np.ndarray, device: torch.device) -> np.ndarray:
    k, out = system.data.input.neighbours, []
    for start in range(0, len(image), SLICES):
        block = np.stack([stacked(image, z, k) for z in range(start, min(start + SLICES, len(image)))])
        out.append(_mirrored(net, system, torch.from_numpy(block.astype(np.float32)).to(device)).cpu().numpy())
    return np.concatenate(out).transpose(1, 0, 2, 3)


def _mirrored(net: torch.nn.Module, system: System, image: torch.Tensor) -> torch.Tensor:
    """Mean probability over the picture and each of the mirrors named."""
    turns = [[], *([AXES[a]] for a in system.predict.flips if -AXES[a] <= image.ndim - 2)]
    total = 0
    for dims in turns:
        with autocast(system, image.device):
            logits = forward(net, image.flip(dims) if dims else image)
        p = activate(system, logits)
        total = total + (p.flip(dims) if dims else p)
    return total / len(turns)


def _patches(net: torch.nn.Module, system: System, image: np.ndarray, device: torch.device) -> np.ndarray:
    size = np.array(system.data.input.patch)
    overlap = np.array(system.predict.overlap or size // 2)
    whole = padded(np.asarray(image), size)

    def run(starts: list[tuple[int, ...]]) -> Iterator[np.ndarray]:
        """The patches' probabilities, in order."""
        for i in range(0, len(starts), PATCHES):
            blocks = [whole[tuple(slice(a, a + n) for a, n in zip(start, size))] for start in starts[i : i + PATCHES]]
            if len(blocks) == 1:
                blocks *= 2
            image = torch.from_numpy(np.stack(blocks).astype(np.float32))[:, None].to(device)
            yield from _mirrored(net, system, image).cpu().numpy()[: len(starts) - i]

    grid = [positions(n, p, o) for n, p, o in zip(whole.shape, size, overlap)]
    if system.predict.blend == "pairwise":
        made = run([start[::-1] for start in itertools.product(*grid[::-1])])  # as pairwise asks for them
        out = pairwise(lambda _: next(made), grid)
    else:
        weight = gaussian(size) if system.predict.blend == "gaussian" else np.ones(size, np.float32)
        out = np.zeros((len(channels(system.data.target)), *whole.shape), np.float32)
        total = np.zeros(whole.shape, np.float32)
        starts = list(itertools.product(*grid))
        for start, found in zip(starts, run(starts)):
            box = tuple(slice(a, a + n) for a, n in zip(start, size))
            out[(slice(None), *box)] += found * weight
            total[box] += weight
        out /= total
    inner = tuple(slice((w - n) // 2, (w - n) // 2 + n) for w, n in zip(whole.shape, image.shape))
    return out[(slice(None), *inner)]


def positions(length: int, patch: int, overlap: int) -> list[int]:
    """Where patches begin along an axis: as far apart as the overlap leaves, the last moved back to the end."""
    if overlap >= patch:
        raise ValueError(f"predict.overlap {overlap} must be smaller than the patch, {patch}")
    found = list(range(0, max(length - patch, 0) + 1, patch - overlap))
    return found if found[-1] + patch >= length else [*found, length - patch]


def gaussian(size: np.ndarray) -> np.ndarray:
    """Weight of a patch's voxels [z, y, x], highest in the middle, never 0."""
    lines = [np.exp(-0.5 * ((np.arange(n) - (n - 1) / 2) / (SIGMA * n)) ** 2) for n in size]
    return np.maximum(np.einsum("i,j,k->ijk", *lines), 1e-3).astype(np.float32)


def pairwise(run, grid: list[list[int]]) -> np.ndarray:
    """The published 3D system's blending: patches are joined along z to lines, lines along y to planes, planes
    along x, each time by the plain mean of what was joined so far and what comes next.

    So a voxel that three patches cover, as a moved-back last one makes, gets ((a + b) / 2 + c) / 2.
    """
    order = (2, 1, 0)  # axes of [z, y, x], the outermost loop first

    def join(level: int, at: dict[int, int]) -> np.ndarray:
        if level == len(order):
            return run((at[0], at[1], at[2]))
        axis, joined = order[level], None
        for start in grid[axis]:
            part = join(level + 1, at | {axis: start})
            joined = part if joined is None else _join(joined, part, axis + 1, start)
        return joined

    return join(0, {})


def _join(a: np.ndarray, b: np.ndarray, axis: int, start: int) -> np.ndarray:
    shared = a.shape[axis] - start
    a1, a2 = np.split(a, [start], axis)
    b1, b2 = np.split(b, [shared], axis)
    return np.concatenate([a1, (a2 + b1) / 2, b2], axis)


def case(net: torch.nn.Module, system: System, case: Case, image: np.ndarray, device: torch.device) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Masks, bool, and probabilities, float32, by class, of a whole case on its source's own grid.

    image is what the chain makes of the case. The probabilities go back linearly, and are then compared with the threshold.
    """
    found = prepared(net, system, image, device, case.starts if len(image) == len(case.image) else ())
    back = chains.undo(system.data.chain, found, case.image.shape, case.spacing_mm, case.unit, case.image)
    return decode(system.data.target, back, system.predict.threshold)
