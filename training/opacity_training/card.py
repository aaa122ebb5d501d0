"""A model's card: tables are put in by the commands that made them, between marks, so that the two cannot differ."""

from __future__ import annotations

import json
from pathlib import Path

from .tables import NAMES, Results, markdown, measured_on, number, ratio_words, summary_rows

SECTIONS = {"figures": "Figures", "recipe": "The recipe, out of fold", "learning": "Learned from corrections", "notice": "Licence and notice of the model it began with", "behaviour": "On whole volumes in HU", "parity": "The same in every runtime"}


def marks(section: str) -> tuple[str, str]:
    return f"<!-- {section} -->", f"<!-- end of {section} -->"


def figures(metadata: dict) -> str:
    """Every measure of each case and label that the metadata states, as Markdown tables with their protocol."""
    parts = []
    for metric in dict.fromkeys(r["metric"] for r in metadata["metrics"]):
        rows = [r for r in metadata["metrics"] if r["metric"] == metric]
        cases = list(dict.fromkeys(r["case"] for r in rows))
        cases = [c for c in cases if c != "mean"] + [c for c in cases if c == "mean"]
        value = {(r["case"], r["label"]): r["value"] for r in rows}
        lines = [
            [label, *(f"{value[c, label]:.3f}" if (c, label) in value else "-" for c in cases)] for label in dict.fromkeys(r["label"] for r in rows)
        ]
        parts.append(markdown([NAMES.get(metric, metric), *cases], lines).strip())
    return "\n\n".join(parts)


def recipe(result: Results) -> str:
    """What the folds of a recipe came to, as Markdown: what can be expected of weights of it on patients never seen."""
    lines = []
    for row in summary_rows([result]):
        dice, nsd = (f"{number(row[f'{m}_mean'])} ± {number(row[f'{m}_sd'])}" for m in ("dice", "nsd_1px"))
        ratio = ratio_words(*(row[f"area_ratio_{k}"] for k in ("low", "high", "n_undefined"))) if row["label"] == "infection" else ""
        lines.append([row["label"], row["dice_n"], dice, number(row["dice_median"]), number(row["dice_worst"]), nsd, ratio])
    each = {label: result.patients(label, "dice") for label in result.labels()}
    head = ["", "patients", "Dice, mean ± SD", "median", "worst", "NSD at 1 pixel", "area, predicted over reference, 95 % limits"]
    patients = sorted({p for values in each.values() for p in values})
    rows = [[p, *(number(values.get(p)) for values in each.values())] for p in patients]
    return f"{markdown(head, lines)}\nMeasured on: {measured_on(result)}.\n\n{markdown(['Dice', *each], rows)}"


def put(card: Path, section: str, text: str) -> None:
    """Replace what stands between a section's marks; a card without the section gets it at its end."""
    begin, end = marks(section)
    old = card.read_text(encoding="utf-8")
    if begin not in old:
        old = f"{old.rstrip()}\n\n## {SECTIONS[section]}\n\n{begin}\n{end}\n"
    before, rest = old.split(begin)
    after = rest.split(end)[1]
    card.write_text(f"{before}{begin}\n{text.strip()}\n{end}{after}", encoding="utf-8")


def refresh(model: Path) -> None:
    """Put the figures of MODEL.json into MODEL.md; a model without a card gets one that says what the metadata says."""
    card = model.with_suffix(".md")
    metadata = json.loads(model.with_suffix(".json").read_text(encoding="utf-8"))
    if not card.exists():
        card.write_text(first(metadata), encoding="utf-8")
    if metadata["metrics"]:
        put(card, "figures", figures(metadata))


def first(metadata: dict) -> str:
    """A card to be completed by hand: what it does not know is not in the metadata."""
    training, size = metadata["training"], metadata["input"]["size"].get("value")
    shape = " x ".join(map(str, size)) if size else "any size"
    protocols = "; ".join(dict.fromkeys(f"{m['dataset']}, {m['protocol']}" for m in metadata["metrics"]))
    labels = ", ".join(f"{c['side']} {c['label']}".strip() for c in metadata["output"]["channels"])
    begin, end = marks("figures")
    return f"""# {metadata["title"]}

**{metadata["intended_use"][:1].upper() + metadata["intended_use"][1:]}.** Licence of the weights: {metadata["licence"]}.

`{metadata["id"]}` {metadata["version"]}: {metadata["source"]}. Input {shape}, {metadata["input"]["channels"]} channel(s), {metadata["input"]["unit"]};
gives {labels.replace("split ", "")}. What is done before and after is in the metadata.

## Figures

{protocols or "None are stated."}

{begin}
{end}

## What it was trained on

- {training["dataset"]}; split: {training["split"]}
- phantoms: {"yes" if training["phantoms"] else "no"}; negatives: {training["negatives"].rstrip("; ") or "none"}
- lacks: {training["lacks"]}

## Cite

{metadata["citation"] or "Nothing is stated."}
"""
