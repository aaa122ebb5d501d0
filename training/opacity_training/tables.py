"""What the records of finished folds say, as rows and Markdown: never without what it was measured on."""

from __future__ import annotations

import csv
import io
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

from . import metrics
from .metrics import LOWER_IS_BETTER, by_patient, fold_means, mean_of_fold_medians, ratio_limits, summarise
from .strict import ConfigError
from .system import System, load

MEASURES = ("dice", "jaccard", "nsd_1px", "sensitivity", "specificity", "specificity_image", "precision", "soft_jaccard", "mae", "structure")
NAMES = {
    "dice": "Dice",
    "jaccard": "Jaccard",
    "nsd_1px": "NSD at 1 pixel",
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "specificity_image": "specificity, whole picture",
    "precision": "precision",
    "soft_jaccard": "soft Jaccard",
    "mae": "mean absolute error",
    "structure": "structure measure",
}
LABELS = ("lung", "left", "right", "infection")


@dataclass
class Results:
    """One system's finished folds."""

    id: str
    records: dict[int, dict]  # by fold
    system: System | None = None  # None: there is no configuration of that name (any more)
    stale: list[int] = field(default_factory=list)  # folds made with another configuration than today's

    def compare(self, system: System) -> None:
        """Take a configuration for today's: folds that were made with another one are stale."""
        now = system.sha256()
        self.system, self.stale = system, [k for k, r in self.records.items() if r.get("config_sha256") not in (None, now)]

    @property
    def protocol(self) -> dict:
        return next(iter(self.records.values()))["protocol"]

    @property
    def folds_planned(self) -> int:
        """How many folds its protocol has; where that has no number, those that are done."""
        return self.protocol.get("folds") or len(self.records)

    @property
    def title(self) -> str:
        return self.system.title if self.system else self.id

    @property
    def group(self) -> str:
        return self.system.group if self.system else ""

    @property
    def same_as(self) -> str:
        """The system whose run this is under another name; "" where it has its own."""
        return next((found for r in self.records.values() if (found := r.get("same_as"))), "")

    @property
    def name(self) -> str:
        """Its id in a table; whose run it is, where it is not its own."""
        return f"`{self.id}`" + (f" (the run of `{self.same_as}`)" if self.same_as else "")

    def current(self) -> Results | None:
        """Without folds of an older configuration: what may be compared with others; None where none is left."""
        records = {k: r for k, r in self.records.items() if k not in self.stale}
        return Results(self.id, records, self.system) if records else None

    def labels(self) -> list[str]:
        found = {row["label"] for record in self.records.values() for row in record["cases"]}
        return [name for name in LABELS if name in found] + sorted(found - set(LABELS))

    def rows(self, label: str) -> list[tuple[int, dict]]:
        """(fold, row of a case), in order of fold and case."""
        return [(k, row) for k, record in sorted(self.records.items()) for row in record["cases"] if row["label"] == label]

    def patients(self, label: str, measure: str) -> dict[str, float | None]:
        """One value a patient. One who has several cases, or is in several folds (a leaky split), has the mean of what they had there."""
        return by_patient((row for _, row in self.rows(label)), measure)

    def folds(self, label: str, measure: str) -> dict[int, list]:
        """One value a patient of each fold."""
        rows: dict[int, list] = {}
        for fold, row in self.rows(label):
            rows.setdefault(fold, []).append(row)
        return {fold: list(by_patient(those, measure).values()) for fold, those in rows.items()}

    def areas(self) -> list[tuple[float, float]]:
        """(reference, predicted) infection area of each patient, in pixels, over all folds."""
        return metrics.areas(row for _, row in self.rows("infection"))


def read(records: Path, configs: Path | None = None, say=print, name: str = "") -> list[Results]:
    """Every record below the folder, by system; in the order of group and name, never of merit. name: only those in the folder of this name."""
    found: dict[str, Results] = {}
    for path in sorted((records / name).glob("fold-*.json") if name else records.glob("*/fold-*.json")):
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            name, fold = record["system"], int(record["protocol"]["fold"])
            record["cases"], record["data"]["name"]
        except (ValueError, KeyError, TypeError) as e:
            raise ValueError(f"{path} is no record of a fold ({type(e).__name__}: {e}); delete it and run that fold again") from e
        found.setdefault(name, Results(name, {})).records[fold] = record
    for result in found.values():
        paths = [configs / f"{result.id}.yaml", configs / "published" / f"{result.id}.yaml"] if configs else []
        path = next((p for p in paths if p.exists()), None)
        if path is None:
            continue
        try:
            result.compare(load(path))
        except ConfigError as e:  # the row still stands, under its id
            say(f"{path.name} cannot be read, so {result.id} has no title and no group: {e}")
    return sorted(found.values(), key=lambda r: (r.group, r.id))


