"""The model metadata `opacity.model.v1`: a strict validator, and the test vector's picture.

The schema is inference/SCHEMA.md; the program refuses what this refuses.
"""

from __future__ import annotations

import itertools
import re
from typing import Any, Callable

import numpy as np

KEY = "opacity.model.v1"
RINGS_MM = (1.0, 0.7, 0.7)  # z, y, x: how large the voxels of rings.v1 are, for steps that count in mm
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")  # what the program takes for a model's file name
ID_WORDS = "letters from A to Z, digits, dots, dashes and underscores, with a letter or digit first"
SIDE = 4096  # rows or columns of a picture, at most
CONTEXT = 32  # neighbours on each side, at most
REACH = 50  # mm that a step of the postprocessing reaches, at most


class MetadataError(ValueError):
    """Metadata that does not follow the schema; the message names the place."""


Check = Callable[[Any, str], None]


def fail(where: str, what: str) -> None:
    raise MetadataError(f"{where}: {what}")


def text(v: Any, where: str) -> None:
    if not isinstance(v, str):
        fail(where, f"text is wanted, not {v!r}")


def name(v: Any, where: str) -> None:
    """It becomes a file's name."""
    text(v, where)
    if not ID.fullmatch(v):
        fail(where, f"{v!r} is not of {ID_WORDS}")


def filled(v: Any, where: str) -> None:
    text(v, where)
    if not v.strip():
        fail(where, "must not be empty")


def boolean(v: Any, where: str) -> None:
    if not isinstance(v, bool):
        fail(where, f"true or false is wanted, not {v!r}")


def number(low: float = -np.inf, high: float = np.inf) -> Check:
    def check(v: Any, where: str) -> None:
        if isinstance(v, bool) or not isinstance(v, (int, float)) or not np.isfinite(v):
            fail(where, f"a number is wanted, not {v!r}")
        if not low <= v <= high:
            fail(where, f"{v} is outside {low}..{high}")

    return check


def whole(low: int = 0, high: float = np.inf) -> Check:
    def check(v: Any, where: str) -> None:
        if isinstance(v, bool) or not isinstance(v, int) or not low <= v <= high:
            fail(where, f"a whole number of {low}..{high} is wanted, not {v!r}")

    return check


def one_of(*values: Any) -> Check:
    def check(v: Any, where: str) -> None:
        if isinstance(v, bool) or v not in values:
            fail(where, f"one of {', '.join(map(repr, values))} is wanted, not {v!r}")

    return check


def either(*checks: Check) -> Check:
    def check(v: Any, where: str) -> None:
        errors = []
        for c in checks:
            try:
                return c(v, where)
            except MetadataError as e:
                errors.append(str(e))
        fail(where, " / ".join(errors))

    return check


def many(item: Check, low: int = 0, high: float = np.inf) -> Check:
    def check(v: Any, where: str) -> None:
        if not isinstance(v, list) or not low <= len(v) <= high:
            fail(where, f"a list of {low}..{high} entries is wanted, not {v!r}")
        for i, entry in enumerate(v):
            item(entry, f"{where}[{i}]")

    return check


def fields(**checks: Check) -> Check:
    """A JSON object with exactly these fields."""

    def check(v: Any, where: str) -> None:
        if not isinstance(v, dict):
            fail(where, f"an object is wanted, not {v!r}")
        for name in v:
            if name not in checks:
                fail(where, f"unknown field {name!r}")
        for name, c in checks.items():
            if name not in v:
                fail(where, f"field {name!r} is missing")
            c(v[name], f"{where}.{name}")

    return check


def steps(**kinds: dict[str, Check]) -> Check:
    """A list of objects told apart by their field `op`."""

    def check(v: Any, where: str) -> None:
        op = v.get("op") if isinstance(v, dict) else None
        if op not in kinds:
            fail(where, f"unknown op {op!r}; known: {', '.join(kinds)}")
        fields(op=text, **kinds[op])(v, f"{where}({op})")

    return many(check)


def nothing(v: Any, where: str) -> None:
    if v is not None:
        fail(where, f"null is wanted, not {v!r}")


def colour(v: Any, where: str) -> None:
    text(v, where)
    if v and not re.fullmatch(r"#[0-9A-Fa-f]{6}", v):
        fail(where, f"{v!r} is neither #rrggbb nor empty")


