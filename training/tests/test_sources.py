import shutil
import tracemalloc

import cv2
import nibabel
import numpy as np
import pytest
from conftest import data

from opacity_training import sources
from opacity_training.hu_lungs import Series, label_lungs
from opacity_training.metrics import dice
from opacity_training.phantom import phantom_slice
from opacity_training.sources import (
    INFECTION,
    INFECTION_UNKNOWN,
    LEFT,
    LUNG,
    RIGHT,
    Case,
    CovidCTSeg,
    HUVolumes,
    NiftiFolder,
    Phantoms,
    PhantomVolumes,
    Slices8,
    SourceError,
    covid_ct_seg,
    nifti,
)
from opacity_training.sources.hu_volumes import other_view
from opacity_training.sources.sides import add_sides, give_sides
from opacity_training.sources.slices8 import jumps


def has(label, bit):
    return label & bit > 0


# ---- phantoms


@pytest.mark.parametrize("level", [-0.1, 0.02, 0.5, 0.98, 1.1])
def test_phantom_masks_are_where_they_belong(level):
    hu, lung, infection = phantom_slice(np.random.default_rng(1), 128, level)
    assert hu.shape == lung.shape == infection.shape == (128, 128)
    assert hu.min() >= -1024 and hu.max() <= 3071
    assert not (infection & ~lung).any()
    assert lung.any() == (0 <= level <= 1)
    if lung.any() and not infection.any():
        assert hu[lung].min() < -600


def test_phantom_slices_are_cases():
    source = sources.build(Phantoms(count=9, size=96))
    assert len(source.cases()) == 9
    for id in source.cases():
        case = source.read(id)
        assert case.image.shape == (1, 96, 96) and case.unit == "hu" and not case.lacks
        assert np.array_equal(case.image, source.read(id).image)
        assert (has(case.label, LUNG) == (has(case.label, LEFT) ^ has(case.label, RIGHT))).all()


@pytest.mark.parametrize("shape, spacing", [((24, 64, 80), []), ((10, 50, 40), [8.0, 3.0, 4.0])])
def test_phantom_volumes_of_any_size(shape, spacing):
    source = sources.build(PhantomVolumes(count=2, shape=list(shape), spacing_mm=spacing))
    case = source.read(source.cases()[1])
    assert case.image.shape == case.label.shape == shape and case.image.dtype == np.int16
    assert case.spacing_mm == pytest.approx(tuple(spacing) or (320 / 24, 300 / 64, 380 / 80))
    lung, infection = has(case.label, LUNG), has(case.label, INFECTION)
    assert infection.any() and not (infection & ~lung).any()
    assert (lung == (has(case.label, LEFT) ^ has(case.label, RIGHT))).all()
    columns = np.arange(shape[2])
    assert (has(case.label, LEFT) * columns).sum() / has(case.label, LEFT).sum() > (has(case.label, RIGHT) * columns).sum() / has(case.label, RIGHT).sum()
    assert np.median(case.image[lung & ~infection]) < -700 < np.median(case.image[infection])
    assert not lung[0].any() and not lung[-1].any()
    assert not np.array_equal(case.image, source.read(source.cases()[0]).image)


# ---- the published 8-bit slices


@pytest.fixture
def slices(tmp_path):
    """A folder in the layout of the published slices: one case each way up."""
    folder = tmp_path / "covid-ct-slices"
    case = sources.build(PhantomVolumes(count=1, shape=[8, 64, 64])).read("phantom-volume-000")
    lines = ["slice,case,source,spine"]
    for kind in ("ct", "lung", "infection"):
        (folder / kind).mkdir(parents=True)
    for n in range(16):
        up, k = n >= 8, n % 8
        turn = (lambda a: a[::-1]) if up else (lambda a: a)
        grey = (np.clip((case.image[k] + 1250) / 1500, 0, 1) * 255).astype(np.uint8)
        cv2.imwrite(str(folder / "ct" / f"{n:04d}.png"), turn(grey))
        only_healthy = has(case.label[k], LUNG) & ~has(case.label[k], INFECTION)
        cv2.imwrite(str(folder / "lung" / f"{n:04d}.png"), turn(only_healthy.astype(np.uint8) * 255))
        cv2.imwrite(str(folder / "infection" / f"{n:04d}.png"), turn(has(case.label[k], INFECTION).astype(np.uint8) * 255))
        lines.append(f"{n},case_{'up' if up else 'down'},{'b' if up else 'a'},{'up' if up else 'down'}")
    (folder / "slices.csv").write_text("\n".join(lines) + "\n")
    return tmp_path, case


