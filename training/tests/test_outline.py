"""The body's outline, here and in the program: on whole pictures, cut ones and padded ones."""

import os

import numpy as np
import pytest
from test_export import checkpoint

from opacity_training import parity
from opacity_training.export import export, write_metadata
from opacity_training.outline import ball, body
from opacity_training.runtime import Model
from opacity_training.sources.nifti import write as write_nifti

CUTS = {  # rows, columns as shares of the picture; diameter of a circle in shares of the piece, 0 for none; what lies beyond it
    "whole": ((0, 1), (0, 1), 0, 0),
    "middle half": ((0.25, 0.75), (0.25, 0.75), 0, 0),
    "right half": ((0, 1), (0, 0.5), 0, 0),
    "front half": ((0, 0.5), (0, 1), 0, 0),
    "circle, padded with -3024": ((0, 1), (0, 1), 0.6, -3024),
    "circle that fills the picture": ((0.2, 0.8), (0.2, 0.8), 1, -2000),
}


def cut(hu: np.ndarray, rows, columns, circle: float, padding: float) -> np.ndarray:
    (j0, j1), (i0, i1) = ([round(v * n) for v in share] for share, n in zip((rows, columns), hu.shape[1:]))
    out = np.ascontiguousarray(hu[:, j0:j1, i0:i1])
    if circle:
        y, x = (np.arange(n) - (n - 1) / 2 for n in out.shape[1:])
        out = np.where(y[:, None] ** 2 + x[None] ** 2 > (circle / 2 * min(out.shape[1:])) ** 2, np.float32(padding), out)
    return out


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """A model that calls every voxel, so that what is left of it is the body as the program sees it."""
    if not parity.PROGRAM.exists():
        say = pytest.fail if os.environ.get("OPACITY_REQUIRE_DATA") == "1" else pytest.skip
        say(f"{parity.PROGRAM} is not built (make headless)")
    tmp = tmp_path_factory.mktemp("everything")
    path = export(checkpoint("plain", tmp / "run"), tmp / "out", tmp)
    parity.picture_of(path, tmp / "all.onnx", -1e6, -1e6 + 1)
    metadata = Model(tmp / "all.onnx").metadata
    metadata["output"]["channels"][0]["label"] = "all"
    metadata["postprocess"] = [{"op": "in_body", "label": "all"}]
    metadata["input"]["unit"] = "HU"
    write_metadata(tmp / "all.onnx", metadata)
    return tmp / "all.onnx"


@pytest.mark.parametrize("side", [160, 400])  # the large one is looked at every second voxel
@pytest.mark.parametrize("name", CUTS)
def test_as_the_program_finds_it(everything, name, side, tmp_path):
    _, hu, spacing_mm = parity.phantom(tmp_path, side)
    if side > 200:
        hu = hu[8:14]
    hu = np.rint(cut(hu, *CUTS[name]))
    write_nifti(tmp_path / "cut.nii.gz", hu.astype(np.int16), spacing_mm)
    theirs, _ = parity.segment(tmp_path / "cut.nii.gz", everything, tmp_path / "out", probabilities=False)
    ours = body(hu, spacing_mm)
    differ = int((ours != (theirs > 0)).sum())
    assert differ <= parity.VOXELS * ours.size, f"{differ} of {ours.size}, body {ours.sum()} here, {(theirs > 0).sum()} there"
    assert 0.2 < ours.mean() < 1 or name == "middle half"


@pytest.mark.parametrize(
    "name, value, where, at, want",
    [
        ("lung", -850, "wide", (60, 30), True),
        ("lung at full breath", -915, "wide", (60, 30), True),
        ("mattress", -955, "wide", (60, 30), False),
        ("air", -1000, "wide", (60, 30), False),
        ("a fold", -850, "fold", (41, 30), False),
        ("as grey as lung, around the body", -850, "around", (5, 5), False),
        ("lung between the body and a piece of wall", -850, "between", (60, 30), True),
        ("that piece of wall", -850, "between", (60, 5), True),
        ("a piece of something beyond air", -1000, "between", (60, 5), False),
    ],
)
def test_openings_at_the_edge(name, value, where, at, want):
    """As inference/body_test.go has them."""
    k, j, i = np.mgrid[:6, :120, :120]
    there = {
        "wide": (j < 60) & (i >= 40) & (i < 80),
        "fold": (j < 60) & (i >= 40) & (i < 43),
        "around": np.minimum(np.minimum(i, j), np.minimum(119 - i, 119 - j)) < 10,
        "between": (j >= 10) & (j < 60),
    }[where]
    hu = np.where(there, value, 40) + (31 * i + 17 * j + 7 * k) % 61 - 30
    found = body(hu.astype(np.float32), (3.0, 1.5, 1.5))
    assert bool(found[3, at[1], at[0]]) == want and found[3, 90, 60]


def test_odd_volumes():
    for shape, value, want in (((3, 30, 40), -1000, 0), ((3, 30, 40), -3024, 0), ((3, 30, 40), 0, 3600), ((1, 387, 385), 0, 387 * 385), ((1, 1, 1), 0, 1), ((0, 4, 4), 0, 0)):
        assert body(np.full(shape, value, np.float32), (1.0, 1.0, 1.0)).sum() == want, (shape, value)


def test_a_ball_reaches_whole_radii():
    assert ball(3, (1.0, 1.0)).shape == (7, 7) and ball(3, (1.0, 1.0))[0].sum() == 1 and ball(1, (2.0, 0.5)).tolist() == [[1] * 5]
