"""Metrics Reloaded's definitions (Maier-Hein, Reinke and others 2024, Nature Methods 21:195), written as short formulas: the package cannot be installed from the index.

Voxel counts, boundary voxels with 6 neighbours, distances in mm between them, HD95 as the larger of the two directed percentiles,
NSD by boundary voxels. Where both masks are empty its code has Dice 1, IoU not defined and distances 0; one empty: overlaps 0,
no distance (there is nothing to measure to), precision 0 where only the prediction is.
"""

import numpy as np
from scipy import ndimage

nan = float("nan")


def over(a, b):
    return a / b if b else nan


def counts(a, b):
    tp, fp, fn, tn = (int(x.sum()) for x in (a & b, b & ~a, a & ~b, ~a & ~b))
    sensitivity, specificity = over(tp, tp + fn), over(tn, tn + fp)
    product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    return {
        "dice": over(2 * tp, 2 * tp + fp + fn) if a.any() or b.any() else 1.0,
        "jaccard": over(tp, tp + fp + fn),
        "sensitivity": sensitivity,
        "specificity": specificity,
        "precision": over(tp, tp + fp) if b.any() or not a.any() else 0.0,
        "npv": over(tn, tn + fn) if tn + fn or tn + fp == 0 else 0.0,
        "accuracy": over(tp + tn, a.size),
        "balanced_accuracy": (sensitivity + specificity) / 2,
        "mcc": over(tp * tn - fp * fn, product**0.5),
        "rvd": over(fp - fn, tp + fn),
    }


def distances(a, b, spacing, tolerances):
    if not a.any() and not b.any():
        return {"hd_mm": 0.0, "hd95_mm": 0.0, "assd_mm": 0.0, "masd_mm": 0.0, "nsd_voxels": [nan] * len(tolerances)}
    if not a.any() or not b.any():
        return {"hd_mm": nan, "hd95_mm": nan, "assd_mm": nan, "masd_mm": nan, "nsd_voxels": [0.0] * len(tolerances)}
    edge_a, edge_b = (m & ~ndimage.binary_erosion(m) for m in (a, b))
    ab = ndimage.distance_transform_edt(~edge_b, sampling=spacing)[edge_a]
    ba = ndimage.distance_transform_edt(~edge_a, sampling=spacing)[edge_b]
    both = np.concatenate([ab, ba])
    return {
        "hd_mm": both.max(),
        "hd95_mm": max(np.percentile(ab, 95), np.percentile(ba, 95)),
        "assd_mm": both.mean(),
        "masd_mm": (ab.mean() + ba.mean()) / 2,
        "nsd_voxels": [(both <= t).mean() for t in tolerances],
    }
