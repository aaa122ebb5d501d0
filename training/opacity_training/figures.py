"""The figures of the results, from plain numbers, as SVG and PNG.

Colours are Okabe and Ito's, which those who confuse red and green tell apart too; every series also has
a marker or a dash of its own. Every figure carries its caption inside the picture: what it was measured on
must not be cut off from it.
"""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib
import matplotlib.ticker
import numpy as np

matplotlib.use("Agg")
matplotlib.rcParams.update({"svg.hashsalt": "opacity", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "svg.fonttype": "none"})

import matplotlib.pyplot as plt  # noqa: E402

from .metrics import FEWEST  # noqa: E402

if TYPE_CHECKING:
    from .paired import Difference

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
MARKERS = "osD^vP*X"
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)), (0, (8, 3)))


def save(figure, path: Path, caption: str) -> list[Path]:
    """path.svg and path.png, the caption under the axes; the same numbers give the same bytes."""
    width, height = figure.get_size_inches()
    lines = _even_lines(caption, int(width * 17))
    foot = (0.125 * len(lines) + 0.12) / height  # lines of 7.5 points
    figure.tight_layout(rect=(0, foot, 1, 1))
    figure.text(0.01, 0.04 / height, "\n".join(lines), fontsize=7.5, color="#444444", va="bottom")
    path.parent.mkdir(parents=True, exist_ok=True)
    made = []
    for suffix, metadata in ((".svg", {"Date": None}), (".png", {"Software": None})):
        out = path.parent / (path.name + suffix)
        figure.savefig(out, dpi=150, metadata=metadata)
        made.append(out)
    plt.close(figure)
    return made


