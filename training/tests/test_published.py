"""The systems as published: exact chain and sizes, on synthetic chests in the public data set's own layout.

Shapes at full size are computed without the numbers ("meta" tensors); steps are made on smaller pictures.
"""

import copy
from pathlib import Path

import numpy as np
import pytest
import torch

from opacity_training import chains, folds, networks, sources, strict, system, train
from opacity_training.labels import channels, encode
from opacity_training.sources import covid_ct_seg
from opacity_training.store import Store, facts

from test_configs import PUBLISHED, distinct, load, name


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """Four chests of 20x64x64: two in HU as coronacases, two in 8 bits as radiopaedia."""
    root = tmp_path_factory.mktemp("data")
    reader = sources.build(sources.PhantomVolumes(count=4, shape=[20, 64, 64]), root)
    covid_ct_seg.write(root / sources.CovidCTSeg().folder, [reader.read(id) for id in reader.cases()])
    return root


def first(s: system.System, root: Path, prefix: str):
    source = sources.build(s.data.source, root)
    return source.read(next(c for c in source.cases() if c.startswith(prefix)))


def chain_key(path: Path) -> str:
    s = load(path)
    return str([(type(c).__name__, strict.plain(c)) for c in s.data.chain])


CHAINS = list({chain_key(p): p for p in PUBLISHED}.values())


@pytest.mark.parametrize("path", CHAINS, ids=name)
@pytest.mark.parametrize("prefix, unit", [("coronacases", "hu"), ("radiopaedia", "gray8")])
def test_the_chain_as_published(path, prefix, unit, root):
    s = load(path)
    case = first(s, root, prefix)
    assert case.unit == unit and case.spacing_mm
    image, spacing = chains.apply(s.data.chain, case.image, case.spacing_mm, case.unit, lungs=case.label & sources.LUNG > 0)
    label = chains.apply_label(s.data.chain, case.label, case.spacing_mm, case.unit)
    assert image.shape == label.shape and np.isfinite(image).all()
    kinds = {type(c) for c in s.data.chain}
    if chains.Resample in kinds:
        assert image.shape == tuple(int(n * a / b) for n, a, b in zip(case.image.shape, case.spacing_mm, (2.70, 1.58, 1.58)))
        assert spacing == (2.70, 1.58, 1.58)
    elif s.data.input.form == "slice":
        assert image.shape == (20, s.data.size, s.data.size)
    if chains.ZScore in kinds:
        assert image.mean() == pytest.approx(0, abs=1e-3) and image.std() == pytest.approx(1, abs=1e-3)
    elif chains.Scale in kinds:
        assert image.min() >= 0 and image.max() <= 1 + 1e-6
    if chains.LungMask in kinds:
        assert (image[label & sources.LUNG == 0] == 0).all()


def test_air_is_where_the_documents_put_it(root):
    """-1000 HU: 42.5 of 255 under the deck's fixed window; MIScnn stretches each volume from its own minimum instead."""
    air = np.array([[[-1000.0, -1024.0, 250.0, 3000.0]]], np.float32)
    deck = load(next(p for p in PUBLISHED if p.stem == "keras-unet-2d-lung-1e-3-published")).data.chain
    miscnn = load(next(p for p in PUBLISHED if p.stem == "covid19-miscnn-published")).data.chain
    windowed, _ = chains.apply(deck[:1], air, None, "hu")
    assert windowed[0, 0] == pytest.approx([42.5, 38.42, 255, 255], abs=0.01)
    stretched, _ = chains.apply(miscnn[:3], air, None, "hu")
    assert stretched[0, 0].tolist() == [5, 0, 255, 255]  # 24 / 1274 of 255, rounded


@pytest.mark.parametrize("path", distinct(PUBLISHED), ids=name)
def test_full_size(path):
    """Input and output as printed, for a network of the printed width."""
    s = load(path)
    shape = s.data.input.patch if s.data.input.form == "patch" else [s.data.size] * 2
    out = len(channels(s.data.target))
    with torch.device("meta"):
        net = networks.build(s.network, 1, out, len(shape)).eval()
    margin = net.valid_margin
    image = torch.zeros(1, 1, *(n + 2 * margin for n in shape), device="meta")
    assert net(image).shape == (1, out, *shape)


