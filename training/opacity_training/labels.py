"""Between a label's bits and a network's channels, both ways."""

from __future__ import annotations

import numpy as np

from .sources import INFECTION, INFECTION_UNKNOWN, LEFT, LUNG, LUNG_UNKNOWN, RIGHT
from .system import Target

BIT = {"lung": LUNG, "left": LEFT, "right": RIGHT, "infection": INFECTION}
UNKNOWN = {"lung": LUNG_UNKNOWN, "left": LUNG_UNKNOWN, "right": LUNG_UNKNOWN, "infection": INFECTION_UNKNOWN}
# Where classes exclude each other a voxel goes to the last of these that it is in.
PRECEDENCE = ("lung", "left", "right", "infection")


def channels(target: Target) -> list[str]:
    """The network's outputs in order."""
    return (["background"] if target.activation == "softmax" else []) + target.classes


def encode(target: Target, label: np.ndarray, sides_known: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Bits uint8 [...] to what the network should say and where that is known: float32 [channels, ...], 0 or 1.

    Without sides_known left and right are unknown inside the lungs.
    """
    masks = {name: label & BIT[name] > 0 for name in target.classes}
    known = {name: label & UNKNOWN[name] == 0 for name in target.classes}
    if not sides_known:
        for name in {"left", "right"} & set(target.classes):
            known[name] &= label & LUNG == 0
    if target.activation == "softmax":
        taken = np.zeros(label.shape, bool)
        for name in sorted(target.classes, key=PRECEDENCE.index, reverse=True):
            masks[name] = masks[name] & ~taken
            taken = taken | masks[name]
        # One channel unknown makes the voxel unknown: they share one probability.
        everywhere = np.logical_and.reduce(list(known.values()))
        masks, known = {"background": ~taken, **masks}, dict.fromkeys(("background", *target.classes), everywhere)
    order = channels(target)
    return np.stack([masks[n] for n in order]).astype(np.float32), np.stack([known[n] for n in order]).astype(np.float32)


def decode(target: Target, probability: np.ndarray, threshold: float) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Probabilities [channels, ...] to masks, bool, and probabilities, float32, by class.

    `lung`, `left` and `right` hold the infection in them, as the labels do: where the network's classes exclude each other
    the strongest channel decides, and infection counts to the lung, and to the likelier side of it.
    """
    if target.activation == "sigmoid":
        by_class = dict(zip(target.classes, probability))
        return {n: p > threshold for n, p in by_class.items()}, by_class
    by_class = dict(zip(channels(target), probability))
    strongest = probability.argmax(axis=0)
    inside = strongest > 0
    masks = {n: strongest == i for i, n in enumerate(channels(target)) if n == "infection"}
    probabilities = {n: by_class[n] for n in masks}
    if "infection" in masks and set(target.classes) == {"infection"}:
        return masks, probabilities
    masks["lung"], probabilities["lung"] = inside, 1 - by_class["background"]
    if {"left", "right"} <= set(target.classes):
        share = by_class["left"] / np.maximum(by_class["left"] + by_class["right"], 1e-6)
        for name, side in (("left", share >= 0.5), ("right", share < 0.5)):
            masks[name] = inside & side
            probabilities[name] = probabilities["lung"] * (share if name == "left" else 1 - share)
    return masks, probabilities
