"""Makes readers.json: pingouin's ICC, and the repeatability coefficient by its definition, of what three readers mark, two of them twice.

    python readers.py readers.json
"""

import json
import sys

import numpy as np
import pandas as pd
import pingouin
from scipy import stats

READ = {  # voxels of 1 mm3, by case
    "A 1": [120, 64, 210, 33, 150, 96],
    "A 2": [118, 70, 204, 35, 149, 101],
    "B 1": [131, 60, 228, 30, 161, 99],
    "B 2": [127, 66, 231, 33, 155, 92],
    "C 1": [109, 61, 190, 36, 140, 90],
}


def icc(columns):
    rows = [{"case": n, "rater": c, "ml": v / 1000} for c in columns for n, v in enumerate(READ[c])]
    table = pingouin.intraclass_corr(pd.DataFrame(rows), "case", "rater", "ml")
    low_high = [c for c in table.columns if c.startswith("CI95")][0]
    return {"r": [float(v) for v in table["ICC"]], "ci": [[float(a), float(b)] for a, b in table[low_high]]}


def repeat(readers):
    """Every case of every reader is a subject with two readings."""
    squares, df = 0.0, 0
    for r in readers:
        x = np.array([READ[r + " 1"], READ[r + " 2"]]) / 1000
        squares += ((x - x.mean(0)) ** 2).sum()
        df += x.shape[1]
    sd = np.sqrt(squares / df)
    ci = np.sqrt(squares / stats.chi2.ppf([0.975, 0.025], df))
    factor = 1.96 * np.sqrt(2)
    return {"sd": sd, "sd_ci": ci.tolist(), "rc": factor * sd, "rc_ci": (factor * ci).tolist()}


def main():
    d = (np.array(READ["B 1"]) - np.array(READ["A 1"])) / 1000
    out = {
        "pingouin": pingouin.__version__,
        "voxels": READ,
        "inter": icc(["A 1", "B 1", "C 1"]),
        "intra_a": icc(["A 1", "A 2"]),
        "repeat_a": repeat(["A"]),
        "repeat_all": repeat(["A", "B"]),
        "bias": d.mean(),
        "limits": [d.mean() - 1.96 * d.std(ddof=1), d.mean() + 1.96 * d.std(ddof=1)],
    }
    with open(sys.argv[1], "w") as f:
        json.dump(out, f)
        f.write("\n")


main()