def test_slices_are_read_spine_down_with_the_infection_in_the_lung(slices):
    root, phantom = slices
    source = sources.build(Slices8(), root)
    assert source.cases() == ["case_down", "case_up"]
    down, up = (source.read(id) for id in source.cases())
    assert np.array_equal(down.image, up.image) and np.array_equal(down.label, up.label)
    assert np.array_equal(down.label, phantom.label & (LUNG | INFECTION))
    assert (down.unit, down.spacing_mm, down.origin, up.origin) == ("gray8", None, "a", "b")
    assert set(down.lacks) == {"healthy slices", "outer slices", "spacing", "sides"}


def test_sides_of_slices_where_asked(slices):
    root, phantom = slices
    case = sources.build(Slices8(sides=True), root).read("case_up")
    assert "sides" not in case.lacks and np.array_equal(case.label, phantom.label)


@pytest.mark.parametrize(
    "what, says",
    [
        (lambda f: cv2.imwrite(str(f / "lung" / "0003.png"), np.zeros((32, 64), np.uint8)), r"lung.0003\.png.*does not match"),
        (lambda f: cv2.imwrite(str(f / "infection" / "0003.png"), np.full((64, 64), 7, np.uint8)), r"infection.0003\.png.*unknown labels"),
        (lambda f: (f / "ct" / "0003.png").write_bytes(b"no picture"), r"ct.0003\.png cannot be read"),
        (lambda f: (f / "ct" / "0003.png").unlink(), r"ct.0003\.png cannot be read"),
        (lambda f: [cv2.imwrite(str(f / k / f"{n:04d}.png"), np.zeros((64, 64), np.uint8)) for k in ("lung", "infection") for n in range(8)], "masks of case_down are empty"),
    ],
)
def test_bad_slices_are_named(slices, what, says):
    root, _ = slices
    what(root / "covid-ct-slices")
    with pytest.raises(SourceError, match=says):
        sources.build(Slices8(), root).read("case_down")


def test_a_case_or_folder_that_is_not_there(slices, tmp_path):
    with pytest.raises(SourceError, match="no case case_99; it has case_down, case_up"):
        sources.build(Slices8(), slices[0]).read("case_99")
    with pytest.raises(SourceError, match="slices.csv is not there"):
        sources.build(Slices8(), tmp_path / "nowhere")
    (slices[0] / "covid-ct-slices" / "slices.csv").write_text("slice,patient\n0,1\n")
    with pytest.raises(SourceError, match="slices.csv has no column case, source, spine"):
        sources.build(Slices8(), slices[0])


def test_real_slices():
    source = sources.build(Slices8(), data("covid-ct-slices").parent)
    assert len(source.cases()) == 13
    cases = {id: source.read(id) for id in ("case_06", "case_13", "case_16")}
    assert cases["case_13"].starts == (32, 33, 34, 35) and cases["case_06"].starts == cases["case_16"].starts == ()
    image, half = cases["case_16"].image, 128  # stored upside down: the table and the spine are the dense things below
    assert (image[:, half:] > 200).sum() > (image[:, :half] > 200).sum()
    assert all(not (has(c.label, INFECTION) & ~has(c.label, LUNG)).any() for c in cases.values())


def test_real_lungs_are_told_apart_as_anatomy_has_them():
    source = sources.build(Slices8(sides=True), data("covid-ct-slices").parent)
    for id in ("case_03", "case_12", "case_16"):  # a high diaphragm; a narrow chest; stored upside down
        label = source.read(id).label
        assert has(label, RIGHT).sum() > has(label, LEFT).sum(), "the right lung is the larger"
        assert (has(label, LUNG) == (has(label, LEFT) ^ has(label, RIGHT))).all()


