"""A system: everything that makes one trained model, and the protocol it is measured by.

One YAML file in configs/ is one System. The parts that come in kinds (network, loss terms, steps,
...) are dataclasses beside the code that gives them meaning.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from . import augment, chains, losses, networks, optimisers, sources
from .strict import ConfigError, OneOf, build, plain, read


@dataclass
class Input:
    """What one sample is. Axis order [z, y, x]."""

    # slice: one axial slice [size, size]; patch: a block of the stack.
    form: str = "slice"
    neighbours: int = 0  # slices on each side, as channels (2.5D); form slice only
    patch: list[int] = field(default_factory=list)  # [z, y, x]; form patch only
    # none; predicted: everything outside the lungs another system predicts is set to the picture's
    # minimum; reference: likewise with the reference's lungs, an oracle that no new patient has.
    lung_mask: str = "none"
    lung_system: str = ""  # whose out-of-fold lungs `predicted` takes
    foreground: float = 0.0  # share of patches that are drawn around a voxel of the last class


@dataclass
class Target:
    """What is predicted. `lung` always holds the infection in it."""

    # Of lung, left, right, infection; with softmax a background channel comes first.
    classes: list[str] = field(default_factory=lambda: ["lung", "infection"])
    activation: str = "sigmoid"  # or softmax


@dataclass
class Extra:
    """More to train on, never to be measured by."""

    source: Annotated[object, OneOf(sources.KINDS)]
    share: float = 0.1  # of each batch


@dataclass
class Data:
    source: Annotated[object, OneOf(sources.KINDS)] = field(default_factory=sources.Slices8)
    cases: list[str] = field(default_factory=list)  # empty: all the source has
    size: int = 128  # rows and columns of a slice after `chain`
    # From what the source gives to what the network takes; the same list goes into the model's metadata.
    chain: list[Annotated[object, OneOf(chains.KINDS)]] = field(default_factory=list)
    input: Input = field(default_factory=Input)
    target: Target = field(default_factory=Target)
    extras: list[Extra] = field(default_factory=list)


@dataclass
class Protocol:
    """How it is measured."""

    # patient: a patient is on one side only. leaky-slice: slices of one patient are on both, as in
    # some published work; said in every row. fixed: test_cases are held out, one "fold".
    split: str = "patient"
    folds: int = 5
    seed: int = 1  # of the folds; systems that are compared share it
    validation_cases: int = 0  # per fold, taken from the training cases, for early stopping and `best`
    test_cases: list[str] = field(default_factory=list)  # split fixed only


@dataclass
class EarlyStopping:
    patience_steps: int = 0  # 0: never
    min_delta: float = 0.0


@dataclass
class Train:
    """The optimisation. It ends at `steps` or `minutes`, whichever comes first."""

    steps: int = 2000
    minutes: float = 5.0
    batch: int = 8
    average: float = 0.99  # exponential moving average of the weights; 0: none
    gradient_norm: float = 0.0  # clipped to; 0: not clipped
    validate_steps: int = 200
    early_stopping: EarlyStopping = field(default_factory=EarlyStopping)
    checkpoint_seconds: float = 60.0
    device: str = "auto"  # auto, cpu, cuda; cuda fails where there is none
    threads: int = 2
    workers: int = 1
    autocast: bool = True  # bfloat16, where the device computes it in hardware


@dataclass
class Predict:
    """From the network to masks of whole cases, on the source's own grid."""

    weights: str = "average"  # or last, best
    overlap: list[int] = field(default_factory=list)  # [z, y, x] voxels; form patch only
    blend: str = "mean"  # gaussian, or pairwise: the running mean of the published 3D system
    flips: list[str] = field(default_factory=list)  # test-time mirrors averaged: x, y, z
    threshold: float = 0.5


@dataclass
class Export:
    """How the model calls itself. See inference/SCHEMA.md."""

    id: str = ""  # empty: the system's
    version: str = "0.1.0"
    title: str = ""  # empty: the system's
    opset: int = 17


@dataclass
class System:
    id: str  # of the file, too
    title: str
    document: str  # which published work, and where in it; or "our own"
    # published: sizes and input as printed, checked on the phantom; adapted: what can be trained on
    # the data at hand; own.
    variant: str = "adapted"
    group: str = ""  # rows of one table: lecture-networks, losses, fv-ablation, ...
    differs: str = ""  # from what the document says, and why; "" where nothing does
    seed: int = 1
    data: Data = field(default_factory=Data)
    augment: list[Annotated[object, OneOf(augment.KINDS)]] = field(default_factory=list)
    network: Annotated[object, OneOf(networks.KINDS)] = field(default_factory=networks.BasicUNet)
    loss: losses.Loss = field(default_factory=losses.Loss)
    optimiser: Annotated[object, OneOf(optimisers.KINDS)] = field(default_factory=optimisers.Adam)
    schedule: Annotated[object, OneOf(optimisers.SCHEDULES)] = field(default_factory=optimisers.Constant)
    protocol: Protocol = field(default_factory=Protocol)
    train: Train = field(default_factory=Train)
    predict: Predict = field(default_factory=Predict)
    export: Export = field(default_factory=Export)

    def sha256(self) -> str:
        """Of everything in it: two systems of one hash train the same model."""
        return hashlib.sha256(json.dumps(plain(self), sort_keys=True).encode()).hexdigest()


def load(path: str | Path) -> System:
    """Read configs/ID.yaml, with its bases."""
    system = build(System, read(path), Path(path).stem)
    if system.id != Path(path).stem:
        raise ConfigError(f"{Path(path).name}: id is {system.id!r}; it must be the file's name")
    return system
