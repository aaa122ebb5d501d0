"""A system's metadata for the program (inference/SCHEMA.md), all but figures and test vector."""

from __future__ import annotations

import copy
from dataclasses import dataclass

from . import chains, sources
from .metadata import KEY
from .strict import ConfigError
from .system import System

MA = "J. Ma et al., COVID-19 CT Lung and Infection Segmentation Dataset, DOI 10.5281/zenodo.3757476"
NOT_STATED = "not stated"
POSTPROCESS = [  # of our own systems; the published ones have none
    {"op": "in_body", "label": "lung"},
    {"op": "aerated", "label": "lung", "dimensions": 2, "below_hu": -500, "min_fraction": 0.2},
    {"op": "largest_components", "label": "lung", "n": 2, "connectivity": 6, "min_fraction": 0.05},
    {"op": "grow_hu", "label": "lung", "min": -1024, "max": -500, "radius_mm": 5},  # training/README.md, "The lungs' ends"
    {"op": "fill_holes", "label": "lung", "dimensions": 2},
    {"op": "inside", "label": "infection", "of": "lung"},
    {"op": "hu_range", "label": "infection", "min": -780, "max": 200, "smooth_mm": 3},
    {"op": "min_volume", "label": "infection", "ml": 0.05},
    {"op": "peak", "label": "infection", "min": 0.9},  # measured by `specks`
]
POSTPROCESS8 = [  # no holes filled: the contours of these slices leave large vessels out
    {"op": "inside", "label": "infection", "of": "lung"},
]
CHANNELS = {
    "lung": {"label": "lung", "layer": "anatomy", "side": "split"},
    "left": {"label": "lung", "layer": "anatomy", "side": "left"},
    "right": {"label": "lung", "layer": "anatomy", "side": "right"},
    "infection": {"label": "infection", "layer": "findings", "side": ""},
}


def outputs(system: System) -> list[str]:
    """What an exported graph gives, in order: the classes, each a probability of its own.

    Where the network's classes exclude each other (softmax), these are made in the graph, so that the lung
    holds its infection as everywhere in the program: see export.Head.
    """
    classes = system.data.target.classes
    if system.data.target.activation == "sigmoid" or classes == ["infection"]:
        return list(classes)
    sides = ["left", "right"] if {"left", "right"} <= set(classes) else ["lung"]
    return sides + (["infection"] if "infection" in classes else [])


def units(system: System) -> list[str]:
    """The units of pictures its chain is for, the model's own first: HU wherever the chain says how to come from it.

    A chain with a step for one unit only is for both.
    """
    only = {s.only for s in system.data.chain}
    source = system.data.source
    hu = "hu" in only or not isinstance(source, sources.Slices8)
    gray8 = bool({"hu", "gray8"} & only) or isinstance(source, (sources.Slices8, sources.CovidCTSeg))
    return ["hu"] * hu + ["gray8"] * gray8


def preprocess(system: System, unit: str) -> list[dict]:
    """The chain in the metadata's words; 8-bit pictures of any size are let in too."""
    steps = whole_numbers(chains.metadata(system.data.chain, unit))
    if unit == "gray8":
        size = system.data.size
        sized = system.data.input.form == "patch" or any(s["op"] in ("resize", "crop") for s in steps)
        resize = [] if sized else [{"op": "resize", "size": [size, size], "interpolation": "cubic"}]
        steps = [{"op": "clip", "min": 0, "max": 255}, *resize, *steps]
    return steps