def test_jumps_between_scans():
    a, b = (sources.build(PhantomVolumes(count=1, shape=[20, 64, 64], seed=s)).read("phantom-volume-000").image for s in (1, 2))
    grey = np.clip((np.concatenate([a[5:12], b[2:4, ::-1]]) + 1250) / 6, 0, 255).astype(np.uint8)
    assert jumps(grey) == (7,)


# ---- sides


def test_lungs_that_touch_are_parted_at_the_midline():
    label = np.zeros((1, 40, 100), np.uint8)
    label[0, 5:35, 10:45] = label[0, 5:35, 55:90] = LUNG
    label[0, 5:8, 45:55] = LUNG  # they touch before the heart
    label[0, 38, 47:49] = LUNG  # a speck
    got = add_sides(None, label)
    assert (has(got, LUNG) == (has(got, LEFT) ^ has(got, RIGHT))).all()
    assert has(got, RIGHT)[0, :, 10:45].sum() == 30 * 35 and has(got, LEFT)[0, :, 55:90].sum() == 30 * 35


def test_infection_takes_the_nearer_side():
    label = np.zeros((2, 20, 40), np.uint8)
    label[0, 5:15, 5:15], label[0, 5:15, 22:35] = LUNG | RIGHT, LUNG | LEFT
    label[0, 8:10, 15:18] = LUNG | INFECTION
    label[1, 8:10, 30:33] = LUNG | INFECTION  # nothing else in its slice
    got = give_sides(label)
    assert has(got, RIGHT)[0, 8:10, 15:18].all() and not has(got, LEFT)[0, 8:10, 15:18].any() and has(got, LEFT)[1, 8:10, 30:33].all()


# ---- NIfTI


def test_every_orientation_reads_alike():
    folder = data("io", "nifti", "orientations")
    read = [nifti.read(p) for p in sorted(folder.glob("*.nii.gz"))]
    assert len(read) == 24
    for array, affine, spacing in read[1:]:
        assert np.array_equal(array, read[0][0]) and np.allclose(affine, read[0][1], atol=1e-3) and np.allclose(spacing, read[0][2], atol=1e-4)


@pytest.mark.parametrize(
    "dtype, slope, inter, want",
    [(np.int16, 1, 0, np.int16), (np.uint8, 1, 0, np.uint8), (np.int16, 2, -1024, np.int16), (np.float64, 1, 0, np.int16), (np.float32, 0.5, 0, np.float32), (np.uint16, 1, 0, np.int16)],
)
def test_numbers_keep_their_value_in_the_smallest_type(tmp_path, dtype, slope, inter, want):
    raw = np.arange(2 * 3 * 4, dtype=dtype).reshape(4, 3, 2)
    image = nibabel.Nifti1Image(raw, np.diag([-1, -1, 2, 1]))
    image.header.set_slope_inter(slope, inter)
    nibabel.save(image, tmp_path / "a.nii.gz")
    with_scale = nibabel.load(tmp_path / "a.nii.gz")
    array, _, spacing = nifti.read(tmp_path / "a.nii.gz")
    assert array.dtype == want and spacing == (2, 1, 1)
    assert np.allclose(array, with_scale.get_fdata().transpose(2, 1, 0))


def case_of(seed=0, shape=(10, 32, 32)):
    return sources.build(PhantomVolumes(count=1, shape=list(shape), seed=seed)).read("phantom-volume-000")


@pytest.fixture
def covid(tmp_path):
    cases = [case_of(s) for s in range(4)]
    return tmp_path / "covid-19-ct-seg", cases, covid_ct_seg.write(tmp_path / "covid-19-ct-seg", cases)


