"""Compares what Opacity measures with what medpy, surface-distance, MONAI, SimpleITK, scikit-learn, SciPy, pingouin and statsmodels do, of the same masks, probabilities and numbers.

    python conformance.py --measure bin/conformance --opacity bin/opacity-headless [-o RESULTS.md] [--bench]

Fails where something differs that no known reason explains.
"""

import argparse
import importlib.metadata
import json
import multiprocessing
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import asked
import asked_numbers
import asked_scores
import bench
import flat
import made
import shared
import tables

PEERS = ["MedPy", "surface-distance", "monai", "SimpleITK", "scikit-learn", "scipy", "pingouin", "statsmodels", "numpy", "torch"]
TIME = "\n## Time\n\n"
TOLERANCE_TEXT = f"{tables.TOLERANCE:.0e}".replace("e-0", "e-")


def measured(program, folder, *flags):
    """What e2e/conformance prints."""
    return json.loads(subprocess.run([program, *flags, folder], check=True, stdout=subprocess.PIPE).stdout)


def masks(folder, pool, args):
    """Pairs of masks; returns what the peers will have said, and how many pairs are large."""
    small, large = list(made.small_pairs(args.pairs)), []

    def ask(of, *job):
        return pool.apply_async(asked.kept, (of, job, args.answers))

    for name, a, b, spacing in small:
        folder.pair(name, a, b, spacing)
    said = [ask(asked.of_small, *job) for _, *job in small]
    if not args.small:
        for name, a, b, spacing in made.large_pairs(args.opacity, folder.path):
            folder.pair(f"{name}, 512x512x300", a, b, spacing)
            large.append(ask(asked.of_large, a, b, spacing))
    return said + large, len(large)