def whole_numbers(value):
    """2.0 as 2 throughout, as a person would write it."""
    if isinstance(value, dict):
        return {k: whole_numbers(v) for k, v in value.items()}
    if isinstance(value, list):
        return [whole_numbers(v) for v in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def describe(system: System, step: int, trained_on: list[str], fold: int | None = None, patients: dict[str, str] | None = None) -> dict:
    """The metadata, all but figures and test vector. fold: whose patients were left out, where the weights are of one fold."""
    data, unit, known = system.data, units(system)[0], about(system.data.source)
    return {
        "schema": KEY,
        "id": system.export.id or system.id,
        "version": system.export.version,
        "title": system.export.title or system.title,
        "licence": system.export.licence or known.licence,
        "source": f"trained {f'by {system.export.by}' if system.export.by else 'with opacity_training'}, {step} steps of {system.train.batch} {'patches' if data.input.form == 'patch' else 'slices'}"
        + (", averaged weights" if system.train.average and system.predict.weights == "average" else f", {system.predict.weights} weights"),
        "intended_use": "research use only, not a medical device",
        "citation": system.export.citation or known.citation,
        "input": _input(system, unit),
        "preprocess": preprocess(system, unit),
        "inference": _inference(system),
        "output": {
            "name": "probability",
            "activation": "none",
            "exclusive": False,
            "resize": "linear",
            "channels": [
                {"index": i, **CHANNELS[name], "code": "", "colour": "", "threshold": system.predict.threshold}
                for i, name in enumerate(outputs(system))
            ],
        },
        "postprocess": postprocess(system, POSTPROCESS),
        "training": _training(system, trained_on, fold, patients or {}),
        "metrics": [],
        "test_vector": {"input": "rings.v1", "channels": [], "tolerance": 0.01},
    }


def _input(system: System, unit: str) -> dict:
    data = system.data
    patch = data.input.form == "patch"
    return {
        "name": "image",
        "layout": "NCDHW" if patch else "NCHW",
        "dtype": "float32",
        "modality": "CT",
        "unit": {"hu": "HU", "gray8": "uint8"}[unit],
        "channels": 1 if patch else 2 * data.input.neighbours + 1,
        "orientation": "LPS",
        "slice_axis": "axial",
        "spacing_mm": None,  # a step `resample` says it, in its place among the others
        "size": {"mode": "fixed", "value": list(data.input.patch) if patch else [data.size, data.size]},
    }


def _inference(system: System) -> dict:
    data, predict = system.data, system.predict
    if data.input.form == "slice":
        mirrors = [a for a in predict.flips if a in ("x", "y")]
        return {"mode": "slice", "context": data.input.neighbours, "patch": None, "overlap": 0, "blend": "mean", "sigma": 0, "tta": mirrors, "batch": 1}
    if "z" in predict.flips:
        raise ConfigError(f"{system.id}.predict.flips: the program averages mirrors of x and y alone; leave z out")
    overlap = [o / n for o, n in zip(predict.overlap or [n // 2 for n in data.input.patch], data.input.patch)]
    return {
        "mode": "patch",
        "context": 0,
        "patch": list(data.input.patch),
        "overlap": overlap[0] if len(set(overlap)) == 1 else overlap,
        "blend": predict.blend,
        "sigma": 0.125 if predict.blend == "gaussian" else 0,
        "tta": [a for a in predict.flips if a in ("x", "y")],
        "batch": 1,
    }


def postprocess(system: System, steps: list[dict]) -> list[dict]:
    """Those of the steps whose labels the model has; none for the systems of the documents, which have none."""
    labels = {CHANNELS[name]["label"] for name in outputs(system)}
    return [s for s in steps if s["label"] in labels and s.get("of", s["label"]) in labels] if system.variant == "own" else []


def _training(system: System, trained_on: list[str], fold: int | None, patients: dict[str, str]) -> dict:
    """What the weights were trained on, in words."""
    data, known = system.data, about(system.data.source)
    volumes = [e for e in data.extras if isinstance(e.source, sources.HUVolumes)]
    phantoms = [e for e in data.extras if isinstance(e.source, (sources.Phantoms, sources.PhantomVolumes))]
    synthetic = isinstance(data.source, (sources.Phantoms, sources.PhantomVolumes))
    number = len({patients.get(case, case) for case in trained_on})
    return {
        "dataset": f"{known.dataset}: {number} {'phantoms' if synthetic else 'patients'}"
        + "".join(
            f"; {len(e.source.volumes)} series and {len(e.source.single_slices)} single slices in HU with lungs labelled by HU rules" for e in volumes
        ),
        "patients": 0 if synthetic else number,
        "split": _split_words(system, trained_on, fold),
        "lacks": system.export.lacks or known.lacks,
        "phantoms": synthetic or bool(phantoms),
        "negatives": ("slices of neck, shoulders and abdomen without lung; " if volumes else "")
        + "".join(f"{e.share:.0%} of the samples synthetic, many of them without infection, some without lung" for e in phantoms),
    }


def _split_words(system: System, trained_on: list[str], fold: int | None) -> str:
    p, names = system.protocol, ", ".join(trained_on) or "none"
    if p.split == "all":
        return f"all patients: {names}; no figure of these weights on them is accuracy"
    if p.split == "fixed":
        return f"by patient; trained on {names}; held out {', '.join(sorted(p.test_cases)) or 'none'}"
    kind = "by patient" if p.split == "patient" else "LEAKY: slices of one patient on both sides"
    return f"{kind}; fold {fold} of 0 to {p.folds - 1}; trained on {names}"


@dataclass
class About:
    """What a model's metadata says of the data it was trained on, unless its system's `export` says otherwise."""

    dataset: str
    licence: str = NOT_STATED + ": ask whoever trained it"
    citation: str = ""
    lacks: str = NOT_STATED


def about(source: object) -> About:
    synthetic = {"licence": "CC0 1.0", "lacks": "real patients"}
    infected = "healthy patients, children, pleural effusion, contrast studies"
    known = {
        sources.Slices8: About(
            "COVID-19-CT-Seg as 8-bit slices (Ma et al., DOI 10.5281/zenodo.3757476)",
            "CC BY-NC-SA 4.0", MA, f"infection in HU volumes, whole infected volumes, {infected}",
        ),
        sources.CovidCTSeg: About("COVID-19-CT-Seg (Ma et al., DOI 10.5281/zenodo.3757476)", "CC BY-NC-SA 4.0", MA, infected),
        sources.Phantoms: About("synthetic slices", **synthetic),
        sources.PhantomVolumes: About("synthetic chests", **synthetic),
        sources.HUVolumes: About("CT in HU", lacks="infection"),
    }  # fmt: skip
    return known.get(type(source)) or About("a folder of volumes", lacks=", ".join(getattr(source, "lacks", ())) or NOT_STATED)


def for_gray8(system: System, metadata: dict) -> dict:
    """The same model's metadata for pictures that are preprocessed already, as NAME.slices8.json has it."""
    m = copy.deepcopy(metadata)
    m["id"] += "-slices8"
    m["title"] += ", for preprocessed 8-bit slices"
    m["input"]["unit"] = "uint8"
    m["preprocess"] = preprocess(system, "gray8")
    m["postprocess"] = postprocess(system, POSTPROCESS8)
    return m
