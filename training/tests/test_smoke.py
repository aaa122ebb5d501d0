"""From nothing to a checked model in under a minute, on phantoms alone."""

import copy
import json

import numpy as np
import onnx
import pytest
import torch

from opacity_training.check import PARITY, check, parity
from opacity_training.config import ConfigError
from opacity_training.export import export, load_network
from opacity_training.metadata import KEY, validate
from opacity_training.runtime import Model
from opacity_training.train import train


def test_train_stop_resume_export_check(small, tmp_path):
    nowhere, cache = tmp_path / "nodata", tmp_path / "cache"
    whole = train(small, nowhere, tmp_path / "whole", cache)
    part = train(small, nowhere, tmp_path / "part", cache, stop_after=4)
    assert torch.load(part, weights_only=False)["step"] == 4
    with pytest.raises(ConfigError, match="resume"):
        train(small, nowhere, tmp_path / "part", cache)
    other = copy.deepcopy(small)
    other.train.learning_rate = 1.0
    with pytest.raises(ConfigError, match="another configuration"):
        train(other, nowhere, tmp_path / "part", cache, resume=True)
    part = train(small, nowhere, tmp_path / "part", cache, resume=True)

    a, b = (torch.load(p, weights_only=False) for p in (whole, part))
    assert a["step"] == b["step"] == small.train.steps
    for which in ("net", "average"):
        for name in a[which]:
            assert torch.allclose(a[which][name], b[which][name], atol=1e-5), f"{which} {name} differs after resuming"

    path = export(part, tmp_path / "out", nowhere)
    graph = onnx.load(str(path))
    assert not any(n.op_type == "BatchNormalization" for n in graph.graph.node)
    stored = {p.key: p.value for p in graph.metadata_props}[KEY]
    assert stored == path.with_suffix(".json").read_text(encoding="utf-8")
    validate(json.loads(stored))

    model = Model(path)
    assert [i.name for i in model.session.get_inputs()] == ["image"] and model.session.get_inputs()[0].shape == [1, 1, 64, 64]
    assert [o.name for o in model.session.get_outputs()] == ["probability"] and model.session.get_outputs()[0].shape == [1, 2, 64, 64]
    _, net, _ = load_network(part)
    assert parity(net, model, 64) <= PARITY
    assert check(path, nowhere, part)

    raw, final = model.volume(np.full((3, 80, 80), -1000.0), (1.0, 1.0, 1.0))
    assert final["lung"].shape == (3, 80, 80) and not final["lung"].any()


def test_training_lowers_the_loss(small, tmp_path):
    small.train.steps, small.train.batch, small.train.learning_rate, small.train.average = 60, 4, 5e-3, 0.5
    state = torch.load(train(small, tmp_path, tmp_path / "run", tmp_path / "cache"), weights_only=False)
    assert state["running"] < 1.7 and (tmp_path / "run" / "best.pt").exists()