def scores(folder):
    rng = np.random.default_rng(9)
    said = []
    for n in range(30):
        shape = [(3, 9, 13), (6, 24, 31), (12, 40, 70)][n % 3]
        bits = (8, 16, 32)[n // 3 % 3]
        p, reference = made.probabilities(rng, shape, bits)
        folder.score(f"{n}, {bits} bits", p, reference)
        said.append(asked_scores.of_score(p, reference))
    return said


def numbers(folder):
    """Vectors into the input; returns what the peers say, in the order of the output."""
    rng = np.random.default_rng(21)
    of, into = asked_numbers.OF_STATS, folder.input
    said = {"paired": [], "ratings": [], "repeated": [], "outcomes": [], "holm": []}
    for n in (4, 5, 6, 7, 9, 11, 20, 40, 60):
        for decimals in (0, 1, 3):
            v = of["paired"](rng, n, decimals)
            into["paired"].append({"a": v["a"], "b": v["b"]})
            said["paired"].append(asked_numbers.of_paired(v))
    for a, b in asked_numbers.EDGES.values():
        into["paired"].append({"a": a, "b": b})
        said["paired"].append(asked_numbers.of_edge(a, b))
    for n, k in ((5, 2), (6, 3), (8, 4), (12, 6), (15, 5), (20, 2), (30, 3), (50, 4)):
        v = of["raters"](rng, n, k)
        into["ratings"].append(v["ratings"])
        said["ratings"].append({"pingouin": asked_numbers.icc(v["icc"])})
    for n in (4, 10, 30):
        subject = np.sort(np.concatenate([np.arange(n), rng.integers(0, n, 5 * n)]))
        a = rng.normal(50, 10, n)[subject] + rng.normal(0, 3, len(subject))
        b = a + rng.normal(1, 2, n)[subject] + rng.normal(0, 2, len(subject))
        into["repeated"].append({"a": a, "b": b, "subject": subject})
        said["repeated"].append(asked_numbers.of_repeated(a, b, subject))
    for n in (8, 30, 200, 1000):
        positive = rng.random(n) < 0.4
        positive[:4] = [True, False, True, False]
        score, other = (np.round(rng.normal(0, 1, n) + positive, 1) for _ in range(2))
        into["outcomes"].append({"score": score, "other": other, "positive": positive})
        said["outcomes"].append(asked_numbers.of_outcome(score, other, positive))
    for n in (1, 3, 9, 40):
        p = rng.random(n) ** 3
        into["p_values"].append(p)
        said["holm"].append(asked_numbers.of_p_values(p))
    return said


def compared(folder, ours, of_masks, of_scores, of_numbers):
    t = tables.Tally()
    for pair, said, peers in zip(folder.input["pairs"], ours["pairs"], of_masks, strict=True):
        t.compare(pair["name"], flat.of_pair(said, made.TOLERANCES), peers)
    for score, said, peers in zip(folder.input["scores"], ours["scores"], of_scores, strict=True):
        t.compare("probabilities " + score["name"], flat.of_score(said), peers)
    kinds = {"paired": flat.of_paired, "ratings": flat.of_icc, "repeated": flat.of_repeated, "outcomes": flat.of_outcome, "holm": lambda p: {"holm": p}}
    edges = list(asked_numbers.EDGES)
    for kind, flatten in kinds.items():
        last = len(of_numbers[kind]) - len(edges)
        for n, (said, peers) in enumerate(zip(ours[kind], of_numbers[kind], strict=True)):
            where = edges[n - last] if kind == "paired" and n >= last else f"{kind} {n}"
            t.compare(where, flatten(said), peers)
    return t


def machine():
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{multiprocessing.cpu_count()} processors, {model}, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


def report(t, folder, large, timed):
    versions = ", ".join(f"{p} {importlib.metadata.version(p)}" for p in PEERS)
    of = folder.input
    n = len(of["pairs"])
    text = f"""# Agreement with other programs

Made by `make conformance`; do not edit. {n} pairs of masks ({large} of 512x512x300, the others up to 96 voxels a side), {len(of["scores"])} volumes of
probabilities, {len(of["paired"])} pairs of vectors, {len(of["ratings"])} tables of ratings, {len(of["repeated"])} of repeated measurements, {len(of["outcomes"])} of outcomes.

- Versions: {versions}.
- Machine: {machine()}.
- Counts and ranks are to be the same, everything else within {TOLERANCE_TEXT} relative to the larger of the two numbers (or to 1e-9 where both are smaller).
- surface-distance 0.1 asks NumPy for `np.Inf`, which NumPy 2 has no more: it is put back at run time. The package's code is as it is.
- Metrics Reloaded is not on the package index: its column is its published definitions (Maier-Hein, Reinke and others 2024) as short formulas.
- Distances of the large pairs are asked of the peers for the box that holds both masks, one voxel wider, which does not change them.
- Intervals of the ICC are printed by pingouin in hundredths and compared as such. Bootstraps draw at random: their comparison, within 2 % of the interval, is a test of `app/stats`.
- SimpleITK's average Hausdorff distance, statsmodels' Bland-Altman plot (SD by n) and pingouin's (approximate intervals of the limits) are other definitions and not compared.

## Every disagreement, with its reason

{t.disagreement_table()}

## Agreement

Keys are those of `evaluate`'s tables: `_pooled`, `_mean` and none for the larger of the two directed percentiles, `_18` and `_26` for neighbours of boundary
voxels where there are not 6, `_surfel` for surfaces between voxels, `_px` for voxels instead of mm. "at" is NSD's tolerance in mm.

{t.agreement_table()}
"""
    return text + (TIME + timed + "\n" if timed else "")


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--measure", required=True, type=Path, help="e2e/conformance, built")
    p.add_argument("--opacity", required=True, type=Path, help="the program, which makes the synthetic thorax")
    p.add_argument("-o", "--output", type=Path, help="write the tables here")
    p.add_argument("--pairs", type=int, default=280, help="how many random pairs")
    p.add_argument("--small", action="store_true", help="without the three large pairs")
    p.add_argument("--answers", type=Path, help="keep what the peers say of masks in this folder, so that a run can be stopped and started")
    p.add_argument("--bench", action="store_true", help="only time the large ones beside medpy, surface-distance and scikit-learn: minutes, with nothing else running")
    p.add_argument("--times", type=Path, help="write the times of --bench here too, as JSON")
    return p.parse_args()


def main():
    args = arguments()
    if args.answers:
        args.answers.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as where:
        folder = made.Folder(where)
        if args.bench:
            return timings(folder, args)
        with multiprocessing.get_context("forkserver").Pool(multiprocessing.cpu_count()) as pool:
            waiting, large = masks(folder, pool, args)
            of_scores, of_numbers = scores(folder), numbers(folder)
            folder.write()
            ours = measured(args.measure.resolve(), folder.path)
            said = [w.get() for w in waiting]
        t = compared(folder, ours, said, of_scores, of_numbers)
    text = report(t, folder, large, kept(args.output))
    print(text)
    if args.output:
        args.output.write_text(text)
    bad = t.unexplained()
    for key, peer, situation, cases in bad:
        print(f"{key} against {peer}, {situation}: {len(cases)} of them not explained, for instance {cases[0][1:]}", file=sys.stderr)
    return 1 if bad else 0


def timings(folder, args):
    """Prints the times and puts them behind the tables of an earlier run."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    rows = bench.times(folder, args.opacity, lambda *more: measured(args.measure.resolve(), *more))
    timed = bench.table(rows, load)
    print(timed)
    if args.times:
        args.times.write_text(json.dumps(rows))
    if args.output and args.output.exists():
        args.output.write_text(args.output.read_text().split(TIME)[0].rstrip() + TIME + timed + "\n")
    return 0


def kept(path):
    """The times of an earlier run, which are not taken each time."""
    return path.read_text().partition(TIME)[2].strip() if path and path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
