"""Writes tiny.onnx, a network of a few weights for tests, and its metadata.

Usage: python tiny.py FOLDER

Input "image" [1, 1, 64, 64], 0..1 for -1024..200 HU; output "probability"
[1, 2, 64, 64]: lung is what is darker than -400 HU on 3x3 average and not air,
infection what lies between -650 and -250 HU. bare.onnx is the same network
without metadata in it.
"""

import json
import pathlib
import sys

import cv2
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

SIZE = 64
SPAN = 1224.0


def level(hu):
    return (hu + 1024.0) / SPAN


def network():
    """Sigmoids of a smoothed picture: rising at one value, falling at another."""
    blur = np.zeros((4, 1, 3, 3), np.float32)
    bias = np.zeros(4, np.float32)
    sharp = 60.0
    # Pairs of edges: above lo, below hi.
    for n, (sign, hu) in enumerate([(1, -1000), (-1, -250), (1, -650), (-1, -250)]):
        blur[n] = sign * sharp / 9
        bias[n] = -sign * sharp * level(hu)
    nodes = [
        helper.make_node("Conv", ["image", "w", "b"], ["edges"], pads=[1, 1, 1, 1]),
        helper.make_node("Sigmoid", ["edges"], ["steps"]),
        helper.make_node("Split", ["steps"], ["rise_l", "fall_l", "rise_i", "fall_i"], axis=1, num_outputs=4),
        helper.make_node("Mul", ["rise_l", "fall_l"], ["lung"]),
        helper.make_node("Mul", ["rise_i", "fall_i"], ["infection"]),
        helper.make_node("Concat", ["lung", "infection"], ["probability"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, SIZE, SIZE])],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, [1, 2, SIZE, SIZE])],
        [numpy_helper.from_array(blur, "w"), numpy_helper.from_array(bias, "b")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    model.ir_version = 10
    onnx.checker.check_model(model)
    return model


def rings():
    y, x = np.mgrid[0:512, 0:512]
    dx, dy, t = 2 * x - 511, 2 * y - 511, (31 * x + 17 * y) % 97 - 48
    hu = np.full((512, 512), -1000)
    inside = lambda dx, dy, a, b: dx**2 * b**2 + dy**2 * a**2 <= a**2 * b**2
    hu = np.where(inside(dx, dy, 460, 340), 40 + t, hu)
    hu = np.where(inside(dx - 220, dy, 170, 230) | inside(dx + 220, dy, 170, 230), -850 + t, hu)
    return np.where(inside(dx + 220, dy - 90, 60, 60), -450 + t, hu)


def test_vector(model):
    x = np.clip(rings().astype(np.float32), -1024, 200)
    x = cv2.resize(x, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    x = (x + 1024) / np.float32(SPAN)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (out,) = session.run(None, {"image": x[None, None].astype(np.float32)})
    channels = []
    for n, p in enumerate(out[0].astype(np.float64)):
        grid = p.reshape(8, SIZE // 8, 8, SIZE // 8).mean(axis=(1, 3)).ravel()
        channels.append(
            {
                "index": n,
                "mean": round(p.mean(), 6),
                "over_threshold": round(float((p > 0.5).mean()), 6),
                "grid8": [round(v, 5) for v in grid],
            }
        )
    return {"input": "rings.v1", "channels": channels, "tolerance": 0.0005}


def metadata(model):
    return {
        "schema": "opacity.model.v1",
        "id": "tiny",
        "version": "1.0.0",
        "title": "Thresholds as a network, for tests",
        "licence": "same as the program",
        "source": "made by tiny.py",
        "intended_use": "tests only",
        "citation": "",
        "input": {
            "name": "image", "layout": "NCHW", "dtype": "float32", "modality": "CT", "unit": "HU", "channels": 1,
            "orientation": "LPS", "slice_axis": "axial", "spacing_mm": None,
            "size": {"mode": "fixed", "value": [SIZE, SIZE]},
        },
        "preprocess": [
            {"op": "clip", "min": -1024, "max": 200},
            {"op": "resize", "size": [SIZE, SIZE], "interpolation": "area"},
            {"op": "minmax", "scope": [-1024, 200], "to": [0, 1]},
        ],
        "inference": {"mode": "slice", "context": 0, "patch": None, "overlap": 0, "blend": "mean", "sigma": 0, "tta": [], "batch": 1},
        "output": {
            "name": "probability", "activation": "none", "exclusive": False, "resize": "linear",
            "channels": [
                {"index": 0, "label": "lung", "layer": "anatomy", "side": "split", "code": "", "colour": "", "threshold": 0.5},
                {"index": 1, "label": "infection", "layer": "findings", "side": "", "code": "", "colour": "", "threshold": 0.5},
            ],
        },
        "postprocess": [
            {"op": "hu_range", "label": "lung", "min": -1024, "max": -300, "smooth_mm": 0},
            {"op": "in_body", "label": "lung"},
            {"op": "aerated", "label": "lung", "dimensions": 2, "below_hu": -500, "min_fraction": 0.3},
            {"op": "largest_components", "label": "lung", "n": 2, "connectivity": 6, "min_fraction": 0.05},
            {"op": "closing", "label": "lung", "radius_mm": 5},
            {"op": "fill_holes", "label": "lung", "dimensions": 2},
            {"op": "inside", "label": "infection", "of": "lung"},
        ],
        "training": {"dataset": "none", "patients": 0, "split": "", "lacks": "", "phantoms": False, "negatives": ""},
        "metrics": [],
        "test_vector": test_vector(model),
    }


def main():
    folder = pathlib.Path(sys.argv[1])
    model = network()
    onnx.save(model, folder / "bare.onnx")
    text = json.dumps(metadata(model), indent=1)
    (folder / "bare.json").write_text(text + "\n")
    helper.set_model_props(model, {"opacity.model.v1": text})
    onnx.save(model, folder / "tiny.onnx")


if __name__ == "__main__":
    main()
