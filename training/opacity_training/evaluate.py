"""A case's predictions beside its reference, as the rows a Record keeps; and an exported model over a source."""

from __future__ import annotations

import numpy as np

from .metrics import measure

LUNG, INFECTION, LUNG_UNKNOWN, INFECTION_UNKNOWN, LEFT, RIGHT = 1, 2, 4, 8, 16, 32
BIT = {"lung": LUNG, "infection": INFECTION, "left": LEFT, "right": RIGHT}
UNKNOWN = {"lung": LUNG_UNKNOWN, "infection": INFECTION_UNKNOWN, "left": LUNG_UNKNOWN, "right": LUNG_UNKNOWN}


def case_rows(case: str, label: np.ndarray, probability: dict[str, np.ndarray], threshold: float = 0.5, masks: dict[str, np.ndarray] | None = None) -> list[dict]:
    """One row a class: {"case", "label", measures of metrics.measure, "why"}.

    label: bits, uint8 [z, y, x]. probability: by class, float 0..1 on the same grid; masks: bool by
    class where they are not probability > threshold (softmax's strongest class, votes). Voxels that nobody
    knows are taken out of both sides. With sides but no lung among the classes a row `lung` is added:
    their union, infection included, so that every system has that row.
    """
    masks = dict(masks) if masks is not None else {name: p > threshold for name, p in probability.items()}
    probability = dict(probability)
    if "lung" not in masks and {"left", "right"} <= set(masks):
        parts = [name for name in ("left", "right", "infection") if name in masks]
        masks["lung"] = np.any([masks[name] for name in parts], axis=0)
        probability["lung"] = np.clip(np.sum([probability[name] for name in parts], axis=0), 0, 1)
    rows = []
    lungs = label & LUNG > 0
    for name, mask in masks.items():
        known = label & UNKNOWN[name] == 0
        reference = (label & BIT[name] > 0) & known
        p = probability[name].astype(np.float32) * known
        inside = lungs if name == "infection" else None
        rows.append({"case": case, "label": name, **measure(reference, mask & known, p, inside)})
    return rows