def data_words(record: dict) -> str:
    """What the pictures are: the words that stand with every figure."""
    data = record["data"]
    if data.get("unit") == "gray8" and "slice" in data["name"]:
        return "8-bit, infection-bearing slices"
    return data["name"]


def protocol_words(result: Results) -> str:
    p, done, of = result.protocol, len(result.records), result.folds_planned
    kind = {"patient": "split by patient", "leaky-slice": "LEAKY: slices of one patient on both sides", "fixed": "fixed patients held out"}
    return f"{kind.get(p['split'], p['split'])}, {done} of {of} fold{'s' if of != 1 else ''}" + ("" if done >= of else " so far")


def fold_words(result: Results) -> str:
    """How many of the folds are done; by an older configuration where any is."""
    done, of = len(result.records), result.folds_planned
    return f"{done} of {of} fold{'s' if of != 1 else ''}" + (", of an older configuration" if result.stale else "")


def short(result: Results) -> str:
    """A system's name in a figure; how many folds where some are missing."""
    done, of = len(result.records), result.folds_planned
    return result.id + ("" if done >= of else f" ({done} of {of} folds)")


def mask_words(record: dict) -> str:
    mask = record.get("lung_mask") or "none"
    return {"reference": "the reference's (an oracle)", "none": "none"}.get(mask, mask)


def context(result: Results) -> dict[str, str]:
    """What every row states of how it came about."""
    record = next(iter(result.records.values()))
    lacks = record["data"].get("lacks") or ()
    cases = {metrics.patient(row) for r in result.records.values() for row in r["cases"]}
    return {
        "data": data_words(record) + ", pixels",
        "lacks": lacks if isinstance(lacks, str) else ", ".join(lacks),
        "patients": f"{len(cases)}" if len(cases) >= record["data"].get("patients", 0) else f"{len(cases)} of {record['data']['patients']}",
        "protocol": protocol_words(result),
        "lungs": "infection included" if record.get("lung_includes_infection", True) else "infection left out",
        "lung mask at the input": mask_words(record),
        "mean": "over patients, each by the fold that did not see them" if result.protocol["split"] != "leaky-slice" else "over patients, each the mean over folds",
    }


def precisions(result: Results) -> list[str]:
    """What its folds were computed in, as far as their records say."""
    return sorted({d.rpartition(", ")[2] for r in result.records.values() if ", " in (d := (r.get("train") or {}).get("device") or "")})


def measured_on(result: Results) -> str:
    """All of that in one cell of a table."""
    c = context(result)
    parts = [c["data"], "lacks " + (c["lacks"] or "nothing known"), f"{c['patients']} patients", c["protocol"]]
    parts += [f"lungs: {c['lungs']}", f"lung mask at the input: {c['lung mask at the input']}", f"mean {c['mean']}"]
    return "; ".join(parts + (["some folds made with an older configuration"] if result.stale else []))


def caption(results: list[Results]) -> str:
    """Of a figure: data, patients, protocol; what differs between its systems is joined."""

    def joined(name: str) -> str:
        return " / ".join(dict.fromkeys(context(r)[name] for r in results))

    protocol, masks = joined("protocol"), joined("lung mask at the input")
    on = f"{joined('data').replace(', pixels', '')}, {joined('patients')} patients, pixels"
    text = f"{on}. {protocol[:1].upper()}{protocol[1:]}. Lacks {joined('lacks') or 'nothing known'}."
    return text if masks == "none" else f"{text} Lung mask at the input: {masks}."


