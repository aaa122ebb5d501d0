"""A model file run with ONNX Runtime, by its own metadata, as the program runs it."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from .metadata import KEY
from .postprocess import apply
from .preprocess import carry_out, to_input


class Model:
    """An exported model on the CPU; pictures go in one at a time."""

    def __init__(self, path: Path, sidecar: Path | None = None, threads: int = 2):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        stored = self.session.get_modelmeta().custom_metadata_map.get(KEY)
        self.metadata = json.loads(sidecar.read_text(encoding="utf-8") if sidecar else stored or "{}")

    def run(self, image: np.ndarray) -> np.ndarray:
        """The network's input float32 [size, size] to probabilities float32 [channels, size, size]."""
        return self.session.run(None, {self.session.get_inputs()[0].name: image.astype(np.float32)[None, None]})[0][0]

    def slice8(self, picture: np.ndarray) -> np.ndarray:
        """A picture already preprocessed, uint8 [size, size], likewise."""
        return self.run(to_input(picture))

    def native(self, picture: np.ndarray) -> np.ndarray:
        """A slice in the unit the model takes, of any size, likewise."""
        return self.run(carry_out(self.metadata["preprocess"], picture))

    def volume(self, hu: np.ndarray, spacing_mm: tuple[float, float, float]) -> tuple[dict, dict]:
        """A volume in HU [slices, rows, columns], spine down: masks by label on its own grid, raw and postprocessed."""
        channels = self.metadata["output"]["channels"]
        masks = {c["label"]: np.zeros(hu.shape, bool) for c in channels}
        least = {s["label"]: s["min"] for s in self.metadata["postprocess"] if s["op"] == "peak"}
        peaks = {label: np.zeros(hu.shape, bool) for label in least}
        for k, s in enumerate(hu):
            p = self.native(s)
            for c in channels:
                native = cv2.resize(p[c["index"]], s.shape[::-1], interpolation=cv2.INTER_LINEAR)
                masks[c["label"]][k] = native > c["threshold"]
                if c["label"] in least:
                    peaks[c["label"]][k] = native > least[c["label"]]
        return masks, apply(self.metadata["postprocess"], masks, hu, spacing_mm, peaks)
