"""Study folders: what the program wrote is read as it meant it, and what cannot be trusted is refused in one sentence."""

import json
import shutil
from pathlib import Path

import nibabel
import numpy as np
import pytest

from opacity_training import sources, study
from opacity_training.learn_curve import write_study
from opacity_training.sources import INFECTION, INFECTION_UNKNOWN, LEFT, LUNG, LUNG_UNKNOWN, RIGHT, Case, SourceError, Studies, nifti

PEERS = Path(__file__).parent / "peers"  # its studies are written by peers/study/main.go
UNKNOWN = LUNG_UNKNOWN | INFECTION_UNKNOWN


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(PEERS / "case.opacity", tmp_path / "case.opacity")
    shutil.copy(PEERS / "case.nii.gz", tmp_path)
    return tmp_path / "case.opacity"


def test_what_the_program_wrote(folder):
    (path,) = study.find(folder.parent)
    one = study.read(path)
    assert one.shape == (5, 11, 13) and one.taken == [1, 3] and one.case == "study-ym5ebuhe"
    want = np.full(one.shape, UNKNOWN, np.uint8)
    for k in (1, 3):
        want[k] = 0
        want[k, 2:9, 1:5] = LUNG | RIGHT
        want[k, 2:9, 8:12] = LUNG | LEFT
    want[1, 3:6, 9:11] |= INFECTION  # in slice 3 it was undone
    got = study.label(one)
    known = got & UNKNOWN == 0
    assert (known == (want & UNKNOWN == 0)).all() and (got[known] == want[known]).all()
    scan = study.picture(one)
    assert scan.unit == "hu" and scan.spacing_mm == pytest.approx((3, 0.9, 0.8))
    stored = np.asarray(nibabel.load(PEERS / "case.nii.gz").dataobj)  # right, anterior, superior
    assert scan.image[2, 4, 6] == stored[12 - 6, 10 - 4, 2]


@pytest.fixture
def series(tmp_path):
    """A study over DICOM slices that run from the head down and from the patient's left."""
    for name in ("series.opacity", "series"):
        shutil.copytree(PEERS / name, tmp_path / name)
    return tmp_path / "series.opacity"


def test_over_dicom(series):
    one = study.read(series)
    scan = study.picture(one)
    k, j, i = np.meshgrid(np.arange(5), np.arange(11), np.arange(13), indexing="ij")
    assert np.array_equal(scan.image, (-900 + k * 100 + j * 7 + i)[::-1, :, ::-1]) and scan.unit == "hu"
    assert scan.spacing_mm == pytest.approx((3, 0.9, 0.8))
    case = sources.build(Studies(str(series.parent))).read(one.case)
    assert case.image.shape == one.shape and (case.label[1, 3:6, 9:11] & INFECTION).all()


def test_dicom_that_changed_or_went(series):
    one = study.read(series)
    slices = sorted((series.parent / "series").iterdir())
    slices[0].write_bytes(slices[0].read_bytes()[:-1] + b"x")
    with pytest.raises(SourceError, match="its hash is another"):
        study.picture(one)
    for path in slices:
        path.unlink()
    (series.parent / "series" / "LICENCE").write_text("no slice")
    with pytest.raises(SourceError, match="holds no slice of the series"):
        study.picture(one)


def test_as_a_source(folder):
    reader = sources.build(Studies(str(folder.parent)))
    assert reader.cases() == ["study-ym5ebuhe"]
    case = reader.read("study-ym5ebuhe")
    assert case.unit == "hu" and case.lacks == () and case.image.shape == (5, 11, 13)


def change(path: Path, **values) -> None:
    about = json.loads(path.read_text())
    path.write_text(json.dumps(about | values))


@pytest.mark.parametrize(
    "spoil, says",
    [
        (lambda f: (f / "journal").write_bytes((f / "journal").read_bytes() + b"more"), "open the study in Opacity and close it"),
        (lambda f: (f / "checkpoint.nii.gz").unlink(), "open the study in Opacity and close it"),
        (lambda f: (f / "checkpoint.nii.gz").write_bytes(b"nothing"), "open the study in Opacity and close it"),
        (lambda f: change(f / "study.json", id="ANOTHER"), "open the study in Opacity and close it"),
        (lambda f: (f / "journal").unlink(), "no whole study"),
        (lambda f: (f / "study.json").write_text("{"), "no whole study"),
        (lambda f: change(f / "study.json", format="other"), "no study of Opacity"),
        (lambda f: change(f / "study.json", format_version="2.0"), "newer version"),
        (lambda f: change(f / "study.json", sources=[]), "study.json lacks"),
    ],
)
def test_what_cannot_be_trusted_is_refused(folder, spoil, says):
    spoil(folder)
    with pytest.raises(SourceError, match=says) as e:
        study.read(folder)
    assert "\n" not in str(e.value)


def test_the_scan_is_known_by_its_hash(folder):
    one = study.read(folder)
    scan = folder.parent / "case.nii.gz"
    image, _, spacing = nifti.read(scan)
    scan.unlink()
    with pytest.raises(SourceError, match="not at case.nii.gz any more"):
        study.picture(one)
    nifti.write(scan, image, spacing)
    with pytest.raises(SourceError, match="its hash is another"):
        study.picture(one)
    one.source["sha256"] = study._sum(scan)  # the same voxels in another place
    with pytest.raises(SourceError, match="does not match its scan"):
        study.picture(one)


def test_findings_by_name():
    def of(layer, name, side=""):
        return study.bits({"layer": layer, "name": name, "side": side})

    assert of("findings", "Ground glass") == of("findings", "infection") == LUNG | INFECTION
    assert of("findings", "nodule") == of("anatomy", "heart") == 0
    assert of("anatomy", "lung", "left") == LUNG | LEFT and of("anatomy", "right lung") == LUNG | RIGHT and of("anatomy", "lung") == LUNG


def test_what_nobody_drew_is_unknown(tmp_path):
    image = np.zeros((3, 8, 8), np.int16)
    where = write_study(tmp_path, "a", Case("a", image - 500, np.zeros((3, 8, 8), np.uint8), "hu", (2.0, 1.0, 1.0), "test"), taken=[1])
    one = study.read(where)
    assert (study.label(one)[1] == LUNG_UNKNOWN).all() and (study.label(one)[0] == UNKNOWN).all()
    change(where / "study.json", labels=[])
    assert (study.label(study.read(where))[1] == UNKNOWN).all()


def test_tests_are_refused(folder):
    folder.rename(folder.parent / "lung1-001.opacity")
    with pytest.raises(SourceError, match="never trained on"):
        sources.build(Studies(str(folder.parent)))
    with pytest.raises(SourceError, match="holds no study"):
        study.find(PEERS / "study")
