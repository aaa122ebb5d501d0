"""Any system becomes a file that says all about itself, and says it truly."""

import json
import subprocess
from pathlib import Path

import nibabel
import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from monai.networks.nets import BasicUNet
from opacity_training import labels, predict, runs, sources
from opacity_training.check import PARITY, parity, vector_error
from opacity_training.export import Head, drop_idle_padding, export, halve, load_network, rows_of_records, split_of
from opacity_training.metadata import KEY, rings, validate
from opacity_training.runtime import Model
from opacity_training.paths import CONFIGS
from opacity_training.strict import ConfigError, build
from opacity_training.system import System, check, load

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAM = REPOSITORY / "bin" / "opacity-headless"

SLICES = [
    {"kind": "clip", "min": -1024, "max": 3071, "only": "hu"},
    {"kind": "resize", "size": [64, 64], "interpolation": "cubic", "only": "hu"},
    {"kind": "minmax", "scope": "slice", "to": [0, 255], "only": "hu"},
    {"kind": "scale", "factor": 1 / 255},
]
VOLUME = [
    {"kind": "clip", "min": -1250, "max": 250},
    {"kind": "minmax", "scope": "volume", "to": [0, 255]},
    {"kind": "round"},
    {"kind": "resample", "spacing_mm": [1.58, 1.58, 2.7]},
    {"kind": "zscore", "scope": "volume", "epsilon": 1e-6},
]
SIDES = {"train": {"b": None, "a": None}, "validation": {}, "test": {"c": None}}
UNET = {"kind": "basic-unet", "features": [4, 4, 8, 8, 16, 4]}
SYSTEMS = {
    "plain": {"data": {"size": 64, "chain": SLICES}},
    "infection": {"data": {"size": 64, "chain": SLICES, "target": {"classes": ["infection"]}}},
    "neighbours": {"data": {"size": 64, "chain": SLICES, "input": {"neighbours": 2}}, "variant": "own"},
    "softmax": {"data": {"size": 64, "chain": SLICES, "target": {"classes": ["lung", "infection"], "activation": "softmax"}}},
    "valid": {"data": {"size": 64, "chain": SLICES}, "network": {"kind": "valid-unet", "features": [4, 8, 8], "mirror": False}},
    "deep": {
        "data": {"source": "phantom-volumes", "chain": VOLUME, "input": {"form": "patch", "patch": [8, 32, 32]}},
        "network": {"kind": "fv-unet", "features": [4, 4, 8, 8, 16], "feature_variation": "se", "paspp": True, "deep_supervision": True},
    },
    "window": {
        "data": {
            "source": "phantoms",
            "size": 64,
            "chain": [{"kind": "window", "center": -500, "width": 1500}, {"kind": "resize", "size": [64, 64], "interpolation": "area"}],
        }
    },
    "crop": {
        "data": {
            "source": "phantoms",
            "size": 64,
            "chain": [{"kind": "crop", "margin_mm": 20}, {"kind": "window", "center": -500, "width": 1500}, {"kind": "resize", "size": [64, 64], "interpolation": "area"}],
        }
    },
    "mirror": {
        "data": {
            "source": "phantoms",
            "size": 64,
            "chain": [
                {"kind": "mirror", "below_mm": 400, "to_mm": 500},
                {"kind": "window", "center": -500, "width": 1500},
                {"kind": "resize", "size": [64, 64], "interpolation": "area"},
            ],
        }
    },
    "patches": {
        "data": {
            "source": "phantom-volumes",
            "chain": VOLUME,
            "input": {"form": "patch", "patch": [16, 32, 32]},
            "target": {"classes": ["left", "right", "infection"], "activation": "softmax"},
        },
        "predict": {"overlap": [8, 16, 12], "blend": "pairwise"},
    },
    "cascade": {
        "data": {
            "size": 64,
            "chain": [*SLICES, {"kind": "lung_mask", "outside": 0}],
            "input": {"lung_mask": "predicted", "lung_system": "lungs"},
            "target": {"classes": ["infection"]},
        }
    },
}


def system(name: str) -> System:
    parts = {"id": name, "title": f"The {name}", "document": "none", "network": UNET, "protocol": {"split": "all"}, **SYSTEMS[name]}
    made = build(System, parts, name)
    check(made)
    return made


def checkpoint(name: str, folder: Path) -> Path:
    """As a finished run leaves it, with weights drawn at random."""
    torch.manual_seed(len(name))
    one = system(name)
    net = runs.network(one)
    for p in net.parameters():  # away from one half, so that differences can be seen
        p.data *= 1.5
    folder.mkdir(parents=True, exist_ok=True)
    runs.write(folder / "last.pt", runs.describe(one) | {"cases": SIDES, "step": 7, "net": net.state_dict(), "average": net.state_dict()})
    return folder / "last.pt"


