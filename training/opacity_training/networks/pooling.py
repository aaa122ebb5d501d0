"""The mean of max pooling and Hartley spectral pooling, which keeps the low frequencies alone."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F


def hybrid_pool(x: torch.Tensor, factor: int) -> torch.Tensor:
    """[n, c, y, x] to a factor-th of its rows and columns. Factor 1 is a 2x2 window moved by one voxel; the spectral
    part then keeps every frequency. The paper does not print how the two are put together without
    doubling the channels; here it is their mean."""
    if factor == 1:
        return (F.max_pool2d(F.pad(x, (0, 1, 0, 1), mode="replicate"), 2, stride=1) + x) / 2
    rows, columns = _low_pass(int(x.shape[-2]), factor), _low_pass(int(x.shape[-1]), factor)
    spectral = torch.matmul(torch.matmul(rows.to(x), x), columns.to(x).T)
    return (F.max_pool2d(x, factor) + spectral) / 2


@lru_cache(maxsize=64)
def _low_pass(size: int, factor: int) -> torch.Tensor:
    """The Hartley transform of `size` numbers, its size // factor lowest frequencies, and back: one matrix."""
    small = size // factor
    keep = np.arange(-(small // 2), small - small // 2)
    matrix = _cas(np.outer(np.arange(small), keep) / small) @ _cas(np.outer(keep, np.arange(size)) / size) / size
    return torch.from_numpy(matrix.astype(np.float32))


def _cas(turns: np.ndarray) -> np.ndarray:
    return np.cos(2 * np.pi * turns) + np.sin(2 * np.pi * turns)
