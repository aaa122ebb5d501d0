"""How a model behaves on whole volumes in HU, where the 8-bit slices say nothing: beyond the lungs, at their ends, under
other padding, kernels, metal and fields of view.

Scans of use `choice` may decide which model is shipped; those of use `test` are looked at when that is decided,
and never before. They are asked for by name.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import nibabel
import numpy as np

from .hu_lungs import label_lungs
from .metrics import dice
from .outline import body
from .parity import PROGRAM, program, read_volume, segment
from .phantom_volume import phantom_volume
from .runtime import Model
from .sources.case import INFECTION, LUNG
from .sources.dicom import Series, read_series
from .sources.nifti import write as write_nifti

PADDING = (-3024.0, -1024.0)  # what scanners leave outside their circle
METAL_HU, METAL_MM = 3071.0, (8.0, 40.0)  # a plate in the chest wall: depth, width
POINTS = 2.0  # of involvement, in percent of the lungs, that nothing of this may change
LUNG_LOST = 0.1  # of the lungs' volume, at most
BEYOND_MM = {"person": 3.0, "rules": 10.0, "exact": 3.0}  # how far from the outermost lung a slice holds none for certain, by who says where it is
LUNGS = {"person": "drawn by a person", "rules": "by rules of HU", "exact": "exact"}


@dataclass
class Scan:
    """hu float32 [z, y, x], x to the left, y to posterior, z upward; lungs and infection, where known, likewise."""

    name: str
    use: str  # choice or test
    hu: np.ndarray
    spacing_mm: tuple[float, float, float]
    lungs: np.ndarray
    drawn_by: str  # a key of LUNGS: who says where the lungs are
    infection: np.ndarray | None = None
    heights_mm: np.ndarray | None = None  # of the slices, in the patient's frame


@dataclass
class Finding:
    """One line of the table; good is None where there is no aim."""

    scan: str
    use: str
    what: str
    found: str
    aim: str = ""
    good: bool | None = None


def scans(root: Path, tests: bool) -> Iterator[Scan]:
    """A phantom and the two kernels of lungdx-a0001; with tests the two scans that are tests, too. One at a time."""
    hu, label, spacing = phantom_volume(np.random.default_rng(11), (80, 320, 320))
    yield Scan("phantom", "choice", hu.astype(np.float32), spacing, label & LUNG > 0, "exact", label & INFECTION > 0)
    for kernel, series in (("L", "series-2"), ("B", "series-3")):
        yield _by_rules(f"lungdx-a0001 kernel {kernel}", "choice", read_series(root / "ct" / "lungdx-a0001" / "dicom" / series))
    if tests:
        series = read_series(root / "ct" / "lung1-001" / "dicom")
        yield Scan("lung1-001", "test", series.hu, series.spacing_mm, _drawn(root / "ct" / "lung1-001" / "lungs_left1_right2.nii.gz", series), "person")
        yield _by_rules("ricord-000082", "test", _converted(root / "ct" / "ricord-000082" / "dicom"))


def _converted(folder: Path) -> Series:
    """A series read by the program, which knows lossless JPEG without further libraries."""
    with tempfile.TemporaryDirectory() as scratch:
        program("convert", folder, Path(scratch) / "volume.nii")
        return Series(*read_volume(Path(scratch) / "volume.nii"))


def _by_rules(name: str, use: str, series: Series) -> Scan:
    heights = None if series.affine is None else series.affine[2, 3] + series.affine[2, 2] * np.arange(len(series.hu))
    lungs, _, _ = label_lungs(series)
    return Scan(name, use, series.hu, series.spacing_mm, lungs, "rules", heights_mm=heights)


def _drawn(path: Path, series: Series) -> np.ndarray:
    """A label file on the series' grid, by its header: files say right-anterior-superior, series left-posterior-superior."""
    image = nibabel.as_closest_canonical(nibabel.load(path))
    mask = np.asarray(image.dataobj).transpose(2, 1, 0)[:, ::-1, ::-1] > 0
    corner = image.affine @ [mask.shape[2] - 1, mask.shape[1] - 1, 0, 1]
    if mask.shape != series.hu.shape or not np.allclose([-corner[0], -corner[1], corner[2]], series.affine[:3, 3], atol=0.1):
        raise ValueError(f"{path} does not lie on the grid of the series beside it")
    return mask


@dataclass
class Found:
    """What a model calls lung and infection, bool [z, y, x]; lung with the infection in it."""

    lung: np.ndarray
    infection: np.ndarray

    def involvement(self, where: object = ...) -> float:
        """Infection in percent of the lung, within a part of the grid."""
        return 100.0 * float(self.infection[where].sum()) / max(float(self.lung[where].sum()), 1.0)


Run = Callable[[np.ndarray, tuple[float, float, float]], Found]  # HU [z, y, x] and spacing (z, y, x)


def here(path: Path) -> Run:
    """Through the whole of the metadata, postprocessing included, in Python."""
    model = Model(path)

    def run(hu: np.ndarray, spacing_mm: tuple[float, float, float]) -> Found:
        _, masks = model.volume(hu, spacing_mm)
        infection = masks.get("infection", np.zeros(hu.shape, bool))
        return Found(np.logical_or.reduce([infection, *(m for name, m in masks.items() if name.endswith("lung"))]), infection)

    return run


