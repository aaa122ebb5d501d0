"""The worst case of each fold in numbers: what is missed, what is called wrongly, and where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import ndimage

from . import predictions, tables
from .labels import BIT, UNKNOWN
from .metrics import by_patient, dice, near, summarise
from .sources import LUNG, Case, Source
from .tables import Results, number

RIM_PX = 2  # misses this near the other mask's edge are of the contour, not of a place
PARTS = 10  # of a stack
MOST = 5  # slices listed


@dataclass
class Masks:
    """Of one case and label, bool [z, y, x], where anybody knows; grey values beside them."""

    case: str
    reference: np.ndarray
    predicted: np.ndarray
    lungs: np.ndarray
    image: np.ndarray
    unit: str

    @property
    def missed(self) -> np.ndarray:
        return self.reference & ~self.predicted

    @property
    def false(self) -> np.ndarray:
        return self.predicted & ~self.reference


def masks(case: Case, label: str, probability: np.ndarray, threshold: float) -> Masks:
    """probability: uint8 0..255 [z, y, x], as crossval leaves it."""
    known = case.label & UNKNOWN[label] == 0
    reference = (case.label & BIT[label] > 0) & known
    predicted = (probability.astype(np.float32) / 255 > threshold) & known
    return Masks(case.id, reference, predicted, case.label & LUNG > 0, case.image, case.unit)


def describe(m: Masks, label: str, every_slice: bool = False) -> list[str]:
    """Lines of numbers."""
    ref, pred, missed, false = (int(v.sum()) for v in (m.reference, m.predicted, m.missed, m.false))
    ratio = number(pred / ref if ref else None, 2)
    lines = [f"reference {ref} px, predicted {pred} px, ratio {ratio}; missed {missed} px ({_share(missed, ref)} of the reference), false {false} px ({_share(false, pred)} of the prediction)"]
    rim = int((m.missed & near(m.predicted, RIM_PX)).sum()), int((m.false & near(m.reference, RIM_PX)).sum())
    lines.append(f"at the contour (within {RIM_PX} px of the other mask): {_share(rim[0], missed)} of the missed, {_share(rim[1], false)} of the false")
    found, largest = _pieces(m.reference, m.predicted)
    lines.append(f"pieces of the reference, slice by slice: {found[0]} of {found[1]} touched at all; the largest piece missed whole has {largest} px")
    made_up, largest = _pieces(m.predicted, m.reference)
    lines.append(f"pieces of the prediction: {made_up[1] - made_up[0]} of {made_up[1]} touch nothing of the reference; the largest of them has {largest} px")
    if label == "infection":
        lines.append(f"false outside the reference's lungs: {_share(int((m.false & ~m.lungs).sum()), false)}")
    greys = [f"{what} {m.image[where].mean():.0f}" for what, where in (("found", m.reference & m.predicted), ("missed", m.missed), ("false", m.false)) if where.any()]
    lines.append(f"mean grey value ({m.unit}): {', '.join(greys) or 'nothing anywhere'}")
    return lines + _stack(m, every_slice)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "-"


def _pieces(of: np.ndarray, other: np.ndarray) -> tuple[tuple[int, int], int]:
    """((how many connected pieces of slices the other mask touches, how many there are), size of the largest it does not)."""
    touched = total = largest = 0
    for a, b in zip(of, other):
        parts, n = ndimage.label(a, np.ones((3, 3)))
        hit = np.isin(np.arange(1, n + 1), np.unique(parts[b & a]))
        sizes = np.bincount(parts.ravel(), minlength=n + 1)[1:]
        touched, total = touched + int(hit.sum()), total + n
        largest = max(largest, int(sizes[~hit].max(initial=0)))
    return (touched, total), largest


def _stack(m: Masks, every_slice: bool) -> list[str]:
    """Along the stack: its tenths, and the slices that weigh most, counted from 0 as they are stored."""
    areas = np.stack([v.sum((1, 2)) for v in (m.reference, m.predicted, m.missed, m.false)], 1)
    score = np.array([dice(a, b) for a, b in zip(m.reference, m.predicted)])
    wrong = areas[:, 2] + areas[:, 3]
    parts = [p for p in np.array_split(np.arange(len(areas)), min(PARTS, len(areas)))]
    rows = [[f"{p[0]}-{p[-1]}", *areas[p].sum(0), number(_dice_of(areas[p].sum(0))), _share(int(wrong[p].sum()), int(wrong.sum()))] for p in parts]
    head = ["slices", "reference", "predicted", "missed", "false", "Dice", "of all that is wrong"]
    lines = ["", *tables.markdown(head, rows).splitlines()]
    order = np.arange(len(areas)) if every_slice else np.argsort(-wrong, kind="stable")[:MOST]
    rows = [[k, *areas[k], number(None if np.isnan(score[k]) else score[k]), _share(int(wrong[k]), int(wrong.sum()))] for k in order]
    return [*lines, "", *tables.markdown(["slice", *head[1:]], rows).splitlines()]


def _dice_of(areas: np.ndarray) -> float | None:
    ref, pred, missed, _ = (float(v) for v in areas)
    return 2 * (ref - missed) / (ref + pred) if ref + pred else None


def worst(result: Results, label: str, source: Source | None, runs: Path, threshold: float = 0.5, every_slice: bool = False, say=print) -> None:
    """Print, fold by fold, the case of lowest Dice. Without source or predictions on this machine what the record has."""
    for fold, record in sorted(result.records.items()):
        rows = [r for r in record["cases"] if r["label"] == label and r["dice"] is not None]
        if not rows:
            say(f"{result.id} fold {fold}: no case with a Dice of {label}\n")
            continue
        row = min(rows, key=lambda r: r["dice"])
        every = summarise(by_patient(rows, "dice").values())
        say(f"{result.id} fold {fold}, {label}: worst is {row['case']}, Dice {row['dice']:.3f}; mean of the fold's {every['n']} patients {every['mean']:.3f}")
        say(f"  sensitivity {number(row['sensitivity'])}, precision {number(row['precision'])}, NSD at 1 px {number(row['nsd_1px'])}")
        path = predictions.path(runs / result.id / f"fold-{fold}", row["case"])
        if source is None or not path.exists() or record["protocol"]["split"] != "patient":
            say(f"  reference {row['area_ref_px']:.0f} px, predicted {row['area_pred_px']:.0f} px; where it is wrong cannot be said without data and {path}\n")
            continue
        m = masks(source.read(row["case"]), label, predictions.read(path)[label], threshold)
        if abs(dice(m.reference, m.predicted) - row["dice"]) > 0.005:  # softmax: the record has the strongest class
            say(f"  what follows is of the probabilities above {threshold:g}, Dice {dice(m.reference, m.predicted):.3f}")
        for line in describe(m, label, every_slice):
            say(f"  {line}")
        say("")
