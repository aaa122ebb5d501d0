import gzip
import re
import shutil

import cv2
import numpy as np
import pydicom
import pytest
from conftest import data
from pydicom.dataset import Dataset, FileMetaDataset

from opacity_training import sources
from opacity_training.sources import INFECTION, INFECTION_UNKNOWN, LEFT, LUNG, RIGHT, DicomFolder, SourceError, dicom, dicom_folder, nifti
from opacity_training.sources.nifti import bits

CT = "1.2.840.10008.5.1.4.1.1.2"


def nrrd(path):
    """A gzipped NRRD of bytes or shorts: [z, y, x]."""
    head, body = path.read_bytes().split(b"\n\n", 1)
    fields = dict(line.split(": ", 1) for line in head.decode().splitlines() if ": " in line)
    kind = {"unsigned char": np.uint8, "uint8": np.uint8, "short": "<i2", "unsigned short": "<u2"}[fields["type"]]
    raw = gzip.decompress(body) if fields["encoding"] in ("gzip", "gz") else body
    return np.frombuffer(raw, kind).reshape([int(v) for v in fields["sizes"].split()][::-1]), fields


# ---- filling contours


@pytest.mark.parametrize(
    "polygon, want",
    [
        ([(0.5, 0.5), (3.5, 0.5), (3.5, 2.5), (0.5, 2.5)], 6),  # centres 1..3 x 1..2
        ([(1, 1), (3, 1), (3, 3), (1, 3)], 4),  # through centres: left and upper edges belong to it, the others do not
        ([(-5, -5), (50, -5), (50, 50), (-5, 50)], 64),  # larger than the picture
        ([(1.2, 1.2), (1.4, 1.2), (1.3, 1.4)], 0),  # between the centres
        ([(-9, 1), (-5, 1), (-5, 4)], 0),  # beside it
    ],
)
def test_a_pixel_belongs_where_its_centre_is(polygon, want):
    assert dicom.fill(np.array(polygon, float), (8, 8)).sum() == want


def test_fill_is_even_odd_at_centres():
    """A star that crosses itself and random polygons, against OpenCV's signed distance of each centre."""
    rng = np.random.default_rng(0)
    for _ in range(20):
        corners = rng.uniform(2, 28, (3, 2)).astype(np.float32)
        got = dicom.fill(corners.astype(float), (30, 30))
        want = np.array([[cv2.pointPolygonTest(corners[:, None], (x, y), False) > 0 for x in range(30)] for y in range(30)])
        assert np.array_equal(got, want)
    star = np.array([(15 + 12 * np.sin(a), 15 - 12 * np.cos(a)) for a in np.arange(5) * 4 * np.pi / 5])
    assert not dicom.fill(star, (30, 30))[15, 15]  # twice around the middle is outside


# ---- series


def write_series(folder, hu, spacing=(2.0, 1.0, 1.0), cosines=(1, 0, 0, 0, 1, 0), origin=(0.0, 0.0, 0.0), uid="1.2.3"):
    """int16 [z, y, x] as uncompressed slices along the normal of the cosines."""
    folder.mkdir(parents=True, exist_ok=True)
    normal = np.cross(cosines[:3], cosines[3:])
    for k, plane in enumerate(hu):
        d = Dataset()
        d.file_meta = FileMetaDataset()
        d.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
        d.SOPClassUID, d.SOPInstanceUID, d.SeriesInstanceUID, d.Modality = CT, f"{uid}.{k + 1}", uid, "CT"
        d.file_meta.MediaStorageSOPClassUID, d.file_meta.MediaStorageSOPInstanceUID = CT, d.SOPInstanceUID
        d.Rows, d.Columns = plane.shape
        d.BitsAllocated = d.BitsStored = 16
        d.HighBit, d.PixelRepresentation, d.SamplesPerPixel, d.PhotometricInterpretation = 15, 1, 1, "MONOCHROME2"
        d.RescaleSlope, d.RescaleIntercept = 1, -1024
        d.ImageOrientationPatient = list(cosines)
        d.ImagePositionPatient = [float(v) for v in np.array(origin) + normal * k * spacing[0]]
        d.PixelSpacing, d.SliceThickness, d.InstanceNumber = [spacing[1], spacing[2]], spacing[0], k + 1
        d.PixelData = (plane.astype(np.int32) + 1024).astype("<i2").tobytes()
        d.save_as(folder / f"{(k * 7) % len(hu):03d}.dcm", enforce_file_format=True)


