"""What a source's data is like: a table of its cases, their greys and classes, what is odd, and pictures to look at.

Cases are read one at a time; of each only numbers, thumbnails and a few small pictures are kept.
Pictures of patients are only ever written outside the repository.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from . import chains, sources
from .paths import inside_repository
from .sources import INFECTION, LEFT, LUNG, RIGHT, Case

THUMB = 32  # side of the thumbnails that are compared
ALIKE = 0.95  # correlation of thumbnails from which slices of two patients are reported
LITTLE_LUNG = 0.02  # of a slice, below which it is not compared with other patients
CONTINUES = 0.8  # correlation below which a slice does not go on from the one before
LOW, HIGH = -1250.0, 250.0  # HU from black to white in thumbnails and pictures
PICTURES, WIDTH = 6, 160  # in a row of the montage, and their side


@dataclass
class Seen:
    """What is kept of a case. Sizes and spacings x, y, z."""

    id: str
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
    """Explore a source, or a system's source through its chain; tables and figures into folder, a summary to `say`."""
    if hasattr(spec, "data"):
        spec, chain = spec.data.source, chain or spec.data.chain
    source = sources.build(spec, root)
    phantoms = isinstance(spec, (sources.Phantoms, sources.PhantomVolumes))
    pictures = phantoms or not inside_repository(folder)
    folder.mkdir(parents=True, exist_ok=True)
    seen, before_after = [], None
    for id in source.cases():
        case = source.read(id)
        seen.append(look(case))
        seen[-1].row = montage_row(case) if pictures else None
        if before_after is None and chain:
            before_after = through_chain(case, chain)
        say(line(seen[-1]))
    pairs = duplicates(seen)
    table(seen, folder / "cases.csv")
    (folder / "cases.md").write_text(markdown(seen), encoding="utf-8")
    write_pairs(pairs, folder / "duplicates.csv")
    (folder / "summary.md").write_text(text := summary(seen, pairs), encoding="utf-8")
    say(text)

    from . import explore_figures

    explore_figures.histograms(seen, folder / "greys")
    explore_figures.frequencies(seen, folder / "classes")
    if pictures:
        for n, sheet in enumerate(sheets(seen)):
            cv2.imwrite(str(folder / f"montage-{n + 1:02d}.png"), sheet)
        if before_after is not None:
            explore_figures.before_after(*before_after, folder / "chain.png")
    else:
        say(f"{folder} is inside the repository: patients' pictures stay out of it, and no montage is drawn")
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
        id=case.id, origin=case.origin, unit=case.unit, size=image.shape[::-1], spacing_mm=case.spacing_mm and case.spacing_mm[::-1],
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


def grey(plane: np.ndarray, unit: str) -> np.ndarray:
    """A slice as uint8, black to white."""
    if unit == "gray8":
        return plane.astype(np.uint8)
    return (np.clip((plane.astype(np.float32) - LOW) / (HIGH - LOW), 0, 1) * 255).astype(np.uint8)


def thumb(plane: np.ndarray, unit: str) -> np.ndarray:
    small = cv2.resize(grey(plane, unit), (THUMB, THUMB), interpolation=cv2.INTER_AREA).astype(np.float32).ravel()
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
    """Slices of two patients whose thumbnails correlate more than ALIKE, as they are or turned over: the best of each pair of cases."""
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


def line(s: Seen) -> str:
    spacing = "no spacing" if s.spacing_mm is None else " x ".join(f"{v:.2f}" for v in s.spacing_mm) + " mm"
    parts = ", ".join(f"{k} {v:.4f}" for k, v in s.shares.items())
    return f"{s.id}: {'x'.join(map(str, s.size))}, {spacing}, {s.unit} {s.minimum:g}..{s.maximum:g}; {parts}" + "".join(f"\n    {o}" for o in s.odd)


CLASSES = ("background", "lung", "lung left", "lung right", "infection")


