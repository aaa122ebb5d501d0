"""Is the exported model the trained one, is its metadata right, how good is it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import torch

from . import sources
from .evaluate import model_rows
from .export import held_out_words, load_network
from .metadata import RINGS_MM, MetadataError, rings, summarise, validate
from .phantom import phantom_slice
from .runtime import Model

PARITY = 1e-4  # largest difference of a probability between torch and ONNX Runtime
LARGEST = 12e6  # bytes of a model that is shipped


def tensors(model: Model, seed: int = 5) -> list[np.ndarray]:
    """Inputs to compare two runtimes on, float32 of the model's shape without its first axis: rings, phantoms and noise."""
    rng = np.random.default_rng(seed)
    shape = tuple(model.shape[1:])
    noise = [rng.random(shape, np.float32), rng.standard_normal(shape, np.float32)]
    if not model.by_slices or model.metadata["input"]["unit"] != "HU":
        return noise
    pictures = [rings(), *(phantom_slice(rng, 512, level)[0] for level in (0.1, 0.5, 0.9))]
    prepared = [model.prepare(p[None].astype(np.float32), RINGS_MM) for p in pictures]
    return [np.repeat(p, shape[0], axis=0) for p in prepared] + noise[:1]


def parity(net: torch.nn.Module, model: Model) -> float:
    """Largest absolute difference of the probabilities."""
    worst = 0.0
    for p in tensors(model):
        with torch.no_grad():
            ours = net(torch.from_numpy(p)[None])[0].numpy()
        worst = max(worst, float(np.abs(ours - model.run(p)).max()))
    return worst


def vector_error(model: Model) -> float:
    """Largest deviation from the stored test vector; 0 where there is none."""
    wanted = {c["index"]: c for c in model.metadata["test_vector"]["channels"]}
    if not wanted:
        return 0.0
    thresholds = [c["threshold"] for c in model.metadata["output"]["channels"]]
    got = summarise(model.native(rings()), thresholds)
    flat = lambda c: np.array([c["mean"], c["over_threshold"], *c["grid8"]])  # noqa: E731
    return max(float(np.abs(flat(c) - flat(wanted[c["index"]])).max()) for c in got if c["index"] in wanted)


def seconds_a_run(model: Model, times: int = 9) -> float:
    """The median of some runs of the network alone on 2 threads."""
    picture = np.zeros(model.shape[1:], np.float32)
    spent = []
    for _ in range(times):
        begin = time.perf_counter()
        model.run(picture)
        spent.append(time.perf_counter() - begin)
    return float(np.median(spent))


def table(rows: list[tuple[str, str, bool]], say=print) -> bool:
    """Print (what, how it is, whether that is good); true where all are."""
    width = max(len(r[0]) for r in rows)
    for name, what, good in rows:
        say(f"{'ok  ' if good else 'FAIL'}  {name:<{width}}  {what}")
    return all(good for _, _, good in rows)


def check(path: Path, root: Path, checkpoint: Path | None = None) -> bool:
    """Print a table of all checks; true where all passed."""
    rows: list[tuple[str, str, bool]] = []
    model = Model(path)
    for sidecar in (None, path.with_suffix(".json"), *sorted(path.parent.glob(f"{path.stem}.*.json"))):
        name = sidecar.name if sidecar else "metadata in " + path.name
        if sidecar and not sidecar.exists():
            rows.append((name, "missing", False))
            continue
        one = Model(path, sidecar)
        try:
            validate(one.metadata)
            error, limit = vector_error(one), one.metadata["test_vector"]["tolerance"]
            rows.append((name, f"valid; test vector off by {error:.1e} (limit {limit})", error <= limit))
        except MetadataError as e:
            rows.append((name, str(e), False))
    sidecar = path.with_suffix(".json")
    same = sidecar.exists() and json.loads(sidecar.read_text(encoding="utf-8")) == model.metadata
    rows.append(("sidecar equals metadata", str(same).lower(), same))
    if checkpoint:
        _, net, step = load_network(checkpoint)
        worst = parity(net, model)
        rows.append((f"torch (step {step}) against ONNX Runtime", f"largest difference {worst:.1e} (limit {PARITY})", worst <= PARITY))
    rows.append((f"time a {model.metadata['inference']['mode']}", f"{seconds_a_run(model) * 1000:.0f} ms on 2 threads", True))
    rows.append(("file", f"{path.stat().st_size / 1e6:.1f} MB", path.stat().st_size < LARGEST))
    rows += stated(path, model, root)
    return table(rows)


def stated(path: Path, model: Model, root: Path) -> list[tuple[str, str, bool]]:
    """The Dice of held-out patients that the metadata states, taken again where the data is there."""
    those = [m for m in model.metadata["metrics"] if m["case"] != "mean" and m["metric"] == "dice" and m["protocol"] == held_out_words(sources.Slices8())]
    wanted = {(m["case"], m["label"]): m["value"] for m in those}
    cases = list(dict.fromkeys(c for c, _ in wanted))
    sidecar = path.with_suffix(".slices8.json")
    if not cases or not sidecar.exists():
        return []
    try:
        source = sources.build(sources.Slices8(), root)
    except (ValueError, OSError) as e:
        return [("Dice of held-out cases", f"left out: {e}", True)]
    rows = []
    for row in model_rows([Model(path, sidecar)], map(source.read, cases)):
        value = wanted.get((row["case"], row["label"]))
        good = value is None or abs(value - row["dice"]) <= 0.002
        rows.append((f"Dice {row['case']} {row['label']}", f"{row['dice']:.4f}" + ("" if good else f", stated {value:.4f}"), good))
    return rows
