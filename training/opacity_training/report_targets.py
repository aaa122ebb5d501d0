"""targets.md: what was aimed at, what was measured, met or missed, and the command that measures it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import tables
from .metrics import ratio_limits, summarise
from .tables import Results, markdown, number
from .timing import AIM_MS

HEAD = """# Targets

Made by `python -m opacity_training report` from `records/`, `behaviour/`, `time/` and the shipped models' metadata; do not edit.

The aims were set before the runs. A cell says the figure and whether it meets the aim; where folds are
missing ("so far") it says the figure alone. The last column says what a row was measured on.
Scans are whole volumes in HU, through the program: a phantom, whose lungs and infection are exact, and three patients, whose lungs are drawn by a
person (the tumour of `lung1-001` left out) or told by rules of HU, which may be a slice or two out at the lungs' ends; nobody marked infection
in them. Scans that are called tests chose no recipe and no weights, unless the model's card
says that a figure of theirs prompted something.
"""


LACKS = "the slices lack healthy and outer ones, sides and spacing; lungs include infection"


@dataclass
class Aim:
    """A figure of a system's folds. met says whether it is as aimed."""

    label: str
    words: str
    figure: Callable[[Results], float | dict | None]  # dict: as metrics.ratio_limits
    met: Callable[[object], bool]


def _summary(label: str, measure: str, key: str) -> Callable[[Results], float | None]:
    return lambda r: summarise(r.patients(label, measure).values())[key]


def _limits(r: Results) -> dict | None:
    limits = ratio_limits(r.areas())
    return None if limits["low"] is None else limits


AIMS = [
    Aim("lung", "lung Dice >= 0.985", _summary("lung", "dice", "mean"), lambda v: v >= 0.985),
    Aim("lung", "lung NSD at 1 px >= 0.90", _summary("lung", "nsd_1px", "mean"), lambda v: v >= 0.90),
    Aim("infection", "infection Dice, mean >= 0.75", _summary("infection", "dice", "mean"), lambda v: v >= 0.75),
    Aim("infection", "median >= 0.78", _summary("infection", "dice", "median"), lambda v: v >= 0.78),
    Aim("infection", "no case under 0.45", _summary("infection", "dice", "worst"), lambda v: v >= 0.45),
    Aim("infection", "area, limits of agreement within 0.67 to 1.5", _limits, lambda v: v["low"] >= 0.67 and v["high"] <= 1.5 and not v["n_undefined"]),
]

# Of `evaluate --volumes --tests`: the aim's words, and which of its findings are about it (scan, what).
VOLUMES = [
    ("`ct/lung1-001`, lungs, whole volume >= 0.97; first and last tenth >= 0.85", r"lung1-001", r"lung Dice"),
    ("every slice without lung: nothing called lung", r"phantom|lung1-001|ricord|lungdx", r"called lung where"),
    ("infection called on `ct/lung1-001` <= 60 ml", r"lung1-001", r"infection called"),
    ("padding, kernel, metal, half the field of view: <= 2 points", r"phantom|lung1-001|ricord|lungdx", r"padding|kernel|metal|field of view"),
]


def write(folder: Path, results: list[Results], models: Path | None) -> list[Path]:
    """targets.md of the systems of our own, and of the shipped models."""
    parts = [HEAD, f"## The recipes, out of fold\n\n`python -m opacity_training crossval SYSTEM`, then `report`\n\n{recipes(results)}"]
    for path in sorted(models.glob("*.onnx")) if models else ():
        metadata = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        card = os.path.relpath(path.with_suffix(".md"), folder)
        parts.append(f"## The shipped model `{metadata['id']}` {metadata['version']}\n\nIts card: [{card}]({card})\n\n{shipped(folder, metadata)}")
    where = folder / "targets.md"
    where.write_text("\n".join(parts), encoding="utf-8")
    return [where]


def verdict(met: bool | None) -> str:
    return "" if met is None else "met" if met else "**missed**"


def recipes(results: list[Results]) -> str:
    rows = []
    for r in results:
        if r.group != "own":
            continue
        cells, folds = [], r.folds_planned
        for aim in AIMS:
            value = aim.figure(r) if aim.label in r.labels() else None
            if value is None:
                cells.append("-")
                continue
            text = tables.ratio_words(value["low"], value["high"], value["n_undefined"]) if isinstance(value, dict) else number(value)
            cells.append(f"{text} {verdict(aim.met(value))}" if len(r.records) == folds else text)
        n = len(r.patients("infection", "dice"))
        rows.append([f"`{r.id}`", f"{len(r.records)} of {folds} folds{'' if len(r.records) == folds else ' so far'}", n, *cells, tables.measured_on(r)])
    return markdown(["system", "folds", "patients", *(a.words for a in AIMS), "measured on"], rows) if rows else "No fold of them is finished.\n"


def shipped(folder: Path, metadata: dict) -> str:
    """Its aims, each with what was measured of these very weights."""
    rows = []
    for label, aim in (("lung", 0.985), ("infection", 0.75)):
        found = [m for m in metadata["metrics"] if m["label"] == label and m["metric"] == "dice"]
        for m in (m for m in found if m["case"] == "mean"):
            command = "`report`" if "not these weights" in m["protocol"] else "`check`"
            text = f"{number(m['value'])}, mean over {len(found) - 1} patients; {m['protocol']}; {LACKS}"
            rows.append([f"{label} Dice >= {aim}", text, verdict(m["value"] >= aim), command])
    seen = _read(folder / "behaviour" / f"{metadata['id']}.json")
    for words, scan, what in VOLUMES:
        those = [f for f in seen.get("rows", ()) if re.search(scan, f["scan"]) and re.search(what, f["what"])]
        if not those:
            rows.append([words, "not measured", "", "`evaluate --volumes --tests`"])
        rows += [[words, f"{f['scan']}: {f['what']}: {f['found']}", verdict(f["good"]) or "says nothing", "`evaluate --volumes --tests`"] for f in those]
    time = _read(folder / "time" / f"{metadata['id']}.json")
    fast = f"CPU time a slice, the network, 2 threads <= {AIM_MS:g} ms"
    if time:
        ms, met = time["ms"], time["ms"]["network"] <= AIM_MS
        text = f"network {ms['network']} ms; before it {ms['prepare']} ms, after it {ms['back']} ms; {time['processor']}, load {time['load']}"
        rows.append([fast, text, verdict(met), "`time`"])
    else:
        rows.append([fast, "not measured", "", "`time`"])
    rows.append(["`ct/ricord-000082`, every tenth slice: no lung lost, nothing outside the body", "no command judges it: what a person saw is in the card", "", "`opacity snapshot --sheet`"])
    stale = [name for name, found in (("behaviour", seen), ("time", time)) if found and found.get("version") != metadata["version"]]
    note = f"\nMeasured of another version: {', '.join(stale)}.\n" if stale else ""
    return markdown(["aim", "measured", "", "command"], rows) + note


def _read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
