"""Where things are kept: configurations, runs, the cache, results. The data's place is sources.data_root."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
CONFIGS = HERE / "configs"
RUNS = HERE / "runs"  # checkpoints and out-of-fold predictions; large, not kept in the repository
CACHE = HERE / "cache"  # prepared cases; likewise
RESULTS = HERE / "results"


def inside_repository(path: Path) -> bool:
    """Whether a file or folder is, or would be, in the repository: no picture of a patient goes there."""
    return Path(path).resolve().is_relative_to(HERE.parent.resolve())
