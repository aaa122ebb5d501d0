"""Makes staple.json: what SimpleITK's STAPLE and label voting say of several readers' masks.

    python staple.py staple.json
"""

import json
import sys

import numpy as np
import SimpleITK as sitk


def readers(rng, size, n, quality):
    """A ball as n readers see it: shifted, of another size, and with specks."""
    z, y, x = np.mgrid[: size[2], : size[1], : size[0]]
    middle = np.array(size) / 2
    out = []
    for r in range(n):
        shift = rng.normal(0, 0.8, 3) * quality
        radius = min(size) / 3 + rng.normal(0, 0.6) * quality
        d = np.sqrt((x - middle[0] - shift[0]) ** 2 + (y - middle[1] - shift[1]) ** 2 + (z - middle[2] - shift[2]) ** 2)
        out.append(((d <= radius) ^ (rng.random(d.shape) < 0.01 * quality)).astype(np.uint8))
    return out


def case(masks):
    images = [sitk.GetImageFromArray(m) for m in masks]
    f = sitk.STAPLEImageFilter()
    f.SetForegroundValue(1)
    w = sitk.GetArrayFromImage(f.Execute(images))
    pattern = sum(m.astype(np.int64) << n for n, m in enumerate(masks))
    voted = sitk.GetArrayFromImage(sitk.LabelVoting(images, 2))  # 2 where readers are divided evenly
    return {
        "size": list(masks[0].shape[::-1]), "readers": len(masks), "pattern": pattern.ravel().tolist(),
        "sensitivity": list(f.GetSensitivity()), "specificity": list(f.GetSpecificity()), "iterations": f.GetElapsedIterations(),
        "probability": {str(p): float(w[pattern == p].mean()) for p in np.unique(pattern)},
        "majority": int((voted == 1).sum()), "divided": int((voted == 2).sum()),
    }


def main():
    rng = np.random.default_rng(9)
    out = {
        "SimpleITK": sitk.Version_VersionString(),
        "cases": [case(readers(rng, size, n, q)) for size, n, q in (((14, 12, 8), 3, 1), ((9, 10, 11), 4, 2), ((70, 6, 6), 5, 1), ((12, 12, 6), 2, 1))],
    }
    with open(sys.argv[1], "w") as f:
        json.dump(out, f)
        f.write("\n")


main()
