"""A card repeats what was measured, and keeps what a person wrote."""

import json

import pytest

from opacity_training.card import first, put, recipe, refresh
from opacity_training.tables import Results


@pytest.fixture
def metadata() -> dict:
    def row(case, label, metric, value):
        return {"dataset": "slices", "protocol": "out of fold", "case": case, "label": label, "metric": metric, "value": value}

    return {
        "id": "m",
        "title": "A model",
        "version": "1.0.0",
        "licence": "CC BY",
        "source": "trained in a test",
        "intended_use": "research use only",
        "citation": "nobody",
        "input": {"channels": 3, "unit": "HU", "size": {"mode": "fixed", "value": [256, 256]}},
        "output": {"channels": [{"label": "lung", "side": "split"}, {"label": "infection", "side": ""}]},
        "training": {"dataset": "slices: 13 patients", "split": "all", "lacks": "much", "phantoms": True, "negatives": "abdomen; "},
        "metrics": [
            row("case_01", "lung", "dice", 0.98),
            row("mean", "lung", "dice", 0.97),
            row("case_02", "lung", "dice", 0.96),
            row("case_02", "infection", "dice", 0.5),
            row("mean", "lung", "nsd_1px", 0.9),
        ],
    }


def test_a_card_that_is_there_keeps_its_words(metadata, tmp_path):
    (tmp_path / "m.json").write_text(json.dumps(metadata), encoding="utf-8")
    (tmp_path / "m.md").write_text("above\n<!-- figures -->\nold\n<!-- end of figures -->\nbelow\n", encoding="utf-8")
    refresh(tmp_path / "m.onnx")
    text = (tmp_path / "m.md").read_text(encoding="utf-8")
    assert text.startswith("above\n") and text.endswith("below\n") and "old" not in text
    assert "| Dice | case_01 | case_02 | mean |" in text and "| lung | 0.980 | 0.960 | 0.970 |" in text
    assert "| infection | - | 0.500 | - |" in text and "| NSD at 1 pixel | mean |" in text
    refresh(tmp_path / "m.onnx")
    assert (tmp_path / "m.md").read_text(encoding="utf-8") == text


def test_a_model_without_one_gets_a_first(metadata, tmp_path):
    (tmp_path / "m.json").write_text(json.dumps(metadata), encoding="utf-8")
    refresh(tmp_path / "m.onnx")
    text = (tmp_path / "m.md").read_text(encoding="utf-8")
    for words in ("# A model", "Research use only", "gives lung, infection", "slices, out of fold", "phantoms: yes; negatives: abdomen", "0.980"):
        assert words in text
    metadata["metrics"] = []
    assert "None are stated." in first(metadata)


def test_a_section_is_added_once(tmp_path):
    card = tmp_path / "m.md"
    card.write_text("# A model\n", encoding="utf-8")
    put(card, "parity", "one")
    put(card, "parity", "two")
    text = card.read_text(encoding="utf-8")
    assert text.count("<!-- parity -->") == 1 and "two" in text and "one" not in text and text.startswith("# A model")


def test_a_recipe_says_what_its_folds_came_to_and_on_what():
    def row(case, label, dice, predicted):
        return {"case": case, "label": label, "dice": dice, "nsd_1px": dice, "area_ref_px": 100, "area_pred_px": predicted}

    cases = [[row(f"case_0{2 * k + i}", "infection", 0.5 + 0.1 * k, 80 + 20 * i + k) for i in (1, 2)] + [row(f"case_0{2 * k + 1}", "lung", 0.9, 100)] for k in range(3)]
    data = {"name": "slices", "lacks": ["healthy slices", "sides"], "patients": 6}
    records = {k: {"data": data, "protocol": {"split": "patient", "folds": 3, "fold": k}, "cases": rows} for k, rows in enumerate(cases)}
    text = recipe(Results("r", records))
    assert "| infection | 6 | 0.600 ± 0.089 | 0.600 | 0.500 | 0.600 ± 0.089 | 0.91 to 1.34 |" in text
    assert "| case_06 | - | 0.700 |" in text and "| case_05 | 0.900 | 0.700 |" in text
    assert "lacks healthy slices, sides; 6 patients; split by patient, 3 of 3 folds" in text
