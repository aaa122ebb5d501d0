"""Whether every system's network says the same as ONNX as it does in PyTorch: at weights drawn at random and after a few steps.

The steps are made on phantoms, through the system's own chain, loss, optimiser and prediction, and the file is made by the
export that makes those to be shipped; no data is needed.
"""

from __future__ import annotations

import copy
import json
import platform
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from . import check, networks, parity, runs, sources, tables
from .chains import Clip, LungMask, MinMax
from .describe import describe, units
from .export import Head, export, input_shape, write_onnx
from .folds import Fold
from .runtime import Model
from .samples import Batches
from .store import Store
from .strict import build, plain
from .system import System
from .train import train

STEPS = 20
PIXELS = 1e-3  # share that may be beyond the limit where a network's answer jumps; see SegNet
NAMED = 2  # other systems of a network that its row names
HEAD = """Made by `python -m opacity_training parity --systems`; do not edit.

Largest difference of a probability between PyTorch and ONNX Runtime on identical tensors: rings, phantoms (through the system's
chain) and noise, on a CPU. One row a network; systems that differ in training alone share it. After {steps} steps on phantoms the
probabilities are no longer all near one half, and the file is the one that `export` writes. The limit is {limit}.
The last column is the program's answer to `models check`; what it cannot do yet are patches and other models' lungs.
"""
JUMPS = """
\\* SegNet puts each value back where it was the largest of its four. Where two of them agree to the last bits, which flat air and
flat phantoms make often, rounding decides which of them it is, and PyTorch and ONNX Runtime round differently: the value then
lands one pixel beside, and the probabilities around it move. No export mends that, the published network itself jumps there. It may touch {share:.1%}
of the probabilities; the column says how many it touched. `lecture-vgg-segnet`, which repeats values instead, has no such limit.
"""


@dataclass
class Found:
    """Differences of one network: the largest, and the share of probabilities beyond the limit."""

    system: System
    others: list[str]  # systems of the same network
    parameters: int
    random: tuple[float, float]
    trained: tuple[float, float]
    span: tuple[float, float]  # of the trained probabilities
    program: str

    @property
    def jumps(self) -> bool:
        return getattr(self.system.network, "unpool", "") == "indices"

    @property
    def good(self) -> bool:
        return all(most <= check.PARITY or (self.jumps and beyond <= PIXELS) for most, beyond in (self.random, self.trained))


def distinct(systems: list[System]) -> list[tuple[System, list[str]]]:
    """One system of each network, input and outputs, and the names of the others."""
    found: dict[str, tuple[System, list[str]]] = {}
    for s in (s for s in systems if not s.members):
        key = json.dumps([type(s.network).__name__, plain(s.network), plain(s.data.target), s.data.size, s.data.input.form, s.data.input.neighbours, s.data.input.patch])
        if key in found:
            found[key][1].append(s.id)
        else:
            found[key] = (s, [])
    return list(found.values())


def on_phantoms(system: System, steps: int) -> System:
    """The system on two phantom volumes for a few steps; where its chain is for 8-bit pictures alone, they are made such first."""
    s = copy.deepcopy(system)
    if "hu" not in units(s):
        s.data.chain = [Clip(min=-1024, max=1024), MinMax(scope="volume", to=[0, 255]), *s.data.chain]
    side = s.data.size if s.data.input.form == "slice" else s.data.input.patch[1]
    s.data.source = sources.PhantomVolumes(count=2, shape=[max([12, *s.data.input.patch[:1]]), max(64, side), max(64, side)])
    s.data.cases, s.data.extras = [], []
    s.protocol.split, s.protocol.test_cases, s.protocol.validation_cases = "all", [], 0
    s.protocol.watch = False
    masked = any(isinstance(step, LungMask) for step in s.data.chain)
    s.data.input.lung_mask, s.data.input.lung_system, s.data.input.lung_model = ("reference" if masked else "none"), "", ""
    t = s.train
    t.steps, t.minutes, t.workers, t.validate_steps = steps, 60, 0, 10 * steps
    t.norm_batches, t.average, t.early_stopping.patience_steps = min(t.norm_batches, 5), 0, 0
    s.predict.weights = "last"
    return build(System, plain(s), s.id)  # as a checkpoint will have it: whole numbers of floats alike


