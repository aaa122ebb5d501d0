"""Makes peers.json: what medpy, surface-distance, MONAI, SimpleITK and scikit-learn say of pairs of masks that the tests of app/metrics compare with.

    python peers.py peers.json

Arrays are [z, y, x] and spacings go with them; the file has sizes and spacings as x, y, z and masks as the bits of the array in its order, deflated.
"""

import base64
import importlib.metadata
import json
import sys
import warnings
import zlib

import numpy as np
import SimpleITK as sitk
import surface_distance
import torch
from medpy.metric import binary
from monai.metrics import compute_average_surface_distance, compute_hausdorff_distance, compute_surface_dice
from scipy import ndimage
from sklearn import metrics as sk

warnings.filterwarnings("ignore")
TOLERANCES = [0.5, 1.0, 3.0]


def ball(shape, centre, radius, spacing):
    grid = np.indices(shape).astype(float)
    far = sum(((grid[a] - centre[a]) * spacing[a]) ** 2 for a in range(3))
    return far <= radius**2


def blobs(rng, shape, smooth, share):
    noise = ndimage.gaussian_filter(rng.normal(size=shape), smooth)
    return noise > np.quantile(noise, 1 - share)


def pairs():
    rng = np.random.default_rng(6)
    one = (1.0, 1.0, 1.0)
    thick = (5.0, 0.7, 0.7)
    shape = (12, 20, 24)
    empty = np.zeros(shape, bool)
    voxel, far, corner = empty.copy(), empty.copy(), empty.copy()
    voxel[5, 9, 11] = True
    far[10, 17, 3] = True
    corner[0, 0, 0] = True
    corner[-1, -1, -1] = True
    sheet, other = empty.copy(), empty.copy()
    sheet[6, 2:18, 3:20] = True
    other[2:10, 9, 3:22] = True
    wall, edge = empty.copy(), empty.copy()
    wall[:, :, 0] = True
    edge[0, :, :] = True
    cube, shell = empty.copy(), empty.copy()
    cube[4:8, 8:12, 10:14] = True
    shell[2:10, 4:16, 6:18] = True
    hollow = shell & ~cube
    border = empty.copy()
    border[:6, :7, 13:] = True
    ring = ball(shape, (6, 10, 12), 22, thick) & ~ball(shape, (6, 10, 12), 5, thick)
    yield "both empty", empty, empty, one
    yield "reference alone", cube, empty, one
    yield "prediction alone", empty, cube, one
    yield "one voxel, the same", voxel, voxel, thick
    yield "one voxel, another", voxel, far, thick
    yield "voxels in the corners", corner, voxel, (2.5, 0.7, 0.7)
    yield "whole grid", ~empty, ~empty, one
    yield "whole grid and a voxel", ~empty, voxel, thick
    yield "sheets that cross", sheet, other, thick
    yield "sheet and itself moved", sheet, np.roll(sheet, 1, 0), thick
    yield "walls at the border", wall, edge, (1.5, 0.8, 0.9)
    yield "touching the border", border, cube, thick
    yield "cube inside a box", cube, shell, one
    yield "hollow box and its filling", hollow, cube, (1.0, 0.7, 0.7)
    yield "hollow box and itself filled", hollow, shell, thick
    yield "ring and ball", ring, ball(shape, (6, 9, 13), 6, thick), thick
    spheroids = (16, 24, 24)
    yield "spheroids", ball(spheroids, (8, 11, 11), 7, (2.5, 0.7, 0.7)), ball(spheroids, (8, 12, 12), 6, (2.5, 0.7, 0.7)), (2.5, 0.7, 0.7)
    for n in range(17):
        shape = tuple(int(x) for x in rng.integers(3, 25, 3))
        spacing = [one, thick, (1.25, 0.7, 0.8), (0.5, 2.0, 1.1)][n % 4]
        if n < 5:
            a, b = rng.random(shape) < 0.1, rng.random(shape) < 0.5 * rng.random()
        else:
            a = blobs(rng, shape, 2.5, 0.05 + 0.4 * rng.random())
            b = a ^ (blobs(rng, shape, 1.5, 0.1) & ndimage.binary_dilation(a, iterations=2)) if n % 2 else np.roll(a, (0, 1, 2), (0, 1, 2))
        yield f"random {n}", a, b, spacing
    for n in range(3):  # pictures
        a = blobs(rng, (1, 18, 24), (0, 2, 2), 0.3)
        b = a ^ blobs(rng, (1, 18, 24), (0, 1, 1), 0.1)
        yield f"picture {n}", a, b, [one, thick, (1.0, 0.5, 1.3)][n]


def tried(f):
    """The number, or what stands for none: the exception's name, nan, inf."""
    try:
        x = f()
    except Exception as e:
        return type(e).__name__
    x = float(x.item() if hasattr(x, "item") else x)
    return x if np.isfinite(x) else str(x)