def in_program(path: Path) -> Run:
    """The same through the program, several times as fast; parity says that it is the same."""

    def run(hu: np.ndarray, spacing_mm: tuple[float, float, float]) -> Found:
        with tempfile.TemporaryDirectory() as scratch:
            volume = Path(scratch) / "volume.nii"
            write_nifti(volume, np.clip(np.rint(hu), -32768, 32767).astype(np.int16), spacing_mm)
            mask, _ = segment(volume, path, Path(scratch) / "out", probabilities=False)
        return Found(np.isin(mask, (1, 2, 3)), mask == 3)

    return run


def extent(lungs: np.ndarray) -> tuple[int, int]:
    """First slice with lung, and the one after the last."""
    k = np.flatnonzero(lungs.any(axis=(1, 2)))
    return int(k[0]), int(k[-1]) + 1


def longest_run(mask: np.ndarray) -> int:
    """Most neighbouring slices in a row that hold any of it."""
    longest = now = 0
    for any_ in mask.any(axis=(1, 2)):
        now = now + 1 if any_ else 0
        longest = max(longest, now)
    return longest


def beyond(scan: Scan, found: Found) -> list[Finding]:
    """What is called lung or infection in the slices past the outermost lung: in those that hold none for certain, and in the nearer
    ones. Where a lung ends is a matter of a slice or two, also among people, and of more where rules say it."""
    first, after = extent(scan.lungs)
    mm = BEYOND_MM[scan.drawn_by]
    margin = int(np.ceil(mm / scan.spacing_mm[0]))
    k = np.arange(len(scan.hu))
    outside = (k < first - margin) | (k >= after + margin)
    near = ((k < first) | (k >= after)) & ~outside
    called = found.lung | found.infection
    out = []
    for where, words in ((outside, f"over {mm:g} mm from"), (near, f"within {mm:g} mm of")):
        n = int(called[where].any(axis=(1, 2)).sum())
        ml = float(called[where].sum() * np.prod(scan.spacing_mm)) / 1000
        what = f"called lung where there is none, {words} the outermost lung ({LUNGS[scan.drawn_by]})"
        text = f"{n} of {int(where.sum())} slices, {ml:.1f} ml" if where.any() else "no such slice"
        out.append(Finding(scan.name, scan.use, what, text, "nothing", n == 0 if where.any() else None))
    return out


def against_drawn(scan: Scan, found: Found) -> list[Finding]:
    """Dice of the lungs: the whole volume and the first and last tenth of the lung's height."""
    first, after = extent(scan.lungs)
    tenth = max(1, round((after - first) / 10))
    parts = [("whole volume", slice(None), 0.97), ("lowest tenth", slice(first, first + tenth), 0.85), ("highest tenth", slice(after - tenth, after), 0.85)]
    out = []
    for name, where, aim in parts:
        value = dice(scan.lungs[where], found.lung[where])
        out.append(Finding(scan.name, scan.use, f"lung Dice, {name}", f"{value:.3f}", f">= {aim}", value >= aim))
    if scan.infection is not None:
        out.append(Finding(scan.name, scan.use, "infection Dice", f"{dice(scan.infection, found.infection):.3f}"))
    return out


def infection_called(scan: Scan, found: Found) -> Finding:
    """How much infection, and over how many slices in a row: the limit of detection where the patient has none."""
    ml = float(found.infection.sum() * np.prod(scan.spacing_mm)) / 1000
    none = scan.name == "lung1-001"  # a tumour and no infection: an upper bound
    text = f"{ml:.1f} ml, {found.involvement():.2f} % of the lungs; longest run {longest_run(found.infection)} slices"
    return Finding(scan.name, scan.use, "infection called", text, "<= 60 ml" if none else "", ml <= 60 if none else None)


def circle(hu: np.ndarray, value: float) -> np.ndarray:
    """The volume with everything outside the scanner's circle set to a value; padding that is there already is replaced."""
    y, x = (np.arange(n) - (n - 1) / 2 for n in hu.shape[1:])
    outside = (y[:, None] / hu.shape[1]) ** 2 + (x[None] / hu.shape[2]) ** 2 > 0.495**2
    return np.where(outside[None] | (hu < -1500), np.float32(value), hu)


