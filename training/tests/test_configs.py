"""Every configuration: it loads, and its network, loss and optimiser make a step on random data of a small size."""

from pathlib import Path

import numpy as np
import pytest
import torch

from opacity_training import augment, chains, losses, networks, optimisers, predict, sources, system
from opacity_training.labels import channels
from opacity_training.strict import plain

CONFIGS = Path(__file__).resolve().parents[1] / "configs"
FILES = sorted(CONFIGS.glob("*.yaml"))
PUBLISHED = sorted((CONFIGS / "published").glob("*.yaml"))
GROUPS = {
    "keras": 10, "miscnn": 5, "fv-ablation": 7, "lecture-networks": 16, "lecture-losses": 12,
    "lecture-augmentations": 14, "lecture-optimisers": 15, "comparison": 3, "own": 13,
}  # fmt: skip


def load(path: Path) -> system.System:
    return system.load(path)


def name(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", FILES + PUBLISHED, ids=name)
def test_it_loads_and_says_what_it_is(path):
    s = load(path)
    assert s.title and s.document
    assert s.variant == ("published" if path.parent.name == "published" else s.variant)
    assert path.parent.name != "published" or (s.id.endswith("-published") and isinstance(s.data.source, sources.CovidCTSeg))
    if s.variant == "adapted" or s.group == "own":
        assert s.group in GROUPS and (s.difference() or s.variant == "own") and isinstance(s.data.source, sources.Slices8)
        assert s.protocol.folds == (4 if s.id.endswith("4-folds") else 5) and s.protocol.seed == 1  # compared rows share their folds
        assert "leaky" in s.id or s.protocol.split == "patient"
    words = {"split by patient": s.protocol.split == "patient", "split by slice": s.protocol.split == "leaky-slice", "as predicted": s.data.input.lung_mask == "predicted"}
    assert all(true for said, true in words.items() if said in s.difference().lower())
    assert s.data.input.lung_mask != "reference" or "oracle" in s.title
    assert not s.loss.deep_weights or sum(s.loss.deep_weights) in (pytest.approx(1), 4)


def test_groups_are_whole():
    compared = [s for s in map(load, FILES) if s.variant != "published"]
    assert {g: sum(s.group == g for s in compared) for g in GROUPS} == GROUPS


def test_ids_are_unique():
    ids = [load(p).id for p in FILES + PUBLISHED]
    assert len(set(ids)) == len(ids)


def test_all_kinds_are_in_use():
    """Nothing is offered that no system shows."""
    every = [load(p) for p in FILES + PUBLISHED]
    used = lambda parts: {type(p) for p in parts}  # noqa: E731
    assert used(s.network for s in every) == set(networks.KINDS.values()) - {networks.Shipped}  # which goes on from another's weights: see test_learn
    assert used(t for s in every for t in s.loss.terms) == set(losses.KINDS.values())
    assert used(s.optimiser for s in every) == set(optimisers.KINDS.values())
    assert used(o for s in every for o in s.augment) == set(augment.KINDS.values())
    assert used(s.schedule for s in every) == set(optimisers.SCHEDULES.values())


def test_lungs_that_are_taken_are_trained():
    for s in map(load, FILES):
        if s.data.input.lung_mask == "predicted":
            other = load(CONFIGS / f"{s.data.input.lung_system}.yaml")
            assert other.data.target.classes == ["lung"]
            assert all(getattr(other.protocol, k) == getattr(s.protocol, k) for k in ("split", "folds", "seed"))


def distinct(paths: list[Path]) -> list[Path]:
    """One of each combination of what a step is made of."""
    seen = {}
    for path in paths:
        s = load(path)
        seen.setdefault(str(plain(s.network)) + str(type(s.network)) + str(plain(s.loss)) + str(plain(s.optimiser)) + str(type(s.optimiser)) + str(s.data.target), path)
    return list(seen.values())


@pytest.mark.parametrize("path", distinct(FILES), ids=name)
def test_a_step(path):
    s = load(path)
    step(s, [8, 32, 32] if s.data.input.form == "patch" and s.data.input.patch[0] < 16 else [16, 32, 32])


def step(s: system.System, patch: list[int], size: int = 64) -> None:
    torch.manual_seed(1)
    shape = patch if s.data.input.form == "patch" else [size, size]
    classes = channels(s.data.target)
    shape = [68, 68] if isinstance(s.network, networks.ValidUNet) else shape  # a size it takes when not mirrored
    net = networks.build(s.network, 1 + 2 * s.data.input.neighbours, len(classes), len(shape)).train()
    optimiser = optimisers.build(s.optimiser, net.parameters())
    optimisers.schedule(s.schedule, optimiser).before(0, 0.0)
    image = torch.rand(2, 1 + 2 * s.data.input.neighbours, *shape)
    target = torch.zeros(2, len(classes), *shape).scatter_(1, torch.randint(len(classes), (2, 1, *shape)), 1)
    before = [p.detach().clone() for p in net.parameters()]
    loss = losses.build(s.loss, s.data.target.activation)(predict.forward(net, image), target, torch.ones_like(target))
    loss.backward()
    optimiser.step()
    assert torch.isfinite(loss) and any(not torch.equal(a, b) for a, b in zip(before, net.parameters()))
    assert all(torch.isfinite(p).all() for p in net.parameters())


@pytest.mark.parametrize("path", [p for p in FILES if "augment" in p.stem or "miscnn" in p.stem], ids=name)
def test_augmentation_leaves_the_shape(path):
    s = load(path)
    shape = (16, 32, 32) if s.data.input.form == "patch" else (64, 64)
    rng = np.random.default_rng(1)
    image, label = rng.random((1, *shape), np.float32), (rng.random(shape) > 0.5).astype(np.uint8)
    for _ in range(4):
        a, b = augment.build(s.augment)(rng, image, label)
        assert a.shape == image.shape and b.shape == label.shape and a.dtype == np.float32 and np.isfinite(a).all()


def test_augmentation_is_in_the_published_order():
    pairs = [(p, CONFIGS / "published" / f"{p.stem}-published.yaml") for p in FILES]
    pairs = [(load(a), load(b)) for a, b in pairs if b.exists()]
    assert sum(bool(a.augment) for a, _ in pairs) >= 2
    for adapted, published in pairs:
        assert [type(op) for op in adapted.augment] == [type(op) for op in published.augment], adapted.id


def test_slices_of_both_units_come_out_alike():
    """The chain of the 8-bit slices, told to do the rest for a volume in HU, ends in the same range and size."""
    s = load(CONFIGS / "lecture-unet.yaml")
    rng = np.random.default_rng(2)
    hu, _ = chains.apply(s.data.chain, rng.integers(-1024, 1000, (2, 300, 300)).astype(np.int16), (3.0, 0.7, 0.7), "hu")
    gray, _ = chains.apply(s.data.chain, rng.integers(0, 256, (2, 256, 256)).astype(np.uint8), None, "gray8")
    assert hu.shape == gray.shape == (2, 128, 128)
    assert all(0 <= v.min() and v.max() <= 1 for v in (hu, gray))