@pytest.mark.parametrize("kaggle", [False, True])
def test_the_published_set_as_its_zips_unpack(tmp_path, kaggle):
    cases = [case_of(s) for s in range(4)]
    covid_ct_seg.write(tmp_path / "covid-19-ct-seg", cases, kaggle)
    source = sources.build(CovidCTSeg(), tmp_path)
    assert source.cases() == ["coronacases_001", "coronacases_002", "radiopaedia_3_85002_0", "radiopaedia_4_85003_0"]
    for id, want in zip(source.cases(), cases):
        got = source.read(id)
        assert np.array_equal(got.label, want.label) and got.spacing_mm == pytest.approx(want.spacing_mm, rel=1e-6) and got.lacks == ()
        if id.startswith("corona"):
            assert got.unit == "hu" and got.origin == "coronacases" and np.array_equal(got.image, want.image)
        else:
            assert got.unit == "gray8" and got.origin == "radiopaedia" and got.image.dtype == np.uint8


@pytest.mark.parametrize(
    "path, id",
    [
        ("coronacases_org_001.nii", "coronacases_001"),
        ("coronacases_010.nii.gz", "coronacases_010"),
        ("radiopaedia_org_covid-19-pneumonia-10_85902_1-dcm.nii", "radiopaedia_10_85902_1"),
        ("radiopaedia_29_86491_1.nii.gz", "radiopaedia_29_86491_1"),
    ],
)
def test_both_spellings_of_a_name(path, id, tmp_path):
    assert covid_ct_seg.case_id(tmp_path / path) == id


@pytest.mark.parametrize(
    "id, patient",
    [
        ("coronacases_001", "coronacases_001"),
        ("radiopaedia_10_85902_1", "radiopaedia_10"), ("radiopaedia_10_85902_3", "radiopaedia_10"),
        ("radiopaedia_29_86490_1", "radiopaedia_29"), ("radiopaedia_29_86491_1", "radiopaedia_29"),
        ("radiopaedia_4_85506_1", "radiopaedia_4"),
    ],
)  # fmt: skip
def test_several_volumes_of_the_set_are_of_one_patient(id, patient):
    assert covid_ct_seg.patient(id) == patient


def rewrite(path, change, affine=None):
    image = nibabel.load(path)
    array = change(np.asarray(image.dataobj).copy())
    nibabel.save(nibabel.Nifti1Image(array, image.affine if affine is None else affine(image.affine.copy())), path)


def put(array, value):
    array[0, 0, 0] = value
    return array


def moved(affine):
    affine[0, 3] += 9
    return affine


@pytest.mark.parametrize(
    "spoil, says",
    [
        (lambda mask, image: rewrite(mask, lambda a: a[:, :, :-1]), r"coronacases_001\.nii\.gz is 32x32x9 voxels and coronacases_001\.nii\.gz 32x32x10.*does not match"),
        (lambda mask, image: rewrite(mask, lambda a: a, moved), r"coronacases_001\.nii\.gz lies up to 9\.0 mm beside.*does not match"),
        (lambda mask, image: rewrite(mask, lambda a: put(a, 9)), r"coronacases_001\.nii\.gz holds the unknown labels 9; known"),
        (lambda mask, image: rewrite(mask, lambda a: a.astype(np.float32) / 2), r"unknown labels 0\.5, 1\.5"),
        (lambda mask, image: rewrite(mask, lambda a: put(a.astype(np.int16), -1)), "unknown labels -1"),
        (lambda mask, image: rewrite(mask, lambda a: a * 0), r"coronacases_001\.nii\.gz is empty"),
        (lambda mask, image: mask.unlink(), r"coronacases_001\.nii\.gz has no mask of its name"),
        (lambda mask, image: image.write_bytes(image.read_bytes()[:2000]), r"coronacases_001\.nii\.gz cannot be read as NIfTI"),
        (lambda mask, image: image.write_bytes(b"nothing"), r"coronacases_001\.nii\.gz cannot be read as NIfTI"),
        (lambda mask, image: rewrite(image, lambda a: np.stack([a, a], -1)), r"coronacases_001\.nii\.gz has 4 dimensions"),
    ],
)
def test_bad_volumes_are_named(covid, spoil, says):
    folder, _, images = covid
    spoil(folder / "Lung_and_Infection_Mask" / "coronacases_001.nii.gz", images[0])
    with pytest.raises(SourceError, match=says) as e:
        sources.build(CovidCTSeg(), folder.parent).read("coronacases_001")
    assert "\n" not in str(e.value)


