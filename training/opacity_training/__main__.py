"""python -m opacity_training prepare|explore|train|crossval|evaluate|export|parity|report|..."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from .paths import CACHE, CONFIGS, HERE, RESULTS, RUNS

MODELS = HERE.parent / "assets" / "models"
SHIPPED = MODELS / "opacity-lung-infection-2d.onnx"


def numbers(text: str) -> list[int]:
    return [int(v) for v in text.split(",")]


def config(name: str) -> Path:
    """A configuration by its path, or by its name below configs/."""
    if name.endswith((".yaml", ".yml")):
        return Path(name)
    direct = CONFIGS / f"{name}.yaml"  # base/ has parts of the same names
    return direct if direct.exists() else next(iter(sorted(CONFIGS.rglob(f"{name}.yaml"))), direct)


def trained() -> list[Path]:
    """Every configuration that can be trained: adapted or our own, not the published ones."""
    return sorted(CONFIGS.glob("*.yaml"))


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(prog="python -m opacity_training", description="Train, measure and export Opacity's segmentation models.")
    sub = p.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, text: str, data: bool = True, one: bool = False, some: bool = False) -> argparse.ArgumentParser:
        c = sub.add_parser(name, help=text, description=text)
        if data:
            c.add_argument("--data", type=Path, help="data root; else OPACITY_TEST_DATA, else shared/data beside the repository")
        if one:
            c.add_argument("config", type=config, nargs="?", default=config("default-2d"), metavar="CONFIG", help="a file, or a name in configs/ (default-2d)")
        if some:
            c.add_argument("configs", type=config, nargs="+", metavar="CONFIG", help="files, or names in configs/")
        return c

    def places(c: argparse.ArgumentParser) -> None:
        c.add_argument("--runs", type=Path, default=RUNS, help="folder of checkpoints and logs")
        c.add_argument("--cache", type=Path, default=CACHE, help="folder of prepared cases")
        c.add_argument("--results", type=Path, default=RESULTS, help="folder of records, tables and figures")

    c = command("prepare", "Read every case of systems once and keep what their chains make of it.", some=True)
    places(c)

    c = command("explore", "Print and draw what a system's data is like, or a source's.", one=True)
    c.add_argument("--source", help='instead of a system: a kind, or "{kind: covid-ct-seg, folder: ...}"')
    c.add_argument("-o", "--output", type=Path, default=RESULTS / "explore", help="folder")

    c = command("hdf5", "Write all slices of a system's data, after its chain, as the HDF5 store of the Keras deck.", one=True)
    c.add_argument("-o", "--output", type=Path, required=True, help="file, outside the repository")

    c = command("train", "Train one fold of a system, carrying on where it was stopped.", one=True)
    c.add_argument("--fold", type=int, default=0)
    c.add_argument("--all", action="store_true", help="hold nobody out: for weights to ship after the folds have chosen")
    c.add_argument("--from-studies", type=Path, metavar="FOLDER", help="let a model go on learning from the studies of the program in this folder: from their slices marked corrected or accepted")
    c.add_argument("--model", type=Path, default=SHIPPED, help="with --from-studies: the model that goes on, a .onnx file that CONFIG was trained as, or the folder of a run")
    c.add_argument("--share", type=float, default=0.5, help="with --from-studies: share of the samples that is of the data the model was made from (0.5)")
    c.add_argument("--steps", type=int, default=400, help="with --from-studies: steps (400)")
    c.add_argument("--rate", type=float, default=3e-4, help="with --from-studies: learning rate (0.0003)")
    c.add_argument("--hold-back", type=int, metavar="N", help="with --from-studies: patients with studies to measure by, not to learn from; else one in five")
    c.add_argument("--skip-bad", action="store_true", help="with --from-studies: go on without the studies that cannot be learned from, each of which is named")
    c.add_argument("--replace", action="store_true", help="with --from-studies: put the learned model in the place of --model, unless it became worse on patients held back")
    places(c)

    c = command("learn-curve", "What is gained on other patients where patients that a fold never saw are corrected and learned from.")
    c.add_argument("config", type=config, nargs="?", default=config("learn-start"), metavar="CONFIG", help="a system whose folds have been run (learn-start)")
    c.add_argument("--corrected", type=int, default=3, help="patients corrected in each fold (3)")
    c.add_argument("--steps", type=int, default=300, help="steps (300)")
    c.add_argument("--share", type=float, default=0.5, help="share of the samples that is of the data the fold was trained on (0.5)")
    c.add_argument("--rate", type=float, default=3e-4, help="learning rate (0.0003)")
    places(c)

    c = command("crossval", "Train, predict and measure folds of systems: those that have no record yet.")
    c.add_argument("configs", type=config, nargs="*", metavar="CONFIG", help="files, or names in configs/; none: every adapted system")
    c.add_argument("--folds", type=numbers, metavar="0,2", help="only these")
    c.add_argument("--minutes-total", type=float, default=float("inf"), metavar="N", help="stop after so long; the same command carries on")
    c.add_argument("--order", choices=("breadth", "depth"), default="breadth", help="fold 0 of every system first, or every fold of a system")
    c.add_argument("--threads", type=int, metavar="N", help="else as the systems say: with 1, and the same command run once for each core, small networks get through sooner")
    places(c)

    c = command("evaluate", "Measure a system's folds, or an exported model, patient by patient.", one=True)
    c.add_argument("--model", type=Path, help="an exported model, on the system's cases; else the system's out-of-fold predictions")
    c.add_argument("--cases", nargs="+", help="with --model: only these")
    c.add_argument("--records", action="store_true", help="from the records of finished folds, without the data")
    c.add_argument("--write", type=Path, metavar="FOLDER", help="write the out-of-fold predictions as NIfTI for opacity evaluate: images, references, predictions with probabilities, folds.csv; outside the repository")
    c.add_argument("--volumes", action="store_true", help="how the model behaves on whole volumes in HU")
    c.add_argument("--tests", action="store_true", help="with --volumes: the scans that are tests, too; never to choose a model by")
    c.add_argument("--card", action="store_true", help="put what --volumes found, or with --records the recipe's folds, into the model's card")
    c.add_argument("--runs", type=Path, default=RUNS, help="folder of checkpoints and out-of-fold predictions")
    c.add_argument("--results", type=Path, default=RESULTS, help="folder of records")

    c = command("export", "Write a run's weights as ONNX with metadata and sidecars.")
    c.add_argument("checkpoint", type=Path, help="a checkpoint, or the folder of a run")
    c.add_argument("--weights", choices=("average", "last", "best"), default="", help="else those the system names")
    c.add_argument("--half", action="store_true", help="store the weights in half precision")
    c.add_argument("--records", type=Path, help="folder of a recipe's records: the metadata then states its out-of-fold figures")
    c.add_argument("-o", "--output", type=Path, default=MODELS, help="folder")

    c = command("check", "Check an exported model: metadata, test vector, parity, figures.")
    c.add_argument("--model", type=Path, default=SHIPPED)
    c.add_argument("--checkpoint", type=Path, help="compare with this checkpoint too")

    c = command("time", "How long a slice takes on two threads; run it with nothing else running.", data=False)
    c.add_argument("model", type=Path, nargs="?", default=SHIPPED)
    c.add_argument("--results", type=Path, default=RESULTS, help="folder that keeps it, for the table of targets")

    c = command("parity", "Compare a model in PyTorch, in ONNX Runtime and in the program.", data=False)
    c.add_argument("model", type=Path, nargs="?", default=SHIPPED)
    c.add_argument("--checkpoint", type=Path, help="the checkpoint or run it was exported from")
    c.add_argument("--keep", type=Path, help="a folder for the files that were compared")
    c.add_argument("--card", action="store_true", help="put the table into the model's card")
    c.add_argument("--systems", type=config, nargs="*", metavar="CONFIG", help="instead: the networks of these systems; none named: of all that are trained, into results/parity.md")

    c = command("report", "Make tables and figures from the records of finished folds.", data=False)
    c.add_argument("--results", type=Path, default=RESULTS)
    c.add_argument("--configs", type=Path, default=CONFIGS, help="folder of the systems' files, for their titles and what differs")

    c = command("worst", "Print the worst case of each fold of a system: what is missed, what is called wrongly, and where.", one=True)
    c.add_argument("--label", default="", help="lung, infection, ...; else the last of the system's classes")
    c.add_argument("--slices", action="store_true", help="every slice, not only the worst")
    c.add_argument("--runs", type=Path, default=RUNS, help="folder of out-of-fold predictions")
    c.add_argument("--results", type=Path, default=RESULTS, help="folder of records")

    c = command("pack", "Write the held-out slices as NIfTI stacks, outside the repository.", one=True)
    c.add_argument("-o", "--output", type=Path, required=True, help="folder")

    c = command("score", "Dice of a predicted label file against a reference.", data=False)
    c.add_argument("reference", type=Path)
    c.add_argument("predicted", type=Path)
    c.add_argument("--reference-labels", type=numbers, default=[1], metavar="1,2")
    c.add_argument("--predicted-labels", type=numbers, default=[1], metavar="1,2,3")

    c = command("predict", "Segment a DICOM series in HU into NIfTI masks.", data=False)
    c.add_argument("series", type=Path)
    c.add_argument("folder", type=Path)
    c.add_argument("--model", type=Path, default=SHIPPED)

    c = command("specks", "How much of the infection called in small or doubtful pieces is right.", one=True)
    c.add_argument("--model", type=Path, default=SHIPPED)
    c.add_argument("--mask", type=Path, help="a label file of the program, instead of the held-out slices")
    c.add_argument("--reference", type=Path, help="the label file it should be")
    return p


def run(args: argparse.Namespace) -> int:
    """Carry out a command. Each imports what it needs: --help and score stay quick."""
    # Threads that wait asleep: spinning ones cost a shared machine five sixths of its pace.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from . import sources
    from .system import load

    root = sources.data_root(getattr(args, "data", None))
    match args.command:
        case "train" if args.from_studies:
            return _learn(args, root)
        case "prepare" | "train" | "crossval":
            return _training(args, root)
        case "learn-curve":
            from .learn_curve import learn_curve
            from .places import Places

            return 0 if learn_curve(load(args.config), Places(root, args.runs, args.cache, args.results), args.corrected, args.steps, args.share, args.rate) else 1
        case "explore":
            from .explore import explore

            explore(sources.parse(args.source) if args.source else load(args.config), root, args.output)
        case "hdf5":
            from .hdf5 import export as export_slices

            system = load(args.config)
            print(f"{export_slices(system.data.source, system.data.chain, root, args.output)} slices in {args.output}")
        case "evaluate":
            _evaluate(args, root)
        case "export":
            from .export import export

            print(export(args.checkpoint, args.output, root, args.weights, args.half, args.records))
        case "check":
            from .check import check

            return 0 if check(args.model, root, args.checkpoint) else 1
        case "time":
            from .timing import record

            return 0 if record(args.model, args.results) else 1
        case "parity" if args.systems is not None:
            from .parity_systems import systems_parity

            return 0 if systems_parity([load(c) for c in args.systems or trained()], None if args.systems else RESULTS / "parity.md") else 1
        case "parity":
            from .parity import parity

            return 0 if parity(args.model, args.checkpoint, args.keep, args.card) else 1
        case "report":
            from .report import report

            for path in report(args.results, args.configs, MODELS):
                print(path)
        case "worst":
            _worst(args, root)
        case "pack":
            from .volumes import pack

            for folder in pack(root, load(args.config).protocol.test_cases, args.output):
                print(folder)
        case "score":
            from .volumes import score

            print(f"{score(args.reference, args.predicted, args.reference_labels, args.predicted_labels):.4f}")
        case "predict":
            from .runtime import Model
            from .volumes import predict

            for name, ml in predict(Model(args.model), args.series, args.folder).items():
                print(f"{name}: {ml:.1f} ml")
        case "specks":
            from . import specks
            from .runtime import Model

            if args.mask:
                specks.file(args.mask, args.reference, [0.05, 0.1, 0.2, 0.5, 1, 2])
            else:
                cases = load(args.config).protocol.test_cases
                specks.slices8(Model(args.model), root, cases, [10, 25, 50, 100, 200, 400], [0.7, 0.8, 0.9, 0.95, 0.98])
    return 0


def _evaluate(args: argparse.Namespace, root: Path) -> None:
    from . import evaluate, sources
    from .card import put, recipe
    from .system import load

    if args.volumes:
        from .behaviour import behaviour, keep, markdown

        rows = behaviour(args.model or SHIPPED, root, args.tests)
        keep(args.model or SHIPPED, rows, args.results)
        if args.card:
            put((args.model or SHIPPED).with_suffix(".md"), "behaviour", markdown(rows))
        return
    system = load(args.config)
    if args.records:
        evaluate.print_rows(*evaluate.record_rows(args.results / "records" / system.id))
        if args.card:
            current = _results(args.results, system.id).current()
            if current is None:
                raise ValueError(f"the folds of {system.id} are of an older configuration: run crossval {system.id} again")
            put((args.model or SHIPPED).with_suffix(".md"), "recipe", recipe(current))
        return
    source = sources.build(system.data.source, root)
    if args.write:
        from .out_of_fold import write

        print(f"{write(args.runs / system.id, source, system.predict.threshold, args.write)} cases in {args.write}")
    elif args.model:
        evaluate.print_rows(evaluate.of_model(args.model, source, args.cases or source.cases()))
    else:
        evaluate.print_rows(*evaluate.run_rows(args.runs / system.id, source, system.predict.threshold))
        if system.data.target.activation == "softmax":
            print("Classes that exclude each other are taken here where their probability is above the threshold; the records (--records) have the strongest class.")


def _results(folder: Path, id: str):
    """A system's finished folds."""
    from . import tables

    found = tables.read(folder / "records", CONFIGS, name=id)
    if not found:
        raise FileNotFoundError(f"{folder / 'records' / id} holds no record of a finished fold; run crossval first")
    return found[0]


