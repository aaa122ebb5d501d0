"""The checks on whole volumes, with models that behave well or badly on purpose."""

import dataclasses

import numpy as np
import pytest
from conftest import data
from test_export import checkpoint

from opacity_training import behaviour
from opacity_training.behaviour import Found, Scan
from opacity_training.export import export
from opacity_training.parity import PROGRAM


def by_range(lung, infection):
    """A model that calls lung what is within a range of HU, and infection a part of that."""
    return lambda hu, spacing_mm: Found((hu >= lung[0]) & (hu < lung[1]), (hu >= infection[0]) & (hu < infection[1]))


@pytest.fixture
def scan() -> Scan:
    """Two lungs of 20 slices in a body of 40, air around."""
    hu = np.full((40, 80, 80), -1000, np.float32)
    y, x = np.mgrid[:80, :80]
    hu[:, (y - 40) ** 2 + (x - 40) ** 2 < 36**2] = 40
    lungs = np.zeros(hu.shape, bool)
    lungs[10:30, 25:60, 15:35] = lungs[10:30, 25:60, 45:65] = True
    hu[lungs] = -800
    hu[20, 30:40, 20:30] = -400
    hu[21, 30:40, 20:30] = -400
    return Scan("made", "choice", hu, (5.0, 4.0, 4.0), lungs, "person")


GOOD = by_range((-950, -200), (-500, -200))


def test_a_good_model_passes(scan):
    found = GOOD(scan.hu, scan.spacing_mm)
    assert found.involvement() == pytest.approx(100 * 200 / 28000)
    assert [(f.good, f.found) for f in behaviour.beyond(scan, found)] == [(True, "0 of 18 slices, 0.0 ml"), (True, "0 of 2 slices, 0.0 ml")]
    assert [f.good for f in behaviour.against_drawn(scan, found)] == [True] * 3
    assert "longest run 2 slices" in behaviour.infection_called(scan, found).found
    assert all(f.good for f in behaviour.changes(GOOD, scan, found))


def test_a_bad_model_does_not(scan):
    bad = by_range((-1500, 100), (-500, 100))
    found = bad(scan.hu, scan.spacing_mm)
    assert [f.good for f in behaviour.beyond(scan, found)] == [False, False]
    whole, low, high = behaviour.against_drawn(scan, found)
    assert not whole.good and not low.good and not high.good
    moved = Found(np.roll(scan.lungs, 1, axis=0), np.zeros_like(scan.lungs))
    assert [f.good for f in behaviour.against_drawn(scan, moved)] == [False, False, True]  # its lowest slice of two is lost
    far, near = behaviour.beyond(scan, moved)
    assert far.good and not near.good and near.found == "1 of 2 slices, 112.0 ml"
    full = dataclasses.replace(scan, hu=scan.hu[10:30], lungs=scan.lungs[10:30])
    assert [(f.good, f.found) for f in behaviour.beyond(full, GOOD(full.hu, full.spacing_mm))] == [(None, "no such slice")] * 2


def test_padding_and_metal_are_put_where_they_belong(scan):
    far, near = (behaviour.circle(scan.hu, v) for v in behaviour.PADDING)
    changed = far != near
    assert changed[:, 0, 0].all() and not changed[:, 40].any() and (far[changed] == -3024).all()
    assert (behaviour.circle(far, -1024.0) == near).all()  # padding that was there is replaced
    metal = behaviour.with_metal(scan)
    plate = metal == behaviour.METAL_HU
    assert plate.any() and not (plate & scan.lungs).any() and not plate[:16].any() and not plate[23:].any()
    assert (scan.hu[plate] == 40).all() and np.nonzero(plate)[2].min() > 40


def test_a_model_that_padding_disturbs_is_caught(scan):
    def bad(hu, spacing_mm):
        found = GOOD(hu, spacing_mm)
        return Found(found.lung, found.lung) if hu.min() < -2000 else found

    padding, metal, field = behaviour.changes(bad, scan, GOOD(scan.hu, scan.spacing_mm))
    assert not padding.good and metal.good and field.good


def test_a_lung_that_is_lost_is_no_agreement(scan):
    def bad(hu, spacing_mm):
        found = GOOD(hu, spacing_mm)
        return found if hu.shape[1] == 80 else Found(found.lung & False, found.lung & False)

    padding, metal, field = behaviour.changes(bad, scan, GOOD(scan.hu, scan.spacing_mm))
    assert padding.good and metal.good and not field.good and "0.00 % of 0 ml" in field.found


def test_kernels_are_compared_where_both_have_slices(scan):
    found = GOOD(scan.hu, scan.spacing_mm)
    scan.heights_mm = np.arange(40) * 5.0
    part = Scan("b", "choice", scan.hu[5:25], scan.spacing_mm, scan.lungs[5:25], "rules", heights_mm=np.arange(5, 25) * 5.0 + 0.1)
    other = Found(found.lung[5:25], found.infection[5:25])
    same = behaviour.kernels((scan, found), (part, other))
    assert same.good and same.found.endswith("over 20 slices")
    other.infection = other.lung
    assert not behaviour.kernels((scan, found), (part, other)).good


def test_the_table_says_what_was_missed():
    rows = [behaviour.Finding("a", "test", "x", "1 ml", "nothing", False), behaviour.Finding("a", "test", "y", "2 ml")]
    assert behaviour.line(rows[0]).startswith("FAIL  a") and behaviour.line(rows[1]).startswith("      a")
    assert "| a | test | x | 1 ml **missed** | nothing |" in behaviour.markdown(rows)


def test_here_and_in_the_program_it_is_the_same(tmp_path):
    if not PROGRAM.exists():
        pytest.skip(f"{PROGRAM} is not built (make headless)")
    path = export(checkpoint("plain", tmp_path / "run"), tmp_path / "out", tmp_path)
    hu = np.random.default_rng(1).normal(-500, 300, (9, 96, 96)).astype(np.float32).round()
    ours, theirs = (make(path)(hu, (5.0, 2.0, 2.0)) for make in (behaviour.here, behaviour.in_program))
    assert ours.lung.any() and (ours.lung == theirs.lung).all() and (ours.infection == theirs.infection).all()


def test_scans_that_are_tests_have_to_be_asked_for():
    root = data("ct", "lungdx-a0001").parents[1]
    those = list(behaviour.scans(root, tests=False))
    assert [s.name for s in those] == ["phantom", "lungdx-a0001 kernel L", "lungdx-a0001 kernel B"] and {s.use for s in those} == {"choice"}
    heights = those[1].heights_mm
    assert np.allclose(np.diff(heights), 5.0, atol=0.01)


def test_drawn_lungs_lie_on_their_scan():
    root = data("ct", "lung1-001")
    series = behaviour.read_series(root / "dicom")
    lungs = behaviour._drawn(root / "lungs_left1_right2.nii.gz", series)
    assert series.hu[lungs].mean() < -600 and behaviour.extent(lungs)[0] > 0
