"""Writes expected.json: what nibabel reads from the NIfTI files of the test data.

usage: make_expected.py DATA > expected.json     (DATA: the folder that holds io/ and ct/)

Per file: the shape and affine (RAS mm) in file order; the shape, affine and spacing after
reorienting to L, P, S without resampling, affine then in LPS mm; minimum, maximum, mean and
standard deviation of the rescaled values; and the SHA-256 of the reoriented voxels, first axis
fastest, as little-endian int16 where all are whole numbers in its range, else float32.
"""

import hashlib
import json
import sys
from pathlib import Path

import nibabel as nib
import numpy as np


def describe(path: Path) -> dict:
    image = nib.load(path)
    values = np.asanyarray(image.dataobj).astype(np.float64)
    if values.ndim > 3 and values.shape[3:] != (1,) * (values.ndim - 3):
        return {"refused": True, "shape": list(values.shape)}
    values = values.reshape(values.shape[:3])
    start = nib.orientations.io_orientation(image.affine)
    turn = nib.orientations.ornt_transform(start, nib.orientations.axcodes2ornt("LPS"))
    turned = nib.orientations.apply_orientation(values, turn)
    affine = image.affine @ nib.orientations.inv_ornt_aff(turn, values.shape)
    lps = np.diag([-1, -1, 1, 1]) @ affine
    whole = bool(np.all(turned == np.trunc(turned)) and turned.min() >= -32768 and turned.max() <= 32767)
    stored = turned.astype("<i2" if whole else "<f4")
    return {
        "shape": list(values.shape),
        "affine": image.affine.tolist(),
        "canonical_shape": list(turned.shape),
        "canonical_affine_lps": lps.tolist(),
        "spacing": np.linalg.norm(lps[:3, :3], axis=0).tolist(),
        "min": float(values.min()),
        "max": float(values.max()),
        "mean": float(values.mean()),
        "std": float(values.std()),
        "int16": whole,
        "sha256": hashlib.sha256(stored.tobytes(order="F")).hexdigest(),
    }


def main() -> None:
    data = Path(sys.argv[1])
    names = sorted(p for p in (data / "io" / "nifti").glob("*/*.nii*"))
    names.append(data / "ct" / "lung1-001" / "lungs_left1_right2.nii.gz")
    names = [p for p in names if "nifti2" not in p.name]
    json.dump({str(p.relative_to(data)): describe(p) for p in names}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