def summary_rows(results: list[Results]) -> list[dict]:
    """One row a system and label, plain values: what table.csv holds."""
    out = []
    for result in results:
        for label in result.labels():
            row: dict = {"system": result.id, "title": result.title, "group": result.group, "label": label, **context(result)}
            for m in MEASURES:
                s = summarise(result.patients(label, m).values(), m in LOWER_IS_BETTER)
                row |= {f"{m}_{k}": s[k] for k in ("mean", "median", "sd", "worst", "n", "n_undefined")}
                row[f"{m}_mean_of_fold_medians"] = mean_of_fold_medians(result.folds(label, m))
            between = fold_means(result.folds(label, "dice"))
            row |= {"dice_mean_of_folds": between["mean"], "dice_sd_of_folds": between["sd"]}
            limits = ratio_limits(result.areas()) if label == "infection" else {}
            row |= {f"area_ratio_{k}": limits.get(k) for k in ("ratio", "low", "high", "n_undefined")}
            row |= costs(result)
            row["the_run_of"] = result.same_as or result.id
            row["made_with_this_configuration"] = "no" if result.stale else "yes" if result.system else "unknown"
            out.append(row)
    return out


def costs(result: Results) -> dict:
    """Of training, the mean over folds; peak memory the largest."""
    train = [r.get("train") or {} for r in result.records.values()]
    first = next(iter(result.records.values()))

    def values(name: str) -> list:
        return [t[name] for t in train if t.get(name) is not None]

    out = {k: summarise(values(k))["mean"] for k in ("steps", "minutes", "steps_per_second", "loading_share")}
    out["peak_memory_mb"] = max(values("peak_memory_mb"), default=None)
    out["device"] = " / ".join(dict.fromkeys(map(str, values("device"))))
    out["parameters"] = (first.get("network") or {}).get("parameters")
    return out


def write_csv(path: Path, rows: list[dict]) -> None:
    text = io.StringIO(newline="")
    if rows:
        out = csv.DictWriter(text, list(dict.fromkeys(k for row in rows for k in row)), lineterminator="\n")
        out.writeheader()
        out.writerows({k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()} for row in rows)
    path.write_text(text.getvalue(), encoding="utf-8")


def number(v: float | None, digits: int = 3) -> str:
    return "-" if v is None else f"{v:.{digits}f}"


def ratio_words(low: float | None, high: float | None, without: int) -> str:
    """Limits of agreement; a patient of whom nothing was called, or who has nothing, has no ratio and is not in them."""
    limits = "-" if low is None else f"{number(low, 2)} to {number(high, 2)}"
    return limits + (f" (+{without} without a ratio)" if without else "")


def markdown(head: list[str], rows: list[list]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(str(c).replace("|", "/") for c in row) + " |" for row in rows]) + "\n"


def pictures(made: list[Path], beside: Path) -> str:
    """The PNGs among files that were made, as Markdown seen from the file beside."""
    return "\n\n".join(f"![{p.stem}]({os.path.relpath(p, beside.parent).replace(os.sep, '/')})" for p in made if p.suffix == ".png")


def main_table(results: list[Results], below: dict[str, str]) -> str:
    """The results table, by group, with what stands below each; the systems stand in order of name."""
    rows = {(r["system"], r["label"]): r for r in summary_rows(results)}
    parts = []
    for group in dict.fromkeys(r.group for r in results):
        lines = []
        for result in (r for r in results if r.group == group):
            for label in result.labels():
                r = rows[result.id, label]
                n = f"{r['dice_n']}" + (f" (+{r['dice_n_undefined']} undefined)" if r["dice_n_undefined"] else "")
                limits = ratio_words(r["area_ratio_low"], r["area_ratio_high"], r["area_ratio_n_undefined"]) if label == "infection" else ""
                cells = [f"{number(r['dice_mean'])} ± {number(r['dice_sd'])}", number(r["dice_median"]), number(r["dice_worst"])]
                cells += [number(r[f"{m}_mean"]) for m in ("jaccard", "nsd_1px", "sensitivity", "specificity", "precision")]
                cells += [limits, number(r["dice_mean_of_fold_medians"])]
                lines.append([result.name, label, fold_words(result), n, *cells, *context(result).values()])
        head = ["system", "label", "folds", "n", "Dice mean ± SD", "median", "worst", "Jaccard", "NSD at 1 px", "sensitivity", "specificity"]
        head += ["precision", "area ratio, 95 % limits", "median per fold, mean of folds"]
        head += [k if k != "mean" else "how the mean was taken" for k in context(result)]
        parts.append(f"## {group or 'Systems by themselves'}\n\n{markdown(head, lines)}\n{below.get(group, '')}".rstrip() + "\n")
    return "\n".join(parts)


