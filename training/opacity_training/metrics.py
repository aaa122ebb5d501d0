"""What a predicted mask is worth beside the reference, per case and over cases.

Arrays are [z, y, x]; distances and areas are in pixels of their grid. A value that is not defined
is None, and `why` says so: `both_empty` (neither mask has a pixel), `zero_denominator`,
`no_probability`. It is never 0, and nobody leaves it out of a mean without counting it.
"""

from __future__ import annotations

import math
from typing import Iterable, Mapping

import numpy as np
from scipy import ndimage

SMOOTH = 1e-3  # of the soft Jaccard-Tanimoto score, as in the course deck it is taken from
LOWER_IS_BETTER = {"mae"}
FEWEST = 6  # patients: an interval or a quartile of fewer says nothing


def measure(
    reference: np.ndarray, predicted: np.ndarray, probability: np.ndarray | None = None, lungs: np.ndarray | None = None, known: np.ndarray | None = None
) -> dict:
    """Every measure of one case and one label, with `why` for those that are None.

    reference, predicted: bool [z, y, x]. probability: float in 0..1 likewise, for the soft measures.
    lungs: bool likewise; where given, `specificity` is taken inside it, since over whole pictures it
    is 0.99 for anything small. `specificity_image` is taken over all pixels, as published tables do.
    known: bool likewise, where the reference says anything; all else is left out of every measure.
    """
    r, p = reference.astype(bool), predicted.astype(bool)
    if r.shape != p.shape or r.ndim != 3:
        raise ValueError(f"reference {r.shape} and prediction {p.shape} must be [z, y, x] on one grid")
    known = np.ones_like(r) if known is None else known.astype(bool)
    r, p = r & known, p & known
    probability = None if probability is None else probability * known
    hit, area_r, area_p = int((r & p).sum()), int(r.sum()), int(p.sum())
    empty = area_r + area_p == 0
    out: dict = {}
    why: dict[str, str] = {}

    def put(name: str, value: float, denominator: float = 1.0, reason: str = "zero_denominator") -> None:
        out[name] = float(value / denominator) if denominator else None
        if not denominator:
            why[name] = reason

    put("dice", 2 * hit, area_r + area_p, "both_empty")
    put("jaccard", hit, area_r + area_p - hit, "both_empty")
    put("nsd_1px", nsd(r, p), 0 if empty else 1, "both_empty")
    put("sensitivity", hit, area_r)
    put("precision", hit, area_p)
    inside = known if lungs is None else lungs.astype(bool) & known
    put("specificity", (inside & ~r & ~p).sum(), (inside & ~r).sum())
    put("specificity_image", (known & ~r & ~p).sum(), (known & ~r).sum())
    put("area_ref_px", area_r)
    put("area_pred_px", area_p)
    for name in ("soft_jaccard", "mae", "structure"):
        if probability is None:
            out[name], why[name] = None, "no_probability"
    if probability is not None:
        put("soft_jaccard", soft_jaccard(r, probability), 0 if empty else 1, "both_empty")
        put("mae", np.abs(probability - r).sum(), int(known.sum()))
        put("structure", structure(r, probability), 1 if area_r else 0)
    out["why"] = why
    return out


def dice(reference: np.ndarray, predicted: np.ndarray) -> float:
    """Dice of two boolean arrays of any shape; nan where both are empty."""
    total = int(reference.sum()) + int(predicted.sum())
    return 2.0 * int((reference & predicted).sum()) / total if total else math.nan


def nsd(reference: np.ndarray, predicted: np.ndarray, tolerance_px: float = 1.0) -> float:
    """Normalised surface distance of stacks of slices: the share of both contours within the tolerance.

    Slice by slice (the 8-bit stacks have no spacing between slices, so a surface through them would
    mean nothing), pooled over slices by contour length. The contour is that of DeepMind's
    surface-distance: it runs between pixel centres, where the four pixels around a corner do
    not agree, and each such corner weighs the length of line in its square (1, or sqrt(2)/2 per cut
    corner). A slice that only one mask has counts against it with its whole contour; nan where
    neither mask has any.

    Counting boundary pixels instead (MONAI's default) puts the contour inside the mask, so
    thin parts and single pixels weigh less and the same pair scores lower: .54 against .59 for two
    circles 1.6 pixels apart.
    """
    r, p = contour(reference), contour(predicted)
    total = r.sum() + p.sum()
    if total == 0:
        return math.nan
    return float((r[near(p > 0, tolerance_px)].sum() + p[near(r > 0, tolerance_px)].sum()) / total)


HALF_DIAGONAL = math.sqrt(0.5)


def contour(mask: np.ndarray) -> np.ndarray:
    """Contour length at each corner between pixels, float64 [z, y+1, x+1]; outside the picture is outside the mask."""
    m = np.pad(mask.astype(np.uint8), ((0, 0), (1, 1), (1, 1)))
    a, b, c, d = m[:, :-1, :-1], m[:, :-1, 1:], m[:, 1:, :-1], m[:, 1:, 1:]
    count = a + b + c + d
    length = np.array([0, HALF_DIAGONAL, 1, HALF_DIAGONAL, 0])[count]
    length[(count == 2) & (a == d)] = 2 * HALF_DIAGONAL
    return length


def near(mask: np.ndarray, radius_px: float) -> np.ndarray:
    """Where a pixel of the mask is at most radius away in the same slice: exact on a grid, and quicker than a distance map."""
    n = int(radius_px)
    y, x = np.mgrid[-n : n + 1, -n : n + 1]
    return ndimage.binary_dilation(mask, (y * y + x * x <= radius_px * radius_px)[None])


