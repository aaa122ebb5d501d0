"""The same model in PyTorch, in ONNX Runtime here and in the program: the same numbers, or not.

The program is asked through its command line alone. It writes probabilities as bytes, so it is given two
models made from the one in question: one whose outputs are the high and the low byte of each probability,
and one that hands back the prepared picture instead of segmenting it.
"""

from __future__ import annotations

import copy
import subprocess
import sys
import tempfile
from pathlib import Path

import nibabel
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from . import card, chains, check
from .export import load_network, write_metadata
from .networks.shipped import OnnxNetwork
from .runtime import Model
from .sources.nifti import write as write_nifti
from .strict import ConfigError
from .tables import markdown

PROGRAM = Path(__file__).resolve().parents[2] / "bin" / ("opacity-headless.exe" if sys.platform == "win32" else "opacity-headless")
PROBABILITY = 1e-4  # largest difference on identical tensors
GREY = (1, 0.001)  # grey levels, and the share of pixels that may differ by more
VOXELS = 1e-4  # share of a volume's voxels whose label may differ
SLICES = 24  # of the phantom


class ProgramError(ValueError):
    """The program is not there, or refused; its own sentence is the message."""


def program(*arguments: object, executable: Path = PROGRAM) -> str:
    """Run the program; its standard output."""
    if not executable.exists():
        raise ProgramError(f"{executable} is not there; build it with `make headless`")
    done = subprocess.run([str(executable), "--quiet", *map(str, arguments)], capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        raise ProgramError(done.stderr.strip() or f"{executable.name} ended with {done.returncode}")
    return done.stdout


def read_nifti(path: Path) -> np.ndarray:
    """Stored numbers of a file in the axis order of write_nifti, as [z, y, x]."""
    return np.asarray(nibabel.load(path).dataobj.get_unscaled()).transpose(2, 1, 0)


def segment(volume: Path, model: Path, folder: Path, probabilities: bool = True) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The program's mask [z, y, x] and its probabilities by name, uint8 likewise, of a NIfTI volume."""
    program("segment", volume, "-o", folder, "--model", model, *["--probabilities"] * probabilities, "--force", "--device", "cpu", "--threads", "2")
    case = next(p.parent for p in sorted(folder.rglob("report.json")))
    found = {p.name[len("prob_") : -len(".nii.gz")].replace("_", " "): read_nifti(p) for p in case.glob("prob_*.nii.gz")}
    return read_nifti(case / "mask.nii.gz"), found


def bytes_of(source: Path, target: Path) -> None:
    """A copy of a model whose metadata takes any numbers as they are, over 255, and whose outputs are the high, then the low bytes of its own."""
    model, metadata = _open(source)
    graph, output = model.graph, model.graph.output[0]
    channels = output.type.tensor_type.shape.dim[1].dim_value
    graph.initializer.append(numpy_helper.from_array(np.array(255, np.float32), "parity_255"))
    steps = [
        ("Mul", [output.name, "parity_255"], "parity_levels"),
        ("Floor", ["parity_levels"], "parity_floor"),
        ("Sub", ["parity_levels", "parity_floor"], "parity_low"),
        ("Div", ["parity_floor", "parity_255"], "parity_high"),
    ]
    graph.node.extend(helper.make_node(op, inputs, [out]) for op, inputs, out in steps)
    graph.node.append(helper.make_node("Concat", ["parity_high", "parity_low"], ["parity_bytes"], axis=1))
    _replace_output(graph, "parity_bytes", 2 * channels)
    labels = [f"{part}{i}" for part in ("high", "low") for i in range(channels)]
    _save(model, metadata, target, "parity_bytes", labels, [{"op": "scale", "factor": 1 / 255, "offset": 0}], "linear")


def picture_of(source: Path, target: Path, low: float, high: float) -> None:
    """A model with the metadata of another that gives back the picture it is handed, low..high as 0..1."""
    model, metadata = _open(source)
    graph = model.graph
    k = metadata["inference"]["context"]
    for constant, value in (("parity_low", low), ("parity_span", high - low), ("parity_0", 0.0), ("parity_1", 1.0)):
        graph.initializer.append(numpy_helper.from_array(np.array(value, np.float32), constant))
    for constant, value in (("parity_first", [k]), ("parity_last", [k + 1]), ("parity_axis", [1])):
        graph.initializer.append(numpy_helper.from_array(np.array(value, np.int64), constant))
    del graph.node[:]
    steps = [
        ("Slice", [graph.input[0].name, "parity_first", "parity_last", "parity_axis"], "parity_middle"),
        ("Sub", ["parity_middle", "parity_low"], "parity_above"),
        ("Div", ["parity_above", "parity_span"], "parity_share"),
        ("Clip", ["parity_share", "parity_0", "parity_1"], "parity_picture"),
    ]
    graph.node.extend(helper.make_node(op, inputs, [out]) for op, inputs, out in steps)
    used = {i for n in graph.node for i in n.input}
    kept = [t for t in graph.initializer if t.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    _replace_output(graph, "parity_picture", 1)
    _save(model, metadata, target, "parity_picture", ["picture"], metadata["preprocess"], "nearest")


def _open(source: Path) -> tuple[onnx.ModelProto, dict]:
    model = onnx.load(str(source))
    return model, copy.deepcopy(Model(source).metadata)


def _replace_output(graph: onnx.GraphProto, name: str, channels: int) -> None:
    sides = [d.dim_value for d in graph.output[0].type.tensor_type.shape.dim][2:]
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, channels, *sides]))


