"""From a checkpoint to a model file the program loads: ONNX, metadata, sidecars and the card's figures."""

from __future__ import annotations

import copy
import json
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch

from . import config as configs
from .config import Config
from .card import refresh
from .data import read_case
from .losses import dice
from .metadata import KEY, rings, summarise, validate
from .network import WithSigmoid, build
from .preprocess import carry_out, hu_steps, slice8_steps
from .runtime import Model
from .train import averaged

DATASET8 = "COVID-19-CT-Seg as 8-bit slices (Ma et al., DOI 10.5281/zenodo.3757476)"
PROTOCOL8 = "pixels of the infection-bearing 8-bit slices, 256x256, patients held out, no postprocessing"
POSTPROCESS = [
    {"op": "in_body", "label": "lung"},
    {"op": "aerated", "label": "lung", "dimensions": 2, "below_hu": -500, "min_fraction": 0.2},
    {"op": "largest_components", "label": "lung", "n": 2, "connectivity": 6, "min_fraction": 0.05},
    {"op": "fill_holes", "label": "lung", "dimensions": 2},
    {"op": "inside", "label": "infection", "of": "lung"},
    {"op": "hu_range", "label": "infection", "min": -780, "max": 200, "smooth_mm": 3},
    {"op": "min_volume", "label": "infection", "ml": 0.05},
    {"op": "peak", "label": "infection", "min": 0.9},  # measured by `specks`
]
POSTPROCESS8 = [  # no holes filled: the contours of these slices leave large vessels out
    {"op": "inside", "label": "infection", "of": "lung"},
]


def load_network(checkpoint: Path) -> tuple[Config, torch.nn.Module, int]:
    """The averaged network of a checkpoint, ready to run with sigmoid; its configuration and step."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=False)
    config = configs.from_dict(state["config"])
    average = averaged(build(config.network), config.train.average)
    average.load_state_dict(state["average"])
    return config, WithSigmoid(average.module).eval(), state["step"]


def describe(config: Config, step: int) -> dict:
    """The metadata, all but figures and test vector."""
    size, data = config.network.size, config.data
    return {
        "schema": KEY,
        "id": config.export.id,
        "version": config.export.version,
        "title": config.export.title,
        "licence": "CC BY-NC-SA 4.0",
        "source": f"trained by the Opacity project, {step} steps of {config.train.batch} slices, averaged weights",
        "intended_use": "research use only, not a medical device",
        "citation": "J. Ma et al., COVID-19 CT Lung and Infection Segmentation Dataset, DOI 10.5281/zenodo.3757476",
        "input": {
            "name": "image",
            "layout": "NCHW",
            "dtype": "float32",
            "modality": "CT",
            "unit": "HU",
            "channels": 1,
            "orientation": "LPS",
            "slice_axis": "axial",
            "spacing_mm": None,
            "size": {"mode": "fixed", "value": [size, size]},
        },
        "preprocess": hu_steps(size),
        "inference": {"mode": "slice", "context": 0, "patch": None, "overlap": 0, "blend": "mean", "sigma": 0, "tta": [], "batch": 1},
        "output": {
            "name": "probability",
            "activation": "none",
            "exclusive": False,
            "resize": "linear",
            "channels": [
                {"index": 0, "label": "lung", "layer": "anatomy", "side": "split", "code": "", "colour": "", "threshold": 0.5},
                {"index": 1, "label": "infection", "layer": "findings", "side": "", "code": "", "colour": "", "threshold": 0.5},
            ],
        },
        "postprocess": POSTPROCESS,
        "training": {
            "dataset": f"{DATASET8}: {len(data.train_cases)} patients"
            + (f"; {len(data.volumes)} series and {len(data.single_slices)} single slices in HU with lungs labelled by HU rules" if data.volumes else ""),
            "patients": len(data.train_cases),
            "split": f"by patient; trained on {', '.join(data.train_cases) or 'none'}; held out {', '.join(data.test_cases) or 'none'}",
            "lacks": "infection in HU volumes, whole infected volumes, healthy patients, children, pleural effusion, contrast studies",
            "phantoms": data.phantoms > 0,
            "negatives": ("slices of neck, shoulders and abdomen without lung; " if data.volumes else "")
            + (f"{data.shares.phantoms:.0%} of the samples synthetic, many of them without infection, some without lung" if data.phantoms else ""),
        },
        "metrics": [],
        "test_vector": {"input": "rings.v1", "channels": [], "tolerance": 0.01},
    }


def for_slices8(metadata: dict, model: Model) -> dict:
    """The same model's metadata for pictures that are preprocessed already."""
    m = copy.deepcopy(metadata)
    m["id"] += "-slices8"
    m["title"] += ", for preprocessed 8-bit slices"
    m["input"]["unit"] = "uint8"
    m["preprocess"] = slice8_steps(m["input"]["size"]["value"][0])
    m["postprocess"] = POSTPROCESS8
    fill_test_vector(m, model)
    return m


