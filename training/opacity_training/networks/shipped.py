"""A shipped model as a network that goes on learning: its graph and weights, read from the ONNX file alone."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn.functional as F
from onnx import helper, numpy_helper
from torch import nn

from ..strict import ConfigError


@dataclass
class Shipped:
    """The weights are those in the file, batch norm folded into them; nothing is drawn at random."""

    file: str = ""
    sha256: str = ""  # of the file, so that another one in its place is noticed

    dims = (2,)

    def make(self, in_channels: int, out_channels: int, dims: int) -> nn.Module:
        path = Path(self.file)
        if self.sha256 and sha256(path) != self.sha256:
            raise ConfigError(f"{path} is another model than the run began with: delete the run's folder to begin anew")
        net = OnnxNetwork(path)
        wanted, got = (in_channels, out_channels), (net.in_channels, net.out_channels)
        if wanted != got:
            raise ConfigError(f"{path} takes {got[0]} channels and gives {got[1]}, the system {wanted[0]} and {wanted[1]}: name the system it was trained as")
        return net


def sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as e:
        raise ConfigError(f"{path} cannot be read: {e.strerror}") from e


class OnnxNetwork(nn.Module):
    """A graph of the operators in OPERATORS; gives logits, the sigmoid at its end left to the loss.

    Every initialiser of a convolution is a parameter; what else is constant stays so.
    """

    def __init__(self, path: Path):
        super().__init__()
        graph = _plain_graph(path)
        nodes = list(graph.node)
        if not nodes or nodes[-1].op_type != "Sigmoid" or nodes[-1].output[0] != graph.output[0].name:
            raise ConfigError(f"{path} does not end in a sigmoid: only models whose classes are probabilities of their own can go on learning from a file")
        unknown = sorted({n.op_type for n in nodes} - set(OPERATORS) - {"Sigmoid"})
        if unknown:
            raise ConfigError(f"{path} holds the operators {', '.join(unknown)}, which cannot go on learning from a file")
        constants = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
        self.nodes = [(n.op_type, list(n.input), list(n.output), _attributes(n)) for n in nodes[:-1]]
        self.first, self.last = graph.input[0].name, nodes[-1].input[0]
        self.in_channels = graph.input[0].type.tensor_type.shape.dim[1].dim_value
        self.out_channels = graph.output[0].type.tensor_type.shape.dim[1].dim_value
        self.weights, self.at = nn.ParameterList(), {}  # at: a constant's name -> its place among the weights
        self.fixed = {}
        for op, inputs, _, _ in self.nodes:
            for name in inputs:
                if name not in constants or name in self.at or name in self.fixed:
                    continue
                if op in ("Conv", "ConvTranspose"):
                    self.at[name] = len(self.weights)
                    self.weights.append(nn.Parameter(torch.from_numpy(constants[name].astype(np.float32))))
                else:
                    self.fixed[name] = constants[name].tolist()

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        values = {self.first: image}
        for op, inputs, outputs, attributes in self.nodes:
            given = [self.weights[self.at[n]] if n in self.at else self.fixed.get(n) if n not in values else values[n] for n in inputs]
            values[outputs[0]] = OPERATORS[op](attributes, *given)
        return values[self.last]


def _plain_graph(path: Path) -> onnx.GraphProto:
    """The graph with its constants worked out and weights of half precision widened, as ONNX Runtime does it."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.log_severity_level = 3
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        options.optimized_model_filepath = str(plain)
        try:
            onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as e:  # whatever a file that is no model makes it raise
            raise ConfigError(f"{path} cannot be read as an ONNX model ({type(e).__name__})") from e
        return onnx.load(str(plain)).graph


def _attributes(node: onnx.NodeProto) -> dict:
    return {a.name: helper.get_attribute_value(a) for a in node.attribute}


def _around(x: torch.Tensor, pads: list[int], mode: str = "constant", value: float = 0.0) -> torch.Tensor:
    """ONNX lists what goes before each axis, then what goes after; PyTorch the last axis first."""
    half = len(pads) // 2
    if not any(pads):
        return x
    if any(p for i, p in enumerate(pads) if i % half < half - 2):
        raise ConfigError("a model that pads its channels cannot go on learning from a file")
    order = [pads[half - 1], pads[-1], pads[half - 2], pads[-2]]
    return F.pad(x, order, mode, value) if mode == "constant" else F.pad(x, order, mode)


def _conv(a: dict, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
    return F.conv2d(_around(x, list(a.get("pads", ()))), weight, bias, a.get("strides", [1, 1]), 0, a.get("dilations", [1, 1]), a.get("group", 1))


def _conv_transpose(a: dict, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
    pads = list(a.get("pads", (0, 0, 0, 0)))
    if pads[:2] != pads[2:]:
        raise ConfigError("a model whose transposed convolutions are cut unevenly cannot go on learning from a file")
    return F.conv_transpose2d(x, weight, bias, a.get("strides", [1, 1]), pads[:2], a.get("output_padding", [0, 0]), a.get("group", 1), a.get("dilations", [1, 1]))


def _max_pool(a: dict, x: torch.Tensor) -> torch.Tensor:
    x = _around(x, list(a.get("pads", ())), value=float("-inf"))
    return F.max_pool2d(x, a["kernel_shape"], a.get("strides", [1, 1]), 0, a.get("dilations", [1, 1]), bool(a.get("ceil_mode", 0)))


def _pad(a: dict, x: torch.Tensor, pads: list[int], value: float | None = None, axes: object = None) -> torch.Tensor:
    mode = {b"constant": "constant", b"edge": "replicate", b"reflect": "reflect"}[a.get("mode", b"constant")]
    return _around(x, list(pads), mode, float(value or 0))


def _resize(a: dict, x: torch.Tensor, roi: object = None, scales: list | None = None, sizes: list | None = None) -> torch.Tensor:
    size = [int(n) for n in sizes[2:]] if sizes else [int(n * s) for n, s in zip(x.shape[2:], scales[2:])]
    ways = {(b"nearest", b"asymmetric"): ("nearest", None), (b"linear", b"half_pixel"): ("bilinear", False), (b"linear", b"pytorch_half_pixel"): ("bilinear", False)}
    ways[b"linear", b"align_corners"] = ("bilinear", True)
    mode, corners = ways[a.get("mode", b"nearest"), a.get("coordinate_transformation_mode", b"half_pixel")]
    return F.interpolate(x, size=size, mode=mode, align_corners=corners)


OPERATORS = {
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "MaxPool": _max_pool,
    "Pad": _pad,
    "Resize": _resize,
    "Relu": lambda a, x: F.relu(x),
    "LeakyRelu": lambda a, x: F.leaky_relu(x, a.get("alpha", 0.01)),
    "Concat": lambda a, *parts: torch.cat(parts, a["axis"]),
    "Add": lambda a, x, y: x + (torch.tensor(y, dtype=x.dtype) if not isinstance(y, torch.Tensor) else y),
    "Identity": lambda a, x: x,
}
