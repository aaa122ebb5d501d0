"""Shared by the tests: systems small enough for seconds, and the real data where there is some."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from opacity_training import sources  # noqa: E402
from opacity_training.places import Places  # noqa: E402
from opacity_training.strict import build  # noqa: E402
from opacity_training.system import System, check  # noqa: E402

TRAIN = {"steps": 8, "minutes": 1000, "batch": 2, "validate_steps": 4, "workers": 0, "threads": 1, "average": 0.9, "autocast": False}
CHAIN = [
    {"kind": "clip", "min": -1024, "max": 3071},
    {"kind": "resize", "size": [64, 64], "interpolation": "cubic"},
    {"kind": "minmax", "scope": "slice", "to": [0, 255]},
    {"kind": "round"},
    {"kind": "clahe"},
    {"kind": "scale", "factor": 1 / 255},
]


def system_of(**more) -> System:
    """A system from plain data, checked as one from a file is."""
    system = build(System, {"id": "small", "title": "Small", "document": "a test"} | more, "small")
    check(system)
    return system


@pytest.fixture
def slices() -> System:
    """2.5D slices of phantom volumes and slices of phantoms as extra, 64x64, eight steps, two folds."""
    return system_of(
        seed=3,
        data={
            "source": {"kind": "phantom-volumes", "count": 4, "shape": [6, 64, 64]},
            "size": 64,
            "chain": CHAIN,
            "input": {"neighbours": 1},
            "extras": [{"source": {"kind": "phantoms", "count": 5, "size": 64}, "share": 0.3, "lungless": 2.0}],
        },
        augment=["default-2d"],
        network={"kind": "basic-unet", "features": [4, 4, 8, 8, 16, 4], "dropout": 0.2},
        protocol={"folds": 2, "validation_cases": 1},
        train=TRAIN,
    )


@pytest.fixture
def patches() -> System:
    """Patches of phantom volumes, sides apart, softmax, deep into two folds."""
    return system_of(
        seed=4,
        data={
            "source": {"kind": "phantom-volumes", "count": 4, "shape": [20, 40, 40]},
            "chain": [{"kind": "clip", "min": -1250, "max": 250}, {"kind": "zscore", "scope": "volume"}],
            "input": {"form": "patch", "patch": [16, 32, 32], "foreground": 0.5},
            "target": {"classes": ["left", "right", "infection"], "activation": "softmax"},
        },
        network={"kind": "basic-unet", "features": [4, 4, 8, 8, 8, 4]},
        schedule={"kind": "plateau", "epoch_steps": 2, "patience": 1},
        protocol={"folds": 2},
        train=TRAIN,
        predict={"overlap": [8, 16, 16], "blend": "gaussian", "flips": ["x"]},
    )


@pytest.fixture
def places(tmp_path) -> Places:
    return Places(tmp_path / "nodata", tmp_path / "runs", tmp_path / "cache", tmp_path / "results")


def data(*parts: str) -> Path:
    """A path below the data root; without it the test is skipped, or fails where data is required."""
    path = sources.data_root().joinpath(*parts)
    if not path.exists():
        say = pytest.fail if os.environ.get("OPACITY_REQUIRE_DATA") == "1" else pytest.skip
        say(f"no test data: {path} is not there (OPACITY_TEST_DATA names the data root)")
    return path
