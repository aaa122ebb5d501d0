"""Expected values for components_test.go and morphology_test.go, from SciPy.

Usage: python morphology.py morphology.json

Every set is made by integer arithmetic, the same in Go: voxel (i, j, k) is in it
where the mean of a hash over its cell of a coarse grid and one of its own is
below a limit. What is written per set: voxels, and a checksum that changes with
every voxel: the sum of (offset % 65521 + 1) over the set, offset = i + nx*(j + ny*k).
"""

import json
import sys

import numpy as np
from scipy import ndimage

NX, NY, NZ = 131, 47, 23
SPACING = (0.75, 0.8, 1.25)


def mix(x):
    x = (x ^ (x >> 15)) * 0x2C1B3C6D & 0xFFFFFFFF
    x = (x ^ (x >> 12)) * 0x297A2D39 & 0xFFFFFFFF
    return x ^ (x >> 15)


def make(limit, cell):
    k, j, i = np.meshgrid(np.arange(NZ), np.arange(NY), np.arange(NX), indexing="ij")
    i, j, k = (a.astype(np.uint64) for a in (i, j, k))
    coarse = mix((i // cell) + 131 * (j // cell) + 131 * 47 * (k // cell)) % 256
    fine = mix(i + 131 * j + 131 * 47 * k + 77777) % 256
    return 3 * coarse + fine < limit  # [k, j, i]


def summary(s):
    offsets = np.flatnonzero(s)
    return {"voxels": int(offsets.size), "checksum": int((offsets % 65521 + 1).sum())}


def ball(radius):
    r = [int(radius / s + 1e-9) for s in SPACING]
    k, j, i = np.mgrid[-r[2] : r[2] + 1, -r[1] : r[1] + 1, -r[0] : r[0] + 1]
    return (i * SPACING[0]) ** 2 + (j * SPACING[1]) ** 2 + (k * SPACING[2]) ** 2 <= radius**2 + 1e-9


def padded(op, s, element, margin):
    out = op(np.pad(s, margin), element)
    return out[margin:-margin, margin:-margin, margin:-margin]


def main():
    cases = []
    for limit, cell in ((400, 5), (520, 4), (700, 9), (90, 1)):
        s = make(limit, cell)
        case = {"limit": limit, "cell": cell, "set": summary(s), "components": {}, "morphology": []}
        for conn, order in ((6, 1), (18, 2), (26, 3)):
            parts, n = ndimage.label(s, ndimage.generate_binary_structure(3, order))
            sizes = np.bincount(parts.ravel())[1:]
            case["components"][str(conn)] = {"n": int(n), "largest": sorted(map(int, sizes), reverse=True)[:5]}
        case["filled"] = summary(ndimage.binary_fill_holes(s))
        case["filled_slices"] = []
        for axis in (2, 1, 0):  # of the array: i, j, k
            f = np.stack([ndimage.binary_fill_holes(p) for p in np.moveaxis(s, axis, 0)])
            case["filled_slices"].append(summary(np.moveaxis(f, 0, axis)))
        for radius in (0.7, 1.6, 3.75, 6.0):
            e = ball(radius)
            m = 2 * max(e.shape)
            case["morphology"].append(
                {
                    "radius_mm": radius,
                    "dilate": summary(padded(ndimage.binary_dilation, s, e, m)),
                    "erode": summary(padded(ndimage.binary_erosion, s, e, m)),
                    "close": summary(padded(ndimage.binary_closing, s, e, m)),
                    "open": summary(padded(ndimage.binary_opening, s, e, m)),
                }
            )
        cases.append(case)
    with open(sys.argv[1], "w") as f:
        json.dump({"size": [NX, NY, NZ], "spacing_mm": SPACING, "cases": cases}, f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    main()
