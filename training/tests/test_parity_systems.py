"""PyTorch against ONNX Runtime for systems' networks; the real ones are compared by `parity --systems`."""

import dataclasses

import pytest
from conftest import CHAIN, system_of

from opacity_training import networks, paths
from opacity_training.__main__ import trained
from opacity_training.parity_systems import Found, distinct, on_phantoms, one, systems_parity
from opacity_training.system import System, load


def small(**more) -> System:
    parts = {"network": {"kind": "basic-unet", "features": [4, 4, 8, 8, 16, 4]}, "data": {"size": 64, "chain": CHAIN}, "train": {"batch": 2, "threads": 1}}
    return system_of(**parts | more)


PATCHES = {
    "chain": [{"kind": "scale", "factor": 1 / 255}, {"kind": "lung_mask"}],
    "input": {"form": "patch", "patch": [16, 32, 32], "lung_mask": "predicted", "lung_system": "lungs"},
    "target": {"classes": ["infection"]},
}


@pytest.mark.parametrize("system", [small(), small(data=PATCHES, protocol={"watch": True})], ids=["slices", "patches"])
def test_one_network(system, tmp_path):
    found = one(system, ["other"], 3, tmp_path)
    assert found.good and 0 < found.random[0] < 1e-5 and found.trained[0] < 1e-5 and found.trained[1] == 0
    assert found.span[0] < found.span[1]
    assert found.parameters == networks.parameters(networks.build(system.network, 1, len(system.data.target.classes), 2 if system.data.input.form == "slice" else 3))


def test_a_jump_may_touch_few():
    segnet = small(network={"kind": "segnet", "stages": [[4], [4]], "unpool": "indices"})
    few = Found(segnet, [], 1, (2e-4, 1e-5), (0.1, 9e-4), (0, 1), "runs")
    assert few.good and not dataclasses.replace(few, trained=(0.1, 2e-3)).good
    assert not dataclasses.replace(few, system=small()).good


def test_systems_of_one_network_are_one_row():
    a, b, c = small(id="a"), small(id="b", seed=9), small(id="c", data={"size": 64, "chain": CHAIN, "input": {"neighbours": 1}})
    vote = small(id="vote", members=["a", "b"])
    assert [(s.id, others) for s, others in distinct([a, b, c, vote])] == [("a", ["b"]), ("c", [])]


def test_the_kept_table_has_every_network_that_is_trained():
    text = (paths.RESULTS / "parity.md").read_text(encoding="utf-8")
    missing = [name for s, others in distinct([load(c) for c in trained()]) for name in (s.id, *others) if f"`{name}`" not in text]
    assert not missing, "run parity --systems"


def test_no_data_is_needed():
    s = on_phantoms(small(data={"source": "slices8", "size": 64, "chain": [{"kind": "resize", "size": [64, 64]}]}), 3)
    assert [type(step).__name__ for step in s.data.chain] == ["Clip", "MinMax", "Resize"] and s.train.steps == 3 and not s.data.extras


def test_the_table(tmp_path, monkeypatch):
    monkeypatch.setattr("opacity_training.parity_systems.one", lambda s, others, steps, folder: Found(s, others, 1234, (1e-7, 0.0), (3e-4, 0.5), (0.1, 0.9), "runs"))
    said: list[str] = []
    assert not systems_parity([small()], tmp_path / "parity.md", 20, said.append)
    assert said[0].startswith("FAIL  small") and "| 1x64x64 | 1,234 | 1.0e-07 | 3.0e-04 | 0.10 to 0.90 | 5.0e-01 of them **outside** |" in (tmp_path / "parity.md").read_text(encoding="utf-8")
