"""Makes peers.json: what scikit-learn says of probabilities against a reference.

    python peers.py peers.json
"""

import json
import sys

import numpy as np
import sklearn
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, brier_score_loss, precision_recall_curve, roc_auc_score, roc_curve


def case(rng, n, top, share):
    """Probabilities p/top, p whole."""
    positive = rng.random(n) < share
    positive[:2] = [True, False]
    p = np.clip(np.round((rng.beta(1, 3, n) + 0.3 * positive * rng.random(n)) * top), 0, top).astype(int)
    score = p / top
    fpr, tpr, thresholds = roc_curve(positive, score, drop_intermediate=False)
    corner_fpr, corner_tpr, _ = roc_curve(positive, score, drop_intermediate=True)
    precision, recall, _ = precision_recall_curve(positive, score)
    observed, predicted = calibration_curve(positive, score, n_bins=10)
    keep = np.s_[:: max(1, len(fpr) // 12)]
    return {
        "top": top, "p": p.tolist(), "positive": [int(x) for x in positive],
        "points": len(fpr), "every": max(1, len(fpr) // 12),
        "fpr": fpr[keep].tolist(), "tpr": tpr[keep].tolist(), "thresholds": [None if np.isinf(t) else float(t) for t in thresholds[keep]],
        "corners": len(corner_fpr),
        "auc": roc_auc_score(positive, score), "ap": average_precision_score(positive, score),
        # Falling thresholds, without the point that no threshold has.
        "precision": precision[:-1][::-1].tolist(), "recall": recall[:-1][::-1].tolist(),
        "observed": observed.tolist(), "predicted": predicted.tolist(),
        "squared_error": brier_score_loss(positive, score),
    }


def main():
    rng = np.random.default_rng(6)
    out = {
        "scikit-learn": sklearn.__version__,
        "cases": [case(rng, n, top, share) for n, top, share in ((12, 4, 0.5), (60, 10, 0.3), (150, 255, 0.2), (150, 65535, 0.4))],
    }
    with open(sys.argv[1], "w") as f:
        json.dump(out, f)
        f.write("\n")


main()
