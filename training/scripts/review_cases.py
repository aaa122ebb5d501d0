"""Predictions of patients a model has not seen as NIfTI, for measuring in which order to look at slices (make review-curve).

    python scripts/review_cases.py FOLDER [SYSTEM ...] [--runs RUNS] [--data ROOT] [--model FILE --held-out SYSTEM]

No system named: every one of RUNS that has out-of-fold probabilities. --model adds an exported model, on the test
cases of the system it is from. Writes, for each scan, FOLDER/NAME/SCAN/{prob_CLASS,predicted,reference}.nii.gz,
uint8 [x, y, z] of 1 mm voxels (the slices came without a spacing): probabilities 0..255; bits 1 lung, 2 infection,
and in the reference 4 where the lung and 8 where the infection is not known. The folder must be outside the repository.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from opacity_training import paths, predictions, sources  # noqa: E402
from opacity_training.__main__ import config  # noqa: E402
from opacity_training.evaluate import predicted, variants  # noqa: E402
from opacity_training.labels import BIT, UNKNOWN  # noqa: E402
from opacity_training.learn import trained_on  # noqa: E402
from opacity_training.samples import scans  # noqa: E402
from opacity_training.sources import Case  # noqa: E402
from opacity_training.sources.nifti import write  # noqa: E402
from opacity_training.system import load  # noqa: E402

BITS = {"lung": 1, "infection": 2}


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("folder", type=Path)
    p.add_argument("systems", nargs="*")
    p.add_argument("--runs", type=Path, default=paths.RUNS)
    p.add_argument("--data", type=Path)
    p.add_argument("--model", type=Path)
    p.add_argument("--held-out", default="default-2d", metavar="SYSTEM")
    args = p.parse_args()
    if paths.inside_repository(args.folder):
        sys.exit(f"{args.folder} is inside the repository: what is made of patients' pictures stays out of it")
    found = sorted({f.parents[2].name for f in args.runs.glob("*/fold-*/probabilities/*.npz")})
    made = sum(of_system(args.folder, name, args.runs, args.data) for name in args.systems or found)
    if args.model:
        made += of_model(args.folder, args.model, args.held_out, args.data)
    if not made:
        sys.exit(f"{args.runs} holds no out-of-fold predictions of infection: run crossval first, or name a --model")


def of_system(folder: Path, name: str, runs: Path, root: Path | None) -> int:
    """The out-of-fold predictions of a system; how many cases there are."""
    try:
        system = load(config(name))
    except (ValueError, OSError) as e:
        print(f"{name}: left out: {e}", file=sys.stderr)
        return 0
    if system.protocol.split == "leaky-slice":
        print(f"{name}: left out: it was trained on other slices of the same patients", file=sys.stderr)
        return 0
    source, made = sources.build(system.data.source, root), 0
    for id, (fold, where) in sorted(predictions.of_system(runs / name).items()):
        probability = {c: p for c, p in predictions.read(where).items() if c in BITS}
        if "infection" in probability:
            masks = {c: p > 255 * system.predict.threshold for c, p in probability.items()}
            put(folder / name / f"fold-{fold}_{id}", source.read(id), probability, masks)
            made += 1
    return made


def of_model(folder: Path, path: Path, held_out: str, root: Path | None) -> int:
    """An exported model, before any postprocessing, on the patients it was not trained on."""
    system = load(config(held_out))
    models = variants(path)
    seen = sorted(set(trained_on(models[0].metadata)) & set(system.protocol.test_cases))
    if seen:
        sys.exit(f"{path} was trained on {', '.join(seen)}: take the out-of-fold predictions of a system instead")
    source = sources.build(system.data.source, root)
    for id in system.protocol.test_cases:
        case = source.read(id)
        try:
            found, masks = predicted(models, case)
        except ValueError as e:
            sys.exit(str(e))
        put(folder / path.stem / id, case, {c: np.rint(255 * found[c]).astype(np.uint8) for c in BITS}, {c: masks[c] for c in BITS})
    return len(system.protocol.test_cases)


def put(folder: Path, case: Case, probability: dict[str, np.ndarray], masks: dict[str, np.ndarray]) -> None:
    """The files of a case, of each scan that it joins by itself."""
    predicted, reference = (np.zeros(case.label.shape, np.uint8) for _ in range(2))
    for name, bit in BITS.items():
        reference[case.label & BIT[name] > 0] |= bit
        if name in masks:
            predicted[masks[name]] |= bit
            reference[case.label & UNKNOWN[name] > 0] |= 4 * bit
        else:
            reference |= 4 * bit
    files = {"predicted": predicted, "reference": reference} | {f"prob_{n}": p for n, p in probability.items()}
    parts = scans(len(case.image), list(case.starts))
    for number, (a, b) in enumerate(parts, start=1):
        here = folder if len(parts) == 1 else folder.with_name(f"{folder.name}-{number}")
        here.mkdir(parents=True, exist_ok=True)
        for name, array in files.items():
            write(here / f"{name}.nii.gz", array[a:b])


if __name__ == "__main__":
    main()
