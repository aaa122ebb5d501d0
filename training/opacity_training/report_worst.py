"""worst.md: the worst case of each fold of the systems of our own, from the records."""

from __future__ import annotations

from pathlib import Path

from .metrics import by_patient, summarise
from .tables import Results, markdown, measured_on, number

HEAD = """# The worst case of each fold

Made by `python -m opacity_training report` from `records/`; do not edit. `python -m opacity_training worst SYSTEM` says where in a case it is
wrong. What the rows of a system were measured on stands at the end.
"""


def write(folder: Path, results: list[Results]) -> list[Path]:
    parts = []
    own = [r for r in results if r.group == "own"]
    for label in ("infection", "lung"):
        rows = []
        for r in own:
            for fold in sorted(r.records):
                those = [row for k, row in r.rows(label) if k == fold and row["dice"] is not None]
                if those:
                    w = min(those, key=lambda row: row["dice"])
                    ratio = w["area_pred_px"] / w["area_ref_px"] if w["area_ref_px"] else None
                    every = summarise(by_patient(those, "dice").values())
                    cells = [number(w["dice"]), number(every["mean"]), every["n"]]
                    rows.append([f"`{r.id}`", fold, w["case"], *cells, number(w["sensitivity"]), number(w["precision"]), number(ratio, 2)])
        if rows:
            head = ["system", "fold", "worst", "its Dice", "mean of the fold", "patients", "sensitivity", "precision", "predicted over reference"]
            parts.append(f"\n## {label}\n\n{markdown(head, rows)}")
    if not parts:
        return []
    parts.append("\n## Measured on\n\n" + "".join(f"- `{r.id}`: {measured_on(r)}\n" for r in own))
    where = folder / "worst.md"
    where.write_text(HEAD + "".join(parts), encoding="utf-8")
    return [where]
