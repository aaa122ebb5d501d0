"""Writes synthetic SEG and RTSTRUCT files, and what other programs read from them.

    python make_expected.py FOLDER [CT-FOLDER RTSTRUCT] > expected.json

FOLDER, that of this script, gets small files: an L of two lungs and a finding that overlaps one of
them, on series of 7 x 9 x 5 voxels that face each of the ways in `TURNS`. No patient is in them.
highdicom writes the segmentations and SimpleITK says where in the patient their voxels lie; points in
polygons are told apart here. With a CT and its RTSTRUCT, the structures as the training's Python reads
them are counted too (run it with training/ on PYTHONPATH).
"""

import hashlib
import json
import sys
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.sr.codedict import codes
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless

COLUMNS, ROWS, SLICES = 7, 9, 5
SPACING = (0.8, 1.25, 2.5)  # columns, rows, slices
TURNS = {  # image orientation; slices are stacked along + or - the normal
    "axial": ([1, 0, 0, 0, 1, 0], 1),
    "axial-down": ([1, 0, 0, 0, 1, 0], -1),
    "prone": ([-1, 0, 0, 0, -1, 0], 1),
    "mirrored": ([-1, 0, 0, 0, 1, 0], 1),
    "swapped": ([0, 1, 0, 1, 0, 0], 1),
    "coronal": ([1, 0, 0, 0, 0, -1], 1),
    "sagittal": ([0, 1, 0, 0, 0, -1], 1),
    "oblique": ([0.96, 0.28, 0, -0.28, 0.96, 0], 1),
}
ORIGIN = np.array([12.5, -33.0, 101.0])


def uid(*parts):
    return "2.25." + str(int.from_bytes(hashlib.sha256("/".join(map(str, parts)).encode()).digest()[:15], "big"))


def shapes():
    """Label name to bool [slice, row, column]: nothing of it is symmetric."""
    left, right, finding = (np.zeros((SLICES, ROWS, COLUMNS), bool) for _ in range(3))
    left[0:4, 1:8, 4:6] = True
    left[0:2, 6:8, 3] = True
    right[1:4, 2:5, 0:3] = True
    finding[1:3, 3:7, 2:5] = True
    return {"Lung-Left": left, "Lung-Right": right, "Infection": finding}


def series(turn, down):
    """CT slices in memory."""
    row, col = np.array(turn[:3], float), np.array(turn[3:], float)
    normal = np.cross(row, col) * down
    out = []
    for k in range(SLICES):
        d = pydicom.Dataset()
        d.file_meta = pydicom.dataset.FileMetaDataset()
        d.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        d.SOPClassUID = d.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
        d.SOPInstanceUID = d.file_meta.MediaStorageSOPInstanceUID = uid("ct", turn, down, k)
        d.StudyInstanceUID, d.SeriesInstanceUID, d.FrameOfReferenceUID = uid("study"), uid("series", turn, down), uid("frame", turn, down)
        d.PatientID = d.PatientName = "SYNTHETIC"
        d.PatientBirthDate = d.PatientSex = d.StudyID = d.StudyDate = d.StudyTime = d.AccessionNumber = d.ReferringPhysicianName = ""
        d.Modality, d.SeriesNumber, d.InstanceNumber = "CT", 1, k + 1
        d.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        d.ImageOrientationPatient = list(turn)
        d.ImagePositionPatient = [float(round(v, 6)) for v in ORIGIN + normal * SPACING[2] * k]
        d.PixelSpacing, d.SliceThickness = [SPACING[1], SPACING[0]], SPACING[2]
        d.Rows, d.Columns, d.SamplesPerPixel, d.PhotometricInterpretation = ROWS, COLUMNS, 1, "MONOCHROME2"
        d.BitsAllocated = d.BitsStored = 16
        d.HighBit, d.PixelRepresentation = 15, 1
        d.RescaleIntercept, d.RescaleSlope = 0, 1
        d.PixelData = (np.arange(ROWS * COLUMNS, dtype=np.int16) - 900 + k).tobytes()
        out.append(d)
    return out