def _save(model: onnx.ModelProto, metadata: dict, target: Path, output: str, labels: list[str], preprocess: list[dict], resize: str) -> None:
    metadata["id"] += "-parity"
    metadata["preprocess"], metadata["postprocess"], metadata["metrics"] = preprocess, [], []
    metadata["inference"]["tta"] = []
    metadata["test_vector"]["channels"] = []
    metadata["input"]["unit"] = "any"
    metadata["output"] |= {"name": output, "activation": "none", "exclusive": False, "resize": resize}
    metadata["output"]["channels"] = [
        {"index": i, "label": label, "layer": "findings", "side": "", "code": "", "colour": "", "threshold": 0.5} for i, label in enumerate(labels)
    ]
    onnx.save(model, str(target))
    write_metadata(target, metadata)


def phantom(folder: Path, side: int) -> tuple[Path, np.ndarray, tuple[float, float, float]]:
    """The program's synthetic thorax: its file, HU [z, y, x] and spacing (z, y, x)."""
    program("phantom", "-o", folder / "phantom", "--size", f"{side}x{side}x{SLICES}", "--force")
    hu, spacing_mm = read_volume(folder / "phantom" / "ct.nii.gz")
    again = folder / "hu.nii.gz"
    write_nifti(again, np.rint(hu).astype(np.int16), spacing_mm)
    return again, hu, spacing_mm


def read_volume(path: Path) -> tuple[np.ndarray, tuple[float, float, float]]:
    """HU of a NIfTI file, float32 [z, y, x] with x to the left, y to posterior, z upward; and the spacing (z, y, x)."""
    image = nibabel.as_closest_canonical(nibabel.load(path))
    x, y, z = (float(v) for v in image.header.get_zooms()[:3])
    hu = np.asarray(image.dataobj).transpose(2, 1, 0)[:, ::-1, ::-1]  # the file's axes grow to right, anterior, superior
    return np.ascontiguousarray(hu, np.float32), (z, y, x)


Row = tuple[str, str, bool]


def tensors(model: Model, hu: np.ndarray, spacing_mm, folder: Path) -> Row:
    """The network on identical tensors, here and in the program."""
    prepared = model.prepare(hu, spacing_mm)
    low, high = float(prepared.min()), float(prepared.max())
    levels = np.rint((prepared - low) / max(high - low, 1e-9) * 255).astype(np.uint8)
    ours = model.each(levels.astype(np.float32) * np.float32(1 / 255))
    bytes_of(model.path, folder / "bytes.onnx")
    write_nifti(folder / "levels.nii.gz", levels)
    _, found = segment(folder / "levels.nii.gz", folder / "bytes.onnx", folder / "bytes")
    theirs = np.stack([(found[f"high{i}"] + found[f"low{i}"] / 255.0) / 255.0 for i in range(len(ours))])
    worst = float(np.abs(ours - theirs).max())
    return ("ONNX Runtime here against the program, identical tensors", f"largest difference {worst:.1e} (limit {PROBABILITY}; read to 8e-06)", worst <= PROBABILITY)


