"""Write expected.json: what SimpleITK reads from the test data.

python make_expected.py DATA_FOLDER expected.json

Every number comes from SimpleITK (GDCM), except the J2KI case, which is lossy
and compared with a tolerance. Voxels are hashed as int16, little endian, i
fastest, in the LPS order in which SimpleITK gives axial stacks.
"""
import hashlib
import json
import pathlib
import sys

import numpy as np
import SimpleITK as sitk

SINGLE = ["io/dicom/cornerstone-ct/*", "io/dicom/wg04-ct1/*", "io/dicom/pydicom/CT_small.dcm",
          "io/dicom/highdicom/ct_image.dcm", "io/dicom/dcmqi/24x38x3/multiframe/mf.dcm"]
SERIES = ["ct/lung1-001/dicom", "ct/ricord-000082/dicom", "ct/lungdx-a0001/dicom/series-2",
          "ct/lungdx-a0001/dicom/series-3", "io/dicom/dcmqi/ct-3slice", "io/dicom/dicomdir/98892001/CT5N"]


def describe(image):
    a = sitk.GetArrayFromImage(image)
    size = image.GetSize()
    corners = [[(size[c] - 1) * (n >> c & 1) for c in range(3)] for n in range(8)]
    return {
        "size": size,
        "spacing_mm": image.GetSpacing(),
        "corners_mm": [image.TransformIndexToPhysicalPoint(c) for c in corners],
        "min": float(a.min()), "max": float(a.max()), "mean": float(a.mean(dtype=np.float64)),
        "sha256": hashlib.sha256(a.astype("<i2").tobytes()).hexdigest(),
    }


def main(root, out):
    root, result = pathlib.Path(root), {}
    for pattern in SINGLE:
        for path in sorted(root.glob(pattern)):
            try:
                result[path.relative_to(root).as_posix()] = describe(sitk.ReadImage(str(path)))
            except RuntimeError:
                print("SimpleITK does not read", path.name)
    for folder in SERIES:
        reader = sitk.ImageSeriesReader()
        ids = reader.GetGDCMSeriesIDs(str(root / folder))
        assert len(ids) == 1, (folder, ids)
        reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(root / folder), ids[0]))
        result[folder] = describe(reader.Execute())
    result["written_by"] = "SimpleITK " + sitk.Version_VersionString()
    with open(out, "w", encoding="utf-8") as f:
        json.dump(result, f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