def segmentation(ct, kind, masks, syntax=ExplicitVRLittleEndian):
    names = list(masks)
    described = []
    for n, name in enumerate(names):
        lung = name.startswith("Lung")
        described.append(hd.seg.SegmentDescription(
            segment_number=n + 1, segment_label=name,
            segmented_property_category=codes.SCT.AnatomicalStructure if lung else codes.SCT.MorphologicallyAbnormalStructure,
            segmented_property_type=codes.SCT.Lung if lung else hd.sr.CodedConcept("233604007", "SCT", "Pneumonia"),
            algorithm_type=hd.seg.SegmentAlgorithmTypeValues.MANUAL))
    if kind == "LABELMAP":
        pixels = np.zeros((SLICES, ROWS, COLUMNS), np.uint8)
        for n, name in enumerate(names):
            pixels[masks[name]] = n + 1
    else:
        pixels = np.stack([masks[n] for n in names], -1).astype(np.float32 if kind == "FRACTIONAL" else np.uint8)
        if kind == "FRACTIONAL":  # what is less than one half is no part of it
            pixels = np.where(pixels > 0, 0.75, 0.25).astype(np.float32)
    seg = hd.seg.Segmentation(
        source_images=ct, pixel_array=pixels, segmentation_type=kind, segment_descriptions=described,
        series_instance_uid=uid("seg", kind), series_number=2, sop_instance_uid=uid("segsop", kind, syntax), instance_number=1,
        manufacturer="x", manufacturer_model_name="x", software_versions="x", device_serial_number="x",
        transfer_syntax_uid=syntax, omit_empty_frames=kind != "FRACTIONAL")
    return seg


def outlines(mask, k):
    """Closed loops round the voxels of a slice, on their borders: each voxel its own square."""
    for j, i in zip(*np.nonzero(mask[k])):
        yield [(i - 0.5, j - 0.5), (i + 0.5, j - 0.5), (i + 0.5, j + 0.5), (i - 0.5, j + 0.5)]


def structures(ct, loops, turn, down):
    """loops: name to a list of (slice, points in columns and rows)."""
    row, col = np.array(turn[:3], float), np.array(turn[3:], float)
    d = pydicom.Dataset()
    d.file_meta = pydicom.dataset.FileMetaDataset()
    d.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    d.SOPClassUID = d.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.481.3"
    d.SOPInstanceUID = d.file_meta.MediaStorageSOPInstanceUID = uid("rt", turn, down)
    d.Modality, d.PatientID = "RTSTRUCT", "SYNTHETIC"
    d.StructureSetROISequence, d.ROIContourSequence = [], []
    for n, (name, contours) in enumerate(loops.items()):
        roi = pydicom.Dataset()
        roi.ROINumber, roi.ROIName, roi.ReferencedFrameOfReferenceUID = n + 1, name, ct[0].FrameOfReferenceUID
        d.StructureSetROISequence.append(roi)
        drawn = pydicom.Dataset()
        drawn.ReferencedROINumber, drawn.ContourSequence = n + 1, []
        for k, points in contours:
            c = pydicom.Dataset()
            first = np.array(ct[k].ImagePositionPatient, float)
            xyz = [first + row * SPACING[0] * x + col * SPACING[1] * y for x, y in points]
            c.ContourGeometricType, c.NumberOfContourPoints = "CLOSED_PLANAR", len(points)
            c.ContourData = [f"{v:.4f}" for p in xyz for v in p]
            drawn.ContourSequence.append(c)
        d.ROIContourSequence.append(drawn)
    return d


