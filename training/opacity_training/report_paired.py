"""paired.md: every group's rows against their baseline, and the ladders of the ablations."""

from __future__ import annotations

from pathlib import Path

from . import figures, tables
from .metrics import FEWEST
from .paired import BASELINES, RESAMPLES, Difference, against
from .tables import Results, number

HEAD = f"""# Against a baseline

Made by `python -m opacity_training report` from `records/`; do not edit.

Each row beside the baseline of its group, on the patients that both have, each measured by the fold that did not see them:
the mean difference of Dice (above 0: better than the baseline) with a 95 % bootstrap interval over patients ({RESAMPLES:,} resamples;
none below {FEWEST} patients). "Gained nothing" means that the interval holds 0, not that there is no difference. The interval is over patients
alone: another seed moves a row, too, and of twenty rows without any difference about one leaves 0 out. Folds made with an older
configuration are left out. Where a row was trained longer or shorter than its baseline, or computed in another precision (as far as the records name it), that stands
beside it: its difference is of both.
"""

# Rows of a published table that add one part after another: name of the figure, the systems in order.
LADDERS = {
    "fv-ablation": ("fv-unet", "fv-unet-se", "fv-paspp", "fv-paspp-ds"),
    "fv-branches": ("fv-unet", "fv-unet-ce", "fv-unet-se"),
    "own-deep": ("own-unet", "own-deep"),
    "fv-lungs": ("fv-paspp-ds-whole", "fv-paspp-ds", "fv-paspp-ds-oracle"),
}


def write(folder: Path, results: list[Results]) -> list[Path]:
    """paired.md and a figure a group, baseline and label; ladders where two of their systems are there."""
    parts, made = [], []
    by_id = {r.id: r for r in results}
    for group, baselines in BASELINES.items():
        members = [r for r in results if r.group == group]
        for name in baselines if members else ():
            text, paths = _one(folder, group, by_id.get(name), name, members)
            parts.append(text)
            made += paths
    ladders = _ladders(folder, by_id)
    if parts:
        path = folder / "paired.md"
        if ladders:
            parts.append(f"## The ablations\n\n{tables.pictures(ladders, path)}\n")
        path.write_text(HEAD + "\n" + "\n".join(parts), encoding="utf-8")
        made.append(path)
    return made + ladders


def _one(folder: Path, group: str, baseline: Results | None, name: str, members: list[Results]) -> tuple[str, list[Path]]:
    title = f"## {group}, against `{name}`\n\n"
    if baseline is None:
        return f"{title}The baseline has no finished fold yet.\n", []
    lines, made = [], []
    for label in baseline.labels():
        found = against(baseline, members, label)
        lines += [_line(baseline, r, label, d) for r, d in found]
        if found:
            path = folder / "figures" / f"paired-{name}-{label}"
            rows = [(tables.short(r), d) for r, d in found]
            made += figures.differences(path, rows, f"{label} Dice, less that of {tables.short(baseline)}", tables.caption([baseline, *(r for r, _ in found)]))
    if not lines:
        return f"{title}Nothing to compare it with yet.\n", []
    head = ["system", "label", "patients", "folds", "Dice of the baseline", "Dice of the row", "difference", "95 % interval", "patients better, worse", "the row", "measured on"]
    return f"{title}{tables.markdown(head, lines)}\n{tables.pictures(made, folder / 'paired.md')}\n", made


def _line(baseline: Results, result: Results, label: str, d: Difference) -> list:
    between = "-" if d.low is None else f"{d.low:+.3f} to {d.high:+.3f}"
    better, worse = (sum(s * v > 0 for v in d.each.values()) for s in (1, -1))
    folds = sorted(set(result.records) & set(baseline.records))
    words = f"{len(folds)} of {result.protocol.get('folds') or len(folds)} folds"
    on = tables.context(result)
    measured = f"{on['data']}; lacks {on['lacks'] or 'nothing known'}; split by patient; lungs: {on['lungs']}; lung mask at the input: {on['lung mask at the input']}"
    return [f"`{result.id}`", label, len(d.each), words, number(d.a), number(d.b), f"{d.mean:+.3f}", between, f"{better}, {worse}", d.verdict + _but(baseline, result), measured]


def _but(baseline: Results, result: Results) -> str:
    """What else than its own change a row has other than its baseline."""
    said = []
    a, b = (r.system.train if r.system and not r.system.members else None for r in (baseline, result))
    if a and b and (a.steps, a.batch) != (b.steps, b.batch):
        said.append(f"{b.steps} steps of {b.batch} for {a.steps} of {a.batch}")
    a, b = (tables.precisions(r) for r in (baseline, result))
    if a and b and a != b:
        said.append(f"{' and '.join(b)} for {' and '.join(a)}")
    return f" ({'; '.join(said)})" if said else ""


def _ladders(folder: Path, by_id: dict[str, Results]) -> list[Path]:
    made = []
    for name, ids in LADDERS.items():
        those = [by_id[i] for i in ids if i in by_id]
        if len(those) > 1:
            rows = [(tables.short(r), {c: v for c, v in r.patients("infection", "dice").items() if v is not None}) for r in those]
            made += figures.ladder(folder / "figures" / f"ladder-{name}", rows, "infection Dice", tables.caption(those))
    return made
