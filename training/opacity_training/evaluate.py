"""A case's predictions beside its reference, as the rows a Record keeps: of a network, of the folds of a run, of an exported model."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from . import predictions
from .labels import BIT, UNKNOWN
from .metrics import areas, by_patient, fold_means, measure, ratio_limits, summarise
from .runtime import Model, name
from .sources import LUNG, Case, Source
from .tables import number

UNIT = {"HU": "hu", "uint8": "gray8"}  # of the metadata's words
CLASS = {"left lung": "left", "right lung": "right"}  # of the metadata's names; the others are the same


def case_rows(case: Case, label: np.ndarray, probability: dict[str, np.ndarray], threshold: float = 0.5, masks: dict[str, np.ndarray] | None = None) -> list[dict]:
    """One row a class: {"case", "label", "size" [z, y, x], measures of metrics.measure, "why"}, and "patient" where that is not the case.

    label: bits of the slices that are measured, uint8 [z, y, x]. probability: by class, float 0..1 on the same grid; masks: bool by
    class where they are not probability > threshold (softmax's strongest class, votes). Voxels that nobody
    knows are in no measure.
    """
    masks = masks if masks is not None else {name: p > threshold for name, p in probability.items()}
    rows = []
    lungs = label & LUNG > 0
    who = {"case": case.id} if case.patient == case.id else {"case": case.id, "patient": case.patient}
    for name, mask in masks.items():
        known = label & UNKNOWN[name] == 0
        inside = lungs if name == "infection" else None
        measures = measure(label & BIT[name] > 0, mask, probability[name].astype(np.float32), inside, known)
        rows.append(who | {"label": name, "size": list(label.shape), **measures})
    return rows


def run_rows(run: Path, source: Source, threshold: float = 0.5) -> tuple[list[dict], list[int]]:
    """Rows of the out-of-fold probabilities that crossval left in runs/SYSTEM, and the fold of each row.

    Classes that exclude each other are taken here by the threshold; the records have the strongest.
    """
    rows, folds = [], []
    for id, (fold, where) in sorted(predictions.of_system(run).items()):
        case = source.read(id)
        probability = {name: p.astype(np.float32) / 255 for name, p in predictions.read(where).items()}
        made = case_rows(case, case.label, probability, threshold)
        rows, folds = rows + made, folds + [fold] * len(made)
    if not rows:
        raise FileNotFoundError(f"{run} holds no out-of-fold probabilities, which stay on the machine that made them: `--records` needs none, and `crossval` with another --results and --runs makes them")
    return rows, folds


def record_rows(records: Path) -> tuple[list[dict], list[int]]:
    """The same from the records of a system, results/records/SYSTEM."""
    rows, folds = [], []
    for path in sorted(records.glob("fold-*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        rows += record["cases"]
        folds += [record["protocol"]["fold"]] * len(record["cases"])
    if not rows:
        raise FileNotFoundError(f"{records} holds no record of a finished fold; run crossval first")
    return rows, folds


def variants(path: Path) -> list[Model]:
    """An exported model with each of its metadata, of which each is for one unit of pictures: the file's first, then the sidecars'."""
    return [Model(path, sidecar) for sidecar in (None, *sorted(path.parent.glob(f"{path.stem}.*.json")))]


def of_model(path: Path, source: Source, cases: list[str]) -> list[dict]:
    """Rows of an exported model over cases of a source, each with that of its metadata which takes such pictures."""
    return model_rows(variants(path), map(source.read, cases))


def model_rows(models: list[Model], cases: Iterable[Case]) -> list[dict]:
    """Rows of an exported model's variants over cases, on their own grids."""
    return [row for case in cases for found, masks in [predicted(models, case)] for row in case_rows(case, case.label, found, masks=masks)]


def predicted(models: list[Model], case: Case) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Probabilities and masks by class of the first of a model's variants that takes a case's unit, before any postprocessing."""
    model = next((m for m in models if UNIT.get(m.metadata["input"]["unit"], case.unit) == case.unit), None)
    if model is None:
        raise ValueError(f"{models[0].path} has no metadata for pictures in {case.unit}, as {case.id} is")
    limits = {name(c): c["threshold"] for c in model.metadata["output"]["channels"]}
    answer = model.probabilities(case.image, case.spacing_mm)
    found, masks = ({CLASS.get(n, n): v for n, v in part.items()} for part in (answer, {n: p > limits[n] for n, p in answer.items()}))
    if "lung" not in found and {"left", "right"} <= set(found):
        found["lung"], masks["lung"] = np.maximum(found["left"], found["right"]), masks["left"] | masks["right"]
    return found, masks


def print_rows(rows: list[dict], folds: list[int] | None = None, say=print) -> None:
    """Every case and the means over patients, as text; with the fold of each row also the mean of the folds."""
    for label in dict.fromkeys(r["label"] for r in rows):
        those = [r for r in rows if r["label"] == label]
        say(f"{label}: {'case':<14} {'Dice':>7} {'NSD 1px':>8} {'sens.':>7} {'prec.':>7} {'ref px':>9} {'pred px':>9}")
        for r in those:
            values = [f"{r[m]:.4f}" if r[m] is not None else r["why"][m] for m in ("dice", "nsd_1px", "sensitivity", "precision")]
            say(f"{'':<{len(label) + 2}}{r['case']:<14} {values[0]:>7} {values[1]:>8} {values[2]:>7} {values[3]:>7} {r['area_ref_px']:>9.0f} {r['area_pred_px']:>9.0f}")
        for m in ("dice", "nsd_1px"):
            s = summarise(by_patient(those, m).values())
            say(f"  {m}: mean {number(s['mean'], 4)}, median {number(s['median'], 4)}, SD {number(s['sd'], 4)}, worst {number(s['worst'], 4)}; {s['n']} patients, {s['n_undefined']} undefined")
        if folds:
            by_fold: dict[int, list] = {}
            for fold, r in zip(folds, rows, strict=True):
                if r["label"] == label:
                    by_fold.setdefault(fold, []).append(r)
            s = fold_means({k: by_patient(v, "dice").values() for k, v in by_fold.items()})
            say(f"  dice, mean ± SD of {s['n']} folds: {number(s['mean'], 4)} ± {number(s['sd'], 4)}")
        if label == "infection":
            limits = ratio_limits(areas(those))
            say(f"  area, predicted over reference: {number(limits['ratio'], 4)}, 95 % limits {number(limits['low'], 4)} to {number(limits['high'], 4)}; {limits['n_undefined']} without a ratio")
