import numpy as np
import pytest
import torch

from opacity_training import places as where
from opacity_training import predict, runs
from opacity_training.predict import forward, gaussian, pairwise, positions

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    "length, patch, overlap, want",
    [(10, 4, 2, [0, 2, 4, 6]), (11, 4, 2, [0, 2, 4, 6, 7]), (4, 4, 2, [0]), (3, 4, 0, [0]), (9, 4, 0, [0, 4, 5])],
)
def test_patches_reach_the_end(length, patch, overlap, want):
    assert positions(length, patch, overlap) == want


def test_overlap_must_be_smaller_than_the_patch():
    with pytest.raises(ValueError, match="smaller than the patch"):
        positions(10, 4, 4)


class Echo(torch.nn.Module):
    """Logits that are the picture itself, so that its probability must come back whatever the patches."""

    def forward(self, x):
        return x.repeat(1, 4, *[1] * (x.ndim - 2)) * torch.arange(1, 5).view(-1, *[1] * (x.ndim - 2))


@pytest.mark.parametrize("blend", ["mean", "gaussian", "pairwise"])
@pytest.mark.parametrize("shape", [(20, 40, 37), (9, 50, 20)])
def test_patches_are_put_together_again(patches, blend, shape):
    patches.predict.blend = blend
    image = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    found = predict.prepared(Echo(), patches, image, CPU)
    want = torch.softmax(torch.from_numpy(image)[None] * torch.arange(1, 5).view(4, 1, 1, 1), 0).numpy()
    assert found.shape == (4, *shape) and np.abs(found - want).max() < 1e-5


def test_pairwise_is_the_running_mean_in_the_published_order():
    value = {(z, y): 10.0 * z + y for z in (0, 2, 3) for y in (0, 2)}

    def run(start):
        return np.full((1, 4, 4, 4), value[start[0], start[1]])

    out = pairwise(run, [[0, 2, 3], [0, 2], [0]])[0]
    assert out.shape == (7, 6, 4)
    line = lambda y: [value[0, y], ((value[0, y] + value[2, y]) / 2 + value[3, y]) / 2, value[3, y]]  # noqa: E731
    assert out[0, 0, 0] == line(0)[0] and out[3, 0, 0] == line(0)[1] and out[6, 0, 0] == line(0)[2]
    assert out[3, 3, 0] == (line(0)[1] + line(2)[1]) / 2 and out[3, 5, 0] == line(2)[1]


def test_the_gaussian_is_highest_in_the_middle_and_never_nothing():
    g = gaussian(np.array([8, 9, 16]))
    assert g.shape == (8, 9, 16) and g.min() >= 1e-3 and np.unravel_index(g.argmax(), g.shape)[1] == 4
    assert np.allclose(g, g[::-1, ::-1, ::-1])


class Valid(torch.nn.Module):
    """Two valid 3x3 means: loses 2 pixels on each side."""

    valid_margin = 2

    def forward(self, x):
        return torch.nn.functional.avg_pool2d(torch.nn.functional.avg_pool2d(x, 3, 1), 3, 1)


@pytest.mark.parametrize("rows", [16, 2])
def test_valid_convolutions_see_a_mirror_at_the_edge(rows):
    x = torch.rand(1, 1, rows, 16)
    out = forward(Valid(), x)
    assert out.shape == x.shape
    if rows == 16:
        inner = Valid()(x)
        assert torch.allclose(out[..., 2:-2, 2:-2], inner)


def test_mirrors_are_averaged(slices):
    class Left(torch.nn.Module):
        def forward(self, x):
            ramp = torch.linspace(-4, 4, x.shape[-1]).expand(x.shape[0], 2, *x.shape[2:])
            return ramp

    image = np.zeros((3, 8, 8), np.float32)
    one_way = predict.prepared(Left(), slices, image, CPU)
    assert one_way[0, 0, 0, 0] < 0.1 < 0.9 < one_way[0, 0, 0, -1]
    slices.predict.flips = ["x"]
    assert np.allclose(predict.prepared(Left(), slices, image, CPU), 0.5)


@pytest.mark.parametrize("which", ["slices", "patches"])
def test_a_case_comes_back_on_its_own_grid(which, places, request):
    system = request.getfixturevalue(which)
    store = where.store_of(system, places)
    case = store.source.read(store.cases()[0])
    masks, found = predict.case(runs.network(system).eval(), system, case, store.case(case.id).image, CPU)
    for name in masks:
        assert masks[name].shape == found[name].shape == case.image.shape and masks[name].dtype == bool
        assert 0 <= found[name].min() and found[name].max() <= 1
