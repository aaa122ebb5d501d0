"""A shipped file becomes a network that says what the file says, and that learns."""

import numpy as np
import pytest
import torch
from test_export import SYSTEMS, checkpoint

from opacity_training import networks
from opacity_training.export import export
from opacity_training.networks.shipped import OnnxNetwork, Shipped, sha256
from opacity_training.runtime import Model
from opacity_training.strict import ConfigError


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shipped")
    return export(checkpoint("plain", folder / "run"), folder / "out", folder, half=True)


def test_it_says_what_the_file_says(exported):
    net, model = OnnxNetwork(exported).eval(), Model(exported)
    x = np.random.default_rng(1).random(model.shape[1:], np.float32)
    with torch.no_grad():
        got = torch.sigmoid(net(torch.from_numpy(x)[None]))[0].numpy()
    assert np.abs(got - model.run(x)).max() < 1e-5
    assert networks.parameters(net) > 1000


def test_it_learns(exported):
    net = OnnxNetwork(exported)
    x = torch.rand(2, 1, 64, 64)
    optimiser = torch.optim.SGD(net.parameters(), 0.1)
    before = [p.detach().clone() for p in net.parameters()]
    torch.nn.functional.binary_cross_entropy_with_logits(net(x), (x > 0.5).float().expand(-1, 2, -1, -1)).backward()
    optimiser.step()
    assert sum(bool((a != b).any()) for a, b in zip(before, net.parameters())) == len(before)


def test_what_cannot_go_on_is_refused(exported, tmp_path):
    with pytest.raises(ConfigError, match="another model"):
        Shipped(str(exported), "0" * 64).make(1, 2, 2)
    with pytest.raises(ConfigError, match="takes 1 channels and gives 2, the system 3 and 2"):
        Shipped(str(exported), sha256(exported)).make(3, 2, 2)
    with pytest.raises(ConfigError, match="cannot be read"):
        Shipped(str(tmp_path / "none.onnx"), "0").make(1, 2, 2)
    assert "softmax" in SYSTEMS
    softmax = export(checkpoint("softmax", tmp_path / "run"), tmp_path / "out", tmp_path)
    with pytest.raises(ConfigError, match="does not end in a sigmoid"):
        OnnxNetwork(softmax)
