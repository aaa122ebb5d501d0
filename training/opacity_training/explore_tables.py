"""An exploration in words and tables."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

CLASSES = ("background", "lung", "lung left", "lung right", "infection")


def line(s) -> str:
    spacing = "no spacing" if s.spacing_mm is None else " x ".join(f"{v:.2f}" for v in s.spacing_mm) + " mm"
    parts = ", ".join(f"{k} {v:.4f}" for k, v in s.shares.items())
    return f"{s.id}: {'x'.join(map(str, s.size))}, {spacing}, {s.unit} {s.minimum:g}..{s.maximum:g}; {parts}" + "".join(f"\n    {o}" for o in s.odd)


def rows(seen: list) -> list[list[str]]:
    """The table: a header, a case each."""
    out = [["case", "patient", "origin", "unit", "x", "y", "z", "spacing x mm", "spacing y mm", "spacing z mm", "minimum", "maximum", "mean", "slices with infection", *CLASSES, "odd"]]
    for s in seen:
        spacing = ["", "", ""] if s.spacing_mm is None else [f"{v:.3f}" for v in s.spacing_mm]
        share = [f"{s.shares[c]:.6f}" if c in s.shares else "" for c in CLASSES]
        out.append([s.id, s.patient, s.origin, s.unit, *map(str, s.size), *spacing, f"{s.minimum:g}", f"{s.maximum:g}", f"{s.mean:.1f}", str(s.slices_with["infection"]), *share, "; ".join(s.odd)])
    return out


def table(seen: list, path: Path) -> None:
    with open(path, "w", newline="", encoding="utf-8") as f:
        csv.writer(f, lineterminator="\n").writerows(rows(seen))


def markdown(seen: list) -> str:
    head, *body = rows(seen)
    return "\n".join(["| " + " | ".join(r) + " |" for r in (head, ["---"] * len(head), *body)]) + "\n"


def write_pairs(pairs: list[tuple], path: Path) -> None:
    with open(path, "w", newline="", encoding="utf-8") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerow(["case", "slice", "other case", "slice", "correlation", "way"])
        writer.writerows([*p[:4], f"{p[4]:.4f}", p[5]] for p in pairs)


def summary(seen: list, pairs: list[tuple], alike: float, bad: list[str] = ()) -> str:
    """Means and medians over the cases, and all that is odd."""
    sizes = np.array([s.size for s in seen], float)
    patients = {s.id: s.patient for s in seen}
    out = [f"# {len(seen)} cases of {len(set(patients.values()))} patients, {int(sizes[:, 2].sum())} slices", ""]
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
    strangers = [p for p in pairs if patients[p[0]] != patients[p[2]]]
    out.append(f"- slices alike in two patients (correlation over {alike}): {len(strangers) or 'none'}")
    out += [f"  - {a} slice {k} and {b} slice {m}: {r:.3f} {way}".rstrip() for a, k, b, m, r, way in strangers]
    out += [f"- cannot be used, and left out: {len(bad)} cases"] * bool(bad) + [f"  - {b}" for b in bad]
    return "\n".join(out) + "\n"