def ramp(shape=(3, 4, 5)):
    return np.arange(np.prod(shape), dtype=np.int16).reshape(shape) - 900


@pytest.mark.parametrize(
    "cosines, back",
    [
        ((1, 0, 0, 0, 1, 0), lambda a: a),
        ((-1, 0, 0, 0, 1, 0), lambda a: a[::-1, :, ::-1]),  # the normal turns over, too
        ((1, 0, 0, 0, -1, 0), lambda a: a[::-1, ::-1]),
        ((-1, 0, 0, 0, -1, 0), lambda a: a[:, ::-1, ::-1]),
        ((1, 0, 0, 0, 0, -1), lambda a: a[:, ::-1].transpose(1, 0, 2)),  # coronal, from the front backwards
    ],
)
def test_axes_are_put_right(tmp_path, cosines, back):
    write_series(tmp_path / "s", ramp(), cosines=cosines)
    got = dicom.read_series(tmp_path / "s")
    assert np.array_equal(got.hu, back(ramp()))
    assert (np.diag(got.affine)[:3] > 0).all() and np.allclose(got.affine[:3, :3], np.diag(got.spacing_mm[::-1]))


def without_a_slice(folder):
    next(p for p in folder.iterdir() if pydicom.dcmread(p).InstanceNumber == 2).unlink()


def broken(folder):
    path = sorted(folder.iterdir())[0]
    path.write_bytes(path.read_bytes()[:-20])


@pytest.mark.parametrize(
    "spoil, says",
    [
        (without_a_slice, "slices are missing or twice there"),
        (lambda f: write_series(f / "more", ramp()), "slices are missing or twice there"),
        (lambda f: write_series(f / "more", ramp(), uid="9.9"), "more than one series"),
        (lambda f: write_series(f / "more", ramp((3, 6, 6)), origin=(0, 0, 50)), "differ in size or direction"),
        (lambda f: [p.unlink() for p in f.iterdir()], "holds no DICOM slice"),
        (broken, "the pixels of slice .* cannot be read"),
    ],
)
def test_bad_series_are_named(tmp_path, spoil, says):
    write_series(tmp_path / "s", ramp((5, 4, 5)))
    spoil(tmp_path / "s")
    with pytest.raises(SourceError, match=says):
        dicom.read_series(tmp_path / "s")


# ---- structures


def write_rtstruct(path, contours, uid="1.2.3"):
    """contours: name to a list of [n, 3] points in mm."""
    d = Dataset()
    d.file_meta = FileMetaDataset()
    d.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    d.SOPClassUID, d.SOPInstanceUID, d.Modality = "1.2.840.10008.5.1.4.1.1.481.3", "1.2.3.99", "RTSTRUCT"
    d.file_meta.MediaStorageSOPClassUID, d.file_meta.MediaStorageSOPInstanceUID = d.SOPClassUID, d.SOPInstanceUID
    series, study, frame = Dataset(), Dataset(), Dataset()
    series.SeriesInstanceUID = uid
    study.RTReferencedSeriesSequence = [series]
    frame.RTReferencedStudySequence = [study]
    d.ReferencedFrameOfReferenceSequence = [frame]
    d.StructureSetROISequence, d.ROIContourSequence = [], []
    for n, (name, polygons) in enumerate(contours.items()):
        roi, drawn = Dataset(), Dataset()
        roi.ROINumber, roi.ROIName, drawn.ReferencedROINumber, drawn.ContourSequence = n, name, n, []
        for points in polygons:
            c = Dataset()
            c.ContourGeometricType, c.NumberOfContourPoints = "CLOSED_PLANAR", len(points)
            c.ContourData = [float(v) for v in np.ravel(points)]
            drawn.ContourSequence.append(c)
        d.StructureSetROISequence.append(roi)
        d.ROIContourSequence.append(drawn)
    d.save_as(path, enforce_file_format=True)