def fill_test_vector(metadata: dict, model: Model) -> None:
    """What the model says to rings.v1, through the metadata's own steps."""
    probability = model.run(carry_out(metadata["preprocess"], rings()))
    metadata["test_vector"]["channels"] = summarise(probability, [c["threshold"] for c in metadata["output"]["channels"]])


def held_out(model: Model, root: Path, cases: list[str]) -> list[dict]:
    """Dice per held-out case and label, and their means, at the network's resolution and threshold 0.5."""
    rows: list[dict] = []

    def add(case, label, value):
        rows.append({"dataset": DATASET8, "protocol": PROTOCOL8, "case": case, "label": label, "metric": "dice", "value": round(float(value), 4)})

    for case in cases:
        image, lung, infection = read_case(root, case)
        found = np.stack([model.slice8(s) > 0.5 for s in image])
        add(case, "lung", dice(found[:, 0], lung))
        add(case, "infection", dice(found[:, 1], infection))
    for label in ("lung", "infection") if cases else ():
        add("mean", label, np.mean([r["value"] for r in rows if r["label"] == label]))
    return rows


def write_onnx(net: torch.nn.Module, size: int, opset: int, path: Path) -> None:
    """The graph: input image [1, 1, size, size], output probability [1, 2, size, size]; batch norm folded."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            net,
            (torch.zeros(1, 1, size, size),),
            str(path),
            input_names=["image"],
            output_names=["probability"],
            opset_version=opset,
            dynamo=False,
        )


def write_metadata(path: Path, metadata: dict) -> str:
    """Store the metadata in the ONNX file; returns the very text, for the sidecar."""
    validate(metadata)
    text = json.dumps(metadata, indent=1, ensure_ascii=False)
    graph = onnx.load(str(path))
    del graph.metadata_props[:]
    entry = graph.metadata_props.add()
    entry.key, entry.value = KEY, text
    for node in graph.graph.node:
        node.doc_string = ""
    onnx.checker.check_model(graph)
    onnx.save(graph, str(path))
    return text


def export(checkpoint: Path, folder: Path, root: Path) -> Path:
    """Write ID.onnx, ID.json and ID.slices8.json into folder, the figures into ID.md if there is one; returns the ONNX path."""
    config, net, step = load_network(checkpoint)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{config.export.id}.onnx"
    part = path.with_suffix(".part.onnx")
    write_onnx(net, config.network.size, config.export.opset, part)
    model = Model(part)
    metadata = describe(config, step)
    fill_test_vector(metadata, model)
    metadata["metrics"] = held_out(model, root, config.data.test_cases)
    text = write_metadata(part, metadata)
    other = for_slices8(metadata, model)
    validate(other)
    part.replace(path)
    path.with_suffix(".json").write_text(text, encoding="utf-8")
    path.with_suffix(".slices8.json").write_text(json.dumps(other, indent=1, ensure_ascii=False), encoding="utf-8")
    if metadata["metrics"] and path.with_suffix(".md").exists():
        refresh(path)
    return path


