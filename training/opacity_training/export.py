"""From a checkpoint to a model file the program loads: ONNX, metadata, sidecars and the card's figures."""

from __future__ import annotations

import copy
import json
import re
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper

from . import predict, runs, sources, tables
from .card import refresh
from .describe import about, describe, for_gray8, outputs, units
from .evaluate import model_rows
from .labels import channels
from .metadata import KEY, rings, summarise, validate
from .metrics import by_patient
from .metrics import summarise as mean_of
from .paths import CONFIGS
from .runtime import Model
from .sources import SourceError
from .strict import ConfigError
from .system import System

HELD_OUT = "{grid}, patients held out, no postprocessing"
OUT_OF_FOLD = "{grid}, out of fold by patient with the recipe {recipe}, {done} of {of} folds, not these weights; no postprocessing"


class Head(torch.nn.Module):
    """The network as it is shipped: probabilities out, of the input's own size, one channel a class of describe.outputs.

    Classes that exclude each other (softmax) become channels that do not: each is its probability against
    the likeliest other, so it is above one half exactly where it is the strongest; the lung is everything
    but background, its sides are told by the likelier one.
    """

    def __init__(self, net: torch.nn.Module, system: System):
        super().__init__()
        self.net, self.names = net, channels(system.data.target)
        self.softmax, self.outputs = system.data.target.activation == "softmax", outputs(system)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        logits = predict.forward(self.net, image)
        if not self.softmax:
            return torch.sigmoid(logits)
        p = dict(zip(self.names, torch.softmax(logits, 1).split(1, 1)))
        return torch.cat([self._against_others(p, name) for name in self.outputs], 1)

    def _against_others(self, p: dict[str, torch.Tensor], name: str) -> torch.Tensor:
        inside = _strongest([v for n, v in p.items() if n != "background"])
        if name == "lung":
            return inside / (inside + p["background"])
        if name == "infection":
            other = _strongest([v for n, v in p.items() if n != "infection"])
            return p["infection"] / (p["infection"] + other)
        side = p[name] / (p["left"] + p["right"]).clamp(min=1e-6)
        return torch.minimum(inside / (inside + p["background"]), side)


def _strongest(values: list[torch.Tensor]) -> torch.Tensor:
    out = values[0]
    for v in values[1:]:
        out = torch.maximum(out, v)
    return out


def load_network(checkpoint: Path, which: str = "") -> tuple[System, torch.nn.Module, int]:
    """A checkpoint's or a run's network ready to be exported: probabilities out; its system and step."""
    system, net, step = runs.load_network(Path(checkpoint), which)
    return system, Head(net, system).eval(), step


def input_shape(system: System) -> tuple[int, ...]:
    """[1, channels, (slices,) rows, columns]."""
    data = system.data
    return (1, 1, *data.input.patch) if data.input.form == "patch" else (1, 2 * data.input.neighbours + 1, data.size, data.size)


def write_onnx(net: torch.nn.Module, shape: tuple[int, ...], opset: int, path: Path) -> None:
    """The graph: input `image` of this shape, output `probability` of as many rows and columns; batch norm folded, no idle padding."""
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            net, (torch.zeros(shape),), str(path), input_names=["image"], output_names=["probability"], opset_version=opset, dynamo=False
        )
    model = onnx.load(str(path))
    if drop_idle_padding(model):
        onnx.save(model, str(path))