def _worst(args: argparse.Namespace, root: Path) -> None:
    from . import sources
    from .system import load
    from .worst import worst

    system = load(args.config)
    result = _results(args.results, system.id)
    try:
        source = sources.build(system.data.source, root)
        source.cases()
    except (ValueError, OSError) as e:
        print(f"without the data: {e}")
        source = None
    worst(result, args.label or system.data.target.classes[-1], source, args.runs, system.predict.threshold, args.slices)


def _training(args: argparse.Namespace, root: Path) -> int:
    from . import crossval as cv
    from . import places as where
    from . import runs
    from .system import load
    from .train import train

    places = where.Places(root, args.runs, args.cache, args.results)
    if args.command == "crossval":
        systems = [load(c) for c in args.configs] or [s for s in map(load, trained()) if s.variant == "adapted" or s.group == "own"]
        for system in systems if args.threads else ():
            system.train.threads = args.threads
        good = cv.crossval(systems, places, args.folds, args.minutes_total, args.order == "depth")
        return 0 if good else 1
    if args.command == "prepare":
        for system in map(load, args.configs):
            print(f"{system.id}: {where.prepare(system, places)} cases in {args.cache}")
        return 0
    system = load(args.config)
    if args.all:
        system = where.on_everybody(system)
    made = where.folds_of(system, places)
    fold = next((f for f in made if f.number == args.fold), None)
    if fold is None:
        raise ValueError(f"{system.id} has no fold {args.fold}: its folds are 0 to {len(made) - 1}")
    folder = runs.folder(places.runs, system, fold.number)
    outcome = train(system, fold, where.store_of(system, places), folder, places.cache)
    print(f"{folder}: {outcome.steps} steps in {outcome.seconds / 60:.1f} minutes, ended by {outcome.stopped_by}")
    return 0 if outcome.finished else 1


