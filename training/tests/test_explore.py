import csv
import shutil

import cv2
import h5py
import numpy as np
import pytest

from opacity_training import chains, explore, explore_figures, hdf5, sources
from opacity_training.paths import HERE
from opacity_training.sources import INFECTION, LUNG, CovidCTSeg, NiftiFolder, PhantomVolumes, SourceError, covid_ct_seg, nifti
from opacity_training.store import facts

CHAIN = [chains.Window(center=-500, width=1500, to=[0, 255], only="hu"), chains.Resize(size=[32, 32], interpolation="area"), chains.Scale(factor=1 / 255)]


def cases(count=4, shape=(12, 48, 48)):
    source = sources.build(PhantomVolumes(count=count, shape=list(shape), spacing_mm=[25.0, 7.0, 7.0]))
    return [source.read(id) for id in source.cases()]


@pytest.fixture
def covid(tmp_path):
    covid_ct_seg.write(tmp_path / "covid-19-ct-seg", cases())
    return tmp_path


def run(root, folder, spec=None, **more):
    said = []
    seen = explore.explore(spec or CovidCTSeg(), root, folder, say=said.append, **more)
    return seen, "\n".join(said)


def test_the_table_of_the_public_set(covid, tmp_path):
    seen, said = run(covid, tmp_path / "out")
    with open(tmp_path / "out" / "cases.csv", newline="") as f:
        rows = list(csv.DictReader(f))
    assert [r["case"] for r in rows] == ["coronacases_001", "coronacases_002", "radiopaedia_3_85002_0", "radiopaedia_4_85003_0"]
    assert [(r["x"], r["y"], r["z"], r["spacing x mm"], r["spacing z mm"]) for r in rows] == [("48", "48", "12", "7.000", "25.000")] * 4
    first = cases()[0]
    assert rows[0]["unit"] == "hu" and float(rows[0]["minimum"]) == first.image.min() and float(rows[0]["maximum"]) == first.image.max()
    assert rows[3]["unit"] == "gray8" and float(rows[3]["minimum"]) >= 0 and float(rows[3]["maximum"]) <= 255
    assert float(rows[0]["infection"]) == pytest.approx((first.label & INFECTION > 0).mean(), abs=1e-6)
    for r in rows:
        assert sum(float(r[c]) for c in ("background", "lung left", "lung right", "infection")) == pytest.approx(1, abs=1e-5) and r["lung"] == ""
    for wanted in ("4 cases of 4 patients, 48 slices", "x mean 48.00, median 48.00", "2 gray8, 2 hu", "spacing, mm: x 7.000 to 7.000", "lacks: nothing", "odd: 0 cases"):
        assert wanted in said
    assert (tmp_path / "out" / "cases.md").read_text().count("\n") == 6


def test_figures_and_montage_outside_the_repository(covid, tmp_path):
    run(covid, tmp_path / "out", chain=CHAIN)
    made = {p.name for p in (tmp_path / "out").iterdir()}
    assert {"greys.svg", "classes.png", "chain.png", "montage-01.png", "duplicates.csv", "summary.md"} <= made
    sheet = cv2.imread(str(tmp_path / "out" / "montage-01.png"))
    assert sheet.shape == (4 * explore_figures.WIDTH, explore_figures.PICTURES * explore_figures.WIDTH, 3)
    assert ((sheet[..., 2].astype(int) - sheet[..., 1]) > 150).any(), "the infection is outlined in red"


def test_no_patients_picture_inside_the_repository(covid):
    folder = HERE / "results" / "explore-test"
    try:
        _, said = run(covid, folder, chain=CHAIN)
        assert "is inside the repository: patients' pictures stay out of it" in said
        assert not [p.name for p in folder.iterdir() if p.name.startswith(("montage", "chain"))]
        assert (folder / "cases.csv").exists()
    finally:
        shutil.rmtree(folder)


def test_slices_of_one_patient_in_another_are_found(covid, tmp_path):
    a, b, c, d = cases()
    b.image[5], b.label[5] = a.image[6], a.label[6]
    d.image[4], d.label[4] = c.image[7, ::-1], c.label[7, ::-1]
    covid_ct_seg.write(covid / "covid-19-ct-seg", [a, b, c, d])
    run(covid, tmp_path / "out")
    with open(tmp_path / "out" / "duplicates.csv", newline="") as f:
        found = [r for r in list(csv.reader(f))[1:] if float(r[4]) > 0.999]
    assert [r[:4] + r[5:] for r in found] == [["coronacases_001", "6", "coronacases_002", "5", ""], ["radiopaedia_3_85002_0", "7", "radiopaedia_4_85003_0", "4", "upside down"]]


