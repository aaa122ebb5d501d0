import numpy as np
import pytest

from opacity_training import augment, strict
from opacity_training.augment import KINDS
from opacity_training.augment.chance import around_one
from opacity_training.augment.default import Default2D
from opacity_training.augment.grey import Contrast, Gamma, Multiply, Noise
from opacity_training.augment.plane import D4, Flip, Perspective, PiecewiseAffine, Rot90, Rotate, Scale
from opacity_training.augment.spatial import Spatial

MOVES = ["flip", "rot90", "d4", "rotate", "scale", "elastic", "perspective", "piecewise-affine", "pincushion"]
GREYS = ["noise", "brightness", "multiply", "contrast", "gamma", "clahe"]


def op(kind):
    if kind == "default-2d":
        return Default2D()
    return Spatial(elastic_p=1, rotate_p=1, scale_p=1) if kind == "spatial" else KINDS[kind](p=1)


def block(shape=(1, 64, 64)):
    """A bright box on nothing, and the same box as a label."""
    label = np.zeros(shape[1:], np.uint8)
    label[..., 20:44, 15:50] = 3
    image = np.broadcast_to(label / np.float32(3), shape).astype(np.float32)
    return image, label


def dice(a, b):
    return 2 * (a & b).sum() / max(1, a.sum() + b.sum())


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("shape", [(1, 64, 64), (3, 64, 64), (1, 6, 64, 64)], ids=str)
def test_shapes_types_and_seeds(kind, shape):
    if kind == "default-2d" and len(shape) == 4:
        pytest.skip("for slices")
    image, label = block(shape)
    kept = image.copy(), label.copy()
    a, b = op(kind)(np.random.default_rng(5), image, label)
    assert a.shape == image.shape and b.shape == label.shape and a.dtype == np.float32 and b.dtype == np.uint8
    assert np.isfinite(a).all() and set(np.unique(b)) <= {0, 3}
    assert np.array_equal(image, kept[0]) and np.array_equal(label, kept[1]), "the sample itself was changed"
    again = op(kind)(np.random.default_rng(5), image, label)
    assert np.array_equal(a, again[0]) and np.array_equal(b, again[1])


@pytest.mark.parametrize("kind", [*MOVES, "spatial"])
@pytest.mark.parametrize("shape", [(2, 64, 64), (1, 8, 64, 64)], ids=str)
def test_picture_and_label_move_together(kind, shape):
    image, label = block(shape)
    for seed in range(6):
        a, b = op(kind)(np.random.default_rng(seed), image, label)
        assert dice(a[0] > 0.5, b > 0) > 0.9


@pytest.mark.parametrize("kind", GREYS)
def test_greys_change_and_labels_stay(kind):
    image, label = block()
    image = image * 0.5 + np.linspace(0, 0.4, 64, dtype=np.float32)
    a, b = op(kind)(np.random.default_rng(1), image, label)
    assert np.array_equal(b, label) and not np.array_equal(a, image)


@pytest.mark.parametrize("kind", MOVES)
def test_slices_of_a_patch_move_alike(kind):
    image, label = block((1, 5, 64, 64))
    a, b = op(kind)(np.random.default_rng(2), image, label)
    moved = range(5)
    assert all(np.array_equal(a[0, k], a[0, 0]) and np.array_equal(b[k], b[0]) for k in moved)


def test_probability_is_kept():
    image, label = block()
    rng = np.random.default_rng(0)
    changed = sum(not np.array_equal(Noise(p=0.15, sigma=[0.1, 0.1])(rng, image, label)[0], image) for _ in range(2000))
    assert 0.12 < changed / 2000 < 0.18


def test_d4_reaches_all_eight():
    image = np.arange(16, dtype=np.float32).reshape(1, 4, 4)
    rng = np.random.default_rng(0)
    assert len({D4()(rng, image, image[0].astype(np.uint8))[0].tobytes() for _ in range(200)}) == 8


