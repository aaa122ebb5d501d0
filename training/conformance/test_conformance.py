"""The comparison itself: what is compared how, and that the pairs are what they are said to be. Needs none of the peers but NumPy and SciPy."""

import math

import numpy as np
import pytest

import reloaded
import shared
import tables


def tally(ours, theirs, peer="medpy", key="hd_mm"):
    t = tables.Tally()
    t.compare("here", {key: ours}, {peer: {key: theirs}})
    return t


@pytest.mark.parametrize(
    ("key", "ours", "theirs", "apart"),
    [
        ("hd_mm", 1.0, 1.0 + 9e-7, []),
        ("hd_mm", 1.0, 1.0 + 2e-6, ["differs"]),
        ("hd_mm", 1e-16, 0.0, []),
        ("tp", 5, 5, []),
        ("tp", 10**9, 10**9 + 1, ["differs"]),
        ("hd_mm", "miss", "RuntimeError", []),
        ("hd_mm", "miss", "inf", []),
        ("hd_mm", "both_empty", 0.0, ["both_empty"]),
        ("nsd", 0, "nan", ["peer has none"]),
        ("tp", [1, 2], [1, 2], []),
        ("tp", [1, 2], [1, 3], ["differs"]),
        ("tp", [1, 2], [1], ["differs"]),
        ("ICC(2,1)_ci_low", 0.1234, 0.12, []),
        ("ICC(2,1)_ci_low", 0.1234, 0.13, ["differs"]),
    ],
)
def test_what_counts_as_apart(key, ours, theirs, apart):
    row = tally(ours, theirs, key=key).rows[key, "medpy"]
    assert list(row.apart) == apart


def test_a_reason_explains_no_more_than_it_can():
    assert not tally(1.0, 1.000002, "MONAI", "hd95_mm").unexplained()
    assert tally(1.0, 1.1, "MONAI", "hd95_mm").unexplained()
    assert "NOT EXPLAINED" in tally(1.0, 1.1, "MONAI", "hd95_mm").disagreement_table()


def test_area_within_its_bound():
    for off, bad in ((1e-4, 0), (3e-4, 1)):
        t = tables.Tally()
        t.compare("here", {"auc": 0.8, "bound": 2e-4}, {"scikit-learn": {"auc_exact": 0.8 + off}})
        assert len(t.unexplained()) == bad


def test_definitions_by_hand():
    a, b = np.zeros((1, 1, 4), bool), np.zeros((1, 1, 4), bool)
    a[0, 0, 1:3] = True
    b[0, 0, [1, 3]] = True
    c = reloaded.counts(a, b)
    assert (c["dice"], c["jaccard"], c["mcc"]) == (0.5, 1 / 3, 0.0)
    d = reloaded.distances(a, b, (1, 1, 2), [1, 2])
    assert (d["hd_mm"], d["assd_mm"], d["nsd_voxels"]) == (2.0, 1.0, [0.5, 1.0])
    assert math.isnan(reloaded.distances(a, b & ~b, (1, 1, 1), [1])["hd95_mm"])


def test_functions_of_a_script_without_its_main():
    names = shared.functions("app/metrics/score/testdata/images.py")
    assert names["dice"](np.array([True]), np.array([True])) == 1.0
