"""Figures of an exploration: no picture of a patient but in before_after, which goes outside the repository alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .figures import COLOURS, plt, save


def histograms(seen: list, path: Path) -> None:
    """How often each grey value is, a line a case, apart by unit."""
    units = sorted({s.unit for s in seen})
    figure, axes = plt.subplots(1, len(units), figsize=(4.2 * len(units), 3.2), squeeze=False)
    for ax, unit in zip(axes[0], units):
        low, high = (0, 256) if unit == "gray8" else (-1536, 1536)
        at = low + (np.arange(64) + 0.5) * (high - low) / 64
        cases = [s for s in seen if s.unit == unit]
        for s in cases:
            ax.plot(at, s.histogram / max(1, s.histogram.sum()), lw=0.8, alpha=0.6, color=COLOURS[0])
        ax.set_yscale("log")
        ax.set_xlabel({"hu": "HU", "gray8": "grey, 0..255"}[unit])
        ax.set_ylabel("share of voxels")
        ax.set_title(f"{len(cases)} cases", fontsize=9)
    save(figure, path, "Grey values, a line a case; 64 bins; values outside the axis are left out.")


def frequencies(seen: list, path: Path) -> None:
    """Shares of lung and infection, a bar a case."""
    names = [n for n in ("lung", "lung left", "lung right", "infection") if any(n in s.shares for s in seen)]
    figure, ax = plt.subplots(figsize=(7.2, 1 + 0.22 * len(seen)))
    start = np.zeros(len(seen))
    for name, colour in zip(names, COLOURS):
        values = np.array([s.shares.get(name, 0.0) for s in seen])
        ax.barh(range(len(seen)), values, left=start, label=name, color=colour)
        start += values
    ax.set_yticks(range(len(seen)), [s.id for s in seen], fontsize=7)
    ax.invert_yaxis()
    ax.set_xlabel("share of all voxels of the case")
    ax.legend(frameon=False, fontsize=8, loc="lower right")
    save(figure, path, "Class frequencies: lung without infection, and infection; what is left is background.")


def before_after(before: np.ndarray, after: np.ndarray, path: Path) -> None:
    """A slice and its grey values before and after a chain."""
    figure, axes = plt.subplots(2, 2, figsize=(7, 6))
    for column, (picture, title) in enumerate(((before, "before"), (after, "after"))):
        axes[0, column].imshow(picture, cmap="gray")
        axes[0, column].set_title(title)
        axes[0, column].axis("off")
        axes[1, column].hist(picture.ravel(), 64, color=COLOURS[0])
        axes[1, column].set_yscale("log")
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)