@pytest.fixture(scope="module", params=SYSTEMS)
def exported(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    saved = checkpoint(request.param, folder / "run")
    return request.param, saved, export(saved, folder / "out", folder / "no-data")


def test_a_checkpoint_that_has_what_differs_as_one_sentence_is_read(tmp_path):
    saved = checkpoint("plain", tmp_path / "run")
    state = runs.read(saved)
    state["system"]["differs"] = "Fewer patients"
    runs.write(saved, state)
    assert load_network(saved)[0].sha256() == system("plain").sha256()


def test_metadata_is_whole_and_the_network_the_same(exported):
    name, saved, path = exported
    model = Model(path)
    validate(model.metadata)
    stored = {p.key: p.value for p in onnx.load(str(path)).metadata_props}[KEY]
    assert stored == path.with_suffix(".json").read_text(encoding="utf-8") and not list(path.parent.glob("*.part*"))
    _, net, step = load_network(saved)
    assert step == 7 and parity(net, model) <= PARITY
    assert vector_error(model) <= 1e-5
    assert path.with_suffix(".slices8.json").exists() == (name not in ("window", "crop", "mirror", "patches", "deep"))


def test_the_patients_are_those_of_the_checkpoint(exported):
    name, _, path = exported
    training = Model(path).metadata["training"]
    assert "a, b; " in training["split"]
    assert training["patients"] == (0 if training["phantoms"] else 2)


def test_sides():
    one = system("plain")
    one.protocol.split = "patient"
    assert split_of(one, SIDES, Path("runs/plain/fold-3")) == (["a", "b"], ["c"], 3)
    assert split_of(one, SIDES, Path("runs/plain/fold-3/best.pt")) == (["a", "b"], ["c"], 3)
    assert split_of(one, SIDES, Path("elsewhere/weights.pt")) == (["a", "b"], ["c"], None)
    one.protocol.split = "leaky-slice"
    assert split_of(one, SIDES | {"test": {"a": [1], "c": [2]}}, Path("fold-0")) == (["a", "b"], ["c"], 0)


def test_a_checkpoint_without_its_patients_is_named(tmp_path):
    runs.write(tmp_path / "last.pt", {"step": 1})
    with pytest.raises(runs.RunError, match="which patients"):
        runs.sides(tmp_path / "last.pt")


WANT = {
    "plain": {"channels": 1, "layout": "NCHW", "labels": ["lung split", "infection "], "mode": "slice", "post": 0},
    "infection": {"channels": 1, "layout": "NCHW", "labels": ["infection "], "mode": "slice", "post": 0},
    "neighbours": {"channels": 5, "layout": "NCHW", "labels": ["lung split", "infection "], "mode": "slice", "post": 9},
    "softmax": {"channels": 1, "layout": "NCHW", "labels": ["lung split", "infection "], "mode": "slice", "post": 0},
    "window": {"channels": 1, "layout": "NCHW", "labels": ["lung split", "infection "], "mode": "slice", "post": 0},
    "crop": {"channels": 1, "layout": "NCHW", "labels": ["lung split", "infection "], "mode": "slice", "post": 0},
    "mirror": {"channels": 1, "layout": "NCHW", "labels": ["lung split", "infection "], "mode": "slice", "post": 0},
    "valid": {"channels": 1, "layout": "NCHW", "labels": ["lung split", "infection "], "mode": "slice", "post": 0},
    "deep": {"channels": 1, "layout": "NCDHW", "labels": ["lung split", "infection "], "mode": "patch", "post": 0},
    "patches": {"channels": 1, "layout": "NCDHW", "labels": ["lung left", "lung right", "infection "], "mode": "patch", "post": 0},
    "cascade": {"channels": 1, "layout": "NCHW", "labels": ["infection "], "mode": "slice", "post": 0},
}


def test_what_the_metadata_says(exported):
    name, _, path = exported
    m = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert {
        "channels": m["input"]["channels"],
        "layout": m["input"]["layout"],
        "labels": [f"{c['label']} {c['side']}" for c in m["output"]["channels"]],
        "mode": m["inference"]["mode"],
        "post": len(m["postprocess"]),
    } == WANT[name]
    assert m["input"]["unit"] == "HU" and m["preprocess"][0]["op"] in ("clip", "window", "crop", "mirror")
    if name == "patches":
        assert m["inference"]["patch"] == m["input"]["size"]["value"] == [16, 32, 32] and m["inference"]["overlap"] == [0.5, 0.5, 0.375] and m["inference"]["blend"] == "pairwise"
        assert m["preprocess"][3] == {"op": "resample", "spacing_mm": [1.58, 1.58, 2.7], "interpolation": "cubic"}
        assert m["test_vector"]["channels"] == [] and m["training"]["phantoms"]


@pytest.mark.skipif(not PROGRAM.exists(), reason="bin/opacity-headless is not built (make headless)")
def test_the_program_runs_it_or_says_what_it_cannot_do(exported):
    name, _, path = exported
    done = subprocess.run([PROGRAM, "models", "check", str(path)], capture_output=True, text=True, timeout=300)
    later = {"patches": "input.layout NCDHW", "deep": "input.layout NCDHW", "cascade": "preprocess lung_mask"}.get(name)
    if later is None:
        assert done.returncode == 0, done.stderr
    else:
        assert done.returncode == 3 and later in done.stderr and "which this version cannot do yet" in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("name", ["softmax", "patches"])
def test_channels_of_exclusive_classes_are_over_one_half_where_they_are_the_strongest(name):
    one = system(name)
    torch.manual_seed(3)
    logits = torch.randn(1, len(labels.channels(one.data.target)), 9, 40, 40) * 2
    head = Head(lambda image: image, one)
    got = head(logits)[0].numpy() > 0.5
    masks, _ = labels.decode(one.data.target, torch.softmax(logits, 1)[0].numpy(), 0.5)
    for mask, found in zip(got, head.outputs):
        assert np.array_equal(mask, masks[found]), found


def test_half_precision_halves_the_file_and_keeps_the_answer(tmp_path):
    saved = checkpoint("plain", tmp_path / "run")
    whole = export(saved, tmp_path / "whole", tmp_path)
    half = export(saved, tmp_path / "half", tmp_path, half=True)
    a, b = (sum(t.ByteSize() for t in onnx.load(str(p)).graph.initializer) for p in (whole, half))
    assert b < 0.65 * a
    difference = np.abs(Model(whole).native(rings()) - Model(half).native(rings())).max()
    assert 0 < difference < 5e-3 and vector_error(Model(half)) < 1e-5


def test_halving_leaves_small_tensors_alone(tmp_path):
    saved = checkpoint("infection", tmp_path / "run")
    path = export(saved, tmp_path, tmp_path)
    halve(path)
    kinds = {t.data_type for t in onnx.load(str(path)).graph.initializer}
    assert kinds == {onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16}


@pytest.mark.parametrize("side, idle", [(64, 4), (40, 3), (44, 2)])  # 44, 22, 11 and 5, 2: two of the ways up do not meet evenly
def test_only_padding_by_nothing_is_taken_out(tmp_path, side, idle):
    net, path = BasicUNet(2, 1, 2, UNET["features"]).eval(), tmp_path / "net.onnx"
    picture = torch.rand(1, 1, side, side, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        want = net(picture).numpy()
        torch.onnx.export(net, (picture,), str(path), input_names=["image"], opset_version=17, dynamo=False)
    model = onnx.load(str(path))
    assert drop_idle_padding(model) == idle
    assert sum(n.op_type == "Pad" for n in model.graph.node) == 4 - idle
    (got,) = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, {"image": picture.numpy()})
    assert np.abs(got - want).max() < 1e-5


def fold_record(folder: Path, fold: int, sha: str, rows: list[dict], folds: int = 3, split: str = "patient") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    record = {"system": folder.name, "config_sha256": sha, "protocol": {"split": split, "folds": folds, "fold": fold}, "data": {"name": "slices"}, "cases": rows}
    (folder / f"fold-{fold}.json").write_text(json.dumps(record), encoding="utf-8")


def row(case: str, dice: float) -> dict:
    return {"case": case, "label": "lung", "dice": dice, "nsd_1px": None if dice == 0 else dice / 2}


def by_patient(name: str) -> str:
    """The hash of a system's folds, where the system here holds nobody out."""
    one = system(name)
    one.protocol.split = "patient"
    return one.sha256()


def test_figures_come_from_the_folds_of_the_recipe(tmp_path):
    records = tmp_path / "records" / "plain"
    for fold, rows in enumerate(([row("b", 0.5), row("a", 0.9)], [row("c", 0.0)])):
        fold_record(records, fold, by_patient("plain"), rows)
    fold_record(records, 2, "older", [row("d", 1.0)])
    path = export(checkpoint("plain", tmp_path / "run"), tmp_path / "out", tmp_path, which="last", records=records)
    metrics = Model(path).metadata["metrics"]
    got = [(m["case"], m["metric"], m["value"]) for m in metrics]
    assert got[:4] == [("a", "dice", 0.9), ("b", "dice", 0.5), ("c", "dice", 0.0), ("mean", "dice", 0.4667)]  # not d
    assert ("mean", "nsd_1px", 0.35) in got and all("with the recipe plain, 2 of 3 folds, not these weights" in m["protocol"] for m in metrics)


def test_a_recipe_of_another_name_is_that_of_its_file(tmp_path):
    today = load(CONFIGS / "own-shipped.yaml").sha256()
    records = tmp_path / "own-shipped"
    fold_record(records, 0, today, [row("a", 0.9)], folds=5)
    fold_record(records, 1, "older", [row("b", 0.1)], folds=5)
    rows = rows_of_records(records, system("plain"))
    assert {r["case"] for r in rows} == {"a", "mean"} and "own-shipped, 1 of 5 folds, not these weights" in rows[0]["protocol"]


def test_records_of_no_known_configuration_must_agree(tmp_path):
    records = tmp_path / "elsewhere"
    fold_record(records, 0, "one", [row("a", 0.9)])
    assert {r["case"] for r in rows_of_records(records, system("plain"))} == {"a", "mean"}
    fold_record(records, 1, "another", [row("b", 0.9)])
    with pytest.raises(ConfigError, match="folds of several configurations, and there is no file elsewhere.yaml in configs"):
        rows_of_records(records, system("plain"))


@pytest.mark.parametrize("sha, split", [("older", "patient"), (None, "leaky-slice")])
def test_no_fold_of_todays_configuration_is_refused(tmp_path, sha, split):
    records = tmp_path / "records" / "plain"
    fold_record(records, 0, sha or by_patient("plain"), [row("a", 0.9)], split=split)
    with pytest.raises(ConfigError, match="holds no fold by patient of the configuration"):
        export(checkpoint("plain", tmp_path / "run"), tmp_path / "out", tmp_path, records=records)
    assert not (tmp_path / "out").exists()
    with pytest.raises(ConfigError, match="holds no fold by patient"):
        rows_of_records(tmp_path / "none", system("plain"))


def test_mirrors_are_averaged_as_the_training_and_the_program_do(tmp_path):
    one = system("plain")
    one.predict.flips, one.train.autocast = ["x", "y"], False
    torch.manual_seed(5)
    net = runs.network(one).eval()
    for p in net.parameters():
        p.data *= 1.5
    (tmp_path / "run").mkdir()
    runs.write(tmp_path / "run" / "last.pt", runs.describe(one) | {"cases": SIDES, "step": 7, "net": net.state_dict(), "average": net.state_dict()})
    model = Model(export(tmp_path / "run" / "last.pt", tmp_path / "out", tmp_path / "no-data"))
    assert model.metadata["inference"]["tta"] == ["x", "y"]
    image = np.random.default_rng(5).random((3, 64, 64), np.float32)
    want = predict.prepared(net, one, image, torch.device("cpu"))
    assert np.abs(model.each(image) - want).max() < 1e-5
    assert np.abs(np.stack([model.run(i) for i in image], axis=1) - want).max() > 1e-3


def test_a_source_of_mixed_units_is_measured_each_with_its_own_metadata(tmp_path):
    """As the public set is: half of it in HU, half as 8-bit pictures."""
    rng, folder = np.random.default_rng(6), tmp_path / "data" / "set"
    for name, low, high in (("hu", -1000, 300), ("grey", 0, 255)):
        (folder / name).mkdir(parents=True)
        for file, array in (("ct", rng.integers(low, high, (40, 40, 3))), ("labels", rng.integers(0, 4, (40, 40, 3)))):
            nibabel.save(nibabel.Nifti1Image(array.astype(np.int16), np.diag([-1, -1, 2, 1])), folder / name / f"{file}.nii.gz")
    one = build(System, {"id": "mixed", "title": "Mixed", "document": "none", "network": UNET, "protocol": {"split": "all"}, **SYSTEMS["plain"]}, "mixed")
    one.data.source = sources.NiftiFolder(folder="set", lacks=["children"])
    net = runs.network(one)
    ids = sources.build(one.data.source, tmp_path / "data").cases()
    assert len(ids) == 2
    sides = {"train": {"other": None}, "validation": {}, "test": dict.fromkeys(ids)}
    (tmp_path / "run").mkdir()
    runs.write(tmp_path / "run" / "last.pt", runs.describe(one) | {"cases": sides, "step": 7, "net": net.state_dict(), "average": net.state_dict()})
    metadata = Model(export(tmp_path / "run" / "last.pt", tmp_path / "out", tmp_path / "data")).metadata
    assert {m["case"] for m in metadata["metrics"]} == {*ids, "mean"} and "8-bit" not in metadata["metrics"][0]["protocol"]
    assert metadata["training"]["lacks"] == "children" and "Ma et al" not in str(metadata) and "CC BY-NC-SA" not in metadata["licence"]
