"""The steps: plain values, refused where they mean nothing, and the way to and from a model's metadata."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Annotated

from ..strict import ConfigError, OneOf, build

UNITS = ("hu", "gray8")
INTERPOLATION = ("nearest", "linear", "cubic", "area")  # OpenCV's, cubic with a = -0.75
SPLINE = {"nearest": 0, "linear": 1, "cubic": 3}  # orders of the splines that resample in three dimensions


def one_of(what: str, value: object, known: tuple) -> None:
    if value not in known:
        raise ConfigError(f"{what} is {value!r}; it must be one of {', '.join(map(str, known))}")


def two(what: str, value: list) -> None:
    if len(value) != 2:
        raise ConfigError(f"{what} is {value}; it must be two numbers [a, b]")


@dataclass(kw_only=True)
class Step:
    only: str = ""  # hu or gray8: the step is for pictures of that unit alone

    def __post_init__(self):
        one_of("the step's `only`", self.only, ("", *UNITS))
        self.check()

    def check(self) -> None:
        """Refuses values that mean nothing."""


@dataclass(kw_only=True)
class Clip(Step):
    min: float
    max: float

    def check(self) -> None:
        if not self.min < self.max:
            raise ConfigError(f"clip: min is {self.min:g} and max {self.max:g}; max must be above min")


@dataclass(kw_only=True)
class Window(Step):
    """Clips to center -+ width/2, then maps that to a..b."""

    center: float
    width: float
    to: list[float] = field(default_factory=lambda: [0.0, 1.0])

    def check(self) -> None:
        if not self.width > 0:
            raise ConfigError(f"window: width is {self.width:g}; it must be above 0")
        two("window: to", self.to)


@dataclass(kw_only=True)
class Resize(Step):
    size: list[int]  # [rows, columns]
    interpolation: str = "cubic"  # nearest, linear, cubic (OpenCV's, a = -0.75), area

    def check(self) -> None:
        one_of("resize: interpolation", self.interpolation, INTERPOLATION)
        if len(self.size) != 2 or min(self.size) < 1:
            raise ConfigError(f"resize: size is {self.size}; it must be [rows, columns]")


@dataclass(kw_only=True)
class MinMax(Step):
    """lo..hi to a..b; a constant picture gives a."""

    scope: object = "slice"  # slice, volume, or [lo, hi]
    to: list[float] = field(default_factory=lambda: [0.0, 1.0])

    def check(self) -> None:
        if not isinstance(self.scope, list):
            one_of("minmax: scope", self.scope, ("slice", "volume"))
        elif not (len(self.scope) == 2 and all(isinstance(v, int | float) for v in self.scope) and self.scope[0] < self.scope[1]):
            raise ConfigError(f"minmax: scope is {self.scope}; it must be slice, volume or [lo, hi], lo below hi")
        two("minmax: to", self.to)


@dataclass(kw_only=True)
class ZScore(Step):
    """(x - mean + epsilon) / (std + epsilon), with the population's deviation."""

    scope: str = "slice"  # slice, volume, foreground (of the volume, what is above threshold), constants
    threshold: float = 0.0
    mean: float = 0.0
    std: float = 1.0
    epsilon: float = 0.0

    def check(self) -> None:
        one_of("zscore: scope", self.scope, ("slice", "volume", "foreground", "constants"))


@dataclass(kw_only=True)
class Round(Step):
    """Half to even."""


@dataclass(kw_only=True)
class Clahe(Step):
    """OpenCV's, on 0..255."""

    clip_limit: float = 7.0
    tiles: list[int] = field(default_factory=lambda: [8, 8])  # [columns, rows]

    def check(self) -> None:
        if self.clip_limit < 0:
            raise ConfigError(f"clahe: clip_limit is {self.clip_limit:g}; it must be 0 or more")
        if len(self.tiles) != 2 or not 1 <= min(self.tiles) <= max(self.tiles) <= 64:
            raise ConfigError(f"clahe: tiles is {self.tiles}; it must be [columns, rows], 1 to 64 of each")


@dataclass(kw_only=True)
class Scale(Step):
    factor: float
    offset: float = 0.0


