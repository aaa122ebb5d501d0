"""The steps, against the numbers the Go program is tested with."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from opacity_training import chains
from opacity_training.chains import Clahe, Clip, Crop, LungMask, MinMax, Mirror, Resample, Resize, Round, Scale, Window, ZScore
from opacity_training.metadata import rings
from opacity_training.sources import INFECTION, LUNG
from opacity_training.strict import ConfigError

GO = json.loads((Path(__file__).resolve().parents[2] / "inference" / "testdata" / "opencv.json").read_text())


def mix(x):
    x = (x ^ (x >> 15)) * 0x2C1B3C6D & 0xFFFFFFFF
    x = (x ^ (x >> 12)) * 0x297A2D39 & 0xFFFFFFFF
    return x ^ (x >> 15)


def picture(rows, cols):
    """That of inference/testdata/opencv.py."""
    y, x = np.mgrid[0:rows, 0:cols].astype(np.uint64)
    return ((x * x + 3 * y * y + 5 * x * y) // 37 % 1500 + mix(x + 4099 * y + 1) % 525).astype(np.int64) - 1024


def one(steps, image, **more):
    return chains.apply(steps, np.asarray(image)[None], (5.0, 0.7, 0.7), "hu", **more)[0][0]


def assert_sampled(got, want, atol):
    assert np.abs(got[np.ix_(want["ys"], want["xs"])].ravel() - want["values"]).max() <= atol
    assert abs(float(got.sum(dtype=np.float64)) - want["sum"]) <= atol * got.size


@pytest.mark.parametrize("case", GO["resize"], ids=lambda c: f"{c['kind']} {c['from']} {c['to']}")
def test_resize_as_in_the_program(case):
    assert_sampled(one([Resize(size=case["to"], interpolation=case["kind"])], picture(*case["from"])), case["want"], 0.05)


@pytest.mark.parametrize("case", GO["clahe"], ids=lambda c: f"{c['size']} {c['limit']}")
def test_clahe_as_in_the_program(case):
    grey = ((picture(*case["size"]) + 1024) * 255 // 2024).astype(np.uint8)
    assert_sampled(one([Clahe(clip_limit=case["limit"], tiles=case["tiles"])], grey), case["want"], 0)


@pytest.mark.parametrize("case", GO["pipeline"], ids=lambda c: str(c["from"]))
def test_chain_of_the_slices_as_in_the_program(case):
    got = one(chains.slice8(256), picture(*case["from"]) * 2 + 300) * 255
    assert_sampled(np.rint(got), case["want"], 0)


STEPS = [  # of TestSteps in inference/plan_test.go
    ("clip", Clip(min=0, max=2), [0, 0, 0.5, 1.5, 2, 2]),
    ("window", Window(center=1, width=2, to=[0, 10]), [0, 0, 2.5, 7.5, 10, 10]),
    ("minmax slice", MinMax(scope="slice", to=[0, 1]), [0, 0.2, 0.25, 0.35, 0.45, 1]),
    ("minmax range", MinMax(scope=[0, 2], to=[0, 1]), [-1, 0, 0.25, 0.75, 1.25, 4]),
    ("zscore constants", ZScore(scope="constants", mean=1, std=3, epsilon=1), [-0.5, 0, 0.125, 0.375, 0.625, 2]),
    ("zscore slice", ZScore(scope="slice"), [-1.20225, -0.56105, -0.40075, -0.08015, 0.24045, 2.00374]),
    ("zscore foreground", ZScore(scope="foreground", threshold=1), [-2.09956, -1.39971, -1.22474, -0.87482, -0.52489, 1.39971]),
    ("round", Round(), [-2, 0, 0, 2, 2, 8]),
    ("scale", Scale(factor=2, offset=-1), [-5, -1, 0, 2, 4, 15]),
]


@pytest.mark.parametrize("name, step, want", STEPS, ids=[s[0] for s in STEPS])
def test_steps_as_in_the_program(name, step, want):
    assert np.allclose(one([step], np.array([[-2, 0, 0.5, 1.5, 2.5, 8]], np.float32)), [want], atol=1e-4)


def test_statistics_of_the_volume_come_from_what_the_steps_before_leave():
    ramp = np.arange(48, dtype=np.int16).reshape(3, 4, 4) * 5
    got, _ = chains.apply([Clip(min=10, max=210), MinMax(scope="volume", to=[0, 1])], ramp, None, "hu")
    assert got.min() == 0 and got.max() == 1 and got[1, 0, 0] == pytest.approx((80 - 10) / 200)


@pytest.mark.parametrize("step, want", [(MinMax(to=[3, 4]), 3), (ZScore(), 0)])
def test_a_constant_picture_never_divides_by_nothing(step, want):
    assert (one([step], np.full((4, 4), 7.0)) == want).all()


def test_what_is_not_a_number_counts_as_air():
    x = np.array([[np.nan, np.inf, -np.inf, 5.0]], np.float32)
    assert one([], x).tolist() == [[-1024, -1024, -1024, 5]]


def test_crop_to_the_body_and_back():
    hu = np.full((2, 300, 200), -1000, np.int16)
    hu[0, 60:180, 40:160] = 40
    hu[0, 280:, :20] = 40  # smaller
    steps = [Crop(margin_mm=7), Resize(size=[64, 64], interpolation="linear")]
    # Of 300 rows every third is looked at; 7 mm are ten pixels; an empty slice stays whole.
    assert chains.body_boxes(hu, (5.0, 0.7, 0.7), 7) == [(slice(50, 190), slice(32, 172)), (slice(0, 300), slice(0, 200))]
    got, spacing = chains.apply(steps, hu, (5.0, 0.7, 0.7), "hu")
    assert got.shape == (2, 64, 64) and (got[0] > 0).mean() > 0.7 and (got[1] == -1000).all()
    assert spacing == pytest.approx((5.0, 0.7 * 300 / 64, 0.7 * 200 / 64))
    label = LUNG * (hu > 0).astype(np.uint8)
    moved = chains.apply_label(steps, label, (5.0, 0.7, 0.7), "hu", hu)
    assert ((moved > 0) == (got > -480)).mean() > 0.99
    back = chains.undo(steps, (moved > 0)[None].astype(np.float32), hu.shape, (5.0, 0.7, 0.7), "hu", hu)
    assert back.shape == (1, 2, 300, 200)
    assert ((back[0, 0] > 0.5) == (hu[0] > 0))[:270].mean() > 0.99 and not back[0, 0, 280:].any()


def test_labels_keep_their_area_and_their_order():
    label = np.zeros((1, 512, 512), np.uint8)
    label[0, 100:300, 200:260] = LUNG
    label[0, 150:200, 200:230] |= INFECTION
    got = chains.apply_label([Resize(size=[256, 256])], label, None, "gray8")
    assert (got & LUNG > 0).sum() * 4 == (label & LUNG > 0).sum()
    assert not (got & INFECTION > 0)[got & LUNG == 0].any()
    assert set(np.unique(got)) == {0, LUNG, LUNG | INFECTION}


def test_one_list_serves_both_units():
    steps = [Clip(min=-1000, max=0, only="hu"), Scale(factor=2, only="gray8"), Scale(factor=0.5)]
    x = np.full((1, 2, 2), -2000, np.int16)
    assert (chains.apply(steps, x, None, "hu")[0] == -500).all()
    assert (chains.apply(steps, x, None, "gray8")[0] == -2000).all()
    assert chains.metadata(steps, "hu") == [{"op": "clip", "min": -1000, "max": 0}, {"op": "scale", "factor": 0.5, "offset": 0.0}]


def test_metadata_leads_back_to_the_steps():
    steps = [Clip(min=-1250, max=250), MinMax(scope="volume", to=[0, 255]), Round(), ZScore(scope="foreground", threshold=3.0), ZScore(scope="volume", epsilon=1e-6)]
    steps += [Resample(spacing_mm=[1.58, 1.58, 2.7]), Clahe(), Resize(size=[8, 9]), Window(center=1, width=2), Crop(), LungMask(outside=1)]
    assert chains.from_metadata(chains.metadata(steps, "hu")) == steps
    assert "mean" not in chains.metadata(steps, "hu")[4]


@pytest.mark.parametrize(
    "bad, says",
    [
        ([{"op": "resize", "size": [8], "interpolation": "cubic"}], "size"),
        ([{"op": "resize", "size": [8, 8], "interpolation": "lanczos"}], "lanczos"),
        ([{"op": "minmax", "scope": "patient"}], "patient"),
        ([{"op": "zscore", "scope": "x"}], "scope"),
        ([{"op": "sharpen"}], "needs a kind"),
        ([{"op": "clip", "min": 0}], "max"),
        ([{"op": "resample", "spacing_mm": [1, 1]}], "spacing_mm"),
        ([{"op": "crop", "to": "lungs"}], "lungs"),
    ],
)
def test_steps_that_mean_nothing_are_refused(bad, says):
    with pytest.raises(ConfigError, match=says):
        chains.from_metadata(bad)


def test_steps_that_need_what_is_not_there():
    x = np.zeros((1, 4, 4), np.int16)
    with pytest.raises(ValueError, match="spacing"):
        chains.apply([Resample(spacing_mm=[1, 1, 1])], x, None, "gray8")
    with pytest.raises(ValueError, match="lungs"):
        chains.apply([LungMask()], x, None, "gray8")
    with pytest.raises(ConfigError, match="followed by resize"):
        chains.apply([Crop()], x, (1, 1, 1), "hu")
    with pytest.raises(ConfigError, match="between crop and resize"):
        chains.apply([Crop(), MinMax(), Resize(size=[2, 2])], x, (1, 1, 1), "hu")


def test_lung_mask_follows_the_geometry():
    x, lungs = np.full((1, 8, 8), 7, np.int16), np.zeros((1, 8, 8), bool)
    lungs[:, :, :4] = True
    got, _ = chains.apply([Resize(size=[4, 4], interpolation="area"), LungMask(outside=-1)], x, None, "gray8", lungs)
    assert (got[0, :, :2] == 7).all() and (got[0, :, 2:] == -1).all()


# ---- the published chains


def keras_deck():
    return [Window(center=-500, width=1500, to=[0, 255], only="hu"), Resize(size=[128, 128], interpolation="area"), Scale(factor=1 / 255)]


def miscnn():
    return [
        Clip(min=-1250, max=250),
        MinMax(scope="volume", to=[0, 255]),
        Round(),
        Resample(spacing_mm=[1.58, 1.58, 2.70], interpolation="cubic"),
        ZScore(scope="volume", epsilon=1e-6),
    ]


def test_the_decks_window_is_for_hu_alone():
    hu = np.full((1, 256, 256), -1000, np.int16)
    grey = np.full((1, 256, 256), 43, np.uint8)
    got, _ = chains.apply(keras_deck(), hu, None, "hu")
    assert got.shape == (1, 128, 128) and got[0, 0, 0] == pytest.approx(250 / 1500, abs=1e-6)  # 42.5 of 255
    assert chains.apply(keras_deck(), grey, None, "gray8")[0][0, 0, 0] == pytest.approx(43 / 255)


def test_the_published_3d_chain():
    """By hand: the volume's own range, not the window's, is spread over 0..255 (so -1000 in a volume that begins at -1021 is 4)."""
    hu = np.full((60, 90, 80), -1000, np.int16)
    hu[0, 0, 0], hu[20:40, 30:60, 30:60] = -1021, 3000
    grey, _ = chains.apply(miscnn()[:3], hu, None, "hu")
    assert grey[0, 0, 0] == 0 and grey[1, 1, 1] == 4 and grey[30, 40, 40] == 255
    spacing = (1.0, 0.72, 0.71)
    got, after = chains.apply(miscnn(), hu, spacing, "hu")
    assert got.shape == (int(60 * 1.0 / 2.70), int(90 * 0.72 / 1.58), int(80 * 0.71 / 1.58)) == (22, 41, 35)
    assert after == (2.70, 1.58, 1.58)
    assert got.mean() == pytest.approx(0, abs=1e-5) and got.std() == pytest.approx(1, abs=1e-5)
    # Splines may not overshoot what was there.
    plain, _ = chains.apply(miscnn()[:4], hu, spacing, "hu")
    assert plain.min() >= 0 and plain.max() <= 255
    label = chains.apply_label(miscnn(), LUNG * (hu > 0).astype(np.uint8), spacing, "hu")
    assert label.shape == got.shape and ((label > 0) == (plain > 127)).mean() > 0.995


def test_resampling_is_that_of_the_published_code():
    """Against skimage.transform.resize(order=3, clip=True, anti_aliasing=False), which it uses; numbers by peers/resample.py."""
    want = json.loads((Path(__file__).parent / "peers" / "resample.json").read_text())
    x = picture(30, 44 * 12).reshape(30, 12, 44).transpose(1, 0, 2)  # [12, 30, 44]
    got, _ = chains.apply([Resample(spacing_mm=want["to"][::-1])], x, tuple(want["spacing"]), "hu")
    assert list(got.shape) == want["shape"]
    assert np.abs(got[tuple(np.array(want["at"]).T)] - want["cubic"]).max() < 0.05
    label = LUNG * (x > 0).astype(np.uint8)
    got = chains.apply_label([Resample(spacing_mm=want["to"][::-1])], label, tuple(want["spacing"]), "hu")
    assert (got > 0).sum() == want["voxels"]


# ---- the chain of the published slices


def test_that_chain_spelled_out_with_opencv():
    hu = rings().astype(np.float32)
    x = cv2.resize(np.clip(hu, -1024, 3071), (256, 256), interpolation=cv2.INTER_CUBIC)
    x = np.rint((x - x.min()) / (x.max() - x.min()) * 255).astype(np.uint8)
    wanted = cv2.createCLAHE(7.0, (8, 8)).apply(x)
    got = one(chains.slice8(), hu) * 255
    assert np.abs(wanted - got).max() <= 1.001 and got.max() > 200 and got.min() < 60


def test_padding_below_the_scale_changes_nothing():
    hu = rings().astype(np.float32)
    low, padded = (np.where(hu == -1000, v, hu) for v in (-1024, -3024))
    assert np.array_equal(one(chains.slice8(), low), one(chains.slice8(), padded))


def test_on_a_published_slice_only_the_scale_acts():
    picture = np.random.default_rng(0).integers(0, 256, (1, 256, 256), dtype=np.uint8)
    assert np.allclose(chains.apply(chains.slice8(), picture, None, "gray8")[0], picture / 255, atol=1e-6)


def test_the_way_back_over_two_resizes_is_one():
    """As the program goes it: straight from the network's grid to the volume's."""
    steps = [Resize(size=[64, 64]), Resize(size=[32, 32], interpolation="area")]
    p = np.random.default_rng(3).random((1, 2, 32, 32), np.float32)
    back = chains.undo(steps, p, (2, 128, 128), None, "hu")
    assert np.array_equal(back[0, 1], cv2.resize(p[0, 1], (128, 128), interpolation=cv2.INTER_LINEAR))


def narrow():
    """A field of 7 x 7 cm within a body, a centimetre a pixel."""
    return np.arange(2 * 49, dtype=np.int16).reshape(2, 7, 7)


CM = (5.0, 10.0, 10.0)


def test_a_narrow_field_is_continued_by_its_mirror_image():
    steps = [Mirror(below_mm=80, to_mm=110, min_dense=0.5), Resize(size=[22, 22], interpolation="nearest")]
    x = narrow()
    (wide, _), (got, spacing) = (chains.apply(s, x, CM, "hu") for s in (steps[:1], steps))
    assert wide.shape == (2, 11, 11) and wide[1, 2].tolist() == [50, 49, 49, 50, 51, 52, 53, 54, 55, 55, 54]
    assert np.array_equal(wide[:, [0, 1, 9, 10]], wide[:, [3, 2, 8, 7]])
    assert spacing == pytest.approx((5, 5, 5)) and got.shape == (2, 22, 22)
    label = (x % 3 == 0).astype(np.uint8)
    moved = chains.apply_label(steps, label, CM, "hu", x)
    assert np.array_equal(moved, (got % 3 == 0).astype(np.uint8))
    back = chains.undo(steps[:1], wide[None], x.shape, CM, "hu", x)
    assert np.array_equal(back[0], x)


def test_a_whole_scan_decides_for_its_parts():
    x = np.full((4, 7, 7), 40, np.int16)
    x[2:, [0, -1]] = x[2:, :, [0, -1]] = -1000
    steps = chains.settle([Mirror(below_mm=80, to_mm=110, min_dense=0.4)], x, CM, "hu")
    assert [chains.apply(steps, part, CM, "hu")[0].shape for part in (x[:2], x[2:])] == [(2, 11, 11)] * 2


@pytest.mark.parametrize(
    "image, spacing, unit, below, dense, rows",
    [
        (narrow(), CM, "hu", 70, 0.0, 7),  # wide enough
        (np.pad(narrow()[:, 1:-1, 1:-1], ((0, 0), (1, 1), (1, 1)), constant_values=-1000), CM, "hu", 80, 0.1, 7),  # a small body in air
        (narrow(), None, "hu", 80, 0.0, 7),
        (narrow().astype(np.uint8), CM, "gray8", 80, 0.0, 7),
        (narrow(), CM, "hu", 80, 0.0, 21),  # once at most
    ],
)
def test_what_is_left_alone_by_mirroring(image, spacing, unit, below, dense, rows):
    got, _ = chains.apply([Mirror(below_mm=below, to_mm=1000, min_dense=dense)], image, spacing, unit)
    assert got.shape == (2, rows, rows)


def test_mirroring_comes_first_and_says_sensible_lengths():
    with pytest.raises(ConfigError, match="before resize"):
        chains.apply([Resize(size=[4, 4]), Mirror(below_mm=80, to_mm=110)], narrow(), CM, "hu")
    with pytest.raises(ConfigError, match="below_mm"):
        Mirror(below_mm=80, to_mm=70)


def test_padding_counts_as_air_in_hu_alone():
    image = np.array([[[-3024, -1024, 0, 1000]]], np.int16)
    steps = [chains.MinMax(scope="slice", to=[0, 1])]
    assert chains.apply(steps, image, None, "hu")[0][0, 0].tolist() == pytest.approx([0, 0, 1024 / 2024, 1])
    assert chains.apply(steps, image, None, "gray8")[0][0, 0, 1] > 0.4
