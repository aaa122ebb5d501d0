"""What evaluate --write hands to the program."""

import nibabel
import numpy as np
import pytest

from opacity_training.out_of_fold import write
from opacity_training.paths import HERE
from opacity_training.sources import INFECTION, INFECTION_UNKNOWN, LEFT, LUNG, RIGHT, Case


class Source:
    def __init__(self, *cases):
        self.made = {c.id: c for c in cases}

    def cases(self):
        return list(self.made)

    def read(self, id):
        return self.made[id]


def read(path):
    return np.asarray(nibabel.load(path).dataobj).transpose(2, 1, 0)


def run(folder, fold, case, **probability):
    (folder / f"fold-{fold}" / "probabilities").mkdir(parents=True)
    np.savez_compressed(folder / f"fold-{fold}" / "probabilities" / f"{case}.npz", **probability)


LABEL = np.array([[[0, LUNG, LUNG | INFECTION, LUNG | INFECTION_UNKNOWN]]], np.uint8)
IMAGE = np.arange(4, dtype=np.uint8).reshape(LABEL.shape)
P = {"lung": np.array([[[0, 200, 255, 128]]], np.uint8), "infection": np.array([[[130, 127, 255, 255]]], np.uint8)}


def test_folders(tmp_path):
    run(tmp_path / "runs", 0, "b", **P)
    run(tmp_path / "runs", 1, "a", **P)
    source = Source(*(Case(n, IMAGE, LABEL, "gray8", None, "o") for n in "ab"))
    assert write(tmp_path / "runs", source, 0.5, tmp_path / "out", say=lambda _: None) == 2
    out = tmp_path / "out"
    assert read(out / "references" / "a.nii.gz").tolist() == [[[0, 1, 3, 1]]]
    assert read(out / "predictions" / "a" / "mask.nii.gz").tolist() == [[[3, 1, 3, 1]]]  # nobody knows the last of infection
    assert (read(out / "images" / "b.nii.gz") == IMAGE).all()
    assert np.allclose(read(out / "predictions" / "a" / "prob_infection.nii.gz"), P["infection"] / 255)
    assert (out / "folds.csv").read_text() == "case,fold\na,2\nb,1\n"
    assert nibabel.load(out / "images" / "a.nii.gz").header["descrip"].item() == b"Opacity:no_spacing"


def test_sides_and_spacing(tmp_path):
    label = np.array([[[LUNG | RIGHT, LUNG | LEFT]]], np.uint8)
    p = {"left": np.array([[[0, 255]]], np.uint8), "right": np.array([[[255, 0]]], np.uint8)}
    run(tmp_path / "runs", 0, "a", **p)
    write(tmp_path / "runs", Source(Case("a", np.zeros((1, 1, 2), np.int16), label, "hu", (5.0, 0.7, 0.6), "o")), 0.5, tmp_path / "out", say=lambda _: None)
    image = nibabel.load(tmp_path / "out" / "predictions" / "a" / "mask.nii.gz")
    assert read(tmp_path / "out" / "references" / "a.nii.gz").tolist() == [[[2, 1]]] == np.asarray(image.dataobj).transpose(2, 1, 0).tolist()
    assert np.allclose(image.header.get_zooms(), (0.6, 0.7, 5.0))


def test_refused(tmp_path):
    source = Source(Case("a", IMAGE, LABEL, "gray8", None, "o"))
    with pytest.raises(ValueError, match="inside the repository"):
        write(tmp_path / "runs", source, 0.5, HERE / "out")
    with pytest.raises(FileNotFoundError, match="run crossval first"):
        write(tmp_path / "runs", source, 0.5, tmp_path / "out")
    for fold in (0, 1):
        run(tmp_path / "runs", fold, "a", **P)
    with pytest.raises(ValueError, match="in the folds 0 and 1"):
        write(tmp_path / "runs", source, 0.5, tmp_path / "out", say=lambda _: None)
