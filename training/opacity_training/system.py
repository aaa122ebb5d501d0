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
from .metadata import CONTEXT, ID, ID_WORDS, SIDE
from .strict import ConfigError, OneOf, build, plain, read


@dataclass
class Input:
    """What one sample is. Axis order [z, y, x]."""

    # slice: one axial slice [size, size]; patch: a block of the stack.
    form: str = "slice"
    neighbours: int = 0  # slices on each side, as channels (2.5D); form slice only
    patch: list[int] = field(default_factory=list)  # [z, y, x]; form patch only
    # Which lungs the chain's step `lung_mask` keeps. none; predicted: those another system predicted
    # out of fold, or an exported model; reference: the reference's, an oracle that no new patient has.
    lung_mask: str = "none"
    lung_system: str = ""  # whose out-of-fold lungs `predicted` takes
    # Instead: the .onnx file whose lungs it takes, from the repository's root; for scans that the model was not trained on.
    lung_model: str = ""
    foreground: float = 0.0  # share of patches that are drawn around a voxel of the last class
    # When a patch is cut. first: the augmentation changes the patch, and what is moved in from outside is 0. last: it changes
    # the scan, and its last operation, spatial, takes the patch out of that, with what lies around it.
    cut: str = "first"


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
    cases: list[str] = field(default_factory=list)  # empty: all the source has
    lungless: float = 1.0  # how often slices with little lung (below 4 %) or none are drawn, against the others


@dataclass
class Data:
    source: Annotated[object, OneOf(sources.KINDS)] = field(default_factory=sources.Slices8)
    cases: list[str] = field(default_factory=list)  # empty: all the source has
    size: int = 128  # rows and columns of a slice after `chain`
    # From what the source gives to what the network takes; the same list goes into the model's metadata.
    chain: list[Annotated[object, OneOf(chains.KINDS)]] = field(default_factory=list)
    input: Input = field(default_factory=Input)
    target: Target = field(default_factory=Target)
    # How often a patient is drawn: slices, in proportion to their number; root, to its root, so that a
    # long scan does not drown a short one; patients, all alike.
    draw: str = "root"
    extras: list[Extra] = field(default_factory=list)


@dataclass
class Protocol:
    """How it is measured."""

    # patient: a patient is on one side only. leaky-slice: slices of one patient are on both, as in
    # some published work; said in every row. fixed: test_cases are held out, one "fold". all: nobody
    # is, for weights to ship after the folds have chosen.
    split: str = "patient"
    folds: int = 5
    seed: int = 1  # of ties between patients of as many slices, of the validation side and of a leaky split; systems that are compared share it
    validation_cases: int = 0  # patients per fold, taken from the training side, for early stopping and `best`
    test_cases: list[str] = field(default_factory=list)  # split fixed only
    # Draw the curves validation_loss, _jaccard and _dice of the test side while training, as cross-validations are
    # published; nothing is chosen by them. With validation_cases the curves are theirs.
    watch: bool = False


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
    # Batches that batch norm's statistics are taken anew from, for the weights that are validated and kept at the end; 0: as they ran.
    norm_batches: int = 0
    gradient_norm: float = 0.0  # clipped to; 0: not clipped
    validate_steps: int = 200
    early_stopping: EarlyStopping = field(default_factory=EarlyStopping)
    checkpoint_seconds: float = 60.0
    device: str = "auto"  # auto, cpu, cuda; cuda fails where there is none
    threads: int = 2
    workers: int = 1  # threads that make batches ahead; 0: none
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
    by: str = ""  # who trained it
    # Of the weights; empty: as the source's, which of a folder of one's own says that it is not stated.
    licence: str = ""
    citation: str = ""
    lacks: str = ""
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
    # From what the document says, and why, by what it is about: a file changes what its base says of one thing
    # without saying the rest again; "" takes it back.
    differs: dict[str, str] = field(default_factory=dict)
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
    # An ensemble: the out-of-fold predictions of these systems are put together, and nothing is trained.
    members: list[str] = field(default_factory=list)
    vote: str = "majority"  # of masks, more than half; or mean, of probabilities
    keep_weights: str = ""  # folder below results/ that takes each fold's weights in half precision; empty: none

    def difference(self) -> str:
        """What differs from the document, in one sentence; "" where nothing does."""
        said = "; ".join(words for words in self.differs.values() if words)
        return said[:1].upper() + said[1:]

    def sha256(self, predicted: bool = True) -> str:
        """Of everything that decides what a fold's figures are; without `predicted`, what its weights are."""
        value = plain(self)
        for key in WORDS if predicted else (*WORDS, "predict"):
            value.pop(key, None)
        train = {k: v for k, v in value.pop("train", {}).items() if k not in MACHINE}
        return hashlib.sha256(json.dumps(value | {"train": train}, sort_keys=True).encode()).hexdigest()


# What changes nothing in a result: names and words, and how the machine is used.
WORDS = ("id", "title", "document", "variant", "group", "differs", "export", "keep_weights")
MACHINE = ("checkpoint_seconds", "device", "threads", "workers")