def preprocessing(model: Model, hu: np.ndarray, spacing_mm, volume: Path, folder: Path) -> Row:
    """The prepared pictures, here and in the program, in grey levels of 255."""
    what = "preprocessing, here against the program"
    prepared = model.prepare(hu, spacing_mm)
    step = hu.shape[1] // prepared.shape[1]
    if any(isinstance(s, chains.Crop) or isinstance(s, chains.Mirrored) and (s.rows or s.columns) for s in chains.settle(model.steps, hu, spacing_mm, "hu")):
        return (what, "left out: the chain crops or continues the picture, and the program puts the picture back", True)
    low, high = float(prepared.min()), float(prepared.max())
    if 0 <= low and high <= 1:
        low, high = 0.0, 1.0  # 8-bit pictures over 255
    ours = np.rint((prepared - low) / (high - low) * 255)
    picture_of(model.path, folder / "picture.onnx", low, high)
    _, found = segment(volume, folder / "picture.onnx", folder / "picture")
    theirs = found["picture"][:, ::step, ::step].astype(float)
    difference = np.abs(ours - theirs)
    beyond = float((difference > GREY[0]).mean())
    text = f"{beyond:.4%} of pixels differ by more than one grey level (limit {GREY[1]:.1%}), by {difference.max():.0f} at most; "
    text += f"{float((difference > 0).mean()):.3%} differ at all"
    return (what, text, beyond <= GREY[1])


def end_to_end(model: Model, hu: np.ndarray, spacing_mm, volume: Path, folder: Path) -> list[Row]:
    """Masks of a whole volume, postprocessed, label by label."""
    _, final = model.volume(hu, spacing_mm)
    mask, _ = segment(volume, model.path, folder / "masks")
    finding = final.get("infection", np.zeros(hu.shape, bool))
    wanted = {"infection": (finding, mask == 3)} if "infection" in final else {}
    for label, values in (("lung", (1, 2)), ("left lung", (1,)), ("right lung", (2,))):
        if label in final:  # a finding covers the lung in a file of one label a voxel
            wanted[label] = (final[label] & ~finding, np.isin(mask, values))
    rows = []
    for label, (ours, theirs) in wanted.items():
        n = int((ours != theirs).sum())
        share = n / ours.size
        text = f"{n} of {ours.size} voxels differ, {share:.1e} (limit {VOXELS}); {n / max(int((ours | theirs).sum()), 1):.1e} of the label's {int(ours.sum())}"
        rows.append((f"mask of {label}, end to end", text, share <= VOXELS))
    return rows


def in_pytorch(which: str, net: torch.nn.Module, model: Model) -> Row:
    """The network on identical tensors, in PyTorch and in ONNX Runtime."""
    worst = check.parity(net, model)
    return (f"PyTorch ({which}) against ONNX Runtime, identical tensors", f"largest difference {worst:.1e} (limit {PROBABILITY})", worst <= PROBABILITY)


def rows(path: Path, checkpoint: Path | None, folder: Path) -> list[Row]:
    """Every comparison that the model allows."""
    model, out = Model(path), []
    if checkpoint is not None:
        _, net, step = load_network(checkpoint)
        out.append(in_pytorch(f"step {step}", net, model))
    elif model.by_slices:
        try:
            net = torch.nn.Sequential(OnnxNetwork(path), torch.nn.Sigmoid()).eval()
        except ConfigError:  # a graph of other operators than those that are read back
            out.append(("PyTorch against ONNX Runtime", "left out: --checkpoint names the run that the model was exported from", True))
        else:
            out.append(in_pytorch("the file's weights and graph", net, model))
    if not model.by_slices:
        try:
            program("models", "check", path)
        except ProgramError as e:
            return [*out, ("the program", f"refuses it: {e}", "cannot do yet" in str(e))]
        return [*out, ("the program", "runs a model that cannot be compared here", False)]
    side = model.shape[-1]
    volume, hu, spacing_mm = phantom(folder, side * max(1, round(512 / side)))
    if model.metadata["input"]["unit"] == "uint8":
        low, high = float(hu.min()), float(hu.max())
        hu = np.rint((hu - low) / (high - low) * 255).astype(np.float32)
        volume = folder / "gray8.nii.gz"
        write_nifti(volume, hu.astype(np.uint8), spacing_mm)
    out.append(tensors(model, hu, spacing_mm, folder))
    out.append(preprocessing(model, hu, spacing_mm, volume, folder))
    return out + end_to_end(model, hu, spacing_mm, volume, folder)


def parity(path: Path, checkpoint: Path | None = None, keep: Path | None = None, into_card: bool = False, say=print) -> bool:
    """Print the table; true where everything is within its limit. keep: a folder for what was made, to look at. into_card: into the model's card, too."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        found = rows(Path(path), checkpoint, folder)
    if into_card:
        lines = [[what, text + ("" if good else " **outside**")] for what, text, good in found]
        card.put(Path(path).with_suffix(".md"), "parity", markdown(["compared", "found"], lines))
    return check.table(found, say)
