"""The same numbers in PyTorch, in ONNX Runtime and in the program; and differences that are there are seen."""

import os
from pathlib import Path

import numpy as np
import pytest
from test_export import checkpoint

from opacity_training import parity
from opacity_training.export import export
from opacity_training.runtime import Model

SHIPPED = sorted((Path(__file__).resolve().parents[2] / "assets" / "models").glob("*.onnx"))


@pytest.fixture
def program():
    if not parity.PROGRAM.exists():
        say = pytest.fail if os.environ.get("OPACITY_REQUIRE_DATA") == "1" else pytest.skip
        say(f"{parity.PROGRAM} is not built (make headless)")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_shipped_models(program, path, capsys):
    assert parity.parity(path), capsys.readouterr().out
    table = capsys.readouterr().out
    assert table.count("ok  ") == 5 and "left out" not in table


@pytest.mark.parametrize("name", ["softmax", "neighbours", "window"])
def test_other_systems(program, name, tmp_path, monkeypatch):
    saved = checkpoint(name, tmp_path / "run")
    path = export(saved, tmp_path / "out", tmp_path)
    monkeypatch.setattr(parity, "SLICES", 8)
    if name == "neighbours":  # random weights give masks that the rules for lungs mean nothing to
        monkeypatch.setattr(parity, "end_to_end", lambda *a: [])
    rows = parity.rows(path, saved, tmp_path / "work")
    assert all(good for _, _, good in rows), rows
    assert len(rows) == (3 if name == "neighbours" else 5)


def test_a_model_of_patches_is_refused_by_name(program, tmp_path):
    saved = checkpoint("patches", tmp_path / "run")
    (torch_row, program_row) = parity.rows(export(saved, tmp_path / "out", tmp_path), saved, tmp_path / "work")
    assert torch_row[2] and program_row[2] and "input.layout NCDHW" in program_row[1]


def test_differences_are_seen(program, tmp_path, monkeypatch):
    path = export(checkpoint("plain", tmp_path / "run"), tmp_path / "out", tmp_path)
    monkeypatch.setattr(parity, "SLICES", 8)
    each, prepare, volume = Model.each, Model.prepare, Model.volume
    monkeypatch.setattr(Model, "each", lambda self, x: each(self, x) + 2e-4)
    monkeypatch.setattr(Model, "prepare", lambda self, *a: np.where(np.arange(64) < 2, np.clip(prepare(self, *a) - 2 / 255, 0, 1), prepare(self, *a)))
    monkeypatch.setattr(Model, "volume", lambda self, *a: ({}, {k: np.roll(v, 1, 2) for k, v in volume(self, *a)[1].items()}))
    rows = parity.rows(path, None, tmp_path / "work")
    assert [good for _, _, good in rows] == [True] + [False] * 4, rows  # the first is the network alone

def test_a_missing_program_is_named(tmp_path):
    with pytest.raises(parity.ProgramError, match="make headless"):
        parity.program("version", executable=tmp_path / "none")
