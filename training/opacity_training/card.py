"""The table of figures in a model's card, from the metadata, so that the two cannot differ."""

from __future__ import annotations

import json
from pathlib import Path

BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


def figures(metadata: dict) -> str:
    """Dice per held-out case and label, as a Markdown table."""
    rows = metadata["metrics"]
    cases = list(dict.fromkeys(r["case"] for r in rows))
    value = {(r["case"], r["label"]): r["value"] for r in rows}
    lines = ["| Dice | " + " | ".join(cases) + " |", "|---" * (len(cases) + 1) + "|"]
    for label in dict.fromkeys(r["label"] for r in rows):
        lines.append(f"| {label} | " + " | ".join(f"{value[c, label]:.3f}" for c in cases) + " |")
    return "\n".join(lines)


def refresh(model: Path) -> None:
    """Put the figures of MODEL.json into MODEL.md, between its two marks."""
    card = model.with_suffix(".md")
    text = card.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    table = figures(json.loads(model.with_suffix(".json").read_text(encoding="utf-8")))
    card.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")
