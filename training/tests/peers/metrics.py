"""What other programs make of some pairs of masks: python metrics.py > metrics.json

Needs surface-distance 0.1 (DeepMind) and medpy beside the package's own requirements. The masks are made by
`pairs` alone, so that the test makes the same ones.
"""

import json

import numpy as np


def pairs() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Name -> reference and prediction, bool [z, y, x]."""
    z, y, x = np.mgrid[:4, :48, :40]

    def ball(cz, cy, cx, r):
        return (z - cz) ** 2 * 9 + (y - cy) ** 2 + (x - cx) ** 2 <= r * r

    rng = np.random.default_rng(7)
    noise = rng.random((2, 3, 20, 20)) > 0.6
    edge = np.zeros((2, 10, 12), bool)
    edge[:, :4, :] = True
    one = np.zeros((2, 9, 9), bool)
    one[0, 4, 4] = True
    return {
        "balls": (ball(2, 24, 20, 11), ball(2, 25.3, 21, 12)),
        "far": (ball(1, 12, 12, 8), ball(2, 20, 24, 9)),
        "same": (ball(2, 24, 20, 11), ball(2, 24, 20, 11)),
        "noise": (noise[0], noise[1]),
        "at the edge": (edge, np.roll(edge, 2, axis=2) & np.roll(edge, -1, axis=1)),
        "one slice missed": (one, np.roll(one, 1, axis=0)),
        "one pixel": (one, np.roll(one, 1, axis=2)),
    }


def peers() -> dict:
    np.Inf = np.inf  # surface-distance 0.1 still says so
    import surface_distance
    from medpy.metric import binary

    out = {}
    for name, (r, p) in pairs().items():
        near = total = 0.0
        for a, b in zip(r, p):
            d = surface_distance.compute_surface_distances(a, b, (1.0, 1.0))
            for distances, weights in (
                (d["distances_gt_to_pred"], d["surfel_areas_gt"]),
                (d["distances_pred_to_gt"], d["surfel_areas_pred"]),
            ):
                near += float(weights[distances <= 1].sum())
                total += float(weights.sum())
        out[name] = {
            "dice": float(binary.dc(p, r)),
            "jaccard": float(binary.jc(p, r)),
            "sensitivity": float(binary.sensitivity(p, r)),
            "precision": float(binary.precision(p, r)),
            "specificity_image": float(binary.specificity(p, r)),
            "nsd_1px": near / total,
        }
    return out


if __name__ == "__main__":
    print(json.dumps(peers(), indent=1))
