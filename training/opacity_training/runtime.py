"""A model file run with ONNX Runtime, by its own metadata, as the program runs it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime

from . import chains
from .augment.plane import AXES
from .metadata import KEY, RINGS_MM
from .postprocess import apply

BLOCK = 16  # slices at once, where the chain looks at each by itself


class Model:
    """An exported model of slices on the CPU; pictures go in one at a time.

    sidecar or metadata stand in for the metadata in the file.
    """

    def __init__(self, path: Path, sidecar: Path | None = None, threads: int = 2, metadata: dict | None = None):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.path = Path(path)
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        stored = self.session.get_modelmeta().custom_metadata_map.get(KEY)
        text = sidecar.read_text(encoding="utf-8") if sidecar else stored or "{}"
        self.metadata = metadata if metadata is not None else json.loads(text)

    @property
    def steps(self) -> list:
        return chains.from_metadata(self.metadata["preprocess"])

    @property
    def context(self) -> int:
        return self.metadata["inference"]["context"]

    @property
    def by_slices(self) -> bool:
        """Whether it runs here on pictures alone: not in patches, nor on another model's lungs."""
        return self.metadata["inference"]["mode"] == "slice" and not any(s["op"] == "lung_mask" for s in self.metadata["preprocess"])

    @property
    def shape(self) -> list[int]:
        """Of the input: [1, channels, (slices,) rows, columns]."""
        return self.session.get_inputs()[0].shape

    def run(self, image: np.ndarray) -> np.ndarray:
        """The network's input float32 [channels, (z,) rows, columns] to its output, likewise; one channel may lack its axis."""
        image = image if image.ndim == len(self.shape) - 1 else image[None]
        return self.session.run(None, {self.session.get_inputs()[0].name: np.ascontiguousarray(image[None], np.float32)})[0][0]

    def each(self, prepared: np.ndarray) -> np.ndarray:
        """Prepared slices [z, rows, columns] to probabilities [channels, z, rows, columns]; the edge slices are their own neighbours.

        The mirrors of `inference.tta` are averaged with the slice as it is.
        """
        at = np.arange(len(prepared))[:, None] + np.arange(-self.context, self.context + 1)
        mirrors = [(), *(tuple(AXES[a] for a in axes) for axes in self.metadata["inference"]["tta"])]
        return np.stack([self._mirrored(prepared[np.clip(i, 0, len(prepared) - 1)], mirrors) for i in at], axis=1)

    def _mirrored(self, image: np.ndarray, mirrors: list[tuple[int, ...]]) -> np.ndarray:
        return np.mean([np.flip(self.run(np.flip(image, axes)), axes) for axes in mirrors], axis=0)

    def prepare(self, image: np.ndarray, spacing_mm: chains.Spacing | None = None) -> np.ndarray:
        """A stack in the unit the model takes, [z, y, x], to what the network sees of each slice, float32."""
        return self._prepare(self.steps, image, spacing_mm)

    def _prepare(self, steps: list, image: np.ndarray, spacing_mm: chains.Spacing | None) -> np.ndarray:
        return chains.apply(steps, image, spacing_mm, "hu")[0]

    def native(self, picture: np.ndarray) -> np.ndarray:
        """A slice in the unit the model takes, of any size, to probabilities [channels, rows, columns]; it is its own neighbour.

        Its voxels are those of the test vector's picture, so that a crop or a mirror takes as many pixels as in the program's check.
        """
        return self.each(self.prepare(picture[None], RINGS_MM))[:, 0]

    def blocks(self, image: np.ndarray, spacing_mm: chains.Spacing | None = None) -> Iterator[tuple[slice, np.ndarray]]:
        """Probabilities on the grid of image [z, y, x], some slices at a time: which, and [channels, those, y, x]."""
        if not self.by_slices:
            raise ValueError(f"{self.path.name} works in patches or needs another model's lungs; evaluate its run instead")
        steps, k = chains.settle(self.steps, image, spacing_mm, "hu"), self.context
        whole = any(getattr(s, "scope", "") in ("volume", "foreground") for s in steps)
        prepared = self._prepare(steps, image, spacing_mm) if whole else None
        for start in range(0, len(image), BLOCK):
            here = slice(start, min(start + BLOCK, len(image)))
            low, high = max(0, start - k), min(len(image), here.stop + k)
            part = prepared[low:high] if whole else self._prepare(steps, image[low:high], spacing_mm)
            p = self.each(part)[:, start - low : here.stop - low]
            yield here, chains.undo(steps, p, image[here].shape, spacing_mm, "hu", image[here])

    def probabilities(self, image: np.ndarray, spacing_mm: chains.Spacing | None = None) -> dict[str, np.ndarray]:
        """By label and side ("lung", "left lung", "infection"), float32 on the grid of image [z, y, x]."""
        p = np.concatenate([p for _, p in self.blocks(image, spacing_mm)], axis=1)
        return {name(c): p[c["index"]] for c in self.metadata["output"]["channels"]}

    def volume(self, hu: np.ndarray, spacing_mm: chains.Spacing) -> tuple[dict, dict]:
        """A volume in HU [slices, rows, columns], spine down: masks by label on its own grid, raw and postprocessed."""
        channels = self.metadata["output"]["channels"]
        masks = {name(c): np.zeros(hu.shape, bool) for c in channels}
        least = {s["label"]: s["min"] for s in self.metadata["postprocess"] if s["op"] == "peak"}
        peaks = {label: np.zeros(hu.shape, bool) for label in least}
        for here, p in self.blocks(hu, spacing_mm):
            for c in channels:
                masks[name(c)][here] = p[c["index"]] > c["threshold"]
                if c["label"] in least:
                    peaks[c["label"]][here] = p[c["index"]] > least[c["label"]]
        return masks, apply(self.metadata["postprocess"], masks, hu, spacing_mm, peaks)


def name(channel: dict) -> str:
    """What a channel's probabilities are called, in files too: side and label."""
    side = channel["side"] if channel["side"] in ("left", "right") else ""
    return f"{side} {channel['label']}".strip()