def test_flips_reach_every_axis():
    image = np.arange(2 * 3 * 4, dtype=np.float32).reshape(1, 2, 3, 4)
    rng = np.random.default_rng(0)
    assert len({Flip(axes=["x", "y", "z"])(rng, image, image[0].astype(np.uint8))[0].tobytes() for _ in range(200)}) == 8


def test_a_quarter_turn_needs_a_square():
    with pytest.raises(ValueError, match="not square"):
        Rot90(p=1)(np.random.default_rng(1), np.zeros((1, 4, 6), np.float32), np.zeros((4, 6), np.uint8))


def test_rotation_by_a_quarter_is_exact():
    image = np.random.default_rng(0).random((1, 33, 33), dtype=np.float32)
    label = (image[0] > 0.5).astype(np.uint8)
    a, b = Rotate(p=1, degrees=[90, 90])(np.random.default_rng(0), image, label)
    turned = [np.rot90(image[0], k) for k in (1, 3)]
    assert min(np.abs(a[0] - t).max() for t in turned) < 1e-3
    assert (b == (a[0] > 0.5)).mean() > 0.99


@pytest.mark.parametrize("factor, area", [(0.8, 0.64), (1.2, 1.44)])
def test_scale_is_of_lengths(factor, area):
    image, label = block()
    _, b = Scale(p=1, factor=[factor, factor])(np.random.default_rng(0), image, label)
    assert (b > 0).sum() / (label > 0).sum() == pytest.approx(area, rel=0.08)


@pytest.mark.parametrize("still", [Perspective(p=1, most=0), PiecewiseAffine(p=1, sigma=0), Rotate(p=1, degrees=[0, 0])])
def test_no_strength_no_change(still):
    image, label = block()
    a, b = still(np.random.default_rng(0), image, label)
    assert np.abs(a - image).max() < 1e-3 and np.array_equal(b, label)


def test_what_comes_in_is_air_and_unlabelled():
    image, label = block()
    a, b = Scale(p=1, factor=[0.5, 0.5])(np.random.default_rng(0), image - 3, np.full_like(label, 3))
    assert a.min() == -3 and a[0, 0, 0] == -3 and b[0, 0] == 0


# ---- the published 3D list


def test_factors_are_as_often_below_one_as_above():
    rng = np.random.default_rng(0)
    drawn = np.array([around_one(rng, [0.3, 3.0]) for _ in range(4000)])
    assert drawn.min() >= 0.3 and drawn.max() <= 3.0 and abs((drawn < 1).mean() - 0.5) < 0.03
    assert all(around_one(rng, [1.5, 2]) >= 1.5 for _ in range(20))


def test_the_published_parameters_are_the_defaults():
    assert Contrast().factor == [0.3, 3.0] and Contrast().preserve_range
    assert Multiply().factor == [0.5, 2.0] and Gamma().power == [0.7, 1.5] and Gamma().retain_stats
    assert Noise().sigma == [0.0, 0.05]
    s = Spatial()
    assert (s.alpha, s.sigma, s.degrees, s.scale, s.order) == ([0.0, 900.0], [9.0, 13.0], 15.0, [0.85, 1.25], 3)
    assert s.elastic_p == s.rotate_p == s.scale_p == 0.15


def test_contrast_keeps_range_and_gamma_keeps_statistics():
    image = np.random.default_rng(0).normal(size=(1, 8, 16, 16)).astype(np.float32)
    image -= image.mean()
    for seed in range(5):
        out = Contrast(p=1).grey(np.random.default_rng(seed), image)
        assert out.min() >= image.min() and out.max() <= image.max()
        out = Gamma(p=1).grey(np.random.default_rng(seed), image)
        assert out.mean() == pytest.approx(0, abs=1e-4) and out.std() == pytest.approx(image.std(), rel=1e-3)
        changed = Gamma(p=1, retain_stats=False).grey(np.random.default_rng(seed), image + 5)
        out = Gamma(p=1).grey(np.random.default_rng(seed), image + 5)
        assert out.std() == pytest.approx(image.std(), rel=1e-3) and out.mean() == pytest.approx(5 * image.std() / changed.std(), rel=1e-3)


