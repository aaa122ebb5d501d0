"""Switchable normalisation (Luo et al., 2019)."""

from __future__ import annotations

import torch
from torch import nn


class SwitchNorm(nn.Module):
    """Instance, layer and batch norm of [n, c, y, x], mixed by learned shares. For three channels it holds 18 numbers:
    12 learned ones and 6 running means and variances."""

    def __init__(self, channels: int, momentum: float = 0.01, epsilon: float = 1e-5):
        super().__init__()
        self.momentum, self.epsilon = momentum, epsilon
        self.scale, self.shift = nn.Parameter(torch.ones(channels)), nn.Parameter(torch.zeros(channels))
        self.mean_shares, self.variance_shares = nn.Parameter(torch.ones(3)), nn.Parameter(torch.ones(3))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_variance", torch.ones(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mean = x.mean((2, 3), keepdim=True)
        variance = ((x - mean) ** 2).mean((2, 3), keepdim=True)
        square = variance + mean**2
        layer_mean = mean.mean(1, keepdim=True)
        layer_variance = square.mean(1, keepdim=True) - layer_mean**2
        if self.training:
            batch_mean = mean.mean(0, keepdim=True)
            batch_variance = square.mean(0, keepdim=True) - batch_mean**2
            with torch.no_grad():
                self.running_mean.lerp_(batch_mean.flatten().float(), self.momentum)
                self.running_variance.lerp_(batch_variance.flatten().float(), self.momentum)
        else:
            batch_mean = self.running_mean.reshape(1, -1, 1, 1)
            batch_variance = self.running_variance.reshape(1, -1, 1, 1)
        m, v = torch.softmax(self.mean_shares, 0), torch.softmax(self.variance_shares, 0)
        mean = m[0] * mean + m[1] * layer_mean + m[2] * batch_mean
        variance = v[0] * variance + v[1] * layer_variance + v[2] * batch_variance
        x = (x - mean) / torch.sqrt(variance + self.epsilon)
        return x * self.scale.reshape(1, -1, 1, 1) + self.shift.reshape(1, -1, 1, 1)