def soft_jaccard(reference: np.ndarray, probability: np.ndarray, smooth: float = SMOOTH) -> float:
    """Jaccard-Tanimoto of probabilities, pooled over everything given: (I+s) / (sum(t^2+p^2) - I + s).

    The deck pools over the slices of a batch; here that is the case. 1 where both are empty.
    """
    t, p = reference.astype(np.float64), probability.astype(np.float64)
    i = float((t * p).sum())
    return (i + smooth) / (float((t * t + p * p).sum()) - i + smooth)


def structure(reference: np.ndarray, probability: np.ndarray) -> float:
    """Structure measure (Fan et al. 2017, alpha 0.5), the mean over the slices that hold any of the label; nan where none does.

    On probabilities as they are: the published evaluation scales each picture to 0..1 first.
    """
    scores = [structure_slice(r, p) for r, p in zip(reference.astype(bool), probability.astype(np.float64)) if r.any()]
    return float(np.mean(scores)) if scores else math.nan


def structure_slice(r: np.ndarray, p: np.ndarray) -> float:
    """Of one slice [y, x]."""
    share = float(r.mean())
    if share in (0.0, 1.0):
        return float(p.mean() if share else 1 - p.mean())

    def alike(v: np.ndarray) -> float:
        x = float(v.mean())
        return 2 * x / (x * x + 1 + float(v.std(ddof=1)) + 1e-12) if v.size > 1 else x

    objects = share * alike(p[r]) + (1 - share) * alike(1 - p[~r])
    rows, columns = np.nonzero(r)
    y, x = int(rows.mean() + 1.5), int(columns.mean() + 1.5)  # the row and column after the centroid
    region = 0.0
    for a in (slice(0, y), slice(y, None)):
        for b in (slice(0, x), slice(x, None)):
            if r[a, b].size:
                region += r[a, b].size / r.size * similarity(p[a, b], r[a, b].astype(np.float64))
    return max(0.0, 0.5 * objects + 0.5 * region)


def similarity(p: np.ndarray, r: np.ndarray) -> float:
    """Structural similarity of two pictures, without constants."""
    x, y, n = float(p.mean()), float(r.mean()), p.size
    sxx, syy, sxy = (float((u * v).sum()) / max(n - 1, 1) for u, v in ((p - x, p - x), (r - y, r - y), (p - x, r - y)))
    above, below = 4 * x * y * sxy, (x * x + y * y) * (sxx + syy)
    if above:
        return above / (below + 1e-12)
    return 1.0 if below == 0 else 0.0


def summarise(values: Iterable[float | None], lower_is_better: bool = False) -> dict:
    """mean, median, sd (n-1), worst, n and n_undefined of one value a patient; None where n does not allow it."""
    values = list(values)
    known = np.array([v for v in values if v is not None], float)
    n = len(known)
    return {
        "mean": float(known.mean()) if n else None,
        "median": float(np.median(known)) if n else None,
        "sd": float(known.std(ddof=1)) if n > 1 else None,
        "worst": float(known.max() if lower_is_better else known.min()) if n else None,
        "n": n,
        "n_undefined": len(values) - n,
    }


def by_patient(rows: Iterable[Mapping], measure: str) -> dict[str, float | None]:
    """One value a patient, the mean of his rows where he has several: cases, or folds of a leaky split. A row says whose it is
    by `patient` where that is not its `case`."""
    values: dict[str, list] = {}
    for row in rows:
        values.setdefault(patient(row), []).append(row.get(measure))
    return {who: summarise(v)["mean"] for who, v in values.items()}


def patient(row: Mapping) -> str:
    """Whose a row is."""
    return row.get("patient", row["case"])


def areas(rows: Iterable[Mapping]) -> list[tuple[float, float]]:
    """(reference, predicted) area of each patient in pixels, over all his rows."""
    sums: dict[str, list[float]] = {}
    for row in rows:
        total = sums.setdefault(patient(row), [0.0, 0.0])
        total[0] += row["area_ref_px"]
        total[1] += row["area_pred_px"]
    return [(r, p) for r, p in sums.values()]


def fold_means(folds: Mapping[int, Iterable[float | None]]) -> dict:
    """The mean of the folds' means, with the standard deviation between folds (n-1): the form of the deck's table."""
    return summarise([summarise(v)["mean"] for v in folds.values()])


def mean_of_fold_medians(folds: Mapping[int, Iterable[float | None]]) -> float | None:
    """The published form: the median of each fold's cases, then the mean of these.

    It hides a case that failed altogether; it is stated beside the mean over patients, never instead of it.
    """
    return summarise([summarise(v)["median"] for v in folds.values()])["mean"]


def ratio_limits(areas: Iterable[tuple[float, float]], fewest: int = FEWEST) -> dict:
    """Limits of agreement of predicted over reference area, one (reference, predicted) a patient.

    Bland and Altman on log ratios: exp(mean), exp(mean -+ 1.96 SD), SD with n-1; no limits (low and high None) of fewer
    ratios than `fewest`. A patient with an empty mask on either side has no ratio: counted in `n_undefined`.
    """
    pairs = list(areas)
    logs = np.array([math.log(p / r) for r, p in pairs if r and p])
    n = len(logs)
    mean, sd = (float(logs.mean()) if n else None), (float(logs.std(ddof=1)) if n >= max(2, fewest) else None)
    return {
        "ratio": None if mean is None else math.exp(mean),
        "low": None if sd is None else math.exp(mean - 1.96 * sd),
        "high": None if sd is None else math.exp(mean + 1.96 * sd),
        "n": n,
        "n_undefined": len(pairs) - n,
    }