def test_a_folder_without_the_set(tmp_path):
    with pytest.raises(SourceError, match="holds no .nii or .nii.gz"):
        sources.build(CovidCTSeg(), tmp_path)


def test_any_folder_of_nifti(tmp_path):
    case = case_of()
    for patient in ("a", "b"):
        (tmp_path / "set" / patient).mkdir(parents=True)
        nifti.write(tmp_path / "set" / patient / "scan.nii", case.image, case.spacing_mm)
        values = np.select([has(case.label, INFECTION), has(case.label, LUNG)], [7, 4], 0).astype(np.uint8)
        nifti.write(tmp_path / "set" / patient / "scan-seg.nii.gz", values, case.spacing_mm)
    spec = NiftiFolder(folder="set", images="*/scan.nii", labels="{folder}/{name}-seg.nii.gz", meaning={4: "lung", 7: "infection"}, lacks=["sides"])
    source = sources.build(spec, tmp_path)
    assert source.cases() == ["a_scan", "b_scan"]
    got = source.read("b_scan")
    assert np.array_equal(got.image, case.image) and np.array_equal(got.label, case.label & (LUNG | INFECTION))
    assert (got.unit, got.lacks, got.origin, got.patient) == ("hu", ("sides",), "b", "b")
    spec.unit = "gray8"
    with pytest.raises(SourceError, match=r"scan\.nii holds -1.*gray8"):
        sources.build(spec, tmp_path).read("a_scan")
    (tmp_path / "set" / "a" / "scan-seg.nii.gz").unlink()
    with pytest.raises(SourceError, match="scan.nii has no label map"):
        sources.build(spec, tmp_path).read("a_scan")
    with pytest.raises(SourceError, match="'tumour' is not a meaning"):
        sources.build(NiftiFolder(folder="set", meaning={1: "tumour"}), tmp_path)
    with pytest.raises(SourceError, match="holds no file of the pattern"):
        sources.build(NiftiFolder(folder="set", images="*.mha"), tmp_path)


@pytest.mark.parametrize(
    "paths, patient, whose",
    [
        (["one/a/ct", "one/b/ct", "two/a/ct"], "", ["one", "one", "two"]),  # several scans below a patient's folder
        (["img/s1_a", "img/s1_b", "img/s2_a"], "", ["img_s1_a", "img_s1_b", "img_s2_a"]),  # one folder of everybody
        (["img/s1_a", "img/s1_b", "img/s2_a"], r"/(s\d+)_", ["s1", "s1", "s2"]),
        (["north/p1/ct", "north/p2/ct", "south/p1/ct"], r"\w+/p\d+", ["north/p1", "north/p2", "south/p1"]),
    ],
)
def test_whose_a_picture_of_a_folder_is(tmp_path, paths, patient, whose):
    case = case_of()
    for p in paths:
        (tmp_path / "set" / p).parent.mkdir(parents=True, exist_ok=True)
        nifti.write(tmp_path / "set" / f"{p}.nii", case.image, case.spacing_mm)
        nifti.write(tmp_path / "set" / f"{p}-seg.nii.gz", has(case.label, LUNG).astype(np.uint8), case.spacing_mm)
    source = sources.build(NiftiFolder(folder="set", images="**/*.nii", labels="{folder}/{name}-seg.nii.gz", meaning={1: "lung"}, patient=patient), tmp_path)
    assert source.cases() == [p.replace("/", "_") for p in paths]
    assert [source.read(c).patient for c in source.cases()] == whose