def drop_idle_padding(model: onnx.ModelProto) -> int:
    """Take out padding by nothing, which networks for odd sizes leave in the graph; returns how much there was.

    ONNX Runtime keeps it, copies the picture for it and leaves its fast layout there: a twentieth of the default model's time.
    """
    graph = model.graph
    amounts = {n.input[1] for n in graph.node if n.op_type == "Pad"}
    if not amounts:
        return 0
    asked = onnx.ModelProto()
    asked.CopyFrom(model)
    asked.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.INT64, None) for name in amounts)
    session = onnxruntime.InferenceSession(asked.SerializeToString(), providers=["CPUExecutionProvider"])
    first = session.get_inputs()[0]
    found = dict(zip(amounts, session.run(list(amounts), {first.name: np.zeros(first.shape, np.float32)})))
    idle = [n for n in graph.node if n.op_type == "Pad" and not found[n.input[1]].any()]
    instead = {n.output[0]: n.input[0] for n in idle}
    for node in idle:
        graph.node.remove(node)
    for node in graph.node:
        node.input[:] = [instead.get(name, name) for name in node.input]
    _drop_unused(graph)
    onnx.checker.check_model(model)
    return len(idle)


def _drop_unused(graph: onnx.GraphProto) -> None:
    wanted = {o.name for o in graph.output}
    for node in reversed(list(graph.node)):  # in order of use
        if wanted.isdisjoint(node.output):
            graph.node.remove(node)
        else:
            wanted.update(node.input)


def halve(path: Path) -> None:
    """Weights stored in half precision and widened when the model is loaded: half the file, the same arithmetic."""
    model = onnx.load(str(path))
    graph, casts = model.graph, []
    for tensor in graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < 64:
            continue
        name = tensor.name
        narrow = numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), name + "_half")
        tensor.CopyFrom(narrow)
        casts.append(helper.make_node("Cast", [name + "_half"], [name], to=TensorProto.FLOAT, name=name + "_widen"))
    nodes = list(graph.node)
    del graph.node[:]
    graph.node.extend(casts + nodes)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def fill_test_vector(metadata: dict, model: Model) -> None:
    """What the model says to rings.v1, through the metadata's own steps; nothing for a model of patches."""
    one = Model(model.path, metadata=metadata)
    if one.by_slices:
        thresholds = [c["threshold"] for c in metadata["output"]["channels"]]
        metadata["test_vector"]["channels"] = summarise(one.native(rings()), thresholds)


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


def split_of(system: System, sides: dict, checkpoint: Path) -> tuple[list[str], list[str], int | None]:
    """Who was trained on, who was held out, and which fold that was. sides: as runs.sides has them; under a leaky split nobody is held out."""
    train = sorted(sides["train"])
    found = re.search(r"fold-(\d+)", f"{checkpoint.parent.name}/{checkpoint.name}")
    folded = system.protocol.split in ("patient", "leaky-slice") and found is not None
    return train, sorted(c for c in sides["test"] if c not in train), int(found.group(1)) if folded else None


def rows_of_records(folder: Path, system: System) -> list[dict]:
    """Dice and NSD of each patient by the fold that did not see them, from the records of a recipe. Folds of another configuration
    than that of the system, or, where the recipe has another name, of its file in configs/, are no figures of it and are left out."""
    folder = folder.resolve()
    recipe = next(iter(tables.read(folder.parent, CONFIGS, name=folder.name)), tables.Results(folder.name, {}))
    if recipe.id == system.id:
        measured = copy.deepcopy(system)
        measured.protocol.split, measured.protocol.test_cases = "patient", []  # as its folds were, where these weights hold nobody out
        recipe.compare(measured)
    if recipe.system is None and len({r.get("config_sha256") for r in recipe.records.values()}) > 1:
        raise ConfigError(f"{folder} holds folds of several configurations, and there is no file {recipe.id}.yaml in configs/ to tell which is today's: delete those of the older one")
    done = {k: r for k, r in recipe.records.items() if k not in recipe.stale and r["protocol"]["split"] == "patient"}
    if not done:
        raise ConfigError(f"{folder} holds no fold by patient of the configuration {recipe.id} as it is: run crossval on it first, or leave out --records")
    of = max(len(done), *(r["protocol"].get("folds") or 0 for r in done.values()))
    rows = sorted((row for _, r in sorted(done.items()) for row in r["cases"]), key=lambda r: r["case"])
    protocol = OUT_OF_FOLD.format(grid=_grid(system.data.source), recipe=recipe.id, done=len(done), of=of)
    return figures(rows, about(system.data.source).dataset, protocol)


