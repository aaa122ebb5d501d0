"""What correcting is worth: patients that a fold never saw are corrected, the fold's model goes on from them, and is measured
on the other patients that it never saw."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import nibabel
import numpy as np

from . import learn, runs, sources
from .metrics import by_patient
from .paired import difference
from .places import Places, folds_of
from .sources import INFECTION, LEFT, LUNG, RIGHT, Case, nifti
from .strict import ConfigError
from .system import System
from .tables import markdown, number
from .train import Outcome

HEAD = """# Learning from corrections

Made by `python -m opacity_training learn-curve` and `report`; do not edit.

Each fold's model went on from patients that it had never seen, with their reference for what a reader would have left, and was
measured on the other patients that it never saw; beside it the same number of steps on the data it was trained on alone, so that
what corrections teach is told from what more training does. Dice in pixels of 8-bit, infection-bearing slices, which lack healthy slices, outer
slices, sides and spacing; lungs include infection; no lung mask at the input; before any postprocessing; means are over patients, the
interval is a bootstrap over them. A reader corrects what a model left, so a reference drawn from nothing is the most that corrections can
teach. Settings are listed as they were run; one that is chosen by these patients has no accuracy from them.
"""
LABELS = [
    {"value": 1, "layer": "anatomy", "name": "lung", "side": ""},
    {"value": 3, "layer": "findings", "name": "infection", "side": ""},
]
SIDES = [{"value": 1, "layer": "anatomy", "name": "left lung", "side": "left"}, {"value": 2, "layer": "anatomy", "name": "right lung", "side": "right"}]


def write_study(folder: Path, name: str, case: Case, taken: list[int] | None = None) -> Path:
    """What study.read takes from a study's folder, with a case's reference for the mask that a reader left: not a study that the program opens.

    taken: the slices marked corrected; None: all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scan, where = folder / f"{name}.nii.gz", folder / f"{name}.opacity"
    spacing = case.spacing_mm or (1.0, 1.0, 1.0)
    nifti.write(scan, case.image, spacing)
    where.mkdir(exist_ok=True)
    sides = bool((case.label & (LEFT | RIGHT)).any())
    anatomy = (case.label & LEFT > 0) + 2 * (case.label & RIGHT > 0) if sides else (case.label & LUNG > 0).astype(np.uint8)
    layers = np.stack([anatomy.astype(np.uint8), 3 * (case.label & INFECTION > 0).astype(np.uint8)])
    z, y, x = spacing
    stack = nibabel.Nifti1Image(layers.transpose(3, 2, 1, 0), np.diag([-x, -y, z, 1.0]))
    id, journal = f"{name.upper():0>8}", b"OPACJRNL"
    note = {"study": id, "journal_offset": len(journal), "journal_sum": 0}
    stack.header.extensions.append(nibabel.nifti1.Nifti1Extension(6, json.dumps(note).encode()))
    nibabel.save(stack, where / "checkpoint.nii.gz")
    (where / "journal").write_bytes(journal)
    about = {
        "format": "opacity.study", "format_version": "1.0", "id": id, "journal_bytes": len(journal),
        "sources": [{"path": scan.name, "sha256": hashlib.sha256(scan.read_bytes()).hexdigest(), "series_uid": ""}],
        "grid": {"size": list(case.image.shape[::-1]), "affine_lps": [[x, 0, 0, 0], [0, y, 0, 0], [0, 0, z, 0]]},
        "labels": [*SIDES, LABELS[1]] if sides else LABELS,
        "slices": {str(k): {"state": "corrected"} for k in (range(len(case.image)) if taken is None else taken)},
    }  # fmt: skip
    (where / "study.json").write_text(json.dumps(about), encoding="utf-8")
    return where


