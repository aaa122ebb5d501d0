"""The worst case of a fold, in numbers that are known."""

import json

import numpy as np
import pytest

from opacity_training import tables
from opacity_training.__main__ import main
from opacity_training.sources import INFECTION, LUNG, Case
from opacity_training.worst import describe, masks, worst


@pytest.fixture
def case() -> Case:
    """Ten slices; infection of 10x10 in slices 2 and 7, inside lungs of 30x30."""
    label = np.zeros((10, 40, 40), np.uint8)
    label[:, 5:35, 5:35] = LUNG
    label[[2, 7], 10:20, 10:20] = LUNG | INFECTION
    image = np.where(label & INFECTION > 0, 90, 20).astype(np.uint8)
    return Case("case_x", image, label, "gray8", None, "test")


def answer(case: Case) -> np.ndarray:
    """Slice 2 found but for its left half, slice 7 not at all; 4x5 called outside the lungs in slice 9."""
    p = np.zeros(case.label.shape, np.uint8)
    p[2, 10:20, 15:20] = 255
    p[9, 36:40, 0:5] = 200
    return p


def test_what_is_wrong_in_numbers(case):
    lines = describe(masks(case, "infection", answer(case), 0.5), "infection")
    text = "\n".join(lines)
    assert "reference 200 px, predicted 70 px, ratio 0.35; missed 150 px (75% of the reference), false 20 px (29% of the prediction)" in text
    assert "1 of 2 touched at all; the largest piece missed whole has 100 px" in text
    assert "1 of 2 touch nothing of the reference; the largest of them has 20 px" in text
    assert "13% of the missed, 0% of the false" in text  # 2 columns of 10 rows beside what was found
    assert "false outside the reference's lungs: 100%" in text and "found 90, missed 90, false 20" in text
    assert "| 2-2 | 100 | 50 | 50 | 0 | 0.667 | 29% |" in lines and "| 7-7 | 100 | 0 | 100 | 0 | 0.000 | 59% |" in lines
    slices = lines[lines.index("| slice | reference | predicted | missed | false | Dice | of all that is wrong |") + 2 :]
    assert [s.split(" | ")[0] for s in slices[:3]] == ["| 7", "| 2", "| 9"] and len(slices) == 5
    assert len(describe(masks(case, "infection", answer(case), 0.5), "infection", every_slice=True)) == len(lines) + 5


def test_nothing_predicted_and_nothing_there(case):
    case.label[:] = 0
    lines = describe(masks(case, "infection", np.zeros(case.label.shape, np.uint8), 0.5), "infection")
    assert "ratio -" in lines[0] and "nothing anywhere" in "\n".join(lines)


class Source:
    def __init__(self, case):
        self.case = case

    def read(self, id):
        return self.case


def record(dice, name):
    return {"case": name, "label": "infection", "dice": dice, "sensitivity": 0.25, "precision": 0.7, "nsd_1px": 0.4, "area_ref_px": 200, "area_pred_px": 70}


def test_fold_by_fold(case, tmp_path):
    rows = {0: [record(0.9, "case_y"), record(100 / 270, "case_x")], 1: [record(None, "case_z")]}
    records = {k: {"protocol": {"split": "patient", "fold": k}, "cases": v} for k, v in rows.items()}
    said: list[str] = []
    result = tables.Results("s", records)
    worst(result, "infection", None, tmp_path, say=said.append)
    assert "worst is case_x, Dice 0.370; mean of the fold's 2 patients 0.635" in said[0] and "cannot be said without" in said[2]
    assert "no case with a Dice of infection" in said[-1]
    folder = tmp_path / "s" / "fold-0" / "probabilities"
    folder.mkdir(parents=True)
    np.savez(folder / "case_x.npz", infection=answer(case))
    said.clear()
    worst(result, "infection", Source(case), tmp_path, say=said.append)
    assert any("missed 150 px" in line for line in said) and not any("what follows" in line for line in said)


def test_the_command(tmp_path, capsys):
    assert main(["worst", "own-plain", "--results", str(tmp_path), "--data", str(tmp_path)]) == 1
    assert "holds no record" in capsys.readouterr().err
    path = tmp_path / "records" / "own-plain" / "fold-0.json"
    path.parent.mkdir(parents=True)
    value = {"system": "own-plain", "config_sha256": "0", "protocol": {"split": "patient", "fold": 0}, "data": {"name": "x"}, "cases": [record(0.5, "a")]}
    path.write_text(json.dumps(value), encoding="utf-8")
    assert main(["worst", "own-plain", "--results", str(tmp_path), "--data", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "own-plain fold 0, infection: worst is a, Dice 0.500" in out and "without the data" in out