def test_scans_of_one_patient_may_be_alike(covid, tmp_path):
    a, b, *_ = cases()
    folder = covid / "twice"
    for n, c in enumerate((a, a, b)):
        (folder / f"p{n // 2}" / f"s{n}").mkdir(parents=True)
        nifti.write(folder / f"p{n // 2}" / f"s{n}" / "ct.nii.gz", c.image, c.spacing_mm)
        nifti.write(folder / f"p{n // 2}" / f"s{n}" / "labels.nii.gz", (c.label & LUNG > 0).astype(np.uint8), c.spacing_mm)
    _, said = run(covid, tmp_path / "out", NiftiFolder(folder="twice", meaning={1: "lung"}))
    assert "3 cases of 2 patients" in said and "and p0_s1_ct slice" not in said
    with open(tmp_path / "out" / "duplicates.csv", newline="") as f:
        assert ("p0_s0_ct", "p0_s1_ct") in {(r["case"], r["other case"]) for r in csv.DictReader(f)}  # the table has them


def test_what_cannot_be_used_is_named_all_at_once(covid, tmp_path):
    masks = sorted((covid / "covid-19-ct-seg" / "Lung_and_Infection_Mask").iterdir())
    for path in masks[:2]:
        nifti.write(path, np.zeros((3, 4, 5), np.uint8), (1.0, 1.0, 1.0))
    for look in (lambda: run(covid, tmp_path / "out"), lambda: facts(CovidCTSeg(), covid, tmp_path / "cache")):
        with pytest.raises(SourceError) as e:
            look()
        assert str(e.value).startswith("2 of 4 cases cannot be used:") and all(p.name in str(e.value) for p in masks[:2])
    text = (tmp_path / "out" / "summary.md").read_text()
    assert "2 cases of 2 patients" in text and "cannot be used, and left out: 2 cases" in text and masks[1].name in text


@pytest.mark.parametrize(
    "spoil, says",
    [
        (lambda c: (c.image[:, ::-1], c.label[:, ::-1]), "bone lies before the lungs"),
        (lambda c: (c.image[:, :, ::-1], c.label[:, :, ::-1]), "the heart lies to the right"),
        (lambda c: (c.image[[0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11]], c.label[[0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11]]), "1 slices repeat the one before, first 4"),
        (lambda c: (np.concatenate([c.image[:6], np.roll(c.image[6:], 24, 1)]), c.label), "slices 6 do not go on"),
        (lambda c: (c.image[:, :-8], c.label[:, :-8]), "slices are not square: 64x56"),
        (lambda c: (c.image, c.label * 0), "no lung in any slice"),
        (lambda c: (c.image, c.label), ""),
    ],
)
def test_oddities_are_named(spoil, says):
    case = sources.build(PhantomVolumes(count=1, shape=[12, 64, 64], spacing_mm=[25.0, 6.0, 6.0])).read("phantom-volume-000")
    case.image, case.label = (np.ascontiguousarray(a) for a in spoil(case))
    odd = explore.look(case).odd
    assert (not odd) if says == "" else any(o.startswith(says) for o in odd)


# ---- the deck's store


def test_the_decks_store(covid, tmp_path):
    path = tmp_path / "Covid Resized.h5"
    assert hdf5.export(CovidCTSeg(), CHAIN, covid, path) == 48
    with h5py.File(path) as f:
        assert set(f) == {"Resized_Images"} and set(f["Resized_Images"]) == {"ct_scan", "lung_mask", "infection_mask"}
        for d in f["Resized_Images"].values():
            assert d.shape == (48, 32, 32) and d.compression == "lzf" and d.chunks is not None and d.dtype == np.float32
            assert d[:].min() >= 0 and d[:].max() <= 1
        g = f["Resized_Images"]
        assert list(g.attrs["starts"]) == [0, 12, 24, 36] and g.attrs["cases"][3] == "radiopaedia_4_85003_0"
        assert set(np.unique(g["lung_mask"])) == {0, 1} and (g["lung_mask"][:] >= g["infection_mask"][:]).all()
        case = sources.build(CovidCTSeg(), covid).read("coronacases_002")
        image, _ = chains.apply(CHAIN, case.image, case.spacing_mm, "hu")
        label = chains.apply_label(CHAIN, case.label, case.spacing_mm, "hu")
        assert np.array_equal(g["ct_scan"][12:24], image) and np.array_equal(g["lung_mask"][12:24] > 0, label & LUNG > 0)


def test_a_store_of_one_size(covid, tmp_path):
    covid_ct_seg.write(covid / "covid-19-ct-seg", cases(1) + cases(1, (12, 40, 40)))
    with pytest.raises(SourceError, match="let the chain resize"):
        hdf5.export(CovidCTSeg(), [chains.Scale(factor=1)], covid, tmp_path / "a.h5")
    assert not list(tmp_path.glob("a.h5*")), "half a store is left"


def test_no_store_of_patients_inside_the_repository(covid):
    with pytest.raises(ValueError, match="inside the repository"):
        hdf5.export(CovidCTSeg(), CHAIN, covid, HERE / "store.h5")