def with_metal(scan: Scan) -> np.ndarray:
    """A plate under the skin before the left lung, over the middle third of the lung's height."""
    hu, outline = scan.hu.copy(), body(scan.hu, scan.spacing_mm)
    first, after = extent(scan.lungs)
    dy, dx = (max(1, int(round(mm / s))) for mm, s in zip(METAL_MM, scan.spacing_mm[1:]))
    middle = scan.hu.shape[2] / 2
    for k in range(first + (after - first) // 3, first + 2 * (after - first) // 3):
        columns = np.flatnonzero(scan.lungs[k].any(axis=0) & (np.arange(scan.hu.shape[2]) > middle))
        if not len(columns):
            continue
        x = int(columns.mean())
        rows = np.flatnonzero(outline[k, :, x])
        if len(rows):
            y = int(rows[0]) + dy
            plate = hu[k, y : y + dy, max(0, x - dx // 2) : x + dx // 2]
            plate[~scan.lungs[k, y : y + dy, max(0, x - dx // 2) : x + dx // 2]] = METAL_HU
    return hu


def changes(run: Run, scan: Scan, found: Found) -> list[Finding]:
    """Involvement under what must not change it, in points of percent; a lung that is lost does not count as unchanged."""
    ml = float(np.prod(scan.spacing_mm)) / 1000

    def finding(what: str, a: Found, b: Found, where: object = ...) -> Finding:
        one, other = a.involvement(where), b.involvement()
        lungs = [float(a.lung[where].sum()) * ml, float(b.lung.sum()) * ml]
        same = abs(one - other) <= POINTS and min(lungs) >= (1 - LUNG_LOST) * max(lungs)
        text = f"{one:.2f} % of {lungs[0]:.0f} ml and {other:.2f} % of {lungs[1]:.0f} ml"
        return Finding(scan.name, scan.use, what, text, f"<= {POINTS:g} points, lungs within {LUNG_LOST:.0%}", same)

    low, high = (run(circle(scan.hu, v), scan.spacing_mm) for v in PADDING)
    out = [finding("padding -3024 and -1024", low, high)]
    out.append(finding("without and with a metal insert", found, run(with_metal(scan), scan.spacing_mm)))
    rows, columns = (slice(n // 4, n // 4 + n // 2) for n in scan.hu.shape[1:])
    half = run(np.ascontiguousarray(scan.hu[:, rows, columns]), scan.spacing_mm)
    return [*out, finding("whole and half field of view, the same region", found, half, (slice(None), rows, columns))]


def kernels(a: tuple[Scan, Found], b: tuple[Scan, Found]) -> Finding:
    """Involvement in the slices that two reconstructions of one study share."""
    pairs = [(i, j) for i, h in enumerate(a[0].heights_mm) for j in [int(np.abs(b[0].heights_mm - h).argmin())] if abs(b[0].heights_mm[j] - h) < 0.5]
    i, j = (list(v) for v in zip(*pairs)) if pairs else ([], [])
    first, second = a[1].involvement(i), b[1].involvement(j)
    text = f"{first:.2f} % and {second:.2f} % over {len(i)} slices"
    return Finding("lungdx-a0001", "choice", "kernel L and kernel B", text, f"<= {POINTS:g} points apart", bool(pairs) and abs(first - second) <= POINTS)


def of_scan(run: Run, scan: Scan) -> tuple[list[Finding], Found]:
    """Every check that one scan allows."""
    found = run(scan.hu, scan.spacing_mm)
    rows = [*beyond(scan, found), *([] if scan.drawn_by == "rules" else against_drawn(scan, found)), infection_called(scan, found)]
    return rows + changes(run, scan, found), found


def behaviour(path: Path, root: Path, tests: bool = False, say=print) -> list[Finding]:
    """Run a model over the scans, in the program where it is built, printing the table as it grows."""
    run = in_program(path) if PROGRAM.exists() else here(path)
    rows, kept = [], []

    def note(some: list[Finding]) -> None:
        rows.extend(some)
        for r in some:
            say(line(r))

    for scan in scans(root, tests):
        some, found = of_scan(run, scan)
        note(some)
        if scan.name.startswith("lungdx"):
            kept.append((scan, found))
    note([kernels(*kept)])
    return rows


def keep(path: Path, rows: list[Finding], results: Path) -> Path:
    """The findings beside the records, for the table of targets; without the tests those of an earlier run stay."""
    metadata = Model(path).metadata
    where = results / "behaviour" / f"{metadata['id']}.json"
    same = {"model": metadata["id"], "version": metadata["version"], "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    old = json.loads(where.read_text(encoding="utf-8")) if where.exists() else {}
    found = [asdict(r) for r in rows]
    if {k: old.get(k) for k in same} == same:
        done = {r.scan for r in rows}
        found += [f for f in old["rows"] if f["scan"] not in done]
    where.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(f"  {json.dumps(f)}" for f in found)
    where.write_text(json.dumps(same, indent=1)[:-2] + f',\n "rows": [\n{lines}\n ]\n}}\n', encoding="utf-8")
    return where


def line(r: Finding) -> str:
    mark = {True: "ok  ", False: "FAIL", None: "    "}[r.good]
    return f"{mark}  {r.scan:<21}  {r.use:<6}  {r.what:<52}  {r.found:<58}  {r.aim}".rstrip()


def markdown(rows: list[Finding]) -> str:
    """The same for a model's card."""
    lines = ["| scan | use | what | found | aim |", "|---|---|---|---|---|"]
    return "\n".join(lines + [f"| {r.scan} | {r.use} | {r.what} | {r.found}{' **missed**' if r.good is False else ''} | {r.aim} |" for r in rows]) + "\n"
