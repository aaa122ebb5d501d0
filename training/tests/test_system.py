"""The systems' files, and values that do not go together."""

import json
import re

import pytest
from conftest import system_of

from opacity_training.describe import describe
from opacity_training.paths import CONFIGS
from opacity_training.strict import ConfigError, build, plain
from opacity_training.system import System, load

FILES = sorted(p for p in CONFIGS.rglob("*.yaml") if p.parent.name != "base")


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_every_configuration_loads_and_can_be_written_down(path):
    system = load(path)
    again = build(System, plain(system), path.stem)
    assert again == system and again.sha256() == system.sha256()


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_no_configuration_names_the_test_volumes(path):
    text = path.read_text(encoding="utf-8")
    assert "lung1-001" not in text and "ricord" not in text


def test_ids_are_unique():
    ids = [p.stem for p in FILES]
    assert len(ids) == len(set(ids))


def test_the_default_holds_out_four_patients():
    system = load(CONFIGS / "default-2d.yaml")
    assert system.protocol.test_cases == ["case_01", "case_05", "case_11", "case_16"] and system.protocol.split == "fixed"


def nifti(**more) -> dict:
    return {"data": {"source": {"kind": "nifti-folder", "folder": "set", **more}}}


def chain(**step) -> dict:
    return {"data": {"chain": [step]}}


@pytest.mark.parametrize(
    "more, says",
    [
        ({"data": {"input": {"form": "cube"}}}, "data.input.form: 'cube' is not one of slice, patch"),
        ({"data": {"input": {"form": "patch"}}}, r"data.input.patch must be three sizes"),
        ({"data": {"target": {"classes": ["liver"]}}}, "'liver' is not one of lung"),
        ({"data": {"target": {"classes": []}}}, "data.target.classes is empty"),
        ({"data": {"extras": [{"source": "phantoms", "share": 0.5}] * 2}}, "below 1"),
        ({"schedule": {"kind": "plateau", "watch": "validation"}}, "steers nothing"),
        ({"data": {"input": {"lung_mask": "reference"}}}, "need each other"),
        ({"data": {"input": {"lung_mask": "predicted"}, "chain": [{"kind": "lung_mask"}]}}, "lung_system or lung_model, one of them"),
        ({"protocol": {"split": "slices"}}, "leaky-slice"),
        ({"protocol": {"split": "fixed"}}, "must name who is held out"),
        ({"protocol": {"test_cases": ["a"]}}, "belongs to the split fixed"),
        ({"protocol": {"split": "leaky-slice"}, "data": {"input": {"form": "patch", "patch": [1, 2, 3]}}}, "is for slices"),
        ({"train": {"device": "gpu"}}, "auto, cpu, cuda"),
        ({"train": {"batch": 0}}, "at least 1"),
        ({"predict": {"flips": ["w"]}}, "x, y, z"),
        ({"predict": {"overlap": [1]}}, "three numbers"),
        ({"id": "my model"}, "my model.id: 'my model' is not of letters from A to Z"),
        ({"id": "lung_ü"}, "id: 'lung_ü' is not of"),
        ({"export": {"id": "My Lungs v2"}}, "small.export.id: 'My Lungs v2' is not of"),
        (nifti(patient="("), r"small.data.source: patient is '\(', which is no regular expression"),
        (nifti(labels="{fodler}/labels.nii.gz"), "small.data.source: labels is '{fodler}/labels.nii.gz'; what stands in braces must be {name} or {folder}"),
        (nifti(labels="{}/labels.nii.gz"), "small.data.source: labels is"),
        (nifti(meaning={1: 2}), "small.data.source: meaning has 1: 2; it must be whole numbers and what they mean"),
        (nifti(meaning={"1": "lung"}), "small.data.source: meaning has '1': 'lung'"),
        (nifti(images="/x/**/ct.nii.gz"), "small.data.source: images is '/x/.*a pattern from the folder"),
        (nifti(images=""), "small.data.source: images is ''"),
        ({"data": {"source": {"kind": "dicom-folder", "patient": "["}}}, r"small.data.source: patient is '\['"),
        ({"data": {"source": {"kind": "dicom-folder", "meaning": {"lung(": "lung"}}}}, r"small.data.source: meaning is 'lung\('"),
        ({"data": {"source": {"kind": "dicom-folder", "meaning": {1: "lung"}}}}, "small.data.source: meaning has 1: 'lung'"),
        ({"data": {"input": {"neighbours": -1}}}, "small: data.input.neighbours must be 0 to 32"),
        ({"data": {"input": {"neighbours": 33}}}, "small: data.input.neighbours must be 0 to 32"),
        ({"data": {"input": {"form": "patch", "patch": [0, 8, 8]}}}, "small: data.input.patch must be sizes above 0"),
        ({"data": {"size": 0}}, "small: data.size must be 1 to 4096"),
        ({"data": {"target": {"classes": ["lung", "lung"]}}}, "small: data.target.classes names a class twice"),
        (chain(kind="clip", min=5, max=-5), r"small.data.chain\[0\]: clip: min is 5 and max -5"),
        (chain(kind="window", center=0, width=0), r"small.data.chain\[0\]: window: width is 0; it must be above 0"),
        (chain(kind="window", center=0, width=1, to=[1]), r"window: to is \[1.0\]; it must be two numbers"),
        (chain(kind="minmax", scope=[1, 1]), r"minmax: scope is \[1, 1\]; it must be slice, volume or \[lo, hi\]"),
        (chain(kind="minmax", scope=["a", "b"]), "minmax: scope is"),
        (chain(kind="clahe", tiles=[0, 8]), "clahe: tiles is"),
        (chain(kind="clahe", clip_limit=-1), "clahe: clip_limit is -1"),
        ({"train": {"validate_steps": 0}}, "small: train.validate_steps and train.threads must be at least 1"),
        ({"train": {"minutes": 0}}, "small: train.minutes must be above 0"),
        ({"train": {"minutes": float("nan")}}, "small: train.minutes must be above 0"),
        ({"train": {"workers": -1}}, "small: train.workers must be 0 or more"),
        ({"train": {"average": 1.5}}, "small: train.average must be from 0 to below 1"),
        ({"seed": -1}, "small: seed and protocol.seed must be 0 or more"),
        ({"optimiser": {"kind": "adam", "learning_rate": 0}}, "small: optimiser.learning_rate must be above 0"),
        ({"schedule": {"kind": "cyclic", "half_cycle_steps": 0}}, "small: schedule.half_cycle_steps must be at least 1"),
        ({"predict": {"threshold": 2}}, "small: predict.threshold must be 0 to 1"),
    ],
)
def test_what_does_not_go_together_is_refused(more, says):
    with pytest.raises(ConfigError, match=says) as e:
        system_of(**more)
    assert "\n" not in str(e.value)


def test_the_shipped_model_is_described_by_its_system():
    """All but what the data itself gives: the figures and the test vector."""
    path = CONFIGS.parents[1] / "assets" / "models" / "opacity-lung-infection-2d.json"
    shipped = json.loads(path.read_text(encoding="utf-8"))
    trained_on = [f"case_{n:02d}" for n in (2, 3, 4, 6, 7, 9, 12, 13, 14)]
    steps = int(re.search(r"(\d+) steps", shipped["source"]).group(1))
    described = describe(load(CONFIGS / "default-2d.yaml"), steps, trained_on)
    for key in set(shipped) - {"metrics", "test_vector"}:
        assert described[key] == shipped[key], key
