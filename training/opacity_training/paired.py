"""Two systems on the same patients: what one gained over the other, and whether that can be told from chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .metrics import FEWEST
from .tables import Results

RESAMPLES = 10_000

# Whom the rows of a group are compared with.
BASELINES = {
    "own": ("own-plain", "own-heavy", "own-unet", "own-shipped"),
    "lecture-networks": ("lecture-unet",),
    "lecture-losses": ("lecture-loss-cross-entropy-dice",),
    "lecture-augmentations": ("lecture-augment-none",),
    "lecture-optimisers": ("lecture-optimiser-adam",),
    "fv-ablation": ("fv-unet", "fv-paspp"),
    "miscnn": ("covid19-miscnn",),
    "comparison": ("comparison-unet",),
}


@dataclass
class Difference:
    """Of a measure, b less a, over the patients that both have. low, high: 95 % interval of the mean; None of too few patients."""

    each: dict[str, float]  # by patient
    a: float  # means of the same patients
    b: float
    low: float | None
    high: float | None

    @property
    def mean(self) -> float:
        return float(np.mean(list(self.each.values())))

    @property
    def verdict(self) -> str:
        if self.low is None:
            return f"too few patients: {len(self.each)}"
        return "gained" if self.low > 0 else "lost" if self.high < 0 else "gained nothing that can be told from chance"


def difference(a: dict[str, float | None], b: dict[str, float | None]) -> Difference | None:
    """Of values by patient; None where no patient has both."""
    each = {c: b[c] - a[c] for c in sorted(a) if a[c] is not None and b.get(c) is not None}
    if not each:
        return None
    low, high = interval(np.array(list(each.values())))
    return Difference(each, *(float(np.mean([v[c] for c in each])) for v in (a, b)), low, high)


def interval(values: np.ndarray) -> tuple[float | None, float | None]:
    """95 % of the means of resamples of the patients (percentile bootstrap, seeded)."""
    if len(values) < FEWEST:
        return None, None
    drawn = np.random.default_rng(0).integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.percentile(values[drawn].mean(1), [2.5, 97.5])
    return float(low), float(high)


def against(baseline: Results, others: list[Results], label: str, measure: str = "dice") -> list[tuple[Results, Difference]]:
    """Each of the others that was measured as the baseline was, by patient and in the same folds, beside it."""
    protocol = ("split", "folds", "seed")
    out = []
    for other in others:
        alike = all(other.protocol.get(k) == baseline.protocol.get(k) for k in protocol) and other.protocol["split"] == "patient"
        if other.id == baseline.id or not alike:
            continue
        found = difference(baseline.patients(label, measure), other.patients(label, measure))
        if found:
            out.append((other, found))
    return out
