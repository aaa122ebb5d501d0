import numpy as np
import pytest
from conftest import data

from opacity_training import config as configs
from opacity_training.augment import augment
from opacity_training.config import Augment
from opacity_training.data import INFECTION, LUNG, Batches, other_view, prepare, read_case, read_index
from opacity_training.hu_lungs import Series, label_lungs, read_series
from opacity_training.losses import dice
from opacity_training.phantom import phantom_slice


@pytest.mark.parametrize("level", [-0.1, 0.02, 0.5, 0.98, 1.1])
def test_phantom_masks_are_where_they_belong(level):
    hu, lung, infection = phantom_slice(np.random.default_rng(1), 128, level)
    assert hu.shape == lung.shape == infection.shape == (128, 128)
    assert hu.min() >= -1024 and hu.max() <= 3071
    assert not (infection & ~lung).any()
    assert lung.any() == (0 <= level <= 1)
    if lung.any() and not infection.any():
        assert hu[lung].min() < -600


def test_phantom_is_reproducible():
    a, b = (phantom_slice(np.random.default_rng(9), 96) for _ in range(2))
    assert all(np.array_equal(x, y) for x, y in zip(a, b))


def test_hu_rules_find_phantom_lungs():
    scores, n = [], 0
    for seed in range(12):
        hu, lung, infection = phantom_slice(np.random.default_rng(seed), 256, 0.5)
        if infection.any():
            continue
        found, _, sure = label_lungs(Series(hu[None], (5.0, 1.6, 1.6)))
        scores.append(dice(found[0], lung))
        assert sure[0][~found[0]].mean() > 0.8
    assert len(scores) >= 3 and np.median(scores) > 0.9


def test_augmentation_moves_picture_and_label_together():
    rng = np.random.default_rng(0)
    quiet = Augment(contrast=[1, 1], brightness=0, gamma=[1, 1], field_strength=0, blur=0, noise=0)
    label = np.zeros((64, 64), np.uint8)
    label[20:40, 15:50] = LUNG | INFECTION
    for _ in range(10):
        image, moved = augment(rng, quiet, label.astype(np.float32) / 3, label)
        assert set(np.unique(moved)) <= {0, LUNG | INFECTION}
        assert dice(image > 0.5, moved > 0) > 0.93


def test_other_view_keeps_masks_on_their_tissue():
    hu, lung, _ = phantom_slice(np.random.default_rng(4), 256, 0.5)
    for seed in range(5):
        out, (moved,) = other_view(np.random.default_rng(seed), hu, [lung])
        assert out.shape == hu.shape and np.median(out[moved]) < -300


def test_batch_number_alone_decides_what_is_drawn(small):
    arrays = prepare(small, data_root_unused())
    one, two = Batches(small, arrays, 8), Batches(small, arrays, 8)
    list(map(one.__getitem__, range(3)))
    for a, b in zip(one[5], two[5]):
        assert a.equal(b)
    assert not one[5][0].equal(one[6][0])


def data_root_unused():
    from pathlib import Path

    return Path("nowhere")


def test_published_slices_are_read_spine_down():
    root = data("covid-ct-slices").parent
    index = read_index(root)
    assert sum(map(len, index.values())) == 1185 and len(index) == 13
    image, lung, infection = read_case(root, "case_16")  # stored upside down
    assert image.shape == lung.shape == infection.shape and not (infection & ~lung).any()
    half = image.shape[1] // 2  # the table and the spine are the dense things below
    assert (image[:, half:] > 200).sum() > (image[:, :half] > 200).sum()


def test_held_out_patients_stay_out_of_the_cache():
    root = data("covid-ct-slices").parent
    c = configs.from_dict({"data": {"train_cases": ["case_14"], "test_cases": ["case_16"], "phantoms": 1}})
    arrays = prepare(c, root)
    assert set(arrays["case"]) == {"case_14", "phantom"}


def test_hu_rules_on_a_real_series():
    series = read_series(data("ct", "lungdx-a0001", "dicom", "series-3"))
    lung, uncertain, _ = label_lungs(series)
    ml = lung.sum() * np.prod(series.spacing_mm) / 1000
    assert 1500 < ml < 4000 and not (lung & uncertain).any()
