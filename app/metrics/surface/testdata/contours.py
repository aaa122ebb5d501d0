"""Makes contours.json: what surface-distance, medpy and MONAI say of slices of pairs of masks, and the share of contour of all
slices together that lies within a tolerance, after surface-distance.

    python contours.py contours.json
"""

import base64
import importlib.metadata
import json
import sys
import zlib

import numpy as np
import surface_distance
import torch
from medpy.metric import binary
from monai.metrics import compute_hausdorff_distance
from scipy import ndimage

np.Inf = np.inf  # which surface-distance asks for where a mask is empty

TOLERANCES = [0.5, 1, 2, 3]


def blobs(rng, shape, share):
    x = ndimage.gaussian_filter(rng.normal(size=shape), (1, 2, 2))
    return x > np.quantile(x, 1 - share)


def packed(m):
    return base64.b64encode(zlib.compress(np.packbits(m.ravel(), bitorder="little").tobytes(), 9)).decode()


def slice_of(a, b, spacing):
    d = surface_distance.compute_surface_distances(a, b, spacing)
    one = [torch.tensor(m[None, None].astype(np.float32)) for m in (b, a)]
    return {
        "hd": float(binary.hd(b, a, voxelspacing=spacing)),
        "hd95_pooled": float(binary.hd95(b, a, voxelspacing=spacing)),
        "hd95": float(compute_hausdorff_distance(*one, percentile=95, include_background=True, spacing=list(spacing))),
        "assd": float(binary.assd(b, a, voxelspacing=spacing)),
        "nsd": [float(surface_distance.compute_surface_dice_at_tolerance(d, t)) for t in TOLERANCES],
    }


def pooled(a, b, spacing):
    near, total = np.zeros(len(TOLERANCES)), 0.0
    for x, y in zip(a, b):
        if not (x.any() or y.any()):
            continue
        d = surface_distance.compute_surface_distances(x, y, spacing)
        for way in ("gt_to_pred", "pred_to_gt"):
            mm, length = d["distances_" + way], d["surfel_areas_" + way.split("_")[0]]
            total += length.sum()
            near += [length[mm <= t].sum() for t in TOLERANCES]
    return (near / total).tolist()


def main():
    rng = np.random.default_rng(8)
    cases = []
    for shape, spacing in (((5, 20, 24), (5, 0.7, 0.7)), ((4, 17, 70), (2.5, 0.8, 0.6)), ((6, 30, 30), (1, 1, 1))):
        for shift in ((0, 1, 0), (1, 2, 1), (3, 0, 0)):
            a = blobs(rng, shape, 0.15)
            a[0], a[-1] = False, False
            b = np.roll(a, shift, (0, 1, 2)) ^ blobs(rng, shape, 0.02)
            b[-1] = False
            cases.append(
                {
                    "size": list(reversed(shape)),
                    "spacing": list(reversed(spacing)),
                    "reference": packed(a),
                    "prediction": packed(b),
                    "slices": {k: slice_of(a[k], b[k], spacing[1:]) for k in range(shape[0]) if a[k].any() and b[k].any()},
                    "nsd": pooled(a, b, spacing[1:]),
                }
            )
    versions = {p: importlib.metadata.version(p) for p in ["medpy", "surface-distance", "monai", "scipy", "numpy"]}
    with open(sys.argv[1], "w") as f:
        json.dump({"versions": versions, "tolerances": TOLERANCES, "cases": cases}, f)
        f.write("\n")


main()
