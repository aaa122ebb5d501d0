"""The training configuration: typed, documented, and strict about its keys."""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import yaml


class ConfigError(ValueError):
    """A configuration that names an unknown key or holds a value of the wrong type."""


@dataclass
class Shares:
    """What share of each training batch comes from which source; normalised to one."""

    slices: float = 0.70
    volumes: float = 0.15
    phantoms: float = 0.15


@dataclass
class Data:
    """What is trained on. Cases are patients: a patient is never on both sides."""

    train_cases: list[str] = field(default_factory=list)
    # Watched while training, never trained on; empty: the last averaged weights are kept.
    validation_cases: list[str] = field(default_factory=list)
    # Only `check` and `export` ever read these.
    test_cases: list[str] = field(default_factory=list)
    # DICOM series in HU, relative to the data root: lungs labelled by HU rules, infection unknown.
    volumes: list[str] = field(default_factory=list)
    # Single DICOM slices in HU, likewise.
    single_slices: list[str] = field(default_factory=list)
    # How often each HU slice is drawn with another field of view, noise and padding.
    volume_variants: int = 5
    single_slice_variants: int = 10
    phantoms: int = 500
    shares: Shares = field(default_factory=Shares)


@dataclass
class Augment:
    """Random changes to a training picture. Probabilities are per picture."""

    zoom: list[float] = field(default_factory=lambda: [0.65, 1.35])
    rotate_degrees: float = 17.0
    shift: float = 0.10  # of the picture's width
    flip_x: float = 0.5
    flip_y: float = 0.1
    contrast: list[float] = field(default_factory=lambda: [0.5, 1.2])
    brightness: float = 0.12  # of the full range
    gamma: list[float] = field(default_factory=lambda: [0.7, 1.4])
    field_strength: float = 0.15  # a smooth field added, of the full range
    blur: float = 0.3
    blur_sigma: float = 1.4  # pixels, at most
    noise: float = 0.6
    noise_sigma: float = 0.07  # of the full range, at most


@dataclass
class Network:
    """A MONAI BasicUNet with two sigmoid outputs."""

    features: list[int] = field(default_factory=lambda: [16, 32, 64, 128, 256, 16])
    size: int = 256  # rows and columns of the input


@dataclass
class Train:
    """The optimisation. It ends at `steps` or `minutes`, whichever comes first, and the
    learning rate falls to nothing towards whichever is nearer."""

    steps: int = 7000
    minutes: float = 60.0
    batch: int = 8
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    warmup_steps: int = 100
    decay_power: float = 0.9
    average: float = 0.999  # exponential moving average of the weights
    gradient_norm: float = 5.0
    dice_batch: float = 0.5
    dice_image: float = 0.5
    checkpoint_seconds: float = 120.0
    threads: int = 2
    workers: int = 1
    autocast: bool = True  # bfloat16, where the device is fast at it


@dataclass
class Export:
    """How the model calls itself. See inference/SCHEMA.md."""

    id: str = "opacity-lung-infection-2d"
    version: str = "1.0.0"
    title: str = "Lung and COVID-19 infection, 2D U-Net"
    opset: int = 17


@dataclass
class Config:
    """The whole of it."""

    seed: int = 20
    data: Data = field(default_factory=Data)
    augment: Augment = field(default_factory=Augment)
    network: Network = field(default_factory=Network)
    train: Train = field(default_factory=Train)
    export: Export = field(default_factory=Export)


def _build(kind: Any, value: Any, where: str) -> Any:
    if dataclasses.is_dataclass(kind):
        if not isinstance(value, dict):
            raise ConfigError(f"{where}: a mapping is wanted, not {value!r}")
        hints = get_type_hints(kind)
        unknown = sorted(set(value) - set(hints))
        if unknown:
            raise ConfigError(f"{where}: unknown key {', '.join(map(repr, unknown))}; known: {', '.join(hints)}")
        return kind(**{k: _build(hints[k], v, f"{where}.{k}") for k, v in value.items()})
    if get_origin(kind) is list:
        if not isinstance(value, list):
            raise ConfigError(f"{where}: a list is wanted, not {value!r}")
        return [_build(get_args(kind)[0], v, f"{where}[{i}]") for i, v in enumerate(value)]
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ConfigError(f"{where}: {kind.__name__} is wanted, not {value!r}")
    return value


def from_dict(value: dict) -> Config:
    """Build a Config from plain data, refusing what it does not know."""
    config = _build(Config, value, "config")
    assert_split(config.data)
    return config


def load(path: str | Path) -> Config:
    """Read a YAML file into a Config."""
    with open(path, encoding="utf-8") as f:
        return from_dict(yaml.safe_load(f) or {})


def assert_split(data: Data) -> None:
    """Refuse a patient who is on two sides of the split."""
    sides = {"train": data.train_cases, "validation": data.validation_cases, "test": data.test_cases}
    seen: dict[str, str] = {}
    for side, cases in sides.items():
        for case in cases:
            if case in seen:
                raise ConfigError(f"config.data: {case} is in {seen[case]} and in {side}")
            seen[case] = side


def data_root(flag: str | None = None) -> Path:
    """The folder of the data: the flag, else OPACITY_TEST_DATA, else shared/data beside the repository."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    return Path(flag or os.environ.get("OPACITY_TEST_DATA") or beside)
