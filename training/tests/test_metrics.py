"""Against other programs (peers/metrics.py made the numbers) and against what follows from the definitions."""

import importlib.util
import json
import math
from pathlib import Path

import numpy as np
import pytest

from opacity_training import metrics

PEERS = Path(__file__).parent / "peers"
spec = importlib.util.spec_from_file_location("peers_metrics", PEERS / "metrics.py")
peers_metrics = importlib.util.module_from_spec(spec)
spec.loader.exec_module(peers_metrics)
PAIRS = peers_metrics.pairs()
WANT = json.loads((PEERS / "metrics.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PAIRS)
def test_other_programs_agree(name):
    r, p = PAIRS[name]
    got, want = metrics.measure(r, p), WANT[name]
    assert {k: got[k] for k in want} == pytest.approx(want, abs=1e-6)


EMPTY, ONE = np.zeros((2, 8, 8), bool), np.zeros((2, 8, 8), bool)
ONE[0, 3, 3] = True


@pytest.mark.parametrize(
    "name, reference, predicted, want, why",
    [
        ("both empty", EMPTY, EMPTY, {"dice": None, "jaccard": None, "nsd_1px": None, "sensitivity": None, "precision": None, "specificity": 1}, "both_empty"),
        ("missed", ONE, EMPTY, {"dice": 0, "jaccard": 0, "nsd_1px": 0, "sensitivity": 0, "precision": None}, None),
        ("false alarm", EMPTY, ONE, {"dice": 0, "jaccard": 0, "nsd_1px": 0, "sensitivity": None, "precision": 0}, None),
        ("found", ONE, ONE, {"dice": 1, "jaccard": 1, "nsd_1px": 1, "sensitivity": 1, "precision": 1}, None),
    ],
)
def test_empty_masks(name, reference, predicted, want, why):
    got = metrics.measure(reference, predicted, predicted.astype(np.float32))
    assert {k: got[k] for k in want} == want
    assert got["why"].get("dice") == why
    assert {k for k, v in got.items() if v is None} == set(got["why"])
    assert got["soft_jaccard"] is None if name == "both empty" else got["soft_jaccard"] is not None


def test_what_nobody_knows_is_in_no_measure():
    rng = np.random.default_rng(3)
    reference, probability = rng.random((4, 12, 12)) > 0.6, rng.random((4, 12, 12))
    predicted, lungs = probability > 0.5, rng.random((4, 12, 12)) > 0.3
    known = np.zeros_like(reference)
    known[:2] = True
    got, want = metrics.measure(reference, predicted, probability, lungs, known), metrics.measure(reference[:2], predicted[:2], probability[:2], lungs[:2])
    assert got.pop("why") == want.pop("why") == {} and got == pytest.approx(want)


def test_specificity_is_that_of_the_lungs():
    lungs = np.zeros((1, 10, 10), bool)
    lungs[0, :2] = True  # 20 pixels
    reference, predicted = np.zeros_like(lungs), np.zeros_like(lungs)
    reference[0, 0, :5], predicted[0, 0, :8] = True, True
    predicted[0, 9] = True  # outside the lungs
    got = metrics.measure(reference, predicted, lungs=lungs)
    assert got["specificity"] == 12 / 15 and got["specificity_image"] == 82 / 95
    assert got["area_ref_px"] == 5 and got["area_pred_px"] == 18 and got["why"]["mae"] == "no_probability"


def test_soft_jaccard_is_the_decks():
    # The lecture's example: sums of squares of prediction and target, and their product.
    p = np.array([[[0.01, 0.03, 0.02, 0.02], [0.05, 0.12, 0.09, 0.07], [0.89, 0.85, 0.88, 0.91], [0.99, 0.97, 0.95, 0.97]]])
    t = np.zeros_like(p)
    t[0, 2:] = 1
    i, squares = 7.41, float((p * p).sum()) + 8
    assert metrics.soft_jaccard(t, p) == pytest.approx((i + 1e-3) / (squares - i + 1e-3))
    assert metrics.soft_jaccard(t, p, 0) == pytest.approx(0.98758, abs=1e-5)
    assert metrics.soft_jaccard(t, t) == 1


def test_mae_and_structure():
    r = np.zeros((2, 20, 20), bool)
    r[0, 5:15, 4:12] = True
    assert metrics.measure(r, r, r.astype(float))["structure"] == pytest.approx(1, abs=1e-6)
    half = np.full(r.shape, 0.5)
    got = metrics.measure(r, half > 0.5, half)
    assert got["mae"] == 0.5 and 0 < got["structure"] < 0.6
    assert metrics.measure(EMPTY, EMPTY, half[:, :8, :8])["why"]["structure"] == "zero_denominator"
    assert metrics.structure_slice(np.ones((4, 4), bool), np.full((4, 4), 0.3)) == pytest.approx(0.3)


def test_means_count_what_they_leave_out():
    got = metrics.summarise([0.5, None, 0.9, 0.7])
    assert got == {"mean": pytest.approx(0.7), "median": 0.7, "sd": pytest.approx(0.2), "worst": 0.5, "n": 3, "n_undefined": 1}
    assert metrics.summarise([])["mean"] is None and metrics.summarise([0.5])["sd"] is None
    assert metrics.summarise([0.1, 0.4], lower_is_better=True)["worst"] == 0.4


def test_the_published_mean_hides_a_failed_case():
    folds = {1: [0.9, 0.8, 0.0], 2: [0.7, 0.6, 0.65]}
    assert metrics.mean_of_fold_medians(folds) == pytest.approx((0.8 + 0.65) / 2)
    assert metrics.fold_means(folds)["mean"] == pytest.approx((1.7 / 3 + 0.65) / 2)
    assert metrics.mean_of_fold_medians({1: [None], 2: [0.5]}) == 0.5


def test_ratio_limits():
    assert metrics.ratio_limits([(100, 100), (50, 50)], 2) == {"ratio": 1, "low": 1, "high": 1, "n": 2, "n_undefined": 0}
    got = metrics.ratio_limits([(100, 200), (100, 50), (100, 100), (0, 9), (9, 0)], 2)
    sd = math.log(2)  # of -log 2, 0, log 2
    assert got["ratio"] == pytest.approx(1) and got["low"] == pytest.approx(math.exp(-1.96 * sd)) and got["high"] == pytest.approx(1 / got["low"])
    assert (got["n"], got["n_undefined"]) == (3, 2)
    few = metrics.ratio_limits([(100, 200)] * 5)
    assert few["ratio"] == pytest.approx(2) and few["low"] is None and metrics.ratio_limits([(100, 200)] * 6)["low"] == pytest.approx(2)
    assert metrics.ratio_limits([(0, 0)]) == {"ratio": None, "low": None, "high": None, "n": 0, "n_undefined": 1}


def test_shapes_must_match():
    with pytest.raises(ValueError, match="on one grid"):
        metrics.measure(EMPTY, EMPTY[:1])