def _learn(args: argparse.Namespace, root: Path) -> int:
    from . import learn
    from .places import Places
    from .system import load

    if not 0 <= args.share < 1 or args.steps < 1 or args.rate <= 0:
        raise ValueError("--share must be from 0 to below 1, --steps at least 1 and --rate above 0")
    if args.replace and args.model.suffix != ".onnx":
        raise ValueError("--replace needs a .onnx file as --model: a run is not replaced")
    places = Places(root, args.runs, args.cache, args.results)
    start = learn.start_of(args.model, load(args.config), args.runs / "learned-from" / args.model.resolve().parent.name / args.model.stem)
    options = learn.Options(args.share, args.steps, args.rate, args.hold_back, skip_bad=args.skip_bad)
    learned = learn.learn(start, args.from_studies, places, options)
    if not learned.finished:
        print("interrupted; the same command carries on")
        return 1
    print(learn.table(learned))
    print(learned.model)
    if args.replace:
        learn.replace(start, learned)
        print(f"{args.model} is the learned model now")
    elif fell := learn.worse(learned):
        print(f"it became worse on patients held back: {', '.join(fell)}")
    return 0


def main(argv: list[str] | None = None) -> int:
    args = parser().parse_args(argv)
    try:
        return run(args)
    except (ValueError, OSError) as e:  # ConfigError, SourceError, RunError and MetadataError are ValueErrors
        print(e, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
