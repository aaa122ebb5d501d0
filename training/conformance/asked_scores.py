"""What scikit-learn, MONAI and the published definitions say of probabilities."""

import numpy as np

import shared

OF_IMAGES = shared.functions("app/metrics/score/testdata/images.py")
NUMPY = "definition (NumPy)"


def probabilities(p):
    """As float64 from 0 to 1, and the nearest of 65,536 levels."""
    top = {"u1": 255, "u2": 65535}.get(p.dtype.str[1:], 1)
    x = p.astype(float) / top
    return x, np.floor(x * 65535 + 0.5) / 65535


def of_score(p, reference):
    from sklearn import metrics as sk
    from sklearn.calibration import calibration_curve

    x, level = (v.ravel() for v in probabilities(p))
    y = reference.ravel()
    negative = (~y).sum()
    fpr, tpr, _ = sk.roc_curve(y, level, drop_intermediate=False)
    precision, _, _ = sk.precision_recall_curve(y, level)
    observed, predicted = calibration_curve(y, x, n_bins=10)
    out = {
        "scikit-learn": {
            "auc": sk.roc_auc_score(y, level), "average_precision": sk.average_precision_score(y, level),
            "tp": np.rint(tpr * y.sum()).astype(int), "fp": np.rint(fpr * negative).astype(int), "precision": precision[:-1][::-1],
            "squared_error": sk.brier_score_loss(y, x), "mae": sk.mean_absolute_error(y, x),
            "calibration_observed": observed, "calibration_predicted": predicted, "auc_exact": sk.roc_auc_score(y, x),
        },
        "MONAI": monai(x, y),
        NUMPY: {"ece": ece(x, y, 15)} | sweep(x, y),
    }
    if p.itemsize == 1:
        m = OF_IMAGES["measure"]([(v.astype(int), g) for v, g in zip(p, reference)], False, False)
        names = {"structure_measure": "structure", "mae_pictures": "mae"}
        for how in ("mean", "max", "adaptive"):
            names |= {f"dice_pictures_{how}": f"{how}_dice", f"enhanced_measure_{how}": f"{how}_enhanced"}
        out[NUMPY] |= {key: m[name] for key, name in names.items()}
    return shared.plain(out)


def monai(x, y):
    """Losses, turned round; with smooth 0.002 above and below twice the Tanimoto form has 0.001."""
    import torch
    from monai.losses import DiceLoss

    p, t = torch.from_numpy(x)[None, None], torch.from_numpy(y.astype(float))[None, None]
    none = {"smooth_nr": 0, "smooth_dr": 0}
    return {
        "soft_dice": 1 - float(DiceLoss(**none)(p, t)),
        "soft_dice_squared": 1 - float(DiceLoss(squared_pred=True, **none)(p, t)),
        "soft_jaccard": 1 - float(DiceLoss(jaccard=True, squared_pred=True, smooth_nr=2e-3, smooth_dr=2e-3)(p, t)),
    }


def ece(x, y, n):
    at = np.clip(np.ceil(x * n - 1e-9).astype(int) - 1, 0, n - 1)
    return sum(abs(y[at == k].mean() - x[at == k].mean()) * (at == k).mean() for k in range(n) if (at == k).any())


def sweep(x, y):
    dice = []
    for t in range(256):
        m = x >= t / 255 - 0.5 / 65535  # to the nearest level
        hit = (m & y).sum()
        dice.append(2 * hit / (m.sum() + y.sum()))
    return {"dice_mean_thresholds": np.mean(dice), "dice_best_threshold": np.max(dice)}
