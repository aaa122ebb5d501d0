"""Makes peers.json: what SciPy, pingouin, statsmodels and scikit-learn say of the numbers that the tests of app/stats compare with.

    python peers.py peers.json
"""

import json
import sys

import numpy as np
import pandas as pd
import pingouin
import scipy
import sklearn
import statsmodels
from scipy import stats
from sklearn.metrics import roc_auc_score
from statsmodels.stats.multitest import multipletests


def plain(x):
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    if isinstance(x, (list, tuple, np.ndarray)):
        return [plain(v) for v in x]
    if isinstance(x, (np.floating, float)):
        return None if not np.isfinite(x) else float(x)
    return int(x) if isinstance(x, np.integer) else x


def paired(rng, n, decimals):
    a = np.round(rng.gamma(3, 20, n), decimals)
    b = np.round(a * rng.normal(1.05, 0.15, n) + rng.normal(0, 3, n), decimals)
    out = {"a": a, "b": b}
    t = stats.ttest_rel(a, b)
    ci = t.confidence_interval()
    out["t"] = {"statistic": t.statistic, "p": t.pvalue, "df": t.df, "ci": [ci.low, ci.high]}
    d = a - b
    d[np.abs(d) < 1e-9] = 0
    kept = d[d != 0]
    if len(np.unique(np.abs(kept).round(9))) == len(kept) and len(kept) <= 60:
        w = stats.wilcoxon(kept, method="exact")
    elif len(kept) <= 12:
        w = stats.wilcoxon(kept.round(9), method=stats.PermutationMethod(n_resamples=10**7))
    else:
        w = None
    if w is not None:
        out["wilcoxon"] = {"statistic": w.statistic, "p": w.pvalue}
    above, below = int((d > 0).sum()), int((d < 0).sum())
    out["sign"] = {"p": stats.binomtest(min(above, below), above + below).pvalue}
    r = stats.pearsonr(a, b)
    ci = r.confidence_interval()
    out["pearson"] = {"r": r.statistic, "p": r.pvalue, "ci": [ci.low, ci.high]}
    r = stats.spearmanr(a, b)
    out["spearman"] = {"r": r.statistic, "p": r.pvalue}
    out["describe"] = {
        "mean": a.mean(), "sd": a.std(ddof=1), "min": a.min(), "max": a.max(),
        "q1": np.percentile(a, 25), "median": np.median(a), "q3": np.percentile(a, 75),
    }
    long = pd.DataFrame({"subject": np.tile(np.arange(n), 2), "rater": np.repeat([0, 1], n), "score": np.concatenate([a, b])})
    if n >= 5:
        out["icc"] = icc(long)
    line = stats.linregress((a + b) / 2, b - a)
    out["slope"] = {"slope": line.slope, "p": line.pvalue, "stderr": line.stderr}
    return out


def icc(long):
    table = pingouin.intraclass_corr(long, targets="subject", raters="rater", ratings="score")
    rows = []
    for _, row in table.iterrows():
        ci = row["CI95%"] if "CI95%" in row else row["CI95"]
        rows.append({"form": row["Type"], "r": row["ICC"], "f": row["F"], "p": row["pval"] if "pval" in row else row["p_val"], "ci": list(ci)})
    return rows


def raters(rng, n, k):
    truth = rng.normal(50, 10, (n, 1))
    scores = np.round(truth + rng.normal(0, 1, (1, k)) + rng.normal(0, 4, (n, k)), 2)
    long = pd.DataFrame({"subject": np.repeat(np.arange(n), k), "rater": np.tile(np.arange(k), n), "score": scores.ravel()})
    return {"ratings": scores, "icc": icc(long)}


def carkeet(n):
    root = np.sqrt(n)
    t = stats.nct(n - 1, 1.96 * root)
    return {"n": n, "near": t.ppf(0.025) / root, "far": t.ppf(0.975) / root}


def auc(rng, n):
    positive = rng.random(n) < 0.4
    positive[:2] = [True, False]
    score = np.round(rng.normal(0, 1, n) + positive, 1)
    return {"score": score, "positive": [bool(p) for p in positive], "auc": roc_auc_score(positive, score)}


def bca(rng, n):
    x = np.round(rng.gamma(2, 10, n), 2)
    ci = stats.bootstrap((x,), np.mean, method="BCa", n_resamples=200000, rng=np.random.default_rng(5)).confidence_interval
    return {"x": x, "ci": [ci.low, ci.high]}


def main():
    rng = np.random.default_rng(20)
    out = {
        "versions": {"scipy": scipy.__version__, "pingouin": pingouin.__version__, "statsmodels": statsmodels.__version__, "scikit-learn": sklearn.__version__},
        "paired": [paired(rng, n, decimals) for n in (4, 7, 11, 20, 40) for decimals in (0, 3)],
        "raters": [raters(rng, n, k) for n, k in ((6, 3), (20, 2), (15, 5))],
        "carkeet": [carkeet(n) for n in (3, 4, 10, 20, 30, 50, 100, 400)],
        "auc": [auc(rng, n) for n in (5, 30, 200)],
        "bca": [bca(rng, n) for n in (12, 40)],
    }
    p = rng.random(9) ** 3
    out["holm"] = {"p": p, "corrected": multipletests(p, method="holm")[1]}
    with open(sys.argv[1], "w") as f:
        json.dump(plain(out), f, indent=1, allow_nan=False)
        f.write("\n")


main()
