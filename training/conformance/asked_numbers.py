"""What SciPy, pingouin, statsmodels, scikit-learn and the published formulas say of plain numbers."""

import numpy as np
from scipy import stats

import shared

OF_STATS = shared.functions("app/stats/testdata/peers.py")
FORMULA = "published formula (NumPy)"


def of_paired(said):
    """Of what the script of the tests of app/stats says, and more, of the same vectors."""
    from statsmodels.stats.descriptivestats import sign_test
    from statsmodels.stats.weightstats import DescrStatsW

    a, b = np.array(said["a"]), np.array(said["b"])
    scipy = {"t": said["t"]["statistic"], "t_p": said["t"]["p"], "t_ci_low": said["t"]["ci"][0], "t_ci_high": said["t"]["ci"][1]}
    if "wilcoxon" in said:
        scipy |= {"wilcoxon": said["wilcoxon"]["statistic"], "wilcoxon_p": said["wilcoxon"]["p"]}
    for name in ("pearson", "spearman"):
        scipy |= {name: said[name]["r"], f"{name}_p": said[name]["p"]}
    scipy |= {"pearson_ci_low": said["pearson"]["ci"][0], "pearson_ci_high": said["pearson"]["ci"][1], "sign_p": said["sign"]["p"]}
    scipy |= {f"describe_{key}": v for key, v in said["describe"].items()}
    scipy |= {"slope": said["slope"]["slope"], "slope_p": said["slope"]["p"]}
    d = b - a
    of = OF_STATS["carkeet"](len(a))
    sd = d.std(ddof=1)
    scipy |= {"limit_upper_near": d.mean() + of["near"] * sd, "limit_upper_far": d.mean() + of["far"] * sd}
    low, high = DescrStatsW(d).tconfint_mean()
    statsmodels = {"bias": d.mean(), "bias_ci_low": low, "bias_ci_high": high, "sign_p": sign_test(np.where(abs(a - b) < 1e-9, 0, a - b))[1]}
    out = {"SciPy": scipy, "statsmodels": statsmodels, FORMULA: lin(a, b) | limits(a, b)}
    if "icc" in said:
        out["pingouin"] = icc(said["icc"])
    return shared.plain(out)


def icc(rows):
    out = {}
    for row in rows:
        form = row["form"].replace("ICC(A,", "ICC(2,").replace("ICC(C,", "ICC(3,")
        out |= {form: row["r"], f"{form}_f": row["f"], f"{form}_p": row["p"], f"{form}_ci_low": row["ci"][0], f"{form}_ci_high": row["ci"][1]}
    return out


def lin(a, b):
    """Lin 1989."""
    return {"lin": 2 * np.mean((a - a.mean()) * (b - b.mean())) / (a.var() + b.var() + (a.mean() - b.mean()) ** 2)}


def limits(a, b):
    """Bland and Altman 1999: limits of differences, of percent of the mean, of ratios."""
    out = {}
    for name, d, back in (("bland_altman", b - a, float), ("bland_altman_percent", 200 * (b - a) / (a + b), float), ("bland_altman_ratio", np.log(b / a), np.exp)):
        if not np.isfinite(d).all() or name != "bland_altman" and min(a.min(), b.min()) <= 0:
            continue
        for sign, end in ((-1, "lower"), (1, "upper")):
            out[f"{name}_{end}"] = back(d.mean() + sign * 1.96 * d.std(ddof=1))
    return out


def of_repeated(a, b, subject):
    """Mean squares of statsmodels' analysis of variance, put together as Bland and Altman (2007) do."""
    import pandas as pd
    from statsmodels.formula.api import ols
    from statsmodels.stats.anova import anova_lm

    def squares(x):
        table = anova_lm(ols("x ~ C(s)", pd.DataFrame({"x": x, "s": subject})).fit())
        return table["mean_sq"].iloc[0], table["mean_sq"].iloc[1]

    d = b - a
    between, within = squares(d)
    m = np.unique(subject, return_counts=True)[1]
    size = (m.sum() ** 2 - (m**2).sum()) / ((len(m) - 1) * m.sum())
    sd = np.sqrt(max(0, (between - within) / size) + within)
    within = np.sqrt(squares(a)[1])
    return shared.plain({"statsmodels": {
        "repeated_sd": sd, "repeated_lower": d.mean() - 1.96 * sd, "repeated_upper": d.mean() + 1.96 * sd,
        "within_sd": within, "repeatability": 1.96 * np.sqrt(2) * within,
    }})


def of_outcome(score, other, positive):
    from sklearn.metrics import roc_auc_score

    first, second = placements(score, positive), placements(other, positive)
    n, m = positive.sum(), (~positive).sum()
    both = np.cov(first[0], second[0])[0, 1] / n + np.cov(first[1], second[1])[0, 1] / m
    var = [np.var(x, ddof=1) / n + np.var(y, ddof=1) / m for x, y in (first, second)]
    z = (first[0].mean() - second[0].mean()) / np.sqrt(var[0] + var[1] - 2 * both)
    return shared.plain({
        "scikit-learn": {"auc_of_cases": roc_auc_score(positive, score)},
        FORMULA: {"delong_se": np.sqrt(var[0]), "delong_z": z, "delong_p": 2 * stats.norm.sf(abs(z))},
    })


def placements(score, positive):
    """DeLong 1988, pair by pair."""
    x, y = score[positive][:, None], score[~positive][None]
    wins = (x > y) + 0.5 * (x == y)
    return wins.mean(1), wins.mean(0)


def of_p_values(p):
    import pingouin
    from statsmodels.stats.multitest import multipletests

    return shared.plain({"statsmodels": {"holm": multipletests(p, method="holm")[1]}, "pingouin": {"holm": pingouin.multicomp(list(p), method="holm")[1]}})


def of_edge(a, b):
    """Vectors that have no answer."""
    t, r = stats.ttest_rel(a, b), stats.pearsonr(a, b)
    try:
        w = stats.wilcoxon(a, b).pvalue
    except ValueError as e:
        w = type(e).__name__
    return shared.plain({"SciPy": {"t": t.statistic, "t_p": t.pvalue, "wilcoxon_p": w, "pearson": r.statistic}})


EDGES = {
    "the same twice": ([1, 2, 3, 4.5], [1, 2, 3, 4.5]),
    "a constant difference": ([1, 2, 3, 5.0], [2, 3, 4, 6.0]),
    "one is constant": ([2, 2, 2, 2.0], [1, 2, 3, 4.0]),
    "two cases": ([1, 2.0], [2, 4.0]),
}