pair = many(number(), 2, 2)
WORDS = ["".join(w) for p in itertools.permutations(("LR", "PA", "SI")) for w in itertools.product(*p)]
INTERPOLATIONS = one_of("nearest", "linear", "cubic", "area")


def zscore(v: dict, where: str) -> None:
    wanted: dict[str, Check] = {"op": text, "scope": one_of("slice", "volume", "foreground", "constants"), "epsilon": number(0)}
    wanted |= {"foreground": {"threshold": number()}, "constants": {"mean": number(), "std": number(1e-9)}}.get(v.get("scope"), {})
    fields(**wanted)(v, where)


_plain_steps = steps(
    clip={"min": number(), "max": number()},
    window={"center": number(), "width": number(1e-9), "to": pair},
    resize={"size": many(whole(1, SIDE), 2, 2), "interpolation": INTERPOLATIONS},
    minmax={"scope": either(one_of("slice", "volume"), pair), "to": pair},
    round={},
    clahe={"clip_limit": number(0), "tiles": many(whole(1, 64), 2, 2)},
    scale={"factor": number(), "offset": number()},
    crop={"to": one_of("body", "lungs"), "margin_mm": number(0)},
    mirror={"below_mm": number(1e-9), "to_mm": number(1e-9), "min_dense": number(0, 1)},
    resample={"spacing_mm": many(number(1e-9), 3, 3), "interpolation": INTERPOLATIONS},
    lung_mask={"outside": number()},
)


def preprocess_steps(v: Any, where: str) -> None:
    for i, step in enumerate(v if isinstance(v, list) else []):
        if isinstance(step, dict) and step.get("op") == "zscore":
            zscore(step, f"{where}[{i}](zscore)")
    _plain_steps([s for s in v if not (isinstance(s, dict) and s.get("op") == "zscore")] if isinstance(v, list) else v, where)


POSTPROCESS = steps(
    largest_components={"label": filled, "n": whole(1), "connectivity": one_of(6, 18, 26), "min_fraction": number(0, 1)},
    fill_holes={"label": filled, "dimensions": one_of(2, 3)},
    min_volume={"label": filled, "ml": number(0)},
    peak={"label": filled, "min": number(0, 1)},
    inside={"label": filled, "of": filled},
    hu_range={"label": filled, "min": number(), "max": number(), "smooth_mm": number(0, REACH)},
    aerated={"label": filled, "dimensions": one_of(2, 3), "below_hu": number(), "min_fraction": number(0, 1)},
    in_body={"label": filled},
    grow_hu={"label": filled, "min": number(), "max": number(), "radius_mm": number(1e-9, REACH)},
    closing={"label": filled, "radius_mm": number(1e-9, REACH)},
)

DOCUMENT = fields(
    schema=one_of(KEY),
    id=name,
    version=filled,
    title=filled,
    licence=filled,
    source=text,
    intended_use=filled,
    citation=text,
    input=fields(
        name=filled,
        layout=one_of("NCHW", "NHWC", "NCDHW", "NDHWC"),
        dtype=one_of("float32", "float16", "uint8"),
        modality=filled,
        unit=one_of("HU", "uint8", "any"),
        channels=whole(1),
        orientation=one_of(*WORDS),
        slice_axis=one_of("axial", "coronal", "sagittal"),
        spacing_mm=either(nothing, many(number(1e-9), 3, 3)),
        size=either(
            fields(mode=one_of("any"), value=nothing),
            fields(mode=one_of("any")),
            fields(mode=one_of("fixed", "multiple_of"), value=many(whole(1, SIDE), 2, 3)),
        ),
    ),
    preprocess=preprocess_steps,
    inference=fields(
        mode=one_of("slice", "patch"),
        context=whole(0, CONTEXT),
        patch=either(nothing, many(whole(1), 3, 3)),
        overlap=either(number(0, 0.99), many(number(0, 0.99), 3, 3)),
        blend=one_of("mean", "gaussian", "pairwise"),
        sigma=number(0),
        tta=many(one_of("x", "y", "xy")),
        batch=whole(1, 64),
    ),
    output=fields(
        name=filled,
        activation=one_of("none", "sigmoid", "softmax"),
        exclusive=boolean,
        resize=one_of("linear", "nearest"),
        channels=many(
            fields(
                index=whole(0, 255),
                label=text,
                layer=one_of("anatomy", "findings"),
                side=one_of("left", "right", "split", ""),
                code=text,
                colour=colour,
                threshold=number(0, 1),
            ),
            1,
        ),
    ),
    postprocess=POSTPROCESS,
    training=fields(dataset=text, patients=whole(0), split=text, lacks=text, phantoms=boolean, negatives=text),
    metrics=many(fields(dataset=text, protocol=text, case=text, label=text, metric=text, value=number())),
    test_vector=fields(
        input=one_of("rings.v1"),
        channels=many(fields(index=whole(0), mean=number(), over_threshold=number(0, 1), grid8=many(number(), 64, 64))),
        tolerance=number(1e-9),
    ),
)


