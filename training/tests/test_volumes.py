import nibabel
import numpy as np
import pytest
from conftest import data

from opacity_training.__main__ import main
from opacity_training.sources.nifti import write as write_nifti
from opacity_training.volumes import pack, score


def test_score_reads_labels_and_axis_orders(tmp_path, capsys):
    a = np.zeros((3, 20, 30), np.uint8)
    a[1, 5:15, 5:10], a[1, 5:15, 15:25] = 1, 2
    write_nifti(tmp_path / "a.nii.gz", a, (2.0, 0.7, 0.8), (-3.0, 4.0, 5.0))
    image = nibabel.load(tmp_path / "a.nii.gz")
    turned = image.as_reoriented(nibabel.orientations.axcodes2ornt("RPS", (("L", "R"), ("P", "A"), ("I", "S"))))
    nibabel.save(turned, tmp_path / "b.nii.gz")
    assert score(tmp_path / "a.nii.gz", tmp_path / "b.nii.gz", [1, 2], [1, 2]) == 1
    assert score(tmp_path / "a.nii.gz", tmp_path / "b.nii.gz", [1, 2], [1]) == pytest.approx(2 * 50 / (150 + 50))
    assert main(["score", str(tmp_path / "a.nii.gz"), str(tmp_path / "b.nii.gz"), "--reference-labels", "1,2", "--predicted-labels", "2"]) == 0
    assert capsys.readouterr().out.strip() == f"{2 * 100 / (150 + 100):.4f}"
    write_nifti(tmp_path / "c.nii.gz", a)
    assert main(["score", str(tmp_path / "a.nii.gz"), str(tmp_path / "c.nii.gz")]) == 1


def test_the_lowest_row_is_the_back(tmp_path):
    write_nifti(tmp_path / "v.nii.gz", np.zeros((2, 3, 4)))
    assert nibabel.aff2axcodes(nibabel.load(tmp_path / "v.nii.gz").affine) == ("L", "P", "S")


def test_pictures_of_patients_stay_out_of_the_repository(tmp_path):
    from pathlib import Path

    with pytest.raises(ValueError, match="inside the repository"):
        pack(tmp_path, ["case_01"], Path(__file__).parent)


def test_packed_case(tmp_path):
    root = data("covid-ct-slices").parent
    (folder,) = pack(root, ["case_16"], tmp_path)
    ct, lung, infection = (np.asarray(nibabel.load(folder / f"{n}.nii.gz").dataobj) for n in ("ct", "lung", "infection"))
    assert ct.shape == lung.shape == infection.shape == (256, 256, 22)
    assert set(np.unique(lung)) == {0, 1} and not (infection > lung).any()
