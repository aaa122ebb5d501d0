"""What scripts/review_cases.py writes."""

import runpy
from pathlib import Path

import nibabel
import numpy as np

from opacity_training.sources import INFECTION, INFECTION_UNKNOWN, LUNG, Case

put = runpy.run_path(str(Path(__file__).parents[1] / "scripts" / "review_cases.py"))["put"]


def read(path):
    return np.asarray(nibabel.load(path).dataobj).transpose(2, 1, 0)


def case(label, **more):
    return Case("a", np.zeros(label.shape, np.uint8), label, "gray8", None, "b", **more)


def test_bits(tmp_path):
    label = np.zeros((1, 2, 3), np.uint8)
    label[0, 0] = LUNG, LUNG | INFECTION, LUNG | INFECTION_UNKNOWN
    p = np.array([[[0, 200, 100], [130, 0, 255]]], np.uint8)
    put(tmp_path / "s" / "c", case(label), {"infection": p}, {"infection": p > 127})
    here = tmp_path / "s" / "c"
    assert read(here / "predicted.nii.gz").tolist() == [[[0, 2, 0], [2, 0, 2]]]
    assert read(here / "reference.nii.gz").tolist() == [[[5, 7, 13], [4, 4, 4]]]  # nobody predicted the lung: it does not count
    assert (read(here / "prob_infection.nii.gz") == p).all()


def test_scans_are_apart(tmp_path):
    label = np.zeros((5, 2, 3), np.uint8)
    p = np.arange(30, dtype=np.uint8).reshape(label.shape)
    put(tmp_path / "c", case(label, starts=(3,)), {"infection": p}, {"infection": p > 127})
    assert [read(tmp_path / n / "prob_infection.nii.gz").shape[0] for n in ("c-1", "c-2")] == [3, 2]
    assert (read(tmp_path / "c-2" / "prob_infection.nii.gz") == p[3:]).all()
