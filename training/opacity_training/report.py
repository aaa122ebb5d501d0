"""From the records of finished folds to results/: tables, figures, and the leak as a number."""

from __future__ import annotations

import copy
import functools
import json
import os
import re
from collections import Counter
from pathlib import Path

from . import figures, learn_curve, report_paired, report_targets, report_worst, tables
from .paired import difference
from .metrics import ratio_limits, summarise
from .strict import ConfigError, plain
from .system import WORDS, System, load
from .tables import NAMES, Results, caption, markdown, number

LARGE_GROUP = 6  # systems of larger groups are drawn in their group's figure alone, but for those whose weights are kept
HEAD = """Made by `python -m opacity_training report` from `records/`; do not edit.

Every figure is of patients that the fold measuring them was not trained on, unless its row says LEAKY. A row on the 8-bit set is
measured in pixels on slices that all bear infection: it says nothing about healthy slices, millilitres or whole
volumes, and cannot be ranked against published figures of whole volumes. Rows stand in order of group and name.
NSD is taken slice by slice on contours between pixels (the definition of surface-distance), tolerance 1 pixel. Specificity of infection is
taken inside the reference's lungs. `n` counts patients; an undefined value (both masks empty) is counted, not averaged.
"""

COST = """As it was when the folds were trained, most of them with another training beside them on two processors, which takes from both: `time` measures
a model by itself. A device without threads and precision is of folds that are older than that entry of the record. Peak memory is the
process's, with what it had mapped of the cache. Loading is what a step waited for its batch; with a thread that makes batches ahead that is next
to nothing. A vote or a mean of other systems has no training of its own.
"""


def report(folder: Path, configs: Path | None = None, models: Path | None = None) -> list[Path]:
    """Write tables and figures beside folder/records, in the place of those there; returns what was written. Runs of which some folds are missing are reported as such."""
    results = tables.read(folder / "records", configs)
    if not results:
        raise FileNotFoundError(f"{folder / 'records'} holds no record of a finished fold; run crossval first")
    tables.write_csv(folder / "table.csv", tables.summary_rows(results))
    made = [folder / "table.csv"]
    size = group_sizes(results, configs)
    for result in results:
        made += one_system(folder, result, figures_too=size[result.group] <= LARGE_GROUP or not result.group or bool(result.system and result.system.keep_weights))
    now = [c for r in results if (c := r.current())]  # folds of an older configuration are compared with nothing
    drawn = {group: group_figures(folder, group, [r for r in now if r.group == group]) for group in dict.fromkeys(r.group for r in now)}
    made += [path for those in drawn.values() for path in those]
    page = folder / "table.md"
    table = tables.main_table(results, {group: tables.pictures(those, page) for group, those in drawn.items()})
    made.append(_text(page, f"# Results\n\n{HEAD}\n{table}\n# What it took\n\n{COST}\n{tables.cost_table(results)}"))
    made += leak(folder, now)
    made += report_paired.write(folder, now) + report_targets.write(folder, now, models) + report_worst.write(folder, now) + learn_curve.write(folder)
    return made + clear(folder, made)


WRITTEN = "written.txt"
KINDS = ("systems", "figures")
# What a report calls its figures; each is there as SVG and PNG.
FIGURE = re.compile(r".+-(boxplot|fitting|areas|curves|with-and-without)|(group|paired)-.+-(lung|left|right|infection)|leak-(dice|jaccard)|ladder-.+")


def clear(folder: Path, made: list[Path]) -> list[Path]:
    """Remove what an earlier report wrote into the folders and this one did not, of a system that has no record any more, and
    leave the list of what it wrote. All else there is the user's, or that of `opacity evaluate`."""
    listed = folder / WRITTEN
    if listed.exists():
        lines = listed.read_text(encoding="utf-8").splitlines()
        before = {folder / kind / name for kind, _, name in (line.partition("/") for line in lines) if kind in KINDS and name == Path(name).name}
    else:
        before = {p for kind in KINDS for p in (folder / kind).glob("*") if _named_like_ours(p)}
    for old in before - set(made):
        if old.is_file():
            old.unlink()
    now = {p.relative_to(folder).as_posix() for p in made}
    return [_text(listed, "".join(f"{name}\n" for name in sorted(now) if name.startswith(KINDS)))]


def _named_like_ours(path: Path) -> bool:
    """Whether a report from before there was a list wrote a file: by its name, and what lies beside it or stands in it."""
    if path.suffix in (".svg", ".png"):
        return bool(FIGURE.fullmatch(path.stem)) and all(path.with_suffix(s).is_file() for s in (".svg", ".png")) and not path.with_suffix(".csv").exists()
    return path.suffix == ".md" and path.is_file() and path.read_text(encoding="utf-8", errors="replace").splitlines()[2:3] == [f"`{path.stem}`"]


def group_sizes(results: list[Results], configs: Path | None) -> Counter:
    """Systems of each group, those without a record yet among them, so that the same figures are drawn from the first fold to the last."""
    ids = {r.id: r.group for r in results}
    for path in sorted(configs.glob("*.yaml")) if configs else ():
        try:
            ids.setdefault(path.stem, load(path).group)
        except ConfigError:
            continue  # tables.read has said so where it has a record
    return Counter(ids.values())