def deepmind(a, b, spacing):
    try:
        d = surface_distance.compute_surface_distances(a, b, spacing)
    except Exception as e:
        return type(e).__name__
    means = surface_distance.compute_average_surface_distance(d)
    return {
        "hd": tried(lambda: surface_distance.compute_robust_hausdorff(d, 100)),
        "hd95": tried(lambda: surface_distance.compute_robust_hausdorff(d, 95)),
        "asd_ref_pred": tried(lambda: means[0]),
        "asd_pred_ref": tried(lambda: means[1]),
        "nsd": [tried(lambda: surface_distance.compute_surface_dice_at_tolerance(d, t)) for t in TOLERANCES],
        "area_ref": float(d["surfel_areas_gt"].sum()),
        "area_pred": float(d["surfel_areas_pred"].sum()),
    }


def monai(a, b, spacing):
    y, p = torch.from_numpy(a)[None, None].float(), torch.from_numpy(b)[None, None].float()
    s = list(spacing)
    return {
        "hd": tried(lambda: compute_hausdorff_distance(p, y, include_background=True, spacing=s)),
        "hd95": tried(lambda: compute_hausdorff_distance(p, y, include_background=True, spacing=s, percentile=95)),
        "hd95_pred_ref": tried(lambda: compute_hausdorff_distance(p, y, include_background=True, spacing=s, percentile=95, directed=True)),
        "hd95_ref_pred": tried(lambda: compute_hausdorff_distance(y, p, include_background=True, spacing=s, percentile=95, directed=True)),
        "assd": tried(lambda: compute_average_surface_distance(p, y, include_background=True, spacing=s, symmetric=True)),
        "asd_pred_ref": tried(lambda: compute_average_surface_distance(p, y, include_background=True, spacing=s)),
        "asd_ref_pred": tried(lambda: compute_average_surface_distance(y, p, include_background=True, spacing=s)),
        "nsd": [tried(lambda: compute_surface_dice(p, y, [t], include_background=True, spacing=s)) for t in TOLERANCES],
        "nsd_subvoxels": [tried(lambda: compute_surface_dice(p, y, [t], include_background=True, spacing=s, use_subvoxels=True)) for t in TOLERANCES],
    }


def medpy(a, b, spacing, connectivity):
    return {
        name: tried(lambda: getattr(binary, name)(b, a, voxelspacing=spacing, connectivity=connectivity))
        for name in ["hd", "hd95", "assd", "asd"]
    } | {"asd_ref_pred": tried(lambda: binary.asd(a, b, voxelspacing=spacing, connectivity=connectivity))}


def itk(a, b, spacing):
    images = [sitk.GetImageFromArray(m.astype(np.uint8)) for m in (a, b)]
    for i in images:
        i.SetSpacing(list(reversed(spacing)))
    far, overlap = sitk.HausdorffDistanceImageFilter(), sitk.LabelOverlapMeasuresImageFilter()

    def run(f, get):
        def inner():
            f.Execute(*images)
            return get(f)

        return tried(inner)

    return {
        "hd": run(far, lambda f: f.GetHausdorffDistance()),
        "mean_hd": run(far, lambda f: f.GetAverageHausdorffDistance()),
        "dice": run(overlap, lambda f: f.GetDiceCoefficient(1)),
        "jaccard": run(overlap, lambda f: f.GetJaccardCoefficient(1)),
        "volume_similarity": run(overlap, lambda f: f.GetVolumeSimilarity(1)),
    }


def counts(a, b):
    out = {name: tried(lambda: getattr(binary, name)(b, a)) for name in ["dc", "jc", "ravd", "sensitivity", "specificity", "precision", "recall"]}
    y, p = a.ravel(), b.ravel()
    if a.any() and not a.all():
        out["balanced_accuracy"] = tried(lambda: sk.balanced_accuracy_score(y, p))
    if 0 < a.sum() < a.size and 0 < b.sum() < b.size:
        out["mcc"] = tried(lambda: sk.matthews_corrcoef(y, p))
        out["npv"] = tried(lambda: sk.precision_score(~y, ~p))
    out["accuracy"] = tried(lambda: sk.accuracy_score(y, p))
    return out


def packed(m):
    return base64.b64encode(zlib.compress(np.packbits(m.ravel(), bitorder="little").tobytes(), 9)).decode()


def main(path):
    cases = []
    for name, a, b, spacing in pairs():
        whole = a.shape
        if len(a) == 1:
            a, b, spacing = a[0], b[0], spacing[1:]
        cases.append({
            "name": name,
            "size": list(reversed(whole)),
            "spacing": list(reversed(spacing)) + [1.0] * (3 - a.ndim),
            "reference": packed(a),
            "prediction": packed(b),
            "tp": int((a & b).sum()), "fp": int((b & ~a).sum()), "fn": int((a & ~b).sum()), "tn": int((~a & ~b).sum()),
            "counts": counts(a, b),
            "medpy": [medpy(a, b, spacing, c) for c in (1, 2, 3)],
            "monai": monai(a, b, spacing),
            "deepmind": deepmind(a, b, spacing),
            "itk": itk(a, b, spacing),
        })
    versions = {p: importlib.metadata.version(p) for p in ["medpy", "surface-distance", "monai", "SimpleITK", "scikit-learn", "scipy", "numpy"]}
    with open(path, "w") as f:
        f.write(json.dumps({"versions": versions, "tolerances": TOLERANCES, "cases": cases}, indent=1) + "\n")


main(sys.argv[1])
