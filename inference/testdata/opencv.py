"""Expected values for resize_test.go and clahe_test.go, from OpenCV 4.14.

Usage: python opencv.py opencv.json

Pictures are made by integer arithmetic, the same in Go. Of each result the
values on a sparse grid and sums are written.
"""

import json
import sys

import cv2
import numpy as np

cv2.setNumThreads(1)


def mix(x):
    x = (x ^ (x >> 15)) * 0x2C1B3C6D & 0xFFFFFFFF
    x = (x ^ (x >> 12)) * 0x297A2D39 & 0xFFFFFFFF
    return x ^ (x >> 15)


def picture(rows, cols):
    """Smooth hills with noise on them, -1024..1000, whole numbers."""
    y, x = np.mgrid[0:rows, 0:cols].astype(np.uint64)
    hills = (x * x + 3 * y * y + 5 * x * y) // 37 % 1500
    noise = mix(x + 4099 * y + 1) % 525
    return (hills + noise).astype(np.int64) - 1024


def sample(a):
    a = np.asarray(a, np.float64)
    ys = np.linspace(0, a.shape[0] - 1, min(11, a.shape[0])).astype(int)
    xs = np.linspace(0, a.shape[1] - 1, min(11, a.shape[1])).astype(int)
    return {
        "ys": ys.tolist(),
        "xs": xs.tolist(),
        "values": [round(float(v), 4) for v in a[np.ix_(ys, xs)].ravel()],
        "sum": round(float(a.sum()), 1),
    }


KINDS = {"nearest": cv2.INTER_NEAREST, "linear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC, "area": cv2.INTER_AREA}


def main():
    out = {"resize": [], "clahe": [], "pipeline": []}
    sizes = [(512, 512, 256, 256), (97, 131, 64, 64), (64, 48, 150, 131), (30, 200, 60, 70), (3, 2, 9, 5), (100, 90, 37, 90)]
    for rows, cols, to_rows, to_cols in sizes:
        p = picture(rows, cols).astype(np.float32)
        for kind, flag in KINDS.items():
            r = cv2.resize(p, (to_cols, to_rows), interpolation=flag)
            out["resize"].append({"from": [rows, cols], "to": [to_rows, to_cols], "kind": kind, "want": sample(r)})
    for rows, cols, limit, tiles in [
        (256, 256, 7.0, (8, 8)), (256, 256, 2.0, (8, 8)), (100, 75, 7.0, (8, 8)), (64, 75, 3.0, (8, 8)),
        (50, 41, 40.0, (4, 3)), (256, 256, 0.0, (8, 8)), (33, 29, 1.0, (5, 7)),
    ]:
        p = ((picture(rows, cols) + 1024) * 255 // 2024).astype(np.uint8)
        r = cv2.createCLAHE(clipLimit=limit, tileGridSize=tiles).apply(p)
        out["clahe"].append({"size": [rows, cols], "limit": limit, "tiles": list(tiles), "want": sample(r)})
    for rows, cols in [(512, 512), (300, 411), (256, 256)]:
        x = np.clip(picture(rows, cols).astype(np.float32) * 2 + 300, -1024.0, 3071.0)
        x = cv2.resize(x, (256, 256), interpolation=cv2.INTER_CUBIC)
        low, high = float(x.min()), float(x.max())
        x = (x - low) / (high - low) * 255.0
        x = cv2.createCLAHE(clipLimit=7.0, tileGridSize=(8, 8)).apply(np.rint(x).astype(np.uint8))
        out["pipeline"].append({"from": [rows, cols], "want": sample(x)})
    with open(sys.argv[1], "w") as f:
        json.dump(out, f, separators=(",", ":"))
        f.write("\n")


if __name__ == "__main__":
    main()