def learn_curve(system: System, places: Places, corrected: int, steps: int, share: float, rate: float, say=print) -> bool:
    """Fold by fold: the start, what it learned from corrections, and, to tell that from mere training, as many steps on the original data
    alone; all on the same patients. Leaves a record in results/learning and learning.md; False where it was interrupted."""
    source, parts = sources.build(system.data.source, places.root), []
    for fold in folds_of(system, places):
        run = runs.folder(places.runs, system, fold.number)
        scans: dict[str, list[str]] = {}  # of each patient
        for case in sorted(fold.test):
            scans.setdefault(fold.patients.get(case, case), []).append(case)
        if len(scans) <= corrected:
            raise ConfigError(f"{system.id} fold {fold.number} holds out {len(scans)} patients: to correct {corrected} leaves nobody to measure; lower --corrected, or take fewer folds")
        if not Outcome(**(runs.newest(run, say) or {"outcome": {}})["outcome"]).finished:
            raise ConfigError(f"{run} holds no finished run: run crossval {system.id} first")
        order = np.random.default_rng([system.protocol.seed, 23, fold.number]).permutation(len(scans))
        chosen = sorted(case for i in order[:corrected] for case in scans[sorted(scans)[i]])
        folder = run / "corrected" / "-".join(c.split("_")[-1] for c in chosen)
        for case in chosen:
            if not (folder / f"{case.replace('_', '')}.opacity").exists():
                write_study(folder, case.replace("_", ""), source.read(case))
        start = learn.start_of(run, system, run / "start")
        part = {"fold": fold.number, "corrected": chosen}
        for name, mixed in (("corrections", share), ("original data alone", 1.0)):
            say(f"fold {fold.number}, {name}")
            learned = learn.learn(start, folder, places, learn.Options(mixed, steps, rate, hold_back=0), say)
            if not learned.finished:
                return False
            say(learn.table(learned))
            part["start"] = _dice(learned.before)
            part[name] = _dice(learned.after)
        parts.append(part)
    record = {"system": system.id, "steps": steps, "share": share, "rate": rate, "folds": parts}
    where = places.results / "learning" / f"{system.id}-{corrected}-patients-{steps}-steps-{rate:g}-{share:g}.json"
    where.parent.mkdir(parents=True, exist_ok=True)
    where.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    say(report(record))
    write(places.results)
    return True


def write(results: Path) -> list[Path]:
    """learning.md, of every run that left a record: none is left out for what it says."""
    found = [json.loads(p.read_text(encoding="utf-8")) for p in sorted((results / "learning").glob("*.json"))]
    if not found:
        return []
    where = results / "learning.md"
    where.write_text(HEAD + "".join(report(r) for r in found), encoding="utf-8")
    return [where]


def _dice(rows: list[dict]) -> dict[str, dict[str, float]]:
    """By label and patient."""
    out: dict[str, dict[str, float]] = {}
    for label in dict.fromkeys(r["label"] for r in rows):
        found = by_patient((r for r in rows if r["label"] == label), "dice")
        if known := {p: round(v, 5) for p, v in found.items() if v is not None}:
            out[label] = known
    return out


def report(record: dict) -> str:
    """Means over patients, and what was gained with its interval, in Markdown."""
    lines, each = [], []
    labels = list(dict.fromkeys(label for f in record["folds"] for label in f["start"]))
    for label in labels:
        of = {name: {c: v for f in record["folds"] for c, v in f[name].get(label, {}).items()} for name in ("start", "corrections", "original data alone")}
        for a, b, words in (
            ("start", "corrections", "corrections, against the start"),
            ("start", "original data alone", "as many steps without them, against the start"),
            ("original data alone", "corrections", "corrections, against as many steps without them"),
        ):
            d = difference(of[a], of[b])
            if d is None:
                continue
            between = "-" if d.low is None else f"{d.low:+.3f} to {d.high:+.3f}"
            better = sum(v > 0 for v in d.each.values())
            lines.append([label, words, len(d.each), number(d.a), number(d.b), f"{d.mean:+.3f}", between, f"{better}, {len(d.each) - better}", d.verdict])
        each += [[label, c, *(number(of[n].get(c)) for n in of)] for c in of["start"]]
    whom = "; ".join(f"fold {f['fold']}: {', '.join(f['corrected'])}" for f in record["folds"])
    text = f"""
## `{record["system"]}`, {record["steps"]} steps at {record["rate"]:g}

Corrected: {whom}. {record["share"]:.0%} of the samples were of the data the fold was trained on.

"""
    text += markdown(["label", "what", "patients", "Dice before", "Dice after", "gain", "95 % interval", "patients better, not", "it"], lines)
    return text + "\n" + markdown(["label", "patient", "start", "with corrections", "original data alone"], each)