def test_a_path_that_does_not_say_whose_it_is_is_refused(tmp_path):
    case = case_of()
    (tmp_path / "set" / "x").mkdir(parents=True)
    nifti.write(tmp_path / "set" / "x" / "y.nii", case.image, case.spacing_mm)
    with pytest.raises(SourceError, match=r"x/y does not say whose it is: patient, 'sub-.*finds nothing in it"):
        sources.build(NiftiFolder(folder="set", images="**/*.nii", patient=r"sub-\d+"), tmp_path)
    nifti.write(tmp_path / "set" / "x_y.nii", case.image, case.spacing_mm)
    with pytest.raises(SourceError, match="would both be called x_y"):
        sources.build(NiftiFolder(folder="set", images="**/*.nii"), tmp_path)


# ---- HU volumes


def test_hu_rules_find_phantom_lungs():
    scores = []
    for seed in range(12):
        hu, lung, infection = phantom_slice(np.random.default_rng(seed), 256, 0.5)
        if infection.any():
            continue
        found, _, sure = label_lungs(Series(hu[None], (5.0, 1.6, 1.6)))
        scores.append(dice(found[0], lung))
        assert sure[0][~found[0]].mean() > 0.8
    assert len(scores) >= 3 and np.median(scores) > 0.9


def test_other_view_keeps_masks_on_their_tissue():
    hu, lung, _ = phantom_slice(np.random.default_rng(4), 256, 0.5)
    for seed in range(5):
        out, (moved_mask,) = other_view(np.random.default_rng(seed), hu, [lung])
        assert out.shape == hu.shape and np.median(out[moved_mask]) < -300


@pytest.mark.parametrize("one_view", [False, True])
def test_hu_volumes_and_their_variants(one_view):
    path = data("ct", "lungdx-a0001", "dicom", "series-3")
    spec = HUVolumes(volumes=["ct/lungdx-a0001/dicom/series-3"], volume_variants=2, one_view=one_view)
    source = sources.build(spec, path.parents[3])
    plain, other = (source.read(id) for id in source.cases())
    ml = has(plain.label, LUNG).sum() * np.prod(plain.spacing_mm) / 1000
    assert plain.image.shape == (24, 512, 512) and plain.unit == "hu" and 1500 < ml < 4000
    assert not (has(plain.label, LUNG) & has(plain.label, sources.LUNG_UNKNOWN)).any()
    assert has(plain.label, INFECTION_UNKNOWN).any() and "infection" in plain.lacks
    assert not np.array_equal(plain.image, other.image)
    assert np.median(other.image[has(other.label, LUNG)]) < -600


@pytest.mark.parametrize("held", ["ct/lung1-001/dicom", "ct/ricord-000082/dicom"])
def test_tests_are_never_trained_on(held, tmp_path):
    with pytest.raises(SourceError, match="is a test and is never trained on"):
        sources.build(HUVolumes(volumes=[held]), tmp_path)
    (tmp_path / held).mkdir(parents=True)
    shutil.copy(covid_ct_seg.write(tmp_path / "x", [case_of()])[0], tmp_path / held / "ct.nii.gz")
    with pytest.raises(SourceError, match="is a test and is never trained on"):
        sources.build(NiftiFolder(), tmp_path)


# ---- all of them


def test_a_case_is_one_grid():
    with pytest.raises(SourceError, match="must be one three-dimensional grid"):
        Case("a", np.zeros((2, 3, 4)), np.zeros((2, 3, 5), np.uint8), "hu", None, "x")


def test_a_source_from_the_command_line():
    assert sources.parse("slices8") == Slices8()
    assert sources.parse("{kind: phantoms, count: 3}") == Phantoms(count=3)
    with pytest.raises(ValueError, match="unknown key"):
        sources.parse("{kind: phantoms, number: 3}")


def test_a_source_holds_one_case_at_a_time(tmp_path):
    """Going through many cases takes no more memory than the largest of them does."""
    cases = [case_of(s, (24, 96, 96)) for s in range(6)]
    covid_ct_seg.write(tmp_path / "covid-19-ct-seg", cases)
    source = sources.build(CovidCTSeg(), tmp_path)

    def most(ids):
        tracemalloc.start()
        for id in ids:
            source.read(id)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    source.read(source.cases()[0])  # imports and caches
    assert most(source.cases()) < 1.3 * most(source.cases()[:1])
