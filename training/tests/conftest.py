"""Shared by the tests: a configuration small enough for seconds, and the real data where there is some."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from opacity_training import config as configs  # noqa: E402


@pytest.fixture
def small() -> configs.Config:
    """Phantoms only, 64x64, eight steps."""
    return configs.from_dict(
        {
            "seed": 3,
            "data": {"phantoms": 12, "shares": {"slices": 0, "volumes": 0, "phantoms": 1}},
            "network": {"features": [4, 4, 8, 8, 16, 4], "size": 64},
            "train": {"steps": 8, "minutes": 1000, "batch": 2, "workers": 0, "warmup_steps": 2, "autocast": False, "average": 0.9},
            "export": {"id": "smoke"},
        }
    )


def data(*parts: str) -> Path:
    """A path below the data root; without it the test is skipped, or fails where data is required."""
    path = configs.data_root().joinpath(*parts)
    if not path.exists():
        say = pytest.fail if os.environ.get("OPACITY_REQUIRE_DATA") == "1" else pytest.skip
        say(f"no test data: {path} is not there (OPACITY_TEST_DATA names the data root)")
    return path