def box(x0, x1, y0, y1, z):
    return [(x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z)]


@pytest.fixture
def drawn(tmp_path):
    """A series of 5 slices of 20x30 pixels of 1 mm, 2 mm apart, with both lungs drawn on slice 2."""
    write_series(tmp_path / "patient" / "ct", ramp((5, 20, 30)), origin=(-10.0, 5.0, 100.0))
    left, right = box(10.5, 15.5, 9.5, 15.5, 104), box(-5.5, 0.5, 9.5, 15.5, 104)
    hole = box(-3.5, -1.5, 11.5, 13.5, 104)
    write_rtstruct(tmp_path / "patient" / "rt.dcm", {"Lung-Left": [left], "Lung_R": [right, hole], "Spinal-Cord": [left]})
    return tmp_path


def test_a_folder_with_structures(drawn):
    source = sources.build(DicomFolder(), drawn)
    assert source.cases() == ["patient_ct"]
    case = source.read("patient_ct")
    assert case.patient == "patient_ct"  # no PatientID, and one folder alone
    assert case.spacing_mm == (2, 1, 1) and case.unit == "hu" and "infection" in case.lacks and np.array_equal(case.image, ramp((5, 20, 30)))
    assert (case.label & LEFT > 0).sum() == 5 * 6 and (case.label & RIGHT > 0).sum() == 6 * 6 - 4
    assert (case.label[2, 5:11, 21:26] == LUNG | LEFT | INFECTION_UNKNOWN).all() and not case.label[[0, 1, 3, 4]].any()


def test_infection_among_the_structures(drawn):
    path = drawn / "patient" / "rt.dcm"
    write_rtstruct(path, {"left lung": [box(10.5, 15.5, 9.5, 15.5, 104)], "GGO covid": [box(15.5, 17.5, 9.5, 15.5, 104)]})
    case = sources.build(DicomFolder(), drawn).read("patient_ct")
    assert not case.lacks and not (case.label & INFECTION_UNKNOWN).any()
    infection = case.label & INFECTION > 0
    assert infection.sum() == 12 and (case.label[infection] == LUNG | INFECTION | LEFT).all()


@pytest.mark.parametrize(
    "contours, says",
    [
        ({"Lung-Left": [box(0, 5, 9, 15, 300)]}, "rt.dcm: Lung-Left lies outside its series"),
        ({"Lung-Left": [[(0, 9, 102), (5, 9, 104), (5, 14, 106)]]}, "a contour of Lung-Left does not lie in a slice"),
        ({"Heart": [box(0, 5, 9, 15, 104)]}, "rt.dcm draws 'Heart' on .*none of it is a lung"),
        ({"Lung-Left": []}, "rt.dcm draws nothing on"),
        ({"Lung-Left": [box(0.1, 0.2, 9.1, 9.2, 104)]}, "or all of it is empty"),
    ],
)
def test_bad_structures_are_named(drawn, contours, says):
    write_rtstruct(drawn / "patient" / "rt.dcm", contours)
    with pytest.raises(SourceError, match=says):
        sources.build(DicomFolder(), drawn).read("patient_ct")


def test_a_damaged_file_is_named(drawn):
    path = drawn / "patient" / "rt.dcm"
    d = pydicom.dcmread(path)
    del d.ROIContourSequence[0].ReferencedROINumber
    d.save_as(path)
    with pytest.raises(SourceError, match="rt.dcm cannot be read as RTSTRUCT or SEG"):
        sources.build(DicomFolder(), drawn).read("patient_ct")


def test_a_folder_with_nothing_drawn(drawn):
    (drawn / "patient" / "rt.dcm").unlink()
    with pytest.raises(SourceError, match="holds no CT series that an RTSTRUCT or SEG in it refers to"):
        sources.build(DicomFolder(), drawn)


@pytest.mark.parametrize(
    "name, want",
    [("Lung-Left", "left"), ("Left Lung", "left"), ("lung_l", "left"), ("LUNG-R", "right"), ("Lung", "lung"), ("Lungs total", "lung"), ("COVID opacities", "infection"), ("Liver", None)],
)
def test_names_of_structures(name, want):
    meaning = DicomFolder().meaning
    got = next((w for p, w in meaning.items() if re.search(p, name, re.IGNORECASE)), None)
    assert got == want and (want is None or bits(want, ""))


