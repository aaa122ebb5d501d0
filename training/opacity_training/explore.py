"""What a source's data is like: a table of its cases, their greys and classes, what is odd, and pictures to look at.

Cases are read one at a time; of each only numbers, thumbnails and a few small pictures are kept.
Pictures of patients are only ever written outside the repository.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from . import chains, explore_figures, sources
from . import explore_tables as tables
from .paths import inside_repository
from .sources import INFECTION, LEFT, LUNG, RIGHT, Case

THUMB = 32  # side of the thumbnails that are compared
ALIKE = 0.95  # correlation of thumbnails from which slices of two patients are reported
LITTLE_LUNG = 0.02  # of a slice, below which it is not compared with other patients
CONTINUES = 0.8  # correlation below which a slice does not go on from the one before


@dataclass
class Seen:
    """What is kept of a case. Sizes and spacings x, y, z."""

    id: str
    patient: str
    origin: str
    unit: str
    size: tuple[int, int, int]
    spacing_mm: tuple[float, float, float] | None
    minimum: float
    maximum: float
    mean: float
    shares: dict[str, float]  # of all voxels: background, lung (left and right, without infection, where known), infection
    slices_with: dict[str, int]
    lacks: tuple[str, ...]
    odd: list[str]
    histogram: np.ndarray  # of 64 bins over the unit's range
    thumbs: np.ndarray  # float32 [slices, THUMB * THUMB], each of mean 0 and length 1; 0 where there is little lung
    row: np.ndarray | None = field(default=None, repr=False)  # of the montage


def explore(spec: object, root: Path, folder: Path, chain: list | None = None, say: Callable[[str], None] = print) -> list[Seen]:
    """Explore a source, or a system's source through its chain; tables and figures into folder, a summary to `say`.

    Cases that cannot be used are left out, listed in the summary, and raised together at the end.
    """
    if hasattr(spec, "data"):
        spec, chain = spec.data.source, chain or spec.data.chain
    source = sources.build(spec, root)
    phantoms = isinstance(spec, (sources.Phantoms, sources.PhantomVolumes))
    pictures = phantoms or not inside_repository(folder)
    folder.mkdir(parents=True, exist_ok=True)
    seen, before_after, bad = [], None, []
    for case in sources.readable(source, bad):
        seen.append(look(case))
        seen[-1].row = explore_figures.montage_row(case) if pictures else None
        if before_after is None and chain:
            before_after = through_chain(case, chain)
        say(tables.line(seen[-1]))
    if not seen:
        raise sources.all_of(bad, len(bad))
    pairs = duplicates(seen)
    tables.table(seen, folder / "cases.csv")
    (folder / "cases.md").write_text(tables.markdown(seen), encoding="utf-8")
    tables.write_pairs(pairs, folder / "duplicates.csv")
    (folder / "summary.md").write_text(text := tables.summary(seen, pairs, ALIKE, bad), encoding="utf-8")
    say(text)

    explore_figures.histograms(seen, folder / "greys")
    explore_figures.frequencies(seen, folder / "classes")
    if pictures:
        for n, sheet in enumerate(explore_figures.sheets(seen)):
            cv2.imwrite(str(folder / f"montage-{n + 1:02d}.png"), sheet)
        if before_after is not None:
            explore_figures.before_after(*before_after, folder / "chain.png")
    else:
        say(f"{folder} is inside the repository: patients' pictures stay out of it, and no montage is drawn")
    if bad:
        raise sources.all_of(bad, len(bad) + len(seen))
    return seen


def look(case: Case) -> Seen:
    """The figures of one case."""
    image, label = case.image, case.label
    low, high = (0, 256) if case.unit == "gray8" else (-1536, 1536)
    histogram = sum(np.histogram(plane, 64, (low, high))[0] for plane in image)
    planes = np.stack([thumb(p, case.unit) for p in image])
    odd = oddities(case, planes)
    planes[(label & LUNG > 0).mean((1, 2)) < LITTLE_LUNG] = 0  # necks and bellies are too much alike
    return Seen(
        id=case.id, patient=case.patient, origin=case.origin, unit=case.unit, size=image.shape[::-1], spacing_mm=case.spacing_mm and case.spacing_mm[::-1],
        minimum=float(image.min()), maximum=float(image.max()), mean=float(image.mean(dtype=np.float64)), shares=shares(label),
        slices_with={name: int((label & bit > 0).any((1, 2)).sum()) for name, bit in (("lung", LUNG), ("infection", INFECTION))},
        lacks=case.lacks, odd=odd, histogram=histogram, thumbs=planes,
    )  # fmt: skip


def shares(label: np.ndarray) -> dict[str, float]:
    counts = np.bincount(label.ravel(), minlength=256)
    bits = np.arange(256)
    lung, infection = bits & LUNG > 0, bits & INFECTION > 0
    out = {"background": counts[~lung].sum()}
    if counts[bits & (LEFT | RIGHT) > 0].any():
        out["lung left"] = counts[lung & ~infection & (bits & LEFT > 0)].sum()
        out["lung right"] = counts[lung & ~infection & (bits & LEFT == 0)].sum()
    else:
        out["lung"] = counts[lung & ~infection].sum()
    out["infection"] = counts[infection].sum()
    return {k: float(v) / label.size for k, v in out.items()}


def thumb(plane: np.ndarray, unit: str) -> np.ndarray:
    small = cv2.resize(explore_figures.grey(plane, unit), (THUMB, THUMB), interpolation=cv2.INTER_AREA).astype(np.float32).ravel()
    small -= small.mean()
    return small / max(float(np.linalg.norm(small)), 1e-6)


def oddities(case: Case, thumbs: np.ndarray) -> list[str]:
    """What does not look as the axes say it should, and what is broken within the stack; a sentence each."""
    out = []
    image, label = case.image, case.label
    if len(thumbs) > 1:
        alike = (thumbs[1:] * thumbs[:-1]).sum(1)
        if len(jumps := np.flatnonzero(alike < CONTINUES) + 1):
            out.append(f"slices {', '.join(map(str, jumps))} do not go on from the one before: another scan, or slices left out")
        same = [k for k in range(1, len(image)) if np.array_equal(image[k], image[k - 1])]
        if same:
            out.append(f"{len(same)} slices repeat the one before, first {same[0]}")
    if image.shape[1] != image.shape[2]:
        out.append(f"slices are not square: {image.shape[2]}x{image.shape[1]}")
    if case.spacing_mm and abs(case.spacing_mm[1] / case.spacing_mm[2] - 1) > 0.01:
        out.append(f"pixels are not square: {case.spacing_mm[2]:.3f} x {case.spacing_mm[1]:.3f} mm")
    lung = (label & LUNG > 0).reshape(len(label), -1).sum(1)
    if not lung.any():
        return [*out, "no lung in any slice"]
    largest = np.argsort(lung)[-max(1, len(lung) // 3) :]
    down, left = (np.median([v for k in largest if (v := offset(image[k], label[k], case.unit)[axis]) is not None] or [0.0]) for axis in (0, 1))
    if down < 0:
        out.append("bone lies before the lungs, not behind: upside down?")
    if left < -0.01:
        out.append("the heart lies to the right: mirrored?")
    return out


def offset(plane: np.ndarray, label: np.ndarray, unit: str) -> tuple[float | None, float | None]:
    """Of one slice, in parts of the lungs' extent: how far bone between the lungs lies behind their middle, and the soft tissue
    between them to the left of it."""
    lung = label & LUNG > 0
    rows, columns = np.flatnonzero(lung.any(1)), np.flatnonzero(lung.any(0))
    if len(rows) < 8 or len(columns) < 8:
        return None, None
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    # Without the noise: equalised slices have specks as bright as bone everywhere.
    inside, lung = cv2.GaussianBlur(plane.astype(np.float32), (0, 0), max(0.5, plane.shape[1] / 320))[box], lung[box]
    soft = inside[~lung]
    middle = (columns[-1] - columns[0]) / 3
    x = np.arange(lung.shape[1]) - (lung.shape[1] - 1) / 2
    y = np.arange(lung.shape[0]) - (lung.shape[0] - 1) / 2
    if len(soft) < 50:
        return None, None
    bone = (inside > (200 if unit == "hu" else np.percentile(soft, 90))) & ~lung & (np.abs(x) < middle)[None]
    filled = (lung.cumsum(1) > 0) & (lung[:, ::-1].cumsum(1)[:, ::-1] > 0)  # between lung and lung of a row
    between = filled & ~lung
    down = float((bone * y[:, None]).sum() / bone.sum() / len(y)) if bone.sum() > 10 else None
    left = float((between * x).sum() / between.sum() / len(x)) if between.sum() > 50 else None
    return down, left


def duplicates(seen: list[Seen]) -> list[tuple[str, int, str, int, float, str]]:
    """Slices of two cases whose thumbnails correlate more than ALIKE, as they are or turned over: the best of each pair of cases."""
    out = []
    for i, a in enumerate(seen):
        turned = a.thumbs.reshape(-1, THUMB, THUMB)
        ways = {"": turned, "upside down": turned[:, ::-1], "mirrored": turned[:, :, ::-1], "turned by 180": turned[:, ::-1, ::-1]}
        for b in seen[i + 1 :]:
            best = None
            for way, planes in ways.items():
                alike = planes.reshape(len(planes), -1) @ b.thumbs.T
                k, m = np.unravel_index(alike.argmax(), alike.shape)
                if alike[k, m] > ALIKE and (best is None or alike[k, m] > best[4]):
                    best = (a.id, int(k), b.id, int(m), float(alike[k, m]), way)
            out += [best] if best else []
    return out


def through_chain(case: Case, chain: list) -> tuple[np.ndarray, np.ndarray]:
    """The middle slice of a case before and after a chain, with all of the case's statistics in it."""
    k = len(case.image) // 2
    after, _ = chains.apply(chain, case.image, case.spacing_mm, case.unit, case.label & LUNG > 0)
    return case.image[k], after[min(len(after) - 1, int(k * len(after) / len(case.image)))]
