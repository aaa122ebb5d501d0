"""How long a slice takes on the processor: prepared, through the network, and back on its own grid."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from . import chains
from .networks.shipped import sha256
from .phantom import phantom_slice
from .runtime import Model

AIM_MS = 30.0  # the network alone, on 2 threads
SIZE = 512  # rows and columns of the slice


def measure(path: Path, threads: int = 2, times: int = 15) -> dict:
    """Medians in ms over some slices, after one that warms up; `load` is how busy the machine was, by its one-minute load average."""
    model = Model(path, threads=threads)
    hu = phantom_slice(np.random.default_rng(7), SIZE, 0.5)[0].astype(np.float32)
    picture = hu[None] if model.metadata["input"]["unit"] == "HU" else np.clip((hu[None] + 1024) / 8, 0, 255)
    found: dict[str, list[float]] = {"prepare": [], "network": [], "back": []}
    for n in range(times + 1):
        begin = time.perf_counter()
        prepared = model.prepare(picture, (1.0, 1.0, 1.0))
        middle = time.perf_counter()
        p = model.each(prepared)
        end = time.perf_counter()
        chains.undo(model.steps, p, picture.shape, (1.0, 1.0, 1.0), "hu", picture)
        for name, spent in (("prepare", middle - begin), ("network", end - middle), ("back", time.perf_counter() - end)):
            if n:
                found[name].append(1000 * spent)
    medians = {name: round(float(np.median(v)), 2) for name, v in found.items()}
    load = round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
    return {"model": model.metadata["id"], "version": model.metadata["version"], "sha256": sha256(path), "threads": threads, "processor": processor(), "load": load, "ms": medians}


def processor() -> str:
    """Its name, as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def record(path: Path, results: Path, say: Callable = print) -> bool:
    """Measure, print, keep in results/time; whether the aim is met."""
    found = measure(path)
    where = results / "time" / f"{found['model']}.json"
    where.parent.mkdir(parents=True, exist_ok=True)
    where.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    ms = found["ms"]
    met = ms["network"] <= AIM_MS
    say(f"{found['model']} {found['version']}, {found['threads']} threads of {found['processor']}, load {found['load']}, a slice of {SIZE}x{SIZE}:")
    say(f"  prepare {ms['prepare']} ms, network {ms['network']} ms (aim <= {AIM_MS:g}: {'met' if met else 'missed'}), back {ms['back']} ms")
    return met
