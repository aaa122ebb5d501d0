"""What the peers say, as {peer: {key: value}}: keys are those of Opacity's own tables, with @ and the tolerance behind NSD's.

What a peer has no number for is nan, inf or the name of its exception.
"""

import hashlib
import json
import warnings
from pathlib import Path

import numpy as np

import shared
from made import OF_SURFACE, TOLERANCES

warnings.filterwarnings("ignore")
FIELDS = {"dc": "dice", "jc": "jaccard", "ravd": "rvd", "sensitivity": "sensitivity", "specificity": "specificity", "precision": "precision"}
DEFINITION = "Metrics Reloaded (definition, not the package)"
tried = OF_SURFACE["tried"]


def mean(x, y):
    return (x + y) / 2 if isinstance(x, float) and isinstance(y, float) else "nan"


def per_tolerance(key, values):
    return {f"{key}@{t}": v for t, v in zip(TOLERANCES, values)}


def medpy(said, suffix):
    return {
        f"hd{suffix}": said["hd"], f"hd95_pooled{suffix}": said["hd95"], f"assd{suffix}": said["assd"],
        f"asd_pred_ref{suffix}": said["asd"], f"asd_ref_pred{suffix}": said["asd_ref_pred"],
    }


def monai(said):
    out = {f"{key}_mm": said[key] for key in ("hd", "hd95", "assd", "asd_pred_ref", "asd_ref_pred")}
    out["hd95_mean_mm"] = mean(said["hd95_pred_ref"], said["hd95_ref_pred"])
    out["masd_mm"] = mean(said["asd_pred_ref"], said["asd_ref_pred"])
    return out | per_tolerance("nsd_voxels", said["nsd"]) | per_tolerance("nsd", said["nsd_subvoxels"])


def deepmind(said):
    if isinstance(said, str):
        said = dict.fromkeys(("hd", "hd95", "asd_ref_pred", "asd_pred_ref"), said) | {"nsd": [said] * len(TOLERANCES)}
    out = {f"{key}_surfel_mm": said[key] for key in ("hd", "hd95", "asd_ref_pred", "asd_pred_ref")}
    out["masd_surfel_mm"] = mean(said["asd_ref_pred"], said["asd_pred_ref"])
    return out | per_tolerance("nsd", said["nsd"])


def itk_overlap(a, b):
    """ITK's target is the reference. What it could not divide is the largest number there is."""
    import SimpleITK as sitk

    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    f = sitk.LabelOverlapMeasuresImageFilter()
    images = [sitk.GetImageFromArray(m.astype(np.uint8)) for m in (b, a)]

    def run(get, turned=lambda x: x):
        def inner():
            f.Execute(*images)
            x = get()
            return turned(x) if abs(x) < 1e300 else np.nan

        return tried(inner)

    return {
        "dice": run(lambda: f.GetDiceCoefficient(1)),
        "jaccard": run(lambda: f.GetJaccardCoefficient(1)),
        "volume_similarity": run(lambda: f.GetVolumeSimilarity(1), lambda x: 1 - abs(x) / 2),
        "sensitivity": run(lambda: f.GetFalseNegativeError(1), lambda x: 1 - x),
        "precision": run(lambda: f.GetFalseDiscoveryRate(1), lambda x: 1 - x),
    }


def monai_counts(a, b):
    import torch
    from monai.metrics import compute_confusion_matrix_metric, compute_dice, compute_iou, get_confusion_matrix

    y, p = (torch.from_numpy(m)[None, None].float() for m in (a, b))
    matrix = get_confusion_matrix(p, y)
    tp, fp, tn, fn = (int(x) for x in matrix.flatten())
    out = {"tp": tp, "fp": fp, "tn": tn, "fn": fn}
    out |= {"dice": tried(lambda: compute_dice(p, y)), "jaccard": tried(lambda: compute_iou(p, y))}
    for key in ("sensitivity", "specificity", "precision", "accuracy"):
        out[key] = tried(lambda: compute_confusion_matrix_metric(key, matrix.double()))
    for key, name in (("npv", "negative predictive value"), ("balanced_accuracy", "balanced accuracy"), ("mcc", "matthews correlation coefficient")):
        out[key] = tried(lambda: compute_confusion_matrix_metric(name, matrix.double()))
    return out


