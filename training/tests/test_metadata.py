import copy
import json
import re
from pathlib import Path

import numpy as np
import pytest

from opacity_training.metadata import MetadataError, summarise, validate
from opacity_training.postprocess import apply

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def document() -> dict:
    """The example in the schema itself."""
    text = (REPOSITORY / "inference" / "SCHEMA.md").read_text(encoding="utf-8")
    example = json.loads(re.search(r"```json\n(.*?)```", text, re.S).group(1))
    example["source"] = "a test"
    for c in example["test_vector"]["channels"]:
        c["grid8"] = [0] * 64
    return example


def test_the_schemas_own_example_is_valid(document):
    validate(document)


def change(path: str, value):
    def do(d):
        *parents, last = path.split("/")
        for p in parents:
            d = d[int(p) if p.isdigit() else p]
        d[last if not last.isdigit() else int(last)] = value

    return do


@pytest.mark.parametrize(
    "path, value",
    [
        ("extra", 1),
        ("id", "my model"),
        ("id", "lung_ü"),
        ("id", ".hidden"),
        ("id", "name\n"),
        ("preprocess/0", {"op": "clip", "min": 5, "max": 5}),
        ("preprocess/1/size", [256, 4097]),
        ("preprocess/2/scope", [1, 1]),
        ("preprocess/4/tiles", [8, 65]),
        ("preprocess/0", {"op": "mirror", "below_mm": 400, "to_mm": 300, "min_dense": 0}),
        ("inference/context", 33),
        ("inference/context", 1),  # with one channel
        ("inference/batch", 65),
        ("inference/patch", [8, 8]),
        ("output/channels/0/layer", "organ"),
        ("output/channels/0/colour", "red"),
        ("output/channels/1", {"index": 1, "label": "Lung", "layer": "anatomy", "side": "split", "code": "", "colour": "", "threshold": 0.5}),
        ("output/channels/1/label", ""),
        ("postprocess/0", {"op": "grow_hu", "label": "lung", "min": -1024, "max": -500, "radius_mm": 0}),
        ("postprocess/0", {"op": "grow_hu", "label": "lung", "min": 0, "max": -500, "radius_mm": 5}),
        ("postprocess/0", {"op": "hu_range", "label": "lung", "min": 0, "max": -500, "smooth_mm": 3}),
        ("postprocess/0", {"op": "hu_range", "label": "lung", "min": 0, "max": 1, "smooth_mm": 51}),
        ("postprocess/0", {"op": "closing", "label": "lung", "radius_mm": 51}),
        ("test_vector/tolerance", 0),
        ("input/unit", "hu"),
        ("input/orientation", "LPL"),
        ("input/size/value", [0, 256]),
        ("preprocess/0/max", "much"),
        ("preprocess/0/also", 1),
        ("preprocess/0/op", "guess"),
        ("inference/overlap", [0.5, 0.5]),
        ("inference/blend", "best"),
        ("inference/tta", ["z"]),
        ("output/exclusive", 0),
        ("output/channels/0/threshold", 2),
        ("output/channels/1/index", 0),
        ("postprocess/0/connectivity", 8),
        ("postprocess/2/of", "liver"),
        ("training/phantoms", "yes"),
        ("metrics/0/value", None),
        ("test_vector/channels/0/grid8", []),
        ("schema", "opacity.model.v2"),
    ],
)
def test_what_the_schema_does_not_know_is_refused(document, path, value):
    bad = copy.deepcopy(document)
    change(path, value)(bad)
    with pytest.raises(MetadataError):
        validate(bad)


def test_every_field_is_needed(document):
    for name in document:
        with pytest.raises(MetadataError, match=name):
            validate({k: v for k, v in document.items() if k != name})


def test_zscore_scopes(document):
    good = [
        {"op": "zscore", "scope": "volume", "epsilon": 1e-6},
        {"op": "zscore", "scope": "foreground", "threshold": -500, "epsilon": 0},
        {"op": "zscore", "scope": "constants", "mean": 1, "std": 2, "epsilon": 0},
    ]
    document["preprocess"] = good
    validate(document)
    document["preprocess"] = [{"op": "zscore", "scope": "constants", "epsilon": 0}]
    with pytest.raises(MetadataError):
        validate(document)


def test_summary_goes_row_by_row():
    p = np.zeros((1, 16, 16), np.float32)
    p[0, 0:2, 2:4] = 1
    s = summarise(p, [0.5])[0]
    assert s["grid8"][1] == 1 and sum(s["grid8"]) == 1 and s["over_threshold"] == s["mean"] == 4 / 256


def test_postprocessing_steps():
    hu = np.full((4, 40, 40), 40.0)
    hu[:, :, :2] = -1000
    lung = np.zeros(hu.shape, bool)
    lung[:, 5:20, 5:15] = lung[:, 5:20, 25:35] = True
    hu[lung] = -850
    fat = np.zeros(hu.shape, bool)
    fat[1, 30:38, 5:35] = True
    hu[fat] = -100
    hole = lung.copy()
    hole[:, 10, 10] = False
    infection = np.zeros(hu.shape, bool)
    infection[1:3, 6:9, 6:9] = infection[1, 30, 6] = infection[3, 18, 30] = True
    hu[1:3, 6:9, 6:9] = -300
    steps = [
        {"op": "in_body", "label": "lung"},
        {"op": "aerated", "label": "lung", "dimensions": 2, "below_hu": -500, "min_fraction": 0.2},
        {"op": "largest_components", "label": "lung", "n": 2, "connectivity": 6, "min_fraction": 0.05},
        {"op": "fill_holes", "label": "lung", "dimensions": 2},
        {"op": "inside", "label": "infection", "of": "lung"},
        {"op": "hu_range", "label": "infection", "min": -780, "max": 200, "smooth_mm": 0},
        {"op": "min_volume", "label": "infection", "ml": 0.01},
    ]
    out = apply(steps, {"lung": hole | fat, "infection": infection}, hu, (1.0, 1.0, 1.0))
    assert np.array_equal(out["lung"], lung)
    assert out["infection"].sum() == 18
    peaks = {"infection": np.zeros(hu.shape, bool)}
    peak = [{"op": "peak", "label": "infection", "min": 0.9}]
    assert not apply(peak, out, hu, (1.0, 1.0, 1.0), peaks)["infection"].any()
    peaks["infection"][2, 7, 7] = True
    assert apply(peak, out, hu, (1.0, 1.0, 1.0), peaks)["infection"].sum() == 18
    without = apply(steps, {"lung": hole, "infection": infection}, None, (1.0, 1.0, 1.0))
    assert np.array_equal(without["lung"], lung)


def test_lungs_take_in_what_is_as_airy_nearby():
    hu = np.full((1, 1, 12), 40, np.float32)
    hu[0, 0, 2:8] = hu[0, 0, 9] = -800  # a wall at 8
    lung = np.zeros(hu.shape, bool)
    lung[0, 0, 4] = True
    step = {"op": "grow_hu", "label": "lung", "min": -1024, "max": -500}
    for radius, spacing, want in ((2, 1.0, [2, 3, 4, 5, 6]), (2, 2.0, [3, 4, 5]), (9, 1.0, [2, 3, 4, 5, 6, 7])):
        got = apply([step | {"radius_mm": radius}], {"lung": lung}, hu, (5.0, 1.0, spacing))["lung"]
        assert np.flatnonzero(got).tolist() == want
    assert not apply([step | {"radius_mm": 2}], {"lung": lung & False}, hu, (1.0, 1.0, 1.0))["lung"].any()
