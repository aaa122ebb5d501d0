"""The table of targets: each figure beside its aim, met or missed, and nothing is said that was not measured."""

import json

import pytest
from test_export import checkpoint
from test_report import results, write  # noqa: F401

from opacity_training import behaviour, report_targets, tables, timing
from opacity_training.behaviour import Finding
from opacity_training.export import export
from opacity_training.report import report
from opacity_training.system import load


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    tmp = tmp_path_factory.mktemp("models")
    export(checkpoint("plain", tmp / "run"), tmp / "models", tmp)
    return tmp / "models"


def test_the_table(results, models):  # noqa: F811
    (path,) = models.glob("*.onnx")
    metadata = json.loads(path.with_suffix(".json").read_text())
    metadata["metrics"] = [{"dataset": "d", "protocol": "p", "case": c, "label": "infection", "metric": "dice", "value": v} for c, v in (("a", 0.8), ("b", 0.6), ("mean", 0.7))]
    path.with_suffix(".json").write_text(json.dumps(metadata))
    report(results, results / "configs", models)
    text = (results / "targets.md").read_text()
    assert "| `own-plain` | 3 of 5 folds so far | 6 |" in text and "`mi`" not in text and "LEAKY" not in text
    (line,) = (s for s in text.splitlines() if s.startswith("| `own-plain`"))
    r = next(r for r in tables.read(results / "records", results / "configs") if r.id == "own-plain")
    dice = [v for v in r.patients("lung", "dice").values()]
    assert f"| {sum(dice) / len(dice):.3f} |" in line and "met" not in line and "missed" not in line  # two folds are not done
    assert "| infection Dice >= 0.75 | 0.700, mean over 2 patients; p; the slices lack healthy and outer ones," in text
    for m in metadata["metrics"]:
        m["protocol"] = "pixels, out of fold by patient with the recipe own-plain, 3 of 5 folds, not these weights; no postprocessing"
    path.with_suffix(".json").write_text(json.dumps(metadata))
    report(results, results / "configs", models)
    text = (results / "targets.md").read_text()
    assert "own-plain, 3 of 5 folds, not these weights; no postprocessing; the slices lack healthy and outer ones, sides and spacing; lungs include infection | **missed** | `report` |" in text
    assert text.count("not measured") == 5  # four kinds of volumes, and the time

    rows = [
        Finding("lung1-001", "test", "lung Dice, whole volume", "0.980", ">= 0.97", True),
        Finding("lung1-001", "test", "infection called", "137 ml", "<= 60 ml", False),
        Finding("phantom", "choice", "padding -3024 and -1024", "1 %", "", True),
    ]
    behaviour.keep(path, rows, results)
    behaviour.keep(path, rows[2:], results)  # a run without the tests leaves theirs
    (results / "time").mkdir()
    about = {"version": "0.0.1", "processor": "P", "load": 0.1, "ms": {"prepare": 5, "network": 31, "back": 2}}
    (results / "time" / f"{metadata['id']}.json").write_text(json.dumps(about))
    report(results, results / "configs", models)
    text = (results / "targets.md").read_text()
    assert "lung1-001: lung Dice, whole volume: 0.980 | met |" in text and "137 ml | **missed** |" in text and "phantom: padding -3024 and -1024: 1 % | met |" in text
    assert "network 31 ms" in text and "Measured of another version: time." in text


def test_a_whole_recipe_has_its_verdicts(tmp_path):
    (tmp_path / "configs").mkdir()
    config = tmp_path / "configs" / "own-plain.yaml"
    config.write_text("id: own-plain\ntitle: x\ndocument: none\ngroup: own\n", encoding="utf-8")
    for fold in range(2):
        write(tmp_path, "own-plain", fold, [f"{fold}a", f"{fold}b"], better=1.0, folds=2, config_sha256=load(config).sha256())
    report(tmp_path, tmp_path / "configs")
    line = next(s for s in (tmp_path / "targets.md").read_text().splitlines() if s.startswith("| `own-plain`"))
    assert "| 2 of 2 folds | 4 | 1.000 met | 1.000 met | 1.000 met | 1.000 met | 1.000 met |" in line


def test_the_worst_of_each_fold(results):  # noqa: F811
    report(results, results / "configs")
    text = (results / "worst.md").read_text()
    r = next(r for r in tables.read(results / "records", results / "configs") if r.id == "own-plain")
    for fold in (0, 1, 2):
        case, low = min(((row["case"], row["dice"]) for k, row in r.rows("infection") if k == fold), key=lambda v: v[1])
        assert f"| `own-plain` | {fold} | {case} | {low:.3f} |" in text
    assert "`mi`" not in text


def test_limits_are_met_within(results):  # noqa: F811
    aim = report_targets.AIMS[-1]
    limits = lambda low, high, without=0: {"low": low, "high": high, "n_undefined": without}  # noqa: E731
    assert aim.met(limits(0.7, 1.4)) and not aim.met(limits(0.6, 1.4)) and not aim.met(limits(0.7, 1.6))
    assert not aim.met(limits(0.7, 1.4, 1))  # somebody of whom nothing was called


def test_time(models, tmp_path, capsys):
    (path,) = models.glob("*.onnx")
    timing.record(path, tmp_path)
    (kept,) = (tmp_path / "time").glob("*.json")
    found = json.loads(kept.read_text())
    assert all(v > 0 for v in found["ms"].values()) and found["threads"] == 2
    assert f"network {found['ms']['network']} ms" in capsys.readouterr().out
