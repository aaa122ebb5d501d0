"""Writes expected.json: what numpy and SimpleITK measure on the small volume
that measure_test.go makes by the same integer arithmetic.

usage: python expected.py OUT.json
"""
import json
import sys

import numpy as np
import SimpleITK as sitk

NX, NY, NZ = 19, 13, 7
SPACING = (0.7, 0.8, 1.5)

k, j, i = np.meshgrid(np.arange(NZ), np.arange(NY), np.arange(NX), indexing="ij")
hu = ((i * 31 + j * 17 + k * 7) * 13) % 4001 - 3000
left = (i >= 10) & ((i + 2 * j + 3 * k) % 5 != 0) & (k != 4)
right = (i < 8) & ((i * j + k) % 4 != 0) & (k != 4)
finding = ((i * 7 + j * 5 + k * 3) % 11 < 3) & (k != 2)
clipped = np.maximum(hu, -1024).astype(np.float64)


def stats(name, side, where):
    image = sitk.GetImageFromArray(where.astype(np.uint8))
    image.SetSpacing(SPACING)
    shape = sitk.LabelShapeStatisticsImageFilter()
    shape.Execute(image)
    return {
        "name": name,
        "side": side,
        "voxels": shape.GetNumberOfPixels(1),
        "volume_ml": shape.GetPhysicalSize(1) / 1000,
        "mean_hu": clipped[where].mean(),
        "sd_hu": clipped[where].std(),
        "area_mm2": [float(where[n].sum() * SPACING[0] * SPACING[1]) for n in range(NZ)],
    }


out = {
    "labels": [
        stats("left lung", "left", left),
        stats("right lung", "right", right),
        stats("infection", "", finding),
        stats("infection", "left", finding & left),
        stats("infection", "right", finding & right),
        stats("infection", "outside", finding & ~(left | right)),
    ],
    "involvement_percent": {
        "left": 100 * (finding & left).sum() / left.sum(),
        "right": 100 * (finding & right).sum() / right.sum(),
        "total": 100 * (finding & (left | right)).sum() / (left | right).sum(),
    },
}
with open(sys.argv[1], "w") as f:
    json.dump(out, f, indent=1, default=float)
    f.write("\n")
