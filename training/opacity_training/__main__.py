"""python -m opacity_training prepare|train|check|export|pack|score"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(prog="opacity_training", description=__doc__)
    sub = p.add_subparsers(dest="command", required=True)

    def command(name, text):
        c = sub.add_parser(name, help=text, description=text)
        c.add_argument("--config", type=Path, default=HERE / "configs" / "default-2d.yaml")
        c.add_argument("--data", help="data root; else OPACITY_TEST_DATA, else shared/data beside the repository")
        c.add_argument("--cache", type=Path, default=HERE / "cache")
        return c

    command("prepare", "Make the cache of training arrays.")
    c = command("train", "Train, or carry on with a run.")
    c.add_argument("--run", type=Path, default=HERE / "runs" / "default-2d")
    c.add_argument("--resume", action="store_true")
    return p


def main(argv: list[str] | None = None) -> int:
    args = parser().parse_args(argv)
    from . import config as configs

    try:
        config = configs.load(args.config)
        root = configs.data_root(args.data)
        if args.command == "prepare":
            from .data import cache_path, load_or_prepare

            arrays = load_or_prepare(config, root, args.cache)
            print(f"{len(arrays['image'])} pictures in {cache_path(config, args.cache)}")
        elif args.command == "train":
            from .train import train

            print(train(config, root, args.run, args.cache, args.resume))
    except (configs.ConfigError, FileNotFoundError) as e:
        print(e, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