def cost_table(results: list[Results]) -> str:
    head = ["system", "parameters", "steps", "minutes a fold", "steps a second", "peak memory, MB", "share of time loading", "device"]
    rows = []
    for result in results:
        c = costs(result)
        share = "-" if c["loading_share"] is None or not c["steps"] else f"{100 * c['loading_share']:.1f} %"
        rows.append(
            [result.name, "-" if c["parameters"] is None else f"{c['parameters']:,}", number(c["steps"] or None, 0), number(c["minutes"] or None, 1)]
            + [number(c["steps_per_second"] or None, 2), number(c["peak_memory_mb"], 0), share, c["device"] or "-"]
        )
    return markdown(head, rows)


def fold_table(result: Results) -> str:
    """Fold by fold, mean ± SD over its patients, and both ways of taking a mean of them: the form of the published tables."""
    measures = [m for m in ("dice", "jaccard", "sensitivity", "specificity", "specificity_image", "soft_jaccard", "nsd_1px")]
    parts = []
    for label in result.labels():
        rows = []
        for fold in sorted(result.records):
            cells = [summarise(result.folds(label, m).get(fold, ())) for m in measures]
            rows.append([fold, cells[0]["n"], *(f"{number(s['mean'])} ± {number(s['sd'])}" for s in cells)])
        between = [fold_means(result.folds(label, m)) for m in measures]
        rows.append(["mean ± SD of folds", "", *(f"{number(s['mean'])} ± {number(s['sd'])}" for s in between)])
        rows.append(["median per fold, mean of folds", "", *(number(mean_of_fold_medians(result.folds(label, m))) for m in measures)])
        parts.append(f"### {label}\n\n{markdown(['fold', 'patients', *(NAMES[m] for m in measures)], rows)}")
    return "\n".join(parts)


def sides_table(result: Results) -> str:
    """The curves' ends, as the Keras deck's table of results has them: soft Jaccard-Tanimoto on the side trained on, of the
    batches of the last tenth of the steps, and on the side left out, at the last look; mean ± SD of folds. Empty without such curves."""
    rows = []
    every = [record["curves"] for _, record in sorted(result.records.items())]
    for name in dict.fromkeys(n for curves in every for n in curves if n.split("_")[0] == "jaccard"):
        both = [(c[name], c[f"validation_{name}"]) for c in every if name in c and f"validation_{name}" in c]
        if both:
            trained = [fmean(v for step, v in curve if step > 0.9 * curve[-1][0]) for curve, _ in both]
            left_out = [float(curve[-1][1]) for _, curve in both]
            cells = [f"{number(s['mean'])} ± {number(s['sd'])}" for s in (summarise(trained), summarise(left_out))]
            rows.append([name.removeprefix("jaccard").strip("_") or ", ".join(result.labels()), len(both), *cells])
    head = ["label", "folds", "training side, last tenth of the steps", "left-out side, last look"]
    return f"## Soft Jaccard-Tanimoto of both sides\n\n{markdown(head, rows)}\n" if rows else ""


def case_table(result: Results) -> str:
    """Every patient, by label."""
    measures = ["dice", "jaccard", "nsd_1px", "sensitivity", "specificity", "precision"]
    parts = []
    for label in result.labels():
        rows = []
        for fold, row in result.rows(label):
            cells = [number(row.get(m)) + (f" ({row['why'][m]})" if row.get(m) is None and m in row.get("why", {}) else "") for m in measures]
            ratio = row["area_pred_px"] / row["area_ref_px"] if row["area_ref_px"] else None
            size = "x".join(map(str, row.get("size", ())))
            rows.append([row["case"], size, fold, *cells, f"{row['area_ref_px']:.0f}", f"{row['area_pred_px']:.0f}", number(ratio, 2)])
        head = ["patient", "slices x rows x columns", "fold", *(NAMES[m] for m in measures), "reference, px", "predicted, px", "ratio"]
        if not any(r[1] for r in rows):
            head, rows = head[:1] + head[2:], [r[:1] + r[2:] for r in rows]
        parts.append(f"### {label}\n\n{markdown(head, rows)}")
    return "\n".join(parts)