def held_out_words(source: object) -> str:
    """How figures of these very weights on held-out patients of a source were taken."""
    return HELD_OUT.format(grid=_grid(source))


def _grid(source: object) -> str:
    eight_bit = isinstance(source, sources.Slices8)
    return "pixels of the infection-bearing 8-bit slices, 256x256" if eight_bit else "voxels of the data's own grid"


def figures(rows: list[dict], dataset: str, protocol: str, measures: tuple[str, ...] = ("dice", "nsd_1px")) -> list[dict]:
    """Rows of evaluate as the metadata's `metrics`: every case, then the mean over patients."""
    out = []
    for measure in measures:
        known = [r for r in rows if r[measure] is not None]
        out += [_figure(dataset, protocol, r["case"], r["label"], measure, r[measure]) for r in known]
        for label in dict.fromkeys(r["label"] for r in known):
            mean = mean_of(by_patient((r for r in known if r["label"] == label), measure).values())["mean"]
            out.append(_figure(dataset, protocol, "mean", label, measure, mean))
    return out


def _figure(dataset: str, protocol: str, case: str, label: str, metric: str, value: float) -> dict:
    return {"dataset": dataset, "protocol": protocol, "case": case, "label": label, "metric": metric, "value": round(float(value), 4)}


def export(checkpoint: Path, folder: Path, root: Path, which: str = "", half: bool = False, records: Path | None = None) -> Path:
    """Write ID.onnx, ID.json and, where its chain takes 8-bit pictures too, ID.slices8.json into folder; returns the ONNX path.

    checkpoint: a file, or a run's folder whose `which` weights are taken. half: weights in half precision. records:
    folder of a recipe's records, whose out-of-fold figures the metadata states, and of how many folds. The figures of the card ID.md are put right; a model without a card gets a first one.
    """
    checkpoint, folder = Path(checkpoint), Path(folder)
    system, net, step = load_network(checkpoint, which)
    of_recipe = rows_of_records(records, system) if records else None
    system.predict.weights = which or system.predict.weights
    whose = runs.whose(checkpoint)
    train, held, fold = split_of(system, whose["cases"], checkpoint)
    metadata = describe(system, step, train, fold, whose["patients"])
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{metadata['id']}.onnx"
    part = path.with_suffix(".part.onnx")
    try:
        write_onnx(net, input_shape(system), system.export.opset, part)
        if half:
            halve(part)
        model = Model(part, metadata=metadata)
        fill_test_vector(metadata, model)
        other = for_gray8(system, metadata) if units(system) == ["hu", "gray8"] else None
        if other:
            fill_test_vector(other, model)
        metadata["metrics"] = held_out(system, [Model(part, metadata=m) for m in (metadata, other) if m], root, held) if of_recipe is None else of_recipe
        if other:
            other["metrics"] = metadata["metrics"]
            validate(other)
        text = write_metadata(part, metadata)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    path.with_suffix(".json").write_text(text, encoding="utf-8")
    if other:
        path.with_suffix(".slices8.json").write_text(json.dumps(other, indent=1, ensure_ascii=False), encoding="utf-8")
    refresh(path)
    return path


def held_out(system: System, models: list[Model], root: Path, cases: list[str]) -> list[dict]:
    """Figures of the patients that these weights never saw; none for a model of patches, or where the data is not there."""
    spec = system.data.source
    if not cases or not models[0].by_slices or isinstance(spec, (sources.Phantoms, sources.PhantomVolumes)):
        return []
    try:
        source = sources.build(spec, root)
    except (SourceError, OSError):
        return []
    taken = (case for case in map(source.read, cases) if case.unit in units(system))
    return figures(model_rows(models, taken), about(spec).dataset, held_out_words(spec), ("dice",))