def one(system: System, others: list[str], steps: int, folder: Path) -> Found:
    s = on_phantoms(system, steps)
    torch.set_num_threads(s.train.threads)
    torch.manual_seed(s.seed)
    fresh = Head(runs.network(s), s).eval()
    write_onnx(fresh, input_shape(s), s.export.opset, folder / "fresh.onnx")
    store = Store(s.data.source, s.data.chain, folder, folder / "cache")
    fold = Fold(0, {c: None for c in store.cases()})
    inputs = [image.numpy() for image in Batches(s, fold, store, folder / "cache")[0][0]]
    random, _ = differences(fresh, Model(folder / "fresh.onnx", metadata=describe(s, 0, [])), inputs)
    train(s, fold, store, folder / "run", folder / "cache")
    path = export(folder / "run", folder / "out", folder)
    _, net, _ = parity.load_network(folder / "run")
    model = Model(path)
    trained, span = differences(net, model, inputs)
    return Found(system, others, networks.parameters(fresh), random, trained, span, _program(path))


def differences(net: torch.nn.Module, model: Model, more: list[np.ndarray]) -> tuple[tuple[float, float], tuple[float, float]]:
    """(largest, share beyond the limit) over check.tensors and more inputs [channels, (z,) y, x]; least and largest probability."""
    apart, span = [], []
    for p in [*check.tensors(model), *more]:
        with torch.no_grad():
            ours = net(torch.from_numpy(np.ascontiguousarray(p))[None])[0].numpy()
        apart.append(np.abs(ours - model.run(p)).ravel())
        span += [float(ours.min()), float(ours.max())]
    every = np.concatenate(apart)
    return (float(every.max()), float((every > check.PARITY).mean())), (min(span), max(span))


def _program(path: Path) -> str:
    if not parity.PROGRAM.exists():
        return "not asked"
    try:
        parity.program("models", "check", path)
    except parity.ProgramError as e:
        return "not yet" if "cannot do yet" in str(e) else f"refuses it: {e}"
    return "runs"


def shared(found: list[Found]) -> str:
    """The systems of the networks that have more than the table names."""
    lines = [f"- `{f.system.id}`: {', '.join(f'`{o}`' for o in f.others)}" for f in found if len(f.others) > NAMED]
    return "\nThe systems of the rows that say \"more\", below the first of each:\n\n" + "\n".join(lines) + "\n" if lines else ""


def table(found: list[Found]) -> str:
    head = ["network", "systems", "input", "parameters", "random weights", f"after {STEPS} steps", "probabilities then", "beyond the limit", "the program"]
    rows = []
    for f in found:
        s = f.system
        name = next(k for k, v in networks.KINDS.items() if v is type(s.network))
        name += f" {s.network.encoder}" if hasattr(s.network, "encoder") else ""
        of = [f"`{s.id}`", *(f"`{o}`" for o in f.others[:NAMED]), *([f"{len(f.others) - NAMED} more"] if len(f.others) > NAMED else [])]
        beyond = max(f.random[1], f.trained[1])
        verdict = "none" if not beyond else f"{beyond:.1e} of them" + (" \\*" if f.jumps else "") + ("" if f.good else " **outside**")
        size = "x".join(map(str, input_shape(s)[1:]))
        rows.append([name, ", ".join(of), size, f"{f.parameters:,}", f"{f.random[0]:.1e}", f"{f.trained[0]:.1e}", f"{f.span[0]:.2f} to {f.span[1]:.2f}", verdict, f.program])
    return tables.markdown(head, rows)


def systems_parity(systems: list[System], into: Path | None = None, steps: int = STEPS, say=print) -> bool:
    """Compare every distinct network of the systems; print each, write the table into a file; true where all are within their limits."""
    found = []
    for system, others in distinct(systems):
        with tempfile.TemporaryDirectory() as scratch:
            found.append(one(system, others, steps, Path(scratch)))
        f = found[-1]
        say(f"{'ok  ' if f.good else 'FAIL'}  {system.id:<32} random {f.random[0]:.1e}, after {steps} steps {f.trained[0]:.1e}, beyond {max(f.random[1], f.trained[1]):.1e}; {f.program}")
    if into is not None:
        versions = f"torch {torch.__version__.split('+')[0]}, onnxruntime {onnxruntime.__version__}, {platform.system()} {platform.machine()}"
        text = f"# PyTorch against ONNX Runtime\n\n{HEAD.format(steps=steps, limit=check.PARITY)}\nWith {versions}.\n\n{table(found)}"
        text += shared(found)
        text += JUMPS.format(share=PIXELS) if any(f.jumps for f in found) else ""
        into.parent.mkdir(parents=True, exist_ok=True)
        into.write_text(text, encoding="utf-8")
    return all(f.good for f in found)