def load(path: str | Path) -> System:
    """Read configs/ID.yaml, with its bases."""
    system = build(System, read(path), Path(path).stem)
    if system.id != Path(path).stem:
        raise ConfigError(f"{Path(path).name}: id is {system.id!r}; it must be the file's name")
    check(system)
    return system


def check(system: System) -> None:
    """Refuse values that do not go together."""
    data, protocol, train = system.data, system.protocol, system.train
    words = [
        ("data.input.form", data.input.form, ("slice", "patch")),
        ("data.input.lung_mask", data.input.lung_mask, ("none", "predicted", "reference")),
        ("data.input.cut", data.input.cut, ("first", "last")),
        ("data.target.activation", data.target.activation, ("sigmoid", "softmax")),
        ("data.draw", data.draw, ("slices", "root", "patients")),
        ("vote", system.vote, ("majority", "mean")),
        ("protocol.split", protocol.split, ("patient", "leaky-slice", "fixed", "all")),
        ("train.device", train.device, ("auto", "cpu", "cuda")),
        ("schedule.watch", getattr(system.schedule, "watch", "train"), ("train", "validation")),
        ("predict.weights", system.predict.weights, ("average", "last", "best")),
        ("predict.blend", system.predict.blend, ("mean", "gaussian", "pairwise")),
        *(("data.target.classes", name, ("lung", "left", "right", "infection")) for name in data.target.classes),
        *(("predict.flips", axis, ("x", "y", "z")) for axis in system.predict.flips),
    ]
    for where, value, known in words:
        if value not in known:
            raise ConfigError(f"{system.id}.{where}: {value!r} is not one of {', '.join(known)}")
    for where, id in (("id", system.id), ("export.id", system.export.id or system.id)):
        if not ID.fullmatch(id):  # the program would refuse the model, after the training
            raise ConfigError(f"{system.id}.{where}: {id!r} is not of {ID_WORDS}")
    masked = any(isinstance(step, chains.LungMask) for step in data.chain)
    wrongs = [
        (data.input.form == "patch" and len(data.input.patch) != 3, "data.input.patch must be three sizes [z, y, x]"),
        (
            data.input.cut == "last" and (data.input.form != "patch" or data.input.foreground > 0 or not system.augment or not isinstance(system.augment[-1], augment.Spatial)),
            "data.input.cut: last is for patches anywhere in a scan (foreground 0), with spatial as the last augmentation",
        ),
        (protocol.split == "leaky-slice" and data.input.form != "slice", "the split leaky-slice is for slices"),
        (len(system.members) == 1, "members must be at least two systems"),
        (bool(system.members) and protocol.split != "patient", "members vote under the split patient"),
        (not data.target.classes, "data.target.classes is empty"),
        (len(set(data.target.classes)) < len(data.target.classes), "data.target.classes names a class twice"),
        (not 1 <= data.size <= SIDE, f"data.size must be 1 to {SIDE}"),
        (not 0 <= data.input.neighbours <= CONTEXT, f"data.input.neighbours must be 0 to {CONTEXT}"),
        (min(data.input.patch, default=1) < 1, "data.input.patch must be sizes above 0"),
        (not 0 <= system.predict.threshold <= 1, "predict.threshold must be 0 to 1"),
        (sum(e.share for e in data.extras) >= 1, "the shares of data.extras must be below 1 together"),
        (masked != (data.input.lung_mask != "none"), "data.input.lung_mask and the chain's step lung_mask need each other"),
        (
            bool(data.input.lung_system) + bool(data.input.lung_model) != (data.input.lung_mask == "predicted"),
            "data.input.lung_system or lung_model, one of them, must say whose lungs are taken under lung_mask: predicted, and none otherwise",
        ),
        (protocol.split == "fixed" and not protocol.test_cases, "protocol.test_cases must name who is held out under the split fixed"),
        (protocol.split != "fixed" and bool(protocol.test_cases), "protocol.test_cases belongs to the split fixed"),
        (
            getattr(system.schedule, "watch", "train") == "validation" and protocol.validation_cases < 1,
            "schedule.watch: validation needs protocol.validation_cases: the side that is measured steers nothing",
        ),
        (train.batch < 1 or train.steps < 1, "train.batch and train.steps must be at least 1"),
        (train.validate_steps < 1 or train.threads < 1, "train.validate_steps and train.threads must be at least 1"),
        (not train.minutes > 0, "train.minutes must be above 0"),
        (train.workers < 0, "train.workers must be 0 or more"),
        (not 0 <= train.average < 1, "train.average must be from 0 to below 1"),
        (min(system.seed, protocol.seed) < 0, "seed and protocol.seed must be 0 or more"),
        (not system.optimiser.learning_rate > 0, "optimiser.learning_rate must be above 0"),
        (getattr(system.schedule, "half_cycle_steps", 1) < 1, "schedule.half_cycle_steps must be at least 1"),
        (bool(system.predict.overlap) and len(system.predict.overlap) != 3, "predict.overlap must be three numbers [z, y, x]"),
    ]
    for wrong, says in wrongs:
        if wrong:
            raise ConfigError(f"{system.id}: {says}")