# Parameters of the published networks with one grey channel in. Of FCN-8s, SegNet, the Tiramisu, U-Net 572 and Inf-Net
# the papers or their authors' code count the same, but for what follows from channels and classes; the others are our own
# counts, which only show that nothing changes unseen.
WIDTHS = {
    "comparison-inf-net-published": 31_075_637,
    "comparison-unet-plus-plus-published": 9_118_756,
    "covid19-miscnn-published": 22_581_316,
    "fv-paspp-ds-published": 24_698_360,
    "fv-paspp-published": 24_697_909,
    "fv-unet-ce-published": 22_355_785,
    "fv-unet-published": 22_048_737,
    "fv-unet-se-published": 22_399_541,
    "keras-unet-2d-lung-1e-3-published": 31_042_369,
    "lecture-deeplabv3plus-published": 26_672_084,
    "lecture-dense-inception-unet-published": 3_797_268,
    "lecture-densenet121-unet-published": 13_601_796,
    "lecture-efficientnet-b0-unet-published": 6_414_608,
    "lecture-fcn-8s-published": 134_283_468,
    "lecture-inception-unet-published": 3_638_780,
    "lecture-resnet-se-unet-published": 18_186_420,
    "lecture-resnet50-unet-published": 18_098_660,
    "lecture-se-resnet50-unet-published": 35_046_260,
    "lecture-segnet-published": 29_444_164,
    "lecture-tiramisu-published": 9_319_428,
    "lecture-unet-572-published": 31_030_788,
    "lecture-vgg-segnet-published": 29_444_164,
    "lecture-xception-unet-published": 29_567_932,
}


def test_every_network_is_counted():
    assert {network_key(p) for p in PUBLISHED if p.stem in WIDTHS} == {network_key(p) for p in PUBLISHED}


def network_key(path: Path) -> str:
    network = load(path).network
    return f"{type(network).__name__} {strict.plain(network)}"


@pytest.mark.parametrize("stem", WIDTHS)
def test_widths(stem):
    s = load(next(p for p in PUBLISHED if p.stem == stem))
    with torch.device("meta"):
        net = networks.build(s.network, 1, len(channels(s.data.target)), 3 if s.data.input.form == "patch" else 2)
    assert networks.parameters(net) == WIDTHS[stem]


def test_inf_net_is_as_large_as_its_paper_says():
    """33.122 million: with three channels in, and with the classifier that its encoder has and does not use."""
    with torch.device("meta"):
        net = networks.build(networks.InfNet(), 3, 1, 2)
    normed = [m for n, m in net.named_modules() if isinstance(m, torch.nn.Conv2d) and not n.startswith("encoder") and n != "partial.head.1"]
    ours = sum(m.bias.numel() for m in normed)  # before a batch norm, where the authors' code has none
    assert (networks.parameters(net) - ours + 2048 * 1000 + 1000) / 1e6 == pytest.approx(33.122, abs=5e-4)


def way_key(path: Path) -> str:
    """What a step goes through."""
    s = load(path)
    parts = [strict.plain(v) for v in (s.augment, s.data.input, s.loss, s.optimiser)]
    return f"{network_key(path)} {chain_key(path)} {[type(a).__name__ for a in s.augment]} {parts} {s.protocol.split} {s.protocol.folds}"


WAYS = list({way_key(p): p for p in reversed(PUBLISHED)}.values())


@pytest.mark.parametrize("path", WAYS, ids=name)
def test_a_few_steps_through_the_layout(path, root, tmp_path):
    """From files in the data set's layout through the system's own chain, augmentation and schedule to a checkpoint."""
    s = copy.deepcopy(load(path))
    s.train.steps, s.train.batch, s.train.workers, s.train.validate_steps = 2, 2, 0, 1000
    s.data.input.patch = [min(n, 32) if i else min(n, 16) for i, n in enumerate(s.data.input.patch)]
    if s.data.input.form == "slice":
        s.data.size = 68 if isinstance(s.network, networks.ValidUNet) else 64
        for c in s.data.chain:
            if isinstance(c, chains.Resize):
                c.size = [s.data.size] * 2
    cases = facts(s.data.source, root, tmp_path)
    if s.protocol.split == "fixed":
        s.protocol.test_cases = [sorted(cases)[0]]
    else:
        s.protocol.folds = 2
    s.protocol.validation_cases, s.protocol.watch = 0, False  # whole cases through a network of full width take long
    split = folds.make(s.protocol, list(cases), {c: f["slices"] for c, f in cases.items()}, {c: f["origin"] for c, f in cases.items()}, {c: f["patient"] for c, f in cases.items()})
    outcome = train.train(s, split[0], Store(s.data.source, s.data.chain, root, tmp_path), tmp_path / "run", tmp_path)
    assert outcome.stopped_by == "steps" and outcome.steps == 2
    assert (tmp_path / "run" / "last.pt").exists()


def test_four_classes_exclude_each_other_and_infection_wins(root):
    s = load(next(p for p in PUBLISHED if p.stem == "covid19-miscnn-published"))
    case = first(s, root, "coronacases")
    target, weight = encode(s.data.target, case.label, True)
    assert channels(s.data.target) == ["background", "left", "right", "infection"]
    assert (target.sum(0) == 1).all() and (weight == 1).all()
    assert (target[3] == (case.label & sources.INFECTION > 0)).all()
