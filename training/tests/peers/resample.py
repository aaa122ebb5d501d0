"""Expected values of test_chains.py, from scikit-image 0.26 called as batchgenerators 0.25 calls it in augment_resize.

Usage: python resample.py resample.json
"""

import json
import sys

import numpy as np
from skimage.transform import resize


def mix(x):
    x = (x ^ (x >> 15)) * 0x2C1B3C6D & 0xFFFFFFFF
    x = (x ^ (x >> 12)) * 0x297A2D39 & 0xFFFFFFFF
    return x ^ (x >> 15)


def picture(rows, cols):
    y, x = np.mgrid[0:rows, 0:cols].astype(np.uint64)
    return ((x * x + 3 * y * y + 5 * x * y) // 37 % 1500 + mix(x + 4099 * y + 1) % 525).astype(np.int64) - 1024


def main():
    x = picture(30, 44 * 12).reshape(30, 12, 44).transpose(1, 0, 2)
    spacing, to = [3.0, 0.8, 0.9], [2.7, 1.58, 1.58]
    shape = [int(np.floor(n * s / t)) for n, s, t in zip(x.shape, spacing, to)]
    got = resize(x.astype(np.float64), shape, 3, clip=True, anti_aliasing=False)
    mask = resize((x > 0).astype(float), shape, 1, mode="edge", clip=True, anti_aliasing=False) >= 0.5
    rng = np.random.default_rng(0)
    at = [[int(rng.integers(n)) for n in shape] for _ in range(200)]
    out = {"spacing": spacing, "to": to, "shape": shape, "at": at, "cubic": [round(float(got[tuple(a)]), 4) for a in at], "voxels": int(mask.sum())}
    with open(sys.argv[1], "w", encoding="utf-8") as f:
        json.dump(out, f, separators=(",", ":"))
        f.write("\n")


if __name__ == "__main__":
    main()
