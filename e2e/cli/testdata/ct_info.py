"""Writes ct_info.json: what SimpleITK says of each CT series under a folder.

usage: python ct_info.py FOLDER OUT.json    (FOLDER holds lung1-001, lungdx-a0001, ricord-000082)
"""
import json
import os
import sys

import SimpleITK as sitk

folder, out = sys.argv[1:]
found = {}
for where, _, names in sorted(os.walk(folder)):
    for uid in sitk.ImageSeriesReader.GetGDCMSeriesIDs(where) or []:
        files = sitk.ImageSeriesReader.GetGDCMSeriesFileNames(where, uid)
        if len(files) < 3:
            continue
        image = sitk.ReadImage(files)
        values = sitk.MinimumMaximumImageFilter()
        values.Execute(image)
        found[os.path.relpath(where, folder).replace(os.sep, "/")] = {
            "files": len(files),
            "size": list(image.GetSize()),
            "spacing_mm": list(image.GetSpacing()),
            "orientation": sitk.DICOMOrientImageFilter.GetOrientationFromDirectionCosines(image.GetDirection()),
            "range": [values.GetMinimum(), values.GetMaximum()],
        }
with open(out, "w") as f:
    json.dump(found, f, indent=1)
    f.write("\n")
