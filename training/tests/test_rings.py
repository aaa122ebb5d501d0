import hashlib
import re
from pathlib import Path

import numpy as np

from opacity_training import chains
from opacity_training.chains import Crop, Mirror, Resize
from opacity_training.check import tensors, vector_error
from opacity_training.metadata import RINGS_MM, rings, summarise
from opacity_training.runtime import Model

REPOSITORY = Path(__file__).resolve().parents[2]


def test_rings_by_hand():
    r = rings()
    assert r.shape == (512, 512)
    assert r[0, 0] == -1000
    t = lambda x, y: (31 * x + 17 * y) % 97 - 48  # noqa: E731
    assert r[255, 255] == 40 + t(255, 255)  # between the lungs
    assert r[255, 365] == -850 + t(365, 255)  # dx = 219
    assert r[300, 145] == -450 + t(145, 300)  # dx = -221, dy = 89


def test_rings_never_change():
    digest = hashlib.sha256(rings().astype("<i4").tobytes()).hexdigest()
    assert digest == "e71a5c160bc8ddd58a1ee11b955f56c0a85781375c19c7d8fc6a14bc63e5446e"


def test_its_pixels_are_as_large_as_in_the_programs_check():
    made = re.search(r"v\.Affine = volume\.Affine\{\{([\d.]+), 0, 0, 0\}, \{0, ([\d.]+), 0, 0\}, \{0, 0, ([\d.]+), 0\}\}", (REPOSITORY / "inference" / "check.go").read_text(encoding="utf-8"))
    assert RINGS_MM == tuple(float(v) for v in made.groups()[::-1])
    assert "0.7 mm" in (REPOSITORY / "inference" / "SCHEMA.md").read_text(encoding="utf-8").split("**test_vector**")[1]


class Looks(Model):
    """A model without a network: its answer is what the network would be shown."""

    def __init__(self, steps: list):
        self.metadata = {
            "preprocess": chains.metadata(steps, "hu"),
            "inference": {"mode": "slice", "context": 0, "tta": []},
            "input": {"unit": "HU"},
            "output": {"channels": [{"index": 0, "threshold": 0.5}]},
        }

    shape = [1, 1, 64, 64]

    def run(self, image: np.ndarray) -> np.ndarray:
        return image.reshape(1, 64, 64)


def test_vectors_are_taken_at_that_size():
    """A crop with a margin and a mirror of a field of 358 mm come out otherwise at 1 mm."""
    for step in (Crop(margin_mm=20), Mirror(below_mm=400, to_mm=500)):
        steps = [step, Resize(size=[64, 64], interpolation="area")]
        shown, other = (chains.apply(steps, rings()[None], mm, "hu")[0] for mm in (RINGS_MM, (1.0, 1.0, 1.0)))
        model = Looks(steps)
        assert np.array_equal(model.native(rings()), shown) and not np.array_equal(shown, other)
        assert np.array_equal(tensors(model)[0], shown)
        model.metadata["test_vector"] = {"channels": summarise(shown, [0.5])}
        assert vector_error(model) == 0


def test_the_shipped_models_vector_stays():
    path = REPOSITORY / "assets" / "models" / "opacity-lung-infection-2d.onnx"
    for sidecar in (None, *sorted(path.parent.glob(f"{path.stem}*.json"))):
        assert vector_error(Model(path, sidecar)) <= 1e-3