@dataclass(kw_only=True)
class Crop(Step):
    """Per slice, the box of the largest part above -500 HU; before any resize, and followed by one."""

    to: str = "body"
    margin_mm: float = 0.0

    def check(self) -> None:
        one_of("crop: to", self.to, ("body",))


@dataclass(kw_only=True)
class Mirror(Step):
    """Pictures whose field is narrower than below_mm are continued to to_mm by their mirror image, at most once a side.

    Left alone is a body that is seen whole: less than min_dense of the voxels at the pictures' edges is above
    -500 HU. Before any resize or crop, in HU; what has no spacing is left alone.
    """

    below_mm: float
    to_mm: float
    min_dense: float = 0.0

    def check(self) -> None:
        if not 0 < self.below_mm <= self.to_mm:
            raise ConfigError(f"mirror: below_mm is {self.below_mm} and to_mm {self.to_mm}; they must be above 0, and the first no larger")
        if not 0 <= self.min_dense <= 1:
            raise ConfigError(f"mirror: min_dense is {self.min_dense}; it must be 0 to 1")


@dataclass(kw_only=True)
class Mirrored(Step):
    """What `Mirror` comes to for one scan: how many rows and columns are added on either side. Not for configurations."""

    rows: int
    columns: int


@dataclass(kw_only=True)
class Resample(Step):
    """To a spacing: floor(shape * spacing / new) voxels over the same box; splines mirrored at the edge."""

    spacing_mm: list[float]  # [x, y, z], as in the metadata
    interpolation: str = "cubic"  # nearest, linear, cubic: splines of order 0, 1, 3

    def check(self) -> None:
        one_of("resample: interpolation", self.interpolation, tuple(SPLINE))
        if len(self.spacing_mm) != 3 or min(self.spacing_mm) <= 0:
            raise ConfigError(f"resample: spacing_mm is {self.spacing_mm}; it must be three lengths [x, y, z]")


@dataclass(kw_only=True)
class LungMask(Step):
    """Everything outside the lungs of an earlier model becomes `outside`."""

    outside: float = 0.0


KINDS: dict[str, type] = {
    "clip": Clip, "window": Window, "resize": Resize, "minmax": MinMax, "zscore": ZScore, "round": Round,
    "clahe": Clahe, "scale": Scale, "crop": Crop, "mirror": Mirror, "resample": Resample, "lung_mask": LungMask,
}  # fmt: skip
OPS = {kind: op for op, kind in KINDS.items()}


def for_unit(steps: list[Step], unit: str) -> list[Step]:
    """The steps that act on pictures of this unit, hu or gray8."""
    one_of("the unit", unit, UNITS)
    return [s for s in steps if s.only in ("", unit)]


def metadata(steps: list[Step], unit: str) -> list[dict]:
    """The steps for one unit as `preprocess` of a model's metadata."""
    out = []
    for step in for_unit(steps, unit):
        op = OPS[type(step)]
        values = {f.name: getattr(step, f.name) for f in dataclasses.fields(step) if f.name != "only"}
        if op == "zscore":
            more = {"foreground": ("threshold",), "constants": ("mean", "std")}.get(step.scope, ())
            values = {k: values[k] for k in ("scope", "epsilon", *more)}
        out.append({"op": op, **values})
    return out


def from_metadata(preprocess: list[dict]) -> list[Step]:
    """The steps of a model's metadata."""
    one = Annotated[object, OneOf(KINDS)]
    return build(list[one], [{"kind" if k == "op" else k: v for k, v in step.items()} for step in preprocess], "preprocess")


def slice8(size: int = 256) -> list[Step]:
    """What the published 8-bit slices have been through, as steps for HU, and what is left to do for both."""
    return [
        Clip(min=-1024, max=3071, only="hu"),
        Resize(size=[256, 256], interpolation="cubic", only="hu"),
        MinMax(scope="slice", to=[0, 255], only="hu"),
        Round(only="hu"),
        Clahe(clip_limit=7.0, tiles=[8, 8], only="hu"),
        *([] if size == 256 else [Resize(size=[size, size], interpolation="area")]),
        Scale(factor=1 / 255),
    ]