def sklearn_counts(a, b, said):
    from sklearn import metrics as sk

    y, p = a.ravel(), b.ravel()
    tn, fp, fn, tp = sk.confusion_matrix(y, p, labels=[False, True]).ravel()
    out = {"tp": tp, "fp": fp, "tn": tn, "fn": fn, "accuracy": said["accuracy"]}
    none = {"zero_division": np.nan}
    out |= {
        "dice": tried(lambda: sk.f1_score(y, p, **none)), "jaccard": tried(lambda: sk.jaccard_score(y, p, zero_division=0)) if a.any() or b.any() else "nan",
        "sensitivity": tried(lambda: sk.recall_score(y, p, **none)), "precision": tried(lambda: sk.precision_score(y, p, **none)),
        "specificity": tried(lambda: sk.recall_score(~y, ~p, **none)), "npv": tried(lambda: sk.precision_score(~y, ~p, **none)),
    }
    return out | {key: said[key] for key in ("balanced_accuracy", "mcc") if key in said}


def definitions(a, b, spacing):
    import reloaded

    out = reloaded.counts(a, b) | reloaded.distances(a, b, spacing, TOLERANCES)
    return out | per_tolerance("nsd_voxels", out.pop("nsd_voxels"))


def of_small(job):
    """A pair of masks, everything of everyone."""
    a, b, spacing = job
    import torch

    torch.set_num_threads(1)
    shared.patch()
    if len(a) == 1:
        a, b, spacing = a[0], b[0], spacing[1:]
    said = OF_SURFACE["counts"](a, b)
    itk = OF_SURFACE["itk"](a, b, spacing)
    of_medpy = {key: said[name] for name, key in FIELDS.items()}
    for connectivity, suffix in ((1, "_mm"), (2, "_18_mm"), (3, "_26_mm")):
        of_medpy |= medpy(OF_SURFACE["medpy"](a, b, spacing, connectivity), suffix)
    of_medpy |= medpy(OF_SURFACE["medpy"](a, b, (1.0,) * a.ndim, 1), "_px")
    return shared.plain({
        "medpy": of_medpy,
        "MONAI": monai_counts(a, b) | monai(OF_SURFACE["monai"](a, b, spacing)),
        "surface-distance": deepmind(OF_SURFACE["deepmind"](a, b, spacing)),
        "SimpleITK": itk_overlap(a, b) | {"hd_mm": itk["hd"]},
        "scikit-learn": sklearn_counts(a, b, said),
        DEFINITION: definitions(a, b, spacing),
    })


def cropped(a, b):
    """Both with one voxel around what they hold: nothing that is asked of the large pairs depends on more."""
    at = np.nonzero((a | b).any((1, 2)))[0], np.nonzero((a | b).any((0, 2)))[0], np.nonzero((a | b).any((0, 1)))[0]
    box = tuple(slice(max(0, n[0] - 1), n[-1] + 2) for n in at)
    return a[box], b[box]


def of_large(job):
    """A large pair; one distance of each peer, of the box around it, since a peer takes half a minute for each."""
    import torch
    from medpy.metric import binary
    from monai.metrics import compute_hausdorff_distance

    a, b, spacing = job
    torch.set_num_threads(1)
    shared.patch()
    import reloaded

    out = {"medpy": {key: tried(lambda: getattr(binary, name)(b, a)) for name, key in FIELDS.items()}}
    out["SimpleITK"] = itk_overlap(a, b)
    out[DEFINITION] = reloaded.counts(a, b)
    a, b = cropped(a, b)
    out["medpy"]["hd95_pooled_mm"] = tried(lambda: binary.hd95(b, a, voxelspacing=spacing))
    y, p = (torch.from_numpy(np.ascontiguousarray(m))[None, None].float() for m in (a, b))
    out["MONAI"] = {"hd95_mm": tried(lambda: compute_hausdorff_distance(p, y, percentile=95, include_background=True, spacing=list(spacing)))}
    del y, p
    out["surface-distance"] = deepmind(OF_SURFACE["deepmind"](a, b, spacing))
    return shared.plain(out)


def kept(of, job, folder):
    """What of says of a pair, from an earlier run where the folder has it."""
    if folder is None:
        return of(job)
    a, b, spacing = job
    digest = hashlib.sha256(f"{of.__name__} {a.shape} {spacing}".encode() + Path(__file__).read_bytes() + np.packbits(a).tobytes() + np.packbits(b).tobytes())
    path = Path(folder) / f"{digest.hexdigest()[:24]}.json"
    if path.exists():
        return json.loads(path.read_text())
    said = of(job)
    path.write_text(json.dumps(said))
    return json.loads(path.read_text())