def rows(seen: list[Seen]) -> list[list[str]]:
    """The table: a header, a case each."""
    out = [["case", "origin", "unit", "x", "y", "z", "spacing x mm", "spacing y mm", "spacing z mm", "minimum", "maximum", "mean", "slices with infection", *CLASSES, "odd"]]
    for s in seen:
        spacing = ["", "", ""] if s.spacing_mm is None else [f"{v:.3f}" for v in s.spacing_mm]
        share = [f"{s.shares[c]:.6f}" if c in s.shares else "" for c in CLASSES]
        out.append([s.id, s.origin, s.unit, *map(str, s.size), *spacing, f"{s.minimum:g}", f"{s.maximum:g}", f"{s.mean:.1f}", str(s.slices_with["infection"]), *share, "; ".join(s.odd)])
    return out


def table(seen: list[Seen], path: Path) -> None:
    with open(path, "w", newline="", encoding="utf-8") as f:
        csv.writer(f).writerows(rows(seen))


def markdown(seen: list[Seen]) -> str:
    head, *body = rows(seen)
    return "\n".join(["| " + " | ".join(r) + " |" for r in (head, ["---"] * len(head), *body)]) + "\n"


def write_pairs(pairs: list[tuple], path: Path) -> None:
    with open(path, "w", newline="", encoding="utf-8") as f:
        writer = csv.writer(f)
        writer.writerow(["case", "slice", "other case", "slice", "correlation", "way"])
        writer.writerows([*p[:4], f"{p[4]:.4f}", p[5]] for p in pairs)


def summary(seen: list[Seen], pairs: list[tuple]) -> str:
    """Means and medians over the cases, and all that is odd."""
    sizes = np.array([s.size for s in seen], float)
    out = [f"# {len(seen)} cases, {int(sizes[:, 2].sum())} slices", ""]
    out += [f"- {axis} mean {sizes[:, n].mean():.2f}, median {np.median(sizes[:, n]):.2f}" for n, axis in enumerate("xyz")]
    units = {u: sum(s.unit == u for s in seen) for u in sorted({s.unit for s in seen})}
    out.append("- units: " + ", ".join(f"{n} {u}" for u, n in units.items()))
    spacings = np.array([s.spacing_mm for s in seen if s.spacing_mm], float)
    out.append("- spacing: none known" if not len(spacings) else "- spacing, mm: " + ", ".join(f"{a} {spacings[:, n].min():.3f} to {spacings[:, n].max():.3f}" for n, a in enumerate("xyz")))
    for c in CLASSES:
        if values := [s.shares[c] for s in seen if c in s.shares]:
            out.append(f"- {c}: mean of the cases' shares {np.mean(values):.6f}, from {min(values):.6f} to {max(values):.6f}")
    lacks = sorted({v for s in seen for v in s.lacks})
    out += [f"- lacks: {', '.join(lacks) or 'nothing'}", f"- odd: {sum(bool(s.odd) for s in seen)} cases"]
    out += [f"  - {s.id}: {o}" for s in seen for o in s.odd]
    out.append(f"- slices alike in two patients (correlation over {ALIKE}): {len(pairs) or 'none'}")
    out += [f"  - {a} slice {k} and {b} slice {m}: {r:.3f} {way}".rstrip() for a, k, b, m, r, way in pairs]
    return "\n".join(out) + "\n"


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


def sheets(seen: list[Seen], tall: int = 10) -> list[np.ndarray]:
    """The rows of the montage, this many a sheet."""
    every = [s.row for s in seen]
    return [np.vstack(every[k : k + tall]) for k in range(0, len(every), tall)]


def through_chain(case: Case, chain: list) -> tuple[np.ndarray, np.ndarray]:
    """The middle slice of a case before and after a chain, with all of the case's statistics in it."""
    k = len(case.image) // 2
    after, _ = chains.apply(chain, case.image, case.spacing_mm, case.unit, case.label & LUNG > 0)
    return case.image[k], after[min(len(after) - 1, int(k * len(after) / len(case.image)))]
