"""python -m opacity_training prepare|train|check|export|pack|score|predict|specks"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
MODELS = HERE.parent / "assets" / "models"


def labels(text: str) -> list[int]:
    return [int(v) for v in text.split(",")]


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(prog="python -m opacity_training", description="Train, check and export Opacity's segmentation models.")
    sub = p.add_subparsers(dest="command", required=True)

    def command(name: str, text: str, data: bool = True, config: bool = False) -> argparse.ArgumentParser:
        c = sub.add_parser(name, help=text, description=text)
        if data:
            c.add_argument("--data", help="data root; else OPACITY_TEST_DATA, else shared/data beside the repository")
        if config:
            c.add_argument("--config", type=Path, default=HERE / "configs" / "default-2d.yaml")
        return c

    c = command("prepare", "Make the cache of training arrays.", config=True)
    c.add_argument("--cache", type=Path, default=HERE / "cache")

    c = command("train", "Train, or carry on with a run.", config=True)
    c.add_argument("--cache", type=Path, default=HERE / "cache")
    c.add_argument("--run", type=Path, default=HERE / "runs" / "default-2d", help="folder of checkpoints and logs")
    c.add_argument("--resume", action="store_true", help="carry on from the run's last checkpoint")

    c = command("export", "Write a checkpoint's averaged weights as ONNX with metadata and sidecars.")
    c.add_argument("--checkpoint", type=Path, default=HERE / "runs" / "default-2d" / "last.pt")
    c.add_argument("-o", "--output", type=Path, default=MODELS, help="folder")

    c = command("check", "Check an exported model: metadata, test vector, parity, Dice.")
    c.add_argument("--model", type=Path, default=MODELS / "opacity-lung-infection-2d.onnx")
    c.add_argument("--checkpoint", type=Path, help="compare with this checkpoint too")

    c = command("pack", "Write the held-out slices as NIfTI stacks, outside the repository.", config=True)
    c.add_argument("folder", type=Path)

    c = command("score", "Dice of a predicted label file against a reference.", data=False)
    c.add_argument("reference", type=Path)
    c.add_argument("predicted", type=Path)
    c.add_argument("--reference-labels", type=labels, default=[1], metavar="1,2")
    c.add_argument("--predicted-labels", type=labels, default=[1], metavar="1,2,3")

    c = command("predict", "Segment a DICOM series in HU into NIfTI masks.", data=False)
    c.add_argument("series", type=Path)
    c.add_argument("folder", type=Path)
    c.add_argument("--model", type=Path, default=MODELS / "opacity-lung-infection-2d.onnx")

    c = command("specks", "How much of the infection called in small or doubtful pieces is right.", config=True)
    c.add_argument("--model", type=Path, default=MODELS / "opacity-lung-infection-2d.onnx")
    c.add_argument("--mask", type=Path, help="a label file of the program, instead of the held-out slices")
    c.add_argument("--reference", type=Path, help="the label file it should be")
    return p


def run(args: argparse.Namespace) -> int:
    # Each command imports what it needs: --help and score stay quick.
    from . import config as configs

    config = configs.load(args.config) if hasattr(args, "config") else None
    root = configs.data_root(args.data) if hasattr(args, "data") else None
    match args.command:
        case "prepare":
            from .data import cache_path, load_or_prepare

            arrays = load_or_prepare(config, root, args.cache)
            print(f"{len(arrays['image'])} pictures in {cache_path(config, args.cache)}")
        case "train":
            # Threads that wait asleep: spinning ones cost a shared machine five sixths of its pace.
            os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
            from .train import train

            print(train(config, root, args.run, args.cache, args.resume))
        case "export":
            from .export import export

            print(export(args.checkpoint, args.output, root))
        case "check":
            from .check import check

            return 0 if check(args.model, root, args.checkpoint) else 1
        case "pack":
            from .volumes import pack

            for folder in pack(root, config.data.test_cases, args.folder):
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
                specks.slices8(Model(args.model), root, config.data.test_cases, [10, 25, 50, 100, 200, 400], [0.7, 0.8, 0.9, 0.95, 0.98])
    return 0


def main(argv: list[str] | None = None) -> int:
    args = parser().parse_args(argv)
    try:
        return run(args)
    except (ValueError, FileNotFoundError) as e:  # ConfigError and MetadataError are ValueErrors
        print(e, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