def _even_lines(text: str, most: int) -> list[str]:
    """A text in as few lines as `most` characters allow, the shortest of them as long as can be; none begins with %."""
    text = text.replace(" %", "\u00a0%")
    ways = [textwrap.wrap(text, n, break_on_hyphens=False) for n in range(most // 2, most + 1)]
    lines = min(ways, key=lambda lines: (len(lines), -min(map(len, lines), default=0)))
    return [line.replace("\u00a0", " ") for line in lines]


def strips(path: Path, rows: list[tuple[str, list[float]]], measure: str, caption: str, title: str = "") -> list[Path]:
    """One row a system, the first at the top: a box of six patients or more, every patient as a point, the mean as a diamond with
    its number, and with that of its patients where the rows differ in them."""
    differ = len({len(values) for _, values in rows}) > 1
    figure, axes = plt.subplots(figsize=(7.2, 1.5 + 0.42 * max(len(rows), 2)))
    for i, (_, values) in enumerate(rows):
        if not values:
            axes.text(0.5, i, "nothing defined", va="center", ha="center", fontsize=8, transform=axes.get_yaxis_transform())
            continue
        if len(values) >= FEWEST:
            axes.boxplot(values, positions=[i], orientation="horizontal", widths=0.5, showfliers=False, medianprops={"color": COLOURS[0], "linewidth": 2})
        jitter = (np.arange(len(values)) % 5 - 2) * 0.06
        axes.plot(values, i + jitter, "o", ms=3.5, color=COLOURS[1], alpha=0.8)
        mean = float(np.mean(values))
        axes.plot([mean], [i], "D", ms=6, color="white", mec="black")
        axes.text(1.01, i, f"{mean:.3f}" + (f", n {len(values)}" if differ else ""), va="center", fontsize=8, transform=axes.get_yaxis_transform())
    axes.set_yticks(range(len(rows)), [name for name, _ in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel(measure)
    axes.grid(axis="x", color="#dddddd")
    axes.set_axisbelow(True)
    axes.set_title(title, loc="left", fontsize=10)
    boxes = "; line in the box: median" if any(len(values) >= FEWEST for _, values in rows) else ""
    return save(figure, path, caption + f" Point: a patient{boxes}; diamond and number: mean" + (" of the n patients that the row has." if differ else "."))


def leak(path: Path, pairs: list[tuple[str, dict[str, float], dict[str, float]]], measure: str, caption: str) -> list[Path]:
    """For each system, each patient under the split by patient and under the leaky one, joined; the leak is the mean difference."""
    figure, panels = plt.subplots(1, len(pairs), figsize=(max(4.2, 2.6 * len(pairs)), 4.2), squeeze=False)
    for axes, (name, honest, leaky) in zip(panels[0], pairs):
        both = [c for c in honest if c in leaky]
        a, b = np.array([honest[c] for c in both]), np.array([leaky[c] for c in both])
        for x, y in zip(a, b):
            axes.plot([0, 1], [x, y], "-", color="#999999", lw=0.8)
        axes.plot(np.zeros(len(a)), a, MARKERS[0], color=COLOURS[0], ms=4)
        axes.plot(np.ones(len(b)), b, MARKERS[1], color=COLOURS[1], ms=4)
        if both:
            axes.plot([0, 1], [a.mean(), b.mean()], "D-", color="black", ms=6, lw=2)
            axes.set_title(f"{name}\nleak {b.mean() - a.mean():+.3f}, {len(both)} patients", fontsize=9)
        axes.set_xticks([0, 1], ["by patient", "leaky"])
        axes.set_xlim(-0.35, 1.35)
        axes.grid(axis="y", color="#dddddd")
    panels[0][0].set_ylabel(measure)
    return save(figure, path, caption + " Thin line: a patient; thick: the mean; each panel has its own scale. The leak is the mean difference; it says nothing of how good either model is.")


def differences(path: Path, rows: list[tuple[str, Difference]], measure: str, caption: str) -> list[Path]:
    """One row a system: its differences from the baseline by patient, their mean, and its interval where there is one."""
    figure, axes = plt.subplots(figsize=(7.2, 1.5 + 0.36 * max(len(rows), 2)))
    axes.axvline(0, color="black", lw=0.8)
    for i, (_, d) in enumerate(rows):
        values = np.array(list(d.each.values()))
        axes.plot(values, i + (np.arange(len(values)) % 5 - 2) * 0.06, "o", ms=3, color=COLOURS[1], alpha=0.6)
        if d.low is not None:
            axes.plot([d.low, d.high], [i, i], "-", color=COLOURS[0], lw=3, alpha=0.8)
        axes.plot([d.mean], [i], "D", ms=6, color="white", mec="black")
        axes.text(1.01, i, f"{d.mean:+.3f}, {len(values)} patients", va="center", fontsize=8, transform=axes.get_yaxis_transform())
    axes.set_yticks(range(len(rows)), [name for name, _ in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel(measure)
    axes.grid(axis="x", color="#dddddd")
    axes.set_axisbelow(True)
    return save(figure, path, caption + " Point: a patient; diamond: mean difference; bar: its 95 % interval over patients, where there are enough.")


def ladder(path: Path, rows: list[tuple[str, dict[str, float]]], measure: str, caption: str) -> list[Path]:
    """Systems from left to right, each patient joined through them where it has neighbouring values; means of those whom all have."""
    figure, axes = plt.subplots(figsize=(max(4.2, 1.7 * len(rows) + 1.2), 4.0))
    every = sorted({c for _, values in rows for c in values})
    shared = [c for c in every if all(c in values for _, values in rows)]
    for case in every:
        axes.plot(range(len(rows)), [values.get(case, np.nan) for _, values in rows], "o-", ms=3.5, lw=0.8, color="#777777" if case in shared else "#cccccc")
    means = [float(np.mean([values[c] for c in shared])) if shared else np.nan for _, values in rows]
    axes.plot(range(len(rows)), means, "D", ms=7, color=COLOURS[0])
    for i, mean in enumerate(means if shared else ()):
        axes.text(i, 1.02, f"{mean:.3f}", ha="center", fontsize=9, transform=axes.get_xaxis_transform())
    axes.set_xticks(range(len(rows)), [name.replace(" (", "\n(") for name, _ in rows], fontsize=8)
    axes.set_xlim(-0.4, len(rows) - 0.4)
    axes.set_ylabel(measure)
    axes.grid(axis="y", color="#dddddd")
    pale = "; pale: measured by some" if len(shared) < len(every) else ""
    return save(figure, path, f"{caption} Line: a patient; diamond and number: mean of the {len(shared)} whom all of them measured{pale}.")


def curves(path: Path, panels: dict[str, dict[str, list[tuple[list, list]]]], caption: str, logarithmic: tuple[str, ...] = ()) -> list[Path]:
    """One panel a quantity, two abreast; in it one line a series: the mean over its folds, and the range of them as a band."""
    columns = min(2, len(panels))
    figure, axis = plt.subplots(-(-len(panels) // columns), columns, figsize=(7.2 if columns > 1 else 4.5, 2.9 * -(-len(panels) // columns) + 0.6), squeeze=False)
    for spare in axis.flat[len(panels) :]:
        spare.axis("off")
    for axes, (quantity, series) in zip(axis.flat, panels.items()):
        for i, (name, folds) in enumerate(series.items()):
            at = np.unique(np.concatenate([np.asarray(x, float) for x, _ in folds]))
            lines = np.array([np.interp(at, x, y, right=np.nan) for x, y in folds])
            known = ~np.isnan(lines).all(axis=0)
            at, lines = at[known], lines[:, known]
            axes.plot(at, np.nanmean(lines, axis=0), color=COLOURS[i % 8], ls=DASHES[i % 8], label=name)
            if len(folds) > 1:
                axes.fill_between(at, np.nanmin(lines, axis=0), np.nanmax(lines, axis=0), color=COLOURS[i % 8], alpha=0.15, lw=0)
        axes.set_title(quantity, loc="left", fontsize=10)
        axes.set_xlabel("step")
        axes.grid(color="#e5e5e5")
        if quantity in logarithmic:
            axes.set_yscale("log")
            _one_two_five(axes.yaxis)
    axis.flat[len(panels) - 1].legend(fontsize=7.5, frameon=False)
    return save(figure, path, caption + " Line: mean over folds; band: their range.")


def _one_two_five(axis) -> None:
    """Ticks of a logarithmic axis at 1, 2 and 5 of each decade, at 1 alone where they would touch, as plain numbers."""
    low, high = axis.get_view_interval()
    axis.set_major_locator(matplotlib.ticker.LogLocator(subs=(1, 2, 5) if high < 300 * low else (1,)))
    axis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda v, _: f"{v:,.10g}"))
    axis.set_minor_formatter(matplotlib.ticker.NullFormatter())


def grid(path: Path, values: dict[tuple[str, str, str, str], list[float]], caption: str) -> list[Path]:
    """Boxes by (row of panels: measure, block: label, column of a block: without or with augmentation, box: without or with
    preprocessing). The panels of a row share their scale within a block."""
    rows, blocks, columns, boxes = (list(dict.fromkeys(k[i] for k in values)) for i in range(4))
    wide = len(blocks) * len(columns)
    figure, panels = plt.subplots(len(rows), wide, figsize=(1.75 * wide + 0.8, 1.8 * len(rows) + 0.9), squeeze=False)
    for i, row in enumerate(rows):
        for j, (block, column) in enumerate((b, c) for b in blocks for c in columns):
            axes, first = panels[i][j], j % len(columns) == 0
            if not first:
                axes.sharey(panels[i][j - 1])
                axes.tick_params(labelleft=False)
            for k, box in enumerate(boxes):
                v = values.get((row, block, column, box), [])
                if v:
                    if len(v) >= FEWEST:
                        axes.boxplot(v, positions=[k], widths=0.55, showfliers=False, medianprops={"color": COLOURS[0], "linewidth": 2})
                    axes.plot(k + (np.arange(len(v)) % 5 - 2) * 0.05, v, "o", ms=3, color=COLOURS[1], alpha=0.8)
                else:
                    axes.text(k, 0.5, "not run", ha="center", fontsize=7, rotation=90, transform=axes.get_xaxis_transform())
            axes.set_xticks(range(len(boxes)), boxes, fontsize=7.5)
            axes.tick_params(axis="y", labelsize=7.5)
            axes.set_xlim(-0.6, len(boxes) - 0.4)
            axes.grid(axis="y", color="#dddddd")
            if i == 0:
                axes.set_title(f"{block}\n{column}", fontsize=8)
        panels[i][0].set_ylabel(row, fontsize=8)
    boxes = "; line in the box: median" if any(len(v) >= FEWEST for v in values.values()) else ""
    return save(figure, path, caption + f" Point: a patient{boxes}.")


def fitting(path: Path, series: dict[str, tuple[list, list]], quantity: str, caption: str) -> list[Path]:
    """All folds' points of a curve pooled, smoothed by a Gaussian process; the band is 95 % of the smooth line."""
    figure, axes = plt.subplots(figsize=(6, 3.8))
    for i, (name, (x, y)) in enumerate(series.items()):
        x, y = np.asarray(x, float), np.asarray(y, float)
        axes.plot(x, y, ".", ms=2.5, color=COLOURS[i], alpha=0.35)
        at = np.linspace(x.min(), x.max(), 200)
        mean, sd = gaussian_process(x, y, at)
        axes.plot(at, mean, color=COLOURS[i], ls=DASHES[i], label=name)
        axes.fill_between(at, mean - 1.96 * sd, mean + 1.96 * sd, color=COLOURS[i], alpha=0.2, lw=0)
    axes.set_xlabel("step")
    axes.set_ylabel(quantity)
    axes.legend(frameon=False)
    axes.grid(color="#e5e5e5")
    return save(figure, path, caption + " Points: folds; line: Gaussian process, its 95 % band.")


def gaussian_process(x: np.ndarray, y: np.ndarray, at: np.ndarray, most: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of a smooth line through (x, y), evaluated at `at`.

    Squared-exponential kernel plus noise on standardised values; length and noise by the largest
    marginal likelihood on a small grid, the amplitude in closed form (Rasmussen and Williams 2006,
    equations 2.23, 2.24 and 2.30). More than `most` points are first averaged in bins of x.
    """
    if len(x) > most:
        order = np.array_split(np.argsort(x, kind="stable"), most)
        x, y = np.array([x[i].mean() for i in order]), np.array([y[i].mean() for i in order])
    span, scale = max(float(np.ptp(x)), 1e-12), float(y.std()) or 1.0
    u, t, v = (x - x.min()) / span, (y - y.mean()) / scale, (at - x.min()) / span

    def kernel(a: np.ndarray, b: np.ndarray, length: float) -> np.ndarray:
        return np.exp(-0.5 * ((a[:, None] - b[None]) / length) ** 2)

    best: tuple | None = None
    for length in (0.03, 0.05, 0.1, 0.2, 0.4):
        for noise in (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0):
            cholesky = np.linalg.cholesky(kernel(u, u, length) + noise * np.eye(len(u)))
            half = np.linalg.solve(cholesky, t)
            amplitude = max(float(half @ half) / len(t), 1e-12)
            likelihood = -0.5 * len(t) * np.log(amplitude) - float(np.log(np.diag(cholesky)).sum())
            if best is None or likelihood > best[0]:
                best = likelihood, length, cholesky, half, amplitude
    _, length, cholesky, half, amplitude = best
    across = np.linalg.solve(cholesky, kernel(u, v, length))
    variance = amplitude * np.maximum(1 - (across * across).sum(axis=0), 0)
    return across.T @ half * scale + y.mean(), np.sqrt(variance) * scale


def ratios(path: Path, areas: list[tuple[float, float]], limits: dict, caption: str) -> list[Path]:
    """Predicted over reference area of each patient against the mean of both, on logarithmic axes, with the limits of agreement."""
    figure, axes = plt.subplots(figsize=(6, 3.8))
    known = np.array([(r, p) for r, p in areas if r and p], float).reshape(-1, 2)
    axes.plot(np.sqrt(known[:, 0] * known[:, 1]), known[:, 1] / known[:, 0], "o", color=COLOURS[0])
    for name, dash in (("ratio", "-"), ("low", "--"), ("high", "--")):
        if limits[name] is not None:
            axes.axhline(limits[name], color=COLOURS[1], ls=dash)
            axes.text(1.01, limits[name], f"{limits[name]:.2f}", transform=axes.get_yaxis_transform(), va="center", fontsize=8)
    axes.axhspan(0.67, 1.5, color="#eeeeee", zorder=0)
    axes.set_xscale("log")
    if len(known):
        axes.set_xlim(known.min() / 2, known.max() * 2)
    _one_two_five(axes.xaxis)
    axes.set_yscale("log", base=2)
    axes.yaxis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda v, _: f"{v:g}" if v >= 1 else f"1/{1 / v:g}"))
    axes.set_xlabel("infection area, pixels (geometric mean of both)")
    axes.set_ylabel("predicted / reference")
    left_out = f" {limits['n_undefined']} without a ratio." if limits["n_undefined"] else ""
    dashed = "Dashed: 95 % limits of agreement" if limits["low"] is not None else f"No limits of agreement: fewer than {FEWEST} patients"
    return save(figure, path, caption + f" {dashed}; grey: the aim, 0.67 to 1.5.{left_out}")


