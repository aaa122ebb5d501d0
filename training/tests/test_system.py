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
    ],
)
def test_what_does_not_go_together_is_refused(more, says):
    with pytest.raises(ConfigError, match=says):
        system_of(**more)


def test_the_shipped_model_is_described_by_its_system():
    """All but what the data itself gives: the figures and the test vector."""
    path = CONFIGS.parents[1] / "assets" / "models" / "opacity-lung-infection-2d.json"
    shipped = json.loads(path.read_text(encoding="utf-8"))
    trained_on = [f"case_{n:02d}" for n in (2, 3, 4, 6, 7, 9, 12, 13, 14)]
    steps = int(re.search(r"(\d+) steps", shipped["source"]).group(1))
    described = describe(load(CONFIGS / "default-2d.yaml"), steps, trained_on)
    for key in set(shipped) - {"metrics", "test_vector"}:
        assert described[key] == shipped[key], key
