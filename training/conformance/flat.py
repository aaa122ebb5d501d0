"""What e2e/conformance printed, as {key: number, or the word that says why there is none}."""


def number(x):
    """NaN and the infinities come as strings."""
    return float(x) if x in ("NaN", "+Inf", "-Inf") else x


def of_pair(said, tolerances):
    out = dict(said["values"])
    out |= {key.lower(): n for key, n in said["counts"].items()}
    for key in ("nsd", "nsd_voxels"):
        out |= {f"{key}@{t}": v for t, v in zip(tolerances, said[key])}
    return out


def of_score(said):
    out = dict(said["values"])
    out |= {key: said[key] for key in ("squared_error", "bound", "tp", "fp")}
    out["precision"] = said["precision"][1:]
    out["calibration_observed"] = [b["Observed"] for b in said["calibration"]]
    out["calibration_predicted"] = [b["Predicted"] for b in said["calibration"]]
    return out


def of_test(name, t):
    if t.get("why"):
        return {key: t["why"] for key in (name, f"{name}_p", f"{name}_ci_low", f"{name}_ci_high")}
    stat = t["statistic"] if "statistic" in t else t["r"]
    return {name: number(stat), f"{name}_p": number(t["p"]), f"{name}_ci_low": number(t["ci"][0]), f"{name}_ci_high": number(t["ci"][1])}


def of_icc(forms):
    out = {}
    for form, (r, f, p, low, high) in forms.items():
        out |= {form: number(r), f"{form}_f": number(f), f"{form}_p": number(p), f"{form}_ci_low": number(low), f"{form}_ci_high": number(high)}
    return out


def of_agreement(name, a):
    if a.get("why"):
        return {f"{name}_{end}": a["why"] for end in ("lower", "upper")}
    return {f"{name}_lower": number(a["lower"][0]), f"{name}_upper": number(a["upper"][0])}


def of_paired(said):
    out = of_icc(said["icc"])
    for name in ("t", "wilcoxon", "sign", "pearson", "spearman", "lin"):
        out |= of_test(name, said[name])
    for name in ("bland_altman", "bland_altman_percent", "bland_altman_ratio"):
        out |= of_agreement(name, said[name])
    a = said["bland_altman"]
    if not a.get("why"):
        out |= dict(zip(("bias", "bias_ci_low", "bias_ci_high"), map(number, a["bias"])))
        out |= dict(zip(("slope", "slope_p"), map(number, a["slope"])))
        out["limit_upper_near"], out["limit_upper_far"] = number(a["upper"][1]), number(a["upper"][2])
    return out | {f"describe_{key}": number(v) for key, v in said["describe"].items()}


def of_repeated(said):
    a = of_agreement("repeated", said["bland_altman"])
    return a | {"repeated_sd": number(said["bland_altman"]["sd"]), "within_sd": number(said["within_sd"]), "repeatability": number(said["repeatability"])}


def of_outcome(said):
    c = said["compare"]
    return {"auc_of_cases": number(said["auc"]), "delong_se": number(said["se"])} | (
        {"delong_z": c["why"], "delong_p": c["why"]} if c.get("why") else {"delong_z": number(c["statistic"]), "delong_p": number(c["p"])}
    )