def _text(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def known(values: dict[str, float | None]) -> dict[str, float]:
    return {k: v for k, v in values.items() if v is not None}


def one_system(folder: Path, result: Results, figures_too: bool) -> list[Path]:
    """Fold and patient tables; boxplot, fitting curve and limits of agreement."""
    about = {"document": result.system.document, "differs from it": result.system.difference()} if result.system else {}
    about["the run"] = f"that of `{result.same_as}`, which differs in words alone" if result.same_as else ""
    on = "\n".join(f"- {k}: {v}" for k, v in {**about, **tables.context(result)}.items() if v)
    made = system_figures(folder / "figures", result) if figures_too else []
    page = folder / "systems" / f"{result.id}.md"
    text = f"# {result.title}\n\n`{result.id}`\n\n{on}\n\n## Folds\n\n{tables.fold_table(result)}\n{tables.sides_table(result)}## Patients\n\n{tables.case_table(result)}"
    if made:
        text += f"\n## Figures\n\n{tables.pictures(made, page)}\n"
    return [_text(page, text), *made]


def system_figures(folder: Path, result: Results) -> list[Path]:
    """Boxplot, fitting curve and, of infection, limits of agreement."""
    where, on_it = folder / result.id, f"{result.id}. {caption([result])}"
    rows = [(label, list(known(result.patients(label, "dice")).values())) for label in result.labels()]
    made = figures.strips(where.with_name(f"{result.id}-boxplot"), rows, "Dice", caption([result]), result.title)
    pooled = {curve_words(name): curve for name in ("loss", "validation_loss") if (curve := pooled_curve(result, name))[0]}
    if pooled:
        made += figures.fitting(where.with_name(f"{result.id}-fitting"), pooled, "loss", on_it)
    if "infection" in result.labels():
        areas = result.areas()
        made += figures.ratios(where.with_name(f"{result.id}-areas"), areas, ratio_limits(areas), on_it)
    return made


def group_figures(folder: Path, group: str, results: list[Results]) -> list[Path]:
    """The group's systems side by side, one figure a label; their learning rates; with and without preprocessing and augmentation."""
    made = []
    for label in ("lung", "infection") if group else ():
        those = [r for r in results if label in r.labels()]
        if len(those) > 1:
            rows = [(tables.short(r), list(known(r.patients(label, "dice")).values())) for r in those]
            made += figures.strips(folder / "figures" / f"group-{group}-{label}", rows, f"{label} Dice", caption(those), group)
    return made + learning_rates(folder, results) + with_and_without(folder, results)


def leaky_pairs(results: list[Results]) -> list[tuple[Results, Results]]:
    """(split by patient, split by slice) of systems that differ in nothing else."""
    honest = {but_for(r.system, "protocol.split", ""): r for r in results if r.system and r.system.protocol.split == "patient"}
    leaky = [r for r in results if r.system and r.system.protocol.split == "leaky-slice"]
    return [(honest[key], r) for r in leaky if (key := but_for(r.system, "protocol.split", "")) in honest]


def leak(folder: Path, results: list[Results]) -> list[Path]:
    """leak.md and a figure a measure: what a model seems to gain when slices of its patients were trained on."""
    pairs = leaky_pairs(results)
    rows, made = [], []
    for measure in ("dice", "jaccard"):
        drawn = []
        for honest, leaky in pairs:
            for label in honest.labels():
                a, b = known(honest.patients(label, measure)), known(leaky.patients(label, measure))
                gain = difference(a, b)
                if gain is None:
                    continue
                drawn.append((f"{honest.id}, {label}", a, b))
                sd = summarise(gain.each.values())["sd"]
                between = "-" if gain.low is None else f"{gain.low:+.3f} to {gain.high:+.3f}"
                rows.append(
                    [f"`{honest.id}`", label, NAMES[measure], len(gain.each), number(gain.a), number(gain.b), f"{gain.mean:+.3f} ± {number(sd)}", between]
                    + [tables.measured_on(honest), tables.measured_on(leaky)]
                )
        if drawn:
            made += figures.leak(folder / "figures" / f"leak-{measure}", drawn, NAMES[measure], caption([r for pair in pairs for r in pair]))
    if rows:
        head = ["system", "label", "measure", "patients", "split by patient", "LEAKY split", "leak, mean ± SD over patients", "95 % interval", "split by patient: measured on", "LEAKY split: measured on"]
        text = "# The leak\n\nThe same system, once with patients kept apart and once with slices of one patient on both sides of the split.\n"
        text += "The difference is what the published way of splitting adds without a better model. Patients of folds made with an older\n"
        text += "configuration are left out; the interval is a bootstrap over patients. Split by patient, all slices of a patient are measured at\n"
        text += "once; split by slice, each fold measures the few of them that it left out, and the patient has the mean of his folds: a part of the\n"
        text += "difference may be of that. What each fold was computed on is in `table.md`.\n"
        page = folder / "leak.md"
        made.append(_text(page, f"{text}\n{markdown(head, rows)}\n{tables.pictures(made, page)}\n"))
    return made


def curve(record: dict, name: str) -> tuple[list, list]:
    """Steps and values of one curve of a record; two empty lists where it has none."""
    points = (record.get("curves") or {}).get(name) or []
    points = [(s, v) for s, v in points if v is not None]
    return [s for s, _ in points], [v for _, v in points]


def pooled_curve(result: Results, name: str) -> tuple[list, list]:
    steps, values = [], []
    for record in result.records.values():
        s, v = curve(record, name)
        steps += s
        values += v
    return steps, values


CURVE = re.compile("(validation_)?(loss|jaccard)(?:_(.+))?$")


def curve_words(name: str) -> str:
    """validation_jaccard_lung as "left-out side: soft Jaccard, lung"."""
    validation, what, label = CURVE.match(name).groups()
    return f"{'left-out' if validation else 'training'} side: {'soft Jaccard' if what == 'jaccard' else what}{', ' + label if label else ''}"


def side_by_side(name: str) -> tuple:
    """A curve's place among others: losses first, then by label, the side trained on before the one left out."""
    validation, what, label = CURVE.match(name).groups()
    return what != "loss", label or "", validation is not None


def learning_rates(folder: Path, results: list[Results]) -> list[Path]:
    """Loss and Jaccard curves of systems that differ in nothing but the learning rate, one figure a family."""
    families: dict[str, list[Results]] = {}
    for result in results:
        if result.system is not None:
            families.setdefault(but_for(result.system, "optimiser.learning_rate", 0.0), []).append(result)
    made = []
    for members in families.values():
        by_rate = {m.system.optimiser.learning_rate: m for m in members}  # of twins in all but words, one
        if len(by_rate) < 2:
            continue
        members = [by_rate[rate] for rate in sorted(by_rate, reverse=True)]
        names = {n for m in members for r in m.records.values() for n in r["curves"] if CURVE.match(n)}
        panels: dict[str, dict] = {}
        for name in sorted(names, key=side_by_side):
            series = {f"rate {m.system.optimiser.learning_rate:g}": [c for r in m.records.values() if (c := curve(r, name))[0]] for m in members}
            panels[curve_words(name)] = {k: v for k, v in series.items() if v}
        if panels:
            stem = re.sub(r"-[\d.]*e?$", "", os.path.commonprefix([f"{m.id}-" for m in members]).rpartition("-")[0]) or members[0].id
            on = f"{' / '.join(m.id for m in members)}. {caption(members)}"
            made += figures.curves(folder / "figures" / f"{stem}-curves", panels, on, tuple(p for p in panels if "loss" in p))
    return made


def but_for(system: System, key: str, value: object) -> str:
    """A system without its words, and with the key set to one value: two that are equal differ in nothing else."""
    system = copy.deepcopy(system)
    *parents, last = key.split(".")
    part = functools.reduce(getattr, parents, system)
    if hasattr(part, last):
        setattr(part, last, value)
    return json.dumps({k: v for k, v in plain(system).items() if k not in WORDS}, sort_keys=True)


NO_CHAIN, NO_AUGMENT = r"-no-?(preprocessing|pp|chain)", r"-no-?(augmentation|augment|da)"
CHAIN = LEFT_OUT, DONE = "left out", "done"
AUGMENT = WITHOUT, WITH = "without augmentation", "with augmentation"


def left_out(members: dict[tuple[str, str], Results]) -> str:
    """What the rows without preprocessing say that it means, of their configuration."""
    words = [r.system.differs.get("preprocessing", "") for (_, chain), r in members.items() if chain == LEFT_OUT and r.system]
    return "".join(f" Left out: {w}." for w in dict.fromkeys(words) if w)


def with_and_without(folder: Path, results: list[Results]) -> list[Path]:
    """The study with and without preprocessing and augmentation: systems whose names say `-no-...`."""
    families: dict[str, dict[tuple[str, str], Results]] = {}
    for result in results:
        stem = re.sub(NO_AUGMENT, "", re.sub(NO_CHAIN, "", result.id))
        chain = LEFT_OUT if re.search(NO_CHAIN, result.id) else DONE
        augment = WITHOUT if re.search(NO_AUGMENT, result.id) else WITH
        families.setdefault(stem, {})[augment, chain] = result
    made = []
    for stem, members in families.items():
        if len(members) < 2 or any(re.search(r"-leaky", m.id) for m in members.values()):
            continue
        values = {}
        for label in ("lung", "infection"):
            for measure in ("dice", "sensitivity", "specificity_image", "precision"):
                for augment in AUGMENT:
                    for chain in CHAIN:
                        r = members.get((augment, chain))
                        values[NAMES[measure], label, augment, chain] = list(known(r.patients(label, measure)).values()) if r else []
        made += figures.grid(folder / "figures" / f"{stem}-with-and-without", values, f"{caption(list(members.values()))} Across: preprocessing left out, or done.{left_out(members)}")
    return made
