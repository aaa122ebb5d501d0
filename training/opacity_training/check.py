"""Is the exported model the trained one, is its metadata right, how good is it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import torch

from .export import held_out, load_network
from .metadata import MetadataError, rings, summarise, validate
from .phantom import phantom_slice
from .preprocess import carry_out, hu_steps, to_input, to_slice8
from .runtime import Model

PARITY = 1e-4  # largest difference of a probability between torch and ONNX Runtime


def parity(net: torch.nn.Module, model: Model, size: int) -> float:
    """Largest absolute difference of the probabilities, over the rings, phantoms and noise."""
    rng = np.random.default_rng(5)
    pictures = [carry_out(hu_steps(size), rings()), rng.random((size, size), np.float32)]
    pictures += [to_input(to_slice8(phantom_slice(rng, 2 * size, level)[0], size)) for level in (0.1, 0.5, 0.9)]
    worst = 0.0
    for p in pictures:
        with torch.no_grad():
            ours = net(torch.from_numpy(p)[None, None])[0].numpy()
        worst = max(worst, float(np.abs(ours - model.run(p)).max()))
    return worst


def vector_error(model: Model) -> float:
    """Largest deviation from the stored test vector."""
    thresholds = [c["threshold"] for c in model.metadata["output"]["channels"]]
    got = summarise(model.run(carry_out(model.metadata["preprocess"], rings())), thresholds)
    wanted = {c["index"]: c for c in model.metadata["test_vector"]["channels"]}
    flat = lambda c: np.array([c["mean"], c["over_threshold"], *c["grid8"]])  # noqa: E731
    return max(float(np.abs(flat(c) - flat(wanted[c["index"]])).max()) for c in got if c["index"] in wanted)


def check(path: Path, root: Path, checkpoint: Path | None = None) -> bool:
    """Print a table of all checks; true where all passed."""
    rows: list[tuple[str, str, bool]] = []
    model = Model(path)
    size = model.session.get_inputs()[0].shape[-1]
    for sidecar in (None, path.with_suffix(".json"), path.with_suffix(".slices8.json")):
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
    same = json.loads(path.with_suffix(".json").read_text(encoding="utf-8")) == model.metadata
    rows.append(("sidecar equals metadata", str(same).lower(), same))
    if checkpoint:
        config, net, step = load_network(checkpoint)
        worst = parity(net, model, size)
        rows.append((f"torch (step {step}) against ONNX Runtime", f"largest difference {worst:.1e} (limit {PARITY})", worst <= PARITY))
    begin = time.perf_counter()
    for _ in range(5):
        model.run(np.zeros((size, size), np.float32))
    rows.append(("time a slice", f"{(time.perf_counter() - begin) / 5 * 1000:.0f} ms on 2 threads", True))
    rows.append(("file", f"{path.stat().st_size / 1e6:.1f} MB", path.stat().st_size < 12e6))

    stated = {(m["case"], m["label"]): m["value"] for m in model.metadata.get("metrics", []) if m["case"] != "mean" and m["metric"] == "dice"}
    cases = list(dict.fromkeys(c for c, _ in stated if c.startswith("case_")))
    if cases and (root / "covid-ct-slices").is_dir():
        for row in held_out(model, root, cases):
            value = stated.get((row["case"], row["label"]))
            good = value is None or abs(value - row["value"]) <= 0.002
            rows.append((f"Dice {row['case']} {row['label']}", f"{row['value']:.4f}" + ("" if good else f", stated {value:.4f}"), good))
    elif cases:
        rows.append(("Dice of held-out cases", f"left out: no data in {root}", True))
    width = max(len(r[0]) for r in rows)
    for name, what, good in rows:
        print(f"{'ok  ' if good else 'FAIL'}  {name:<{width}}  {what}")
    return all(good for _, _, good in rows)
