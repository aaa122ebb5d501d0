"""Differences between systems, patient by patient."""

import numpy as np
import pytest

from opacity_training.paired import BASELINES, against, difference, interval
from opacity_training.tables import Results
from test_configs import FILES, load


def results(id, values, split="patient", seed=1):
    rows = [{"case": c, "label": "lung", "dice": v} for c, v in values.items()]
    return Results(id, {0: {"protocol": {"split": split, "folds": 5, "seed": seed}, "cases": rows}})


@pytest.mark.parametrize(
    "gains, verdict",
    [
        ([0.02] * 8, "gained"),
        ([-0.1, -0.2, -0.1, -0.3, -0.1, -0.2], "lost"),
        ([0.1, -0.1] * 5, "gained nothing that can be told from chance"),
        ([0.5] * 5, "too few patients: 5"),
    ],
)
def test_verdicts(gains, verdict):
    a = {f"p{i}": 0.5 + 0.01 * i for i in range(len(gains))}
    found = difference(a, {c: v + g for (c, v), g in zip(a.items(), gains)})
    assert found.verdict == verdict and found.mean == pytest.approx(np.mean(gains)) == pytest.approx(found.b - found.a)


def test_only_patients_that_both_have():
    found = difference({"a": 0.5, "b": None, "c": 0.7, "d": 0.1}, {"a": 0.6, "b": 0.9, "c": None, "e": 1.0})
    assert found.each == {"a": pytest.approx(0.1)} and found.a == 0.5 and found.b == 0.6
    assert difference({"a": 0.5}, {"b": 0.5}) is None


def test_the_interval_is_that_of_the_mean():
    """Of many normal values: mean -+ 1.96 standard errors."""
    values = np.random.default_rng(1).normal(0.1, 1, 400)
    low, high = interval(values)
    error = values.std() / 20
    assert low == pytest.approx(values.mean() - 1.96 * error, abs=0.01) and high == pytest.approx(values.mean() + 1.96 * error, abs=0.01)
    assert interval(values) == (low, high)  # seeded


def test_only_what_was_measured_alike_is_compared():
    base = results("base", {"a": 0.5})
    others = [results("good", {"a": 0.7}), results("leaky", {"a": 0.9}, split="leaky-slice"), results("other-folds", {"a": 0.9}, seed=2), results("strange", {"z": 0.9})]
    assert [r.id for r, _ in against(base, [base, *others], "lung")] == ["good"]


def test_baselines_are_systems_of_their_groups():
    groups = {s.id: s.group for s in map(load, FILES)}
    assert all(groups[name] == group for group, names in BASELINES.items() for name in names)