def ordered(step: dict, where: str) -> None:
    """Refuse limits of a step that hold nothing between them."""
    match step:
        case {"op": "clip", "min": low, "max": high} | {"op": "minmax", "scope": [low, high]} if not low < high:
            fail(where, f"{high} must be above {low}")
        case {"op": "mirror", "below_mm": low, "to_mm": high} | {"op": "hu_range" | "grow_hu", "min": low, "max": high} if not low <= high:
            fail(where, f"{high} must not be below {low}")


def together(document: dict) -> None:
    """Refuse fields that do not fit one another."""
    inference, channels = document["inference"], document["input"]["channels"]
    if inference["mode"] == "slice" and channels != 2 * inference["context"] + 1:
        fail("metadata.input.channels", f"{channels} is not 2 * {inference['context']} + 1, with metadata.inference.context")
    if inference["mode"] == "patch" and inference["patch"] is None:
        fail("metadata.inference.patch", "[slices, rows, columns] are wanted in the mode patch")
    seen = set()
    for i, c in enumerate(document["output"]["channels"]):
        if not c["label"] and document["output"]["exclusive"]:
            continue  # background
        key = (c["label"].lower(), c["side"])
        if not c["label"] or key in seen:
            fail(f"metadata.output.channels[{i}].label", f"{c['label']!r} must be there, and once of a side")
        seen.add(key)


def validate(document: dict) -> None:
    """Refuse metadata that does not follow the schema, field by field and as a whole."""
    DOCUMENT(document, "metadata")
    for part in ("preprocess", "postprocess"):
        for i, step in enumerate(document[part]):
            ordered(step, f"metadata.{part}[{i}]({step['op']})")
    together(document)
    channels = document["output"]["channels"]
    if [c["index"] for c in channels] != list(range(len(channels))):
        fail("metadata.output.channels", "indices must count up from 0")
    labels = {c["label"] for c in channels}
    for i, step in enumerate(document["postprocess"]):
        for name in ("label", "of"):
            if name in step and step[name] not in labels:
                fail(f"metadata.postprocess[{i}]", f"label {step[name]!r} is no output channel")
    for c in document["test_vector"]["channels"]:
        if c["index"] >= len(channels):
            fail("metadata.test_vector", f"no output channel {c['index']}")


def rings() -> np.ndarray:
    """The schema's test picture rings.v1: HU, int32 [512, 512], by integer arithmetic alone."""
    y, x = np.mgrid[:512, :512].astype(np.int64)
    dx, dy = 2 * x - 511, 2 * y - 511
    t = (31 * x + 17 * y) % 97 - 48
    hu = np.full((512, 512), -1000, np.int64)
    hu = np.where(dx**2 * 340**2 + dy**2 * 460**2 <= 460**2 * 340**2, 40 + t, hu)
    for cx in (-220, 220):
        hu = np.where((dx - cx) ** 2 * 230**2 + dy**2 * 170**2 <= 170**2 * 230**2, -850 + t, hu)
    hu = np.where((dx + 220) ** 2 + (dy - 90) ** 2 <= 60**2, -450 + t, hu)
    return hu.astype(np.int32)


def summarise(probability: np.ndarray, thresholds: list[float]) -> list[dict]:
    """test_vector.channels of a network's output, float [channels, rows, columns]."""
    out = []
    for i, (p, threshold) in enumerate(zip(probability.astype(np.float64), thresholds)):
        blocks = p.reshape(8, p.shape[0] // 8, 8, p.shape[1] // 8).mean(axis=(1, 3))
        out.append(
            {
                "index": i,
                "mean": round(float(p.mean()), 6),
                "over_threshold": round(float((p > threshold).mean()), 6),
                "grid8": [round(float(v), 6) for v in blocks.ravel()],
            }
        )
    return out
