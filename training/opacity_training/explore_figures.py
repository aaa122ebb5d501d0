"""Figures of an exploration. Those that show patients, montage and before_after, go outside the repository alone."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from .figures import COLOURS, DASHES, plt, save
from .sources import INFECTION, LUNG, Case

LOW, HIGH = -1250.0, 250.0  # HU from black to white
PICTURES, WIDTH = 6, 160  # in a row of the montage, and their side


def histograms(seen: list, path: Path) -> None:
    """How often each grey value is, a line a case, apart by unit."""
    units = sorted({s.unit for s in seen})
    figure, axes = plt.subplots(1, len(units), figsize=(4.2 * len(units), 3.2), squeeze=False)
    for ax, unit in zip(axes[0], units):
        low, high = (0, 256) if unit == "gray8" else (-1536, 1536)
        at = low + (np.arange(64) + 0.5) * (high - low) / 64
        cases = [s for s in seen if s.unit == unit]
        origins = sorted({s.origin for s in cases})
        for s in cases:
            n = origins.index(s.origin) % len(COLOURS)
            ax.plot(at, s.histogram / max(1, s.histogram.sum()), lw=0.8, alpha=0.6, color=COLOURS[n], ls=DASHES[n])
        if 1 < len(origins) <= len(COLOURS):
            ax.legend([ax.lines[[s.origin for s in cases].index(o)] for o in origins], origins, frameon=False, fontsize=7)
        ax.set_yscale("log")
        ax.set_xlabel({"hu": "HU", "gray8": "grey, 0..255"}[unit])
        ax.set_ylabel("share of voxels")
        ax.set_title(f"{len(cases)} cases", fontsize=9)
    save(figure, path, "Grey values, a line a case, by origin; 64 bins; values outside the axis are left out. " + of_what(seen))


def of_what(seen: list) -> str:
    """What a figure is of: data, patients, and what they lack."""
    units = {"hu": "HU", "gray8": "8-bit, not HU"}
    lacks = ", ".join(dict.fromkeys(v for s in seen for v in s.lacks))
    on = f"{len({s.patient for s in seen})} patients, {len(seen)} cases, {' / '.join(sorted({units[s.unit] for s in seen}))}"
    return f"{on}. Lacks {lacks or 'nothing known'}."


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
    ax.legend(frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(names))
    save(figure, path, f"Class frequencies: lung without infection, and infection; what is left is background. {of_what(seen)}")


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


def grey(plane: np.ndarray, unit: str) -> np.ndarray:
    """A slice as uint8, black to white."""
    if unit == "gray8":
        return plane.astype(np.uint8)
    return (np.clip((plane.astype(np.float32) - LOW) / (HIGH - LOW), 0, 1) * 255).astype(np.uint8)


def montage_row(case: Case) -> np.ndarray:
    """Pictures from the first slice to the last, lung outlined in blue, infection in red; uint8 [WIDTH, PICTURES * WIDTH, BGR]."""
    out = []
    for f in np.linspace(0, 1, PICTURES):
        k = int(round(f * (len(case.image) - 1)))
        h, w = case.image.shape[1:]
        size = (max(1, round(WIDTH * w / max(h, w))), max(1, round(WIDTH * h / max(h, w))))
        small = cv2.resize(grey(case.image[k], case.unit), size, interpolation=cv2.INTER_AREA)
        tile = np.zeros((WIDTH, WIDTH, 3), np.uint8)
        tile[: size[1], : size[0]] = small[..., None]
        for bit, colour in ((LUNG, (255, 120, 0)), (INFECTION, (0, 0, 255))):
            mask = cv2.resize((case.label[k] & bit > 0).astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
            contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
            cv2.drawContours(tile[: size[1], : size[0]], contours, -1, colour, 1)
        out.append(tile)
    cv2.putText(out[0], case.id[-24:], (3, 11), cv2.FONT_HERSHEY_SIMPLEX, 0.35, (255, 255, 255), 1, cv2.LINE_AA)
    return np.hstack(out)


def sheets(seen: list, tall: int = 10) -> list[np.ndarray]:
    """The rows of the montage, this many a sheet."""
    every = [s.row for s in seen]
    return [np.vstack(every[k : k + tall]) for k in range(0, len(every), tall)]
