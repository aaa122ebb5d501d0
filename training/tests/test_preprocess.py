import hashlib

import cv2
import numpy as np

from opacity_training.metadata import rings
from opacity_training.preprocess import carry_out, hu_steps, resize_mask, slice8_steps, to_input, to_slice8


def test_rings_by_hand():
    r = rings()
    assert r.shape == (512, 512)
    assert r[0, 0] == -1000
    t = lambda x, y: (31 * x + 17 * y) % 97 - 48  # noqa: E731
    assert r[255, 255] == 40 + t(255, 255)  # between the lungs
    assert r[255, 365] == -850 + t(365, 255)  # dx = 219
    assert r[300, 145] == -450 + t(145, 300)  # dx = -221, dy = 89


def test_rings_never_change():
    digest = hashlib.sha256(rings().astype("<i4").tobytes()).hexdigest()
    assert digest == "e71a5c160bc8ddd58a1ee11b955f56c0a85781375c19c7d8fc6a14bc63e5446e"


def test_chain_is_deterministic_and_spans_the_range():
    first, second = to_slice8(rings()), to_slice8(rings())
    assert first.dtype == np.uint8 and first.shape == (256, 256)
    assert np.array_equal(first, second)
    assert first.max() > 200 and first.min() < 60
    assert np.allclose(carry_out(hu_steps(), rings()), to_input(first), atol=1e-6)


def test_chain_is_the_recipe_of_the_published_slices():
    """clip, cubic resize, min..max, round, CLAHE, spelled out once more with OpenCV alone."""
    x = cv2.resize(np.clip(rings(), -1024, 3071).astype(np.float32), (256, 256), interpolation=cv2.INTER_CUBIC)
    x = np.rint((x - x.min()) / (x.max() - x.min()) * 255).astype(np.uint8)
    wanted = cv2.createCLAHE(7.0, (8, 8)).apply(x)
    assert np.abs(wanted.astype(int) - to_slice8(rings())).max() <= 1


def test_padding_below_the_scale_changes_nothing():
    hu = rings().astype(np.float32)
    low = np.where(hu == -1000, -1024, hu)
    padded = np.where(hu == -1000, -3024, hu)
    assert np.array_equal(to_slice8(low), to_slice8(padded))


def test_a_constant_slice_survives():
    assert np.isfinite(carry_out(hu_steps(), np.full((512, 512), -1024))).all()


def test_on_a_prepared_slice_only_the_scale_acts():
    picture = np.random.default_rng(0).integers(0, 256, (256, 256), dtype=np.uint8)
    assert np.allclose(carry_out(slice8_steps(), picture), to_input(picture), atol=1e-6)


def test_masks_keep_their_area():
    mask = np.zeros((512, 512), bool)
    mask[100:300, 200:260] = True
    assert resize_mask(mask).sum() * 4 == mask.sum()
