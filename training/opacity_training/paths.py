"""Where things are kept: configurations, runs, the cache, results. The data's place is sources.data_root."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
CONFIGS = HERE / "configs"
RUNS = HERE / "runs"  # checkpoints and out-of-fold predictions; large, not kept in the repository
CACHE = HERE / "cache"  # prepared cases; likewise
RESULTS = HERE / "results"
RECORDS = RESULTS / "records"
