"""Makes limits.json: limits of agreement that follow a regression (statsmodels) and percentiles with their
intervals (NumPy, SciPy), and the concordance coefficient with moments over n and n-1 (NumPy).

    python limits.py limits.json
"""

import json
import sys

import numpy as np
import scipy
import statsmodels
import statsmodels.api as sm
from scipy import stats


def regressed(a, b):
    """Bland and Altman 1999, section 3.2."""
    d, mean = b - a, (a + b) / 2
    x = sm.add_constant(mean)
    bias = sm.OLS(d, x).fit()
    spread = sm.OLS(np.abs(bias.resid), x).fit()
    factor = 1.96 * np.sqrt(np.pi / 2)
    if (spread.fittedvalues < 0).any():
        return None
    return {
        "bias": bias.params.tolist(),
        "lower": (bias.params - factor * spread.params).tolist(),
        "upper": (bias.params + factor * spread.params).tolist(),
        "p": float(spread.pvalues[1]),
    }


def percentiles(d):
    out = []
    for p in (0.025, 0.5, 0.975):
        ci = stats.quantile_test(d, p=p).confidence_interval(0.95)
        out.append({"value": float(np.percentile(d, 100 * p)), "ci": [None if np.isnan(c) else float(c) for c in ci]})
    return out


def concordance(a, b, ddof):
    both = np.cov(a, b, ddof=ddof)[0, 1]
    return float(2 * both / (np.var(a, ddof=ddof) + np.var(b, ddof=ddof) + (a.mean() - b.mean()) ** 2))


def main():
    rng = np.random.default_rng(31)
    cases = []
    for n in (3, 5, 12, 30, 150, 400):
        for grows in (0.0, 0.1):
            a = np.round(rng.uniform(20, 400, n), 2)
            b = np.round(a + 3 + rng.normal(size=n) * (4 + grows * a), 2)
            cases.append(
                {
                    "a": a.tolist(),
                    "b": b.tolist(),
                    "regressed": regressed(a, b),
                    "percentiles": percentiles(b - a),
                    "ccc": concordance(a, b, 0),
                    "ccc_sample": concordance(a, b, 1),
                }
            )
    with open(sys.argv[1], "w") as f:
        json.dump({"scipy": scipy.__version__, "statsmodels": statsmodels.__version__, "numpy": np.__version__, "cases": cases}, f)
        f.write("\n")


main()