def test_lungs_of_a_real_series_against_those_rasterised_elsewhere():
    """That reference was filled with its outline, so it is larger by the pixels the contours pass through and by nothing else."""
    folder = data("ct", "lung1-001")
    series = dicom.read_series(folder / "dicom")
    found = dicom.structures(folder / "rtstruct.dcm", series)
    want, _, spacing = nifti.read(folder / "lungs_left1_right2.nii.gz")
    assert series.spacing_mm == pytest.approx(spacing) and series.hu.shape == want.shape
    for name, value in (("Lung-Left", 1), ("Lung-Right", 2)):
        ours, theirs = found[name], want == value
        assert 2 * (ours & theirs).sum() / (ours.sum() + theirs.sum()) > 0.98
        rim = np.stack([cv2.dilate(p.astype(np.uint8), np.ones((3, 3))) - cv2.erode(p.astype(np.uint8), np.ones((3, 3))) for p in ours]) > 0
        assert ((ours != theirs) & ~rim).sum() < 2e-3 * ours.sum()


def test_the_real_series_is_a_test(tmp_path):
    folder = data("ct", "lung1-001")
    with pytest.raises(SourceError, match="is a test and is never trained on"):
        sources.build(DicomFolder(folder="lung1-001"), folder.parent)


# ---- segments


@pytest.mark.parametrize("ct, seg, reference", [("ct-3slice", "liver.dcm", "liver_seg.nrrd"), ("24x38x3/image", "24x38x3/seg/label.seg", "24x38x3/nrrd/label.nrrd")])
def test_segments_against_their_nrrd(ct, seg, reference):
    folder = data("io", "dicom", "dcmqi")
    series = dicom.read_series(folder / ct)
    found = dicom.segments(folder / seg, series)
    want, fields = nrrd(folder / reference)
    assert fields["space"] == "left-posterior-superior"
    got = np.zeros(want.shape, bool)
    for mask in found.values():
        got |= mask
    assert got.sum() == (want > 0).sum() > 0
    # The NRRD's axes may run against ours: put them the same way by its own directions.
    directions = np.array([[float(v) for v in d.strip("()").split(",")] for d in fields["space directions"].split()])
    flips = [axis for axis in range(3) if directions[axis][axis] < 0]
    assert np.array_equal(got, np.flip(want > 0, [2 - a for a in flips]))


def test_overlapping_segments_stay_apart():
    folder = data("io", "dicom", "dcmqi")
    found = dicom.segments(folder / "partial_overlaps.dcm", dicom.read_series(folder / "ct-3slice"))
    assert len(found) == 5 and sum(m.sum() for m in found.values()) == pydicom.dcmread(folder / "partial_overlaps.dcm").pixel_array.sum()


def test_a_single_frame_and_a_folder_of_segments(tmp_path):
    folder = data("io", "dicom", "highdicom")
    for name in ("ct_image.dcm", "seg_image_ct_binary_single_frame.dcm"):
        shutil.copy(folder / name, tmp_path / name)
    source = sources.build(DicomFolder(meaning={"first segment": "lung"}), tmp_path)
    case = source.read(source.cases()[0])
    assert case.image.shape == (1, 128, 128) and (case.label & LUNG > 0).sum() == 1832
    with pytest.raises(SourceError, match="draws 'first segment Bone'"):
        sources.build(DicomFolder(), tmp_path).read(source.cases()[0])


def frames_of(path, **change):
    """A SEG beside a series that has its frames' places."""
    d = pydicom.dcmread(path)
    shared = d.SharedFunctionalGroupsSequence[0]
    at = sorted({tuple(float(v) for v in f.PlanePositionSequence[0].ImagePositionPatient) for f in d.PerFrameFunctionalGroupsSequence}, key=lambda p: p[2])
    gap = at[1][2] - at[0][2]
    row, column = (float(v) for v in shared.PixelMeasuresSequence[0].PixelSpacing)
    affine = np.diag([column, row, gap, 1.0])
    affine[:3, 3] = at[0]
    count = int(round((at[-1][2] - at[0][2]) / gap)) + 1
    return dicom.Series(np.zeros((count, d.Rows, d.Columns), np.float32), (gap, row, column), affine), d


