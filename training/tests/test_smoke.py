"""The commands, from nothing to a checked model and a record in under a minute, on phantoms alone."""

import json

import onnx
import pytest
import yaml

from opacity_training.__main__ import main
from opacity_training.metadata import KEY, validate
from opacity_training.strict import plain


@pytest.fixture
def folders(slices, tmp_path):
    """The small system as a file, and where the commands put things."""
    slices.data.input.neighbours = 0
    path = tmp_path / "small.yaml"
    path.write_text(yaml.safe_dump(plain(slices)), encoding="utf-8")
    where = ["--data", str(tmp_path / "nodata")]
    for name in ("runs", "cache", "results"):
        where += [f"--{name}", str(tmp_path / name)]
    return path, where, tmp_path


def test_prepare_train_export_check(folders, capsys):
    path, where, tmp = folders
    assert main(["prepare", str(path), *where]) == 0 and "9 cases" in capsys.readouterr().out
    assert main(["train", str(path), "--fold", "1", *where]) == 0 and "8 steps" in capsys.readouterr().out
    assert main(["train", str(path), "--fold", "1", *where]) == 0  # finished: nothing is left to do
    assert main(["export", str(tmp / "runs" / "small" / "fold-1"), "--data", str(tmp), "-o", str(tmp / "out")]) == 0
    made = tmp / "out" / "small.onnx"
    stored = {p.key: p.value for p in onnx.load(str(made)).metadata_props}[KEY]
    assert stored == made.with_suffix(".json").read_text(encoding="utf-8")
    validate(json.loads(stored))
    assert main(["check", "--model", str(made), "--checkpoint", str(tmp / "runs" / "small" / "fold-1" / "last.pt"), "--data", str(tmp)]) == 0


def test_crossval_and_weights_for_everybody(folders, capsys):
    path, where, tmp = folders
    assert main(["crossval", str(path), "--folds", "0", *where]) == 0
    assert "small fold 0: lung Dice" in capsys.readouterr().out
    assert (tmp / "results" / "records" / "small" / "fold-0.json").exists()
    assert main(["train", str(path), "--all", *where]) == 0 and (tmp / "runs" / "small" / "all" / "last.pt").exists()


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["train", "no-such-system"], "no-such-system.yaml"),
        (["train", "{config}", "--fold", "7"], "its folds are 0 to 1"),
        (["export", "{tmp}/nothing"], "is not there"),
    ],
)
def test_errors_are_one_sentence(folders, capsys, arguments, says):
    path, where, tmp = folders
    arguments = [a.format(config=path, tmp=tmp) for a in arguments]
    assert main(arguments + (where if arguments[0] == "train" else [])) == 1
    error = capsys.readouterr().err
    assert says in error and error.count("\n") == 1 and "Traceback" not in error
