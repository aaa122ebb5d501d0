"""Makes normality.json: SciPy's Shapiro-Wilk test of a few samples.

    python normality.py normality.json
"""

import json
import sys

import numpy as np
import scipy
from scipy import stats


def main():
    rng = np.random.default_rng(12)
    cases = []
    for n in (3, 4, 5, 6, 9, 11, 12, 13, 30, 101):
        for draw in (rng.normal, rng.exponential):
            x = np.round(draw(size=n) * 10, 2)
            w, p = stats.shapiro(x)
            cases.append({"x": x.tolist(), "w": float(w), "p": float(p)})
    with open(sys.argv[1], "w") as f:
        json.dump({"scipy": scipy.__version__, "cases": cases}, f)
        f.write("\n")


main()