def test_fractional_segments_count_from_one_half():
    folder = data("io", "dicom", "highdicom")
    series, _ = frames_of(folder / "seg_image_ct_binary.dcm")
    binary = dicom.segments(folder / "seg_image_ct_binary.dcm", series)
    fractional = dicom.segments(folder / "seg_image_ct_binary_fractional.dcm", series)
    assert all(np.array_equal(binary[n], fractional[n]) for n in binary) and sum(m.sum() for m in binary.values()) == 638
    true = dicom.segments(folder / "seg_image_ct_true_fractional.dcm", series)
    raw = pydicom.dcmread(folder / "seg_image_ct_true_fractional.dcm").pixel_array
    assert sum(m.sum() for m in true.values()) == (raw >= 127.5).sum()


def test_segments_of_another_grid_are_refused():
    folder = data("io", "dicom", "highdicom")
    series, _ = frames_of(folder / "seg_image_ct_binary.dcm")
    series.affine[0, 3] += 0.4 * series.spacing_mm[2]
    with pytest.raises(SourceError, match="does not lie on the grid of its series"):
        dicom.segments(folder / "seg_image_ct_binary.dcm", series)


def test_no_case_is_read_twice_over(drawn):
    """Two folders, a structure set for each: the structures go to the series they name."""
    write_series(drawn / "other" / "ct", ramp((5, 20, 30)) + 100, origin=(-10.0, 5.0, 100.0), uid="1.2.4")
    write_rtstruct(drawn / "other" / "rt.dcm", {"Lung": [box(0.5, 3.5, 9.5, 12.5, 102)]}, uid="1.2.4")
    source = sources.build(DicomFolder(), drawn)
    assert source.cases() == ["other_ct", "patient_ct"]
    assert (source.read("other_ct").label & LUNG > 0).sum() == 9
    series, refs = dicom_folder.index(drawn)
    assert {k: len(v) for k, v in series.items()} == {"1.2.3": 5, "1.2.4": 5} and {k: len(v) for k, v in refs.items()} == {"1.2.3": 1, "1.2.4": 1}


@pytest.mark.parametrize(
    "places, id, whose",
    [
        (["p0/before", "p0/after", "p1/ct"], "", ["p0", "p0", "p1"]),  # several scans below a patient's folder
        (["p0/before", "p0/after", "p1/ct"], " ", ["p0", "p0", "p1"]),
        (["p0", "p0", "p1"], "", ["p0", "p0", "p1"]),  # two series in one folder
        (["all/a", "all/b"], "", ["all_a", "all_b"]),  # one folder for all of them: each its own
        (["p0/before", "p0/after", "p1/ct"], "one", ["one", "one", "one"]),
    ],
)
def test_whose_a_series_is(tmp_path, places, id, whose):
    """Without a PatientID it is the first folder's, so that the scans of one patient are not on two sides of a split."""
    for n, place in enumerate(places):
        made = tmp_path / "made"
        write_series(made, ramp((5, 20, 30)), origin=(-10.0, 5.0, 100.0), uid=f"1.2.3.{n}")
        folder = tmp_path / "set" / place
        folder.mkdir(parents=True, exist_ok=True)
        for path in made.iterdir():
            d = pydicom.dcmread(path)
            d.PatientID = id
            d.save_as(folder / f"{n}-{path.name}")
        write_rtstruct(folder / f"{n}-rt.dcm", {"Lung": [box(0.5, 3.5, 9.5, 12.5, 102)]}, uid=f"1.2.3.{n}")
    source = sources.build(DicomFolder("set"), tmp_path)
    got = {str(pydicom.dcmread(source.series[source.ids[c]][0], stop_before_pixels=True).SeriesInstanceUID): source.read(c).patient for c in source.cases()}
    assert [got[f"1.2.3.{n}"] for n in range(len(places))] == whose
