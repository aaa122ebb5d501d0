"""Expected values for the tests of this package, from SciPy and SimpleITK.

Usage: python edit.py edit.json

Values are made by integer arithmetic, the same in Go: voxel (i, j, k) has three
times a hash over its cell of a coarse grid and one of its own, less 1000. Label 1
is where the value is below a limit, label 2 where it is below another. What is
written per set: voxels, and a checksum that changes with every voxel: the sum of
(offset % 65521 + 1) over the set, offset = i + nx*(j + ny*k). Arrays are [k, j, i].
"""

import json
import sys

import numpy as np
import SimpleITK as sitk
from scipy import ndimage

NX, NY, NZ = 131, 47, 23
SPACING = (0.75, 0.8, 1.25)  # i, j, k
UNIT = 1 << 12


def mix(x):
    x = (x ^ (x >> 15)) * 0x2C1B3C6D & 0xFFFFFFFF
    x = (x ^ (x >> 12)) * 0x297A2D39 & 0xFFFFFFFF
    return x ^ (x >> 15)


def values(cell):
    k, j, i = np.meshgrid(np.arange(NZ), np.arange(NY), np.arange(NX), indexing="ij")
    i, j, k = (a.astype(np.uint64) for a in (i, j, k))
    coarse = mix((i // cell) + 131 * (j // cell) + 131 * 47 * (k // cell)) % 256
    fine = mix(i + 131 * j + 131 * 47 * k + 77777) % 256
    return (3 * coarse + fine).astype(np.int16) - 1000


def summary(s):
    offsets = np.flatnonzero(s)
    return {"voxels": int(offsets.size), "checksum": int((offsets % 65521 + 1).sum())}


def margin(s, mm):
    if mm > 0:
        return ndimage.distance_transform_edt(~s, sampling=SPACING[::-1]) <= mm + 1e-9
    return ndimage.distance_transform_edt(s, sampling=SPACING[::-1]) > -mm + 1e-9


def median(s, mm):
    size = [2 * int(mm / c + 1e-9) + 1 for c in SPACING[::-1]]
    box = lambda a: np.rint(ndimage.uniform_filter(a.astype(float), size, mode="constant") * np.prod(size)).astype(int)
    twice, n = 2 * box(s), box(np.ones_like(s))
    out = (twice > n) | (twice == n) & s
    inner = tuple(slice(c // 2, -(c // 2) or None) for c in size)
    assert (out[inner] == ndimage.median_filter(s.astype(np.uint8), size)[inner]).all()
    return out


def gaussian(sigma):
    r = max(1, int(np.ceil(3 * sigma)))
    w = np.exp(-np.arange(-r, r + 1) ** 2 / (2 * sigma**2))
    w = np.floor(UNIT * w / w.sum() + 0.5).astype(np.int64)
    w[r] += UNIT - w.sum()
    return w


def votes(s, sigma_mm):
    x = s.astype(np.int64)
    x = ndimage.correlate1d(x, gaussian(sigma_mm / SPACING[0]), axis=2, mode="nearest")
    x = ndimage.correlate1d(x, gaussian(sigma_mm / SPACING[1]), axis=1, mode="nearest")
    x = (x + UNIT // 2) // UNIT
    exact = ndimage.gaussian_filter(s.astype(float), [sigma_mm / c for c in SPACING[::-1]], mode="nearest", truncate=3)
    x = ndimage.correlate1d(x, gaussian(sigma_mm / SPACING[2]), axis=0, mode="nearest")
    assert abs(x / UNIT**2 - exact).max() < 0.02
    return x


def joint(a, b, sigma_mm):
    va, vb = votes(a, sigma_mm), votes(b, sigma_mm)
    half = UNIT * UNIT // 2
    inside = (va + vb > half) | (va + vb == half) & (a | b)
    first = (va > vb) | (va == vb) & ~b
    return inside & first, inside & ~first


def flood(v, seed, lo, hi):
    image = sitk.GetImageFromArray(v)
    return sitk.GetArrayFromImage(sitk.ConnectedThreshold(image, [list(map(int, seed))], float(lo), float(hi))) > 0


def flood_slice(v, seed, axis, lo, hi):
    a = 2 - axis
    keep = [slice(None)] * 3
    keep[a] = slice(seed[axis], seed[axis] + 1)
    one = list(seed)
    one[axis] = 0
    out = np.zeros(v.shape, bool)
    out[tuple(keep)] = flood(np.ascontiguousarray(v[tuple(keep)]), one, lo, hi)
    return out


def signed(p, step):
    return np.where(p, ndimage.distance_transform_edt(p, sampling=step), -ndimage.distance_transform_edt(~p, sampling=step))


def between(a, b, n, step):
    """The n slices between two, moved along the line of their centres."""
    pad = 40
    a, b = np.pad(a, pad), np.pad(b, pad)
    shift = np.array(ndimage.center_of_mass(b)) - ndimage.center_of_mass(a)
    da, db = signed(a, step), signed(b, step)
    out = []
    for m in range(1, n + 1):
        t = m / (n + 1)
        x = ndimage.shift(da, t * shift, order=1, mode="nearest")
        y = ndimage.shift(db, -(1 - t) * shift, order=1, mode="nearest")
        out.append(((1 - t) * x + t * y >= -1e-4)[pad:-pad, pad:-pad])
    return out


def ellipse(cu, cv, ru, rv):
    v, u = np.mgrid[0:NY, 0:NX]
    return (u - cu) ** 2 / ru**2 + (v - cv) ** 2 / rv**2 <= 1


def main():
    cases = []
    for limit, upper, cell in ((-600, -480, 5), (-480, -300, 4), (-300, -200, 9), (-910, -800, 1)):
        v = values(cell)
        a, b = v < limit, (v >= limit) & (v < upper)
        case = {"limit": limit, "upper": upper, "cell": cell, "first": summary(a), "second": summary(b)}
        case["filled"] = summary(ndimage.binary_fill_holes(a))
        case["margin"] = [{"mm": mm, "set": summary(margin(a, mm))} for mm in (0.75, 1.6, 3.0, 6.5, -0.75, -0.8, -1.6)]
        case["median"] = [{"mm": mm, "set": summary(median(a, mm))} for mm in (0.8, 1.6, 2.5)]
        case["joint"] = []
        for sigma in (0.8, 2.0):
            x, y = joint(a, b, sigma)
            case["joint"].append({"mm": sigma, "first": summary(x), "second": summary(y)})
        parts, n = ndimage.label(a)
        sizes = np.bincount(parts.ravel())
        sizes[0] = 0
        order = np.argsort(-sizes[1:], kind="stable") + 1
        case["largest3"] = summary(np.isin(parts, order[:3]))
        case["above20"] = summary(sizes[parts] >= 20)
        where = np.argwhere(parts == order[0])[0]
        case["seed"] = [int(where[2]), int(where[1]), int(where[0])]
        seed = case["seed"]
        at = int(v[tuple(where)])
        case["clicked"] = summary(parts == order[0])
        case["floods"] = []
        for tolerance in (60, 150, 400):
            f = {"tolerance": tolerance, "space": summary(flood(v, seed, at - tolerance, at + tolerance)), "slices": []}
            for axis in range(3):
                f["slices"].append(summary(flood_slice(v, seed, axis, at - tolerance, at + tolerance)))
            case["floods"].append(f)
        cases.append(case)
    morphs = []
    for first, second, n in (
        ((60, 23, 20, 12), (60, 23, 20, 12), 9),
        ((60, 23, 24, 8), (64, 21, 9, 15), 6),
        ((40, 20, 5, 4), (70, 26, 6, 6), 10),
    ):
        planes = between(ellipse(*first), ellipse(*second), n, (SPACING[1], SPACING[0]))
        morphs.append({"first": first, "second": second, "slices": [summary(p) for p in planes]})
    with open(sys.argv[1], "w") as f:
        json.dump({"size": [NX, NY, NZ], "spacing_mm": SPACING, "cases": cases, "morphs": morphs}, f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    main()