def test_spatial_turns_by_the_angle_and_fills_with_nothing():
    image, label = np.zeros((1, 21, 21, 21), np.float32), np.zeros((21, 21, 21), np.uint8)
    label[9:12, 9:12, 2:19] = 1
    image[0] = label
    small = Spatial(elastic_p=0, rotate_p=1, scale_p=0, degrees=15)
    for seed in range(4):
        a, b = small(np.random.default_rng(seed), image, label)
        axis = np.linalg.svd(np.argwhere(b).astype(float) - np.argwhere(b).mean(0))[2][0]
        assert abs(axis[2]) > np.cos(np.deg2rad(30)) and abs(int(b.sum()) - int(label.sum())) < 0.15 * label.sum()
    a, b = Spatial(elastic_p=0, rotate_p=0, scale_p=1, scale=[1.25, 1.25])(np.random.default_rng(0), image + 5, label + 1)
    assert a[0, 0, 0, 0] == 0 and b[0, 0, 0] == 0  # more is seen, and outside there is nothing
    nothing = Spatial(elastic_p=0, rotate_p=0, scale_p=0)(np.random.default_rng(0), image, label)
    assert nothing[0] is image


def test_a_part_is_moved_with_what_lies_around_it():
    image, label = np.full((1, 21, 61, 61), 5, np.float32), np.ones((21, 61, 61), np.uint8)
    box = slice(8, 14), slice(20, 40), slice(20, 40)
    for op in (Spatial(elastic_p=0, rotate_p=1, scale_p=0), Spatial(elastic_p=0, rotate_p=0, scale_p=1, scale=[1.25, 1.25]), Spatial(elastic_p=1, rotate_p=0, scale_p=0)):
        a, b = op(np.random.default_rng(1), image, label, box)
        assert a.shape == (1, 6, 20, 20) and b.shape == (6, 20, 20)
        assert np.allclose(a, 5, atol=1e-4) and b.all()
        a, _ = op(np.random.default_rng(1), image[(slice(None), *box)], label[box])
        assert (a == 0).any()  # cut first, its corners come in empty
    assert Spatial(elastic_p=0, rotate_p=0, scale_p=0)(np.random.default_rng(0), image, label, box) is None


def test_a_list_is_carried_out_in_order():
    ops = strict.build(list[strict.Annotated[object, strict.OneOf(KINDS)]], [{"kind": "multiply", "p": 1, "factor": [2, 2]}, {"kind": "brightness", "p": 1, "most": 0.0}], "augment")
    image, label = block()
    a, b = augment.build(ops)(np.random.default_rng(0), image, label)
    assert np.allclose(a, 2 * image) and np.array_equal(b, label)
    assert augment.build([])(np.random.default_rng(0), image, label)[0] is image


@pytest.mark.parametrize("bad", [{"kind": "hsv"}, {"kind": "channel-shuffle"}, {"kind": "noise", "p": 1.5}, {"kind": "noise", "strength": 1}])
def test_unknown_operations_and_values_are_refused(bad):
    with pytest.raises(strict.ConfigError):
        strict.build(list[strict.Annotated[object, strict.OneOf(KINDS)]], [bad], "augment")


def test_the_default_models_operation_is_the_one_its_figures_rest_on():
    """Sums of what the operation gave when it was one function on one picture."""
    y, x = np.mgrid[:96, :96]
    image = ((x * 31 + y * 17) % 97 / 96).astype(np.float32)
    label = (image > 0.7).astype(np.uint8)
    got = []
    for seed in range(4):
        a, b = Default2D()(np.random.default_rng(seed), image[None], label)
        got.append((round(float(a.sum(dtype=np.float64)), 1), int(b.sum())))
    assert got == DEFAULT_SUMS


DEFAULT_SUMS = [(4664.1, 2357), (4250.0, 2172), (2066.6, 1699), (4057.4, 1309)]