LOOPS = {  # a lung with a hole in it, and an island in the hole; a triangle; points beside the voxels' centres
    "Lung-Left": [(k, p) for k in (0, 1, 3) for p in (
        [(0.6, 0.7), (6.3, 0.7), (6.3, 8.4), (0.6, 8.4)], [(1.7, 1.6), (5.4, 1.6), (5.4, 6.7), (1.7, 6.7)], [(2.6, 2.7), (4.3, 2.7), (4.3, 5.2)])],
    "GTV-1": [(2, [(0.2, 0.3), (6.1, 1.2), (2.2, 7.7)])],
}


def inside(points, x, y):
    odd = False
    for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1]):
        if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
            odd = not odd
    return odd


def patient(masks, turn, down):
    """Each label's voxels as LPS millimetres, by SimpleITK: count and mean, told to 0.01 mm, and sum of squares."""
    row, col = np.array(turn[:3], float), np.array(turn[3:], float)
    normal = np.cross(row, col) * down
    out = {}
    for name, m in masks.items():
        image = sitk.GetImageFromArray(m.astype(np.uint8))
        image.SetSpacing(SPACING)
        image.SetOrigin(ORIGIN.tolist())
        matrix = np.stack([row, col, normal], 1)
        right = np.linalg.det(matrix) > 0
        points = []
        for k, j, i in zip(*np.nonzero(m)):
            if right:
                image.SetDirection(matrix.ravel().tolist())
                points.append(image.TransformIndexToPhysicalPoint((int(i), int(j), int(k))))
            else:  # left-handed grids SimpleITK has none of
                points.append(ORIGIN + row * SPACING[0] * i + col * SPACING[1] * j + normal * SPACING[2] * k)
        points = np.array(points)
        out[name] = {"voxels": len(points), "mean": points.mean(0).round(4).tolist(), "square": round(float((points**2).sum(0) @ [1, 10, 100]), 2)}
    return out


def main():
    folder = Path(sys.argv[1])
    masks = shapes()
    apart = {n: m & ~masks["Infection"] if n != "Infection" else m for n, m in masks.items()}
    expected = {"files": {}}
    for turn, (orientation, down) in TURNS.items():
        ct = series(orientation, down)
        (folder / turn).mkdir(exist_ok=True)
        for k, d in enumerate(ct):
            d.save_as(folder / turn / f"ct{k}.dcm", enforce_file_format=True)
        loops = {n: [(k, p) for k in range(SLICES) for p in outlines(m, k)] for n, m in masks.items()}
        written = {"seg.dcm": segmentation(ct, "BINARY", masks), "rtstruct.dcm": structures(ct, loops, orientation, down)}
        of = {"seg.dcm": masks, "rtstruct.dcm": masks}
        if turn == "axial":
            written |= {"labelmap.dcm": segmentation(ct, "LABELMAP", apart), "labelmap-rle.dcm": segmentation(ct, "LABELMAP", apart, RLELossless),
                        "fractional.dcm": segmentation(ct, "FRACTIONAL", masks), "holes.dcm": structures(ct, LOOPS, orientation, down)}
            of |= {"labelmap.dcm": apart, "labelmap-rle.dcm": apart, "fractional.dcm": masks}
            drawn = {}
            for name, contours in LOOPS.items():
                m = np.zeros((SLICES, ROWS, COLUMNS), bool)
                for k, p in contours:
                    for j in range(ROWS):
                        for i in range(COLUMNS):
                            m[k, j, i] ^= inside(p, i, j)
                drawn[name] = m
            of["holes.dcm"] = drawn
        for name, d in written.items():
            d.save_as(folder / turn / name, enforce_file_format=True)
            expected["files"][f"{turn}/{name}"] = patient(of[name], orientation, down)
    if len(sys.argv) > 3:
        from opacity_training.sources import dicom

        ct = dicom.read_series(Path(sys.argv[2]))
        expected["lung1"] = {n: {"voxels": int(m.sum()), "sha256": hashlib.sha256(np.ascontiguousarray(m, np.uint8).tobytes()).hexdigest()}
                             for n, m in dicom.structures(Path(sys.argv[3]), ct).items()}
    json.dump(expected, sys.stdout, indent=1)


main()
