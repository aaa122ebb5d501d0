"""Each loss against numbers worked by hand."""

import math

import numpy as np
import pytest
import torch

from opacity_training.losses import KINDS, Boundary, Combo, CrossEntropy, Dice, Focal, IoU, Loss, Lovasz, Tversky, WeightedCrossEntropy, build, edges, tanimoto
from opacity_training.strict import ConfigError
from opacity_training.strict import build as from_yaml

# The lecture's example of soft Dice: sum of products 7.41, of probabilities 7.82, of their squares 6.9132, of the target 8.
LECTURE = torch.tensor([[0.01, 0.03, 0.02, 0.02], [0.05, 0.12, 0.09, 0.07], [0.89, 0.85, 0.88, 0.91], [0.99, 0.97, 0.95, 0.97]])[None, None]
TRUTH = torch.tensor([[0.0] * 4] * 2 + [[1.0] * 4] * 2)[None, None]
ONE = torch.ones(1, 1, 4, 4)


def value(*terms, logits=None, target=TRUTH, weight=None, activation="sigmoid", **loss) -> float:
    logits = torch.logit(LECTURE) if logits is None else logits
    weight = torch.ones_like(target) if weight is None else weight
    return float(build(Loss(terms=list(terms), **loss), activation)(logits, target, weight))


@pytest.mark.parametrize(
    "name, term, wanted",
    [
        ("Dice", Dice(smooth=0), 1 - 0.93679),
        ("Dice, squares", Dice(squared=True, smooth=0), 1 - 0.99375),
        ("Dice, one added", Dice(), 1 - (2 * 7.41 + 1) / (7.82 + 8 + 1)),
        ("Dice, squares, one added", Dice(squared=True), 1 - (2 * 7.41 + 1) / (6.9132 + 8 + 1)),
        ("IoU", IoU(smooth=0), 1 - 7.41 / (7.82 + 8 - 7.41)),
        ("IoU, one added", IoU(), 1 - 8.41 / 9.41),
        ("Tversky, halves: Dice", Tversky(), 1 - 0.93679),
        ("Tversky", Tversky(alpha=0.3, beta=0.7), 1 - 7.41 / (7.41 + 0.3 * 0.41 + 0.7 * 0.59)),
    ],
)
def test_the_lectures_example(name, term, wanted):
    assert value(term) == pytest.approx(wanted, abs=1e-5)


def test_tanimoto_of_the_lectures_example():
    assert float(tanimoto(LECTURE, TRUTH, smooth=0)) == pytest.approx(0.98758, abs=1e-5)
    assert float(tanimoto(torch.zeros(2, 1, 3, 3), torch.zeros(2, 1, 3, 3))) == 1
    both = torch.cat([LECTURE, 0 * LECTURE], 1)  # each class by itself; two empty masks agree
    assert tanimoto(both, torch.cat([TRUTH, 0 * TRUTH], 1), smooth=1e-9).tolist() == pytest.approx([0.98758, 1], abs=1e-5)


# Two voxels: 3/4 where it is true, 1/4 where it is not.
P, T = torch.logit(torch.tensor([0.75, 0.25]))[None, None, None], torch.tensor([1.0, 0.0])[None, None, None]
RIGHT = -math.log(0.75)


@pytest.mark.parametrize(
    "name, term, wanted",
    [
        ("cross entropy", CrossEntropy(), RIGHT),
        ("weighted: (3 + 1) / 2 of it", WeightedCrossEntropy(beta=3.0), 2 * RIGHT),
        ("focal: (1 - 0.75)^2 of it", Focal(), RIGHT / 16),
        ("combo", Combo(alpha=0.6, beta=0.5), 0.6 * RIGHT / 2 + 0.4 * (1 - 2.5 / 3)),
        ("combo, positives alone", Combo(alpha=1.0, beta=1.0), RIGHT / 2),
        ("Lovasz hinge: margins 1 - log 3 on both sides", Lovasz(), 0.0),
        ("boundary: the voxel one off the border weighs 1", Boundary(weight=1.0), 0.25 / 2),
    ],
)
def test_two_voxels_by_hand(name, term, wanted):
    assert value(term, logits=P, target=T) == pytest.approx(wanted, abs=1e-6)


def test_lovasz_hinge_by_hand():
    # Errors 1 -+ logit: 1.5 on the background, 0.5 on the region. Sorted: the background first, IoU falls from 1
    # to 1/2 by it (one of two voxels wrong), then to 0.
    logits, target = torch.tensor([0.5, 0.5])[None, None, None], T
    assert value(Lovasz(), logits=logits, target=target) == pytest.approx(1.5 * 0.5 + 0.5 * 0.5)


def test_boundary_by_hand():
    # A border between columns 1 and 2 of four: distances -1 0 1 2 from the region's last voxel.
    p, t = torch.tensor([0.9, 0.8, 0.3, 0.1]), torch.tensor([1.0, 1.0, 0.0, 0.0])
    grid = lambda v: v.expand(4, 4)[None, None]  # noqa: E731
    assert value(Boundary(weight=1.0), logits=torch.logit(grid(p)), target=grid(t)) == pytest.approx((-0.9 + 0.3 + 0.2) / 4, abs=1e-6)


# Three classes, two voxels: 1/2, 1/4, 1/4 where the second is true; 1/4, 1/4, 1/2 where the third is.
SOFT = torch.log(torch.tensor([[0.5, 0.25], [0.25, 0.25], [0.25, 0.5]]))[None, :, None]
CLASS = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])[None, :, None]


@pytest.mark.parametrize(
    "name, term, wanted",
    [
        ("categorical cross entropy", CrossEntropy(), (math.log(4) + math.log(2)) / 2),
        ("weighted", WeightedCrossEntropy(beta=2.0), math.log(4) + math.log(2)),
        ("focal", Focal(), (math.log(4) * 0.75**2 + math.log(2) * 0.5**2) / 2),
        ("Tversky, sum of classes", Tversky(classes="sum", smooth=0), 3 - (0 + 2 * 0.25 / 1.5 + 2 * 0.5 / 1.75)),
        ("Dice, mean of classes", Dice(smooth=0), 1 - (0 + 2 * 0.25 / 1.5 + 2 * 0.5 / 1.75) / 3),
    ],
)
def test_softmax_by_hand(name, term, wanted):
    assert value(term, logits=SOFT, target=CLASS, activation="softmax") == pytest.approx(wanted, abs=1e-5)


def test_lovasz_softmax_by_hand():
    # Of the classes that are there: errors 3/4 and 1/4 for the second, 1/2 and 1/4 for the third.
    second, third = 0.75 * 1 + 0.25 * 0, 0.5 * 1 + 0.25 * 0  # the true voxel comes first: IoU falls to 0 by it
    assert value(Lovasz(), logits=SOFT, target=CLASS, activation="softmax") == pytest.approx((second + third) / 2, abs=1e-6)


def test_sums_of_terms():
    bce, soft = value(CrossEntropy()), value(Dice())
    assert value(CrossEntropy(weight=0.5), Dice()) == pytest.approx(0.5 * bce + soft)
    assert value(CrossEntropy(), Dice()) == pytest.approx(bce + soft)


def test_tversky_crossentropy_is_miscnns():
    """Sum over classes of 1 - T, of each image by itself, and the mean categorical cross entropy; worked in numpy."""
    rng = np.random.default_rng(1)
    logits = rng.normal(size=(2, 4, 3, 5, 5)).astype(np.float32)
    truth = np.eye(4, dtype=np.float32)[rng.integers(0, 4, (2, 3, 5, 5))].transpose(0, 4, 1, 2, 3)
    e = np.exp(logits - logits.max(1, keepdims=True))
    p = e / e.sum(1, keepdims=True)
    over = (2, 3, 4)
    tp, fp, fn = (p * truth).sum(over), (p * (1 - truth)).sum(over), ((1 - p) * truth).sum(over)
    score = (tp + 1e-6) / (tp + 0.5 * fp + 0.5 * fn + 1e-6)
    wanted = (4 - score.sum(1)).mean() - (truth * np.log(p)).sum(1).mean()
    spec = {"terms": [{"kind": "tversky", "classes": "sum", "smooth": 1e-6}, "cross-entropy"]}
    got = build(from_yaml(Loss, spec, "loss"), "softmax")(torch.from_numpy(logits), torch.from_numpy(truth), torch.ones(truth.shape))
    assert float(got) == pytest.approx(float(wanted), abs=1e-5)


def test_pooled_over_images_or_batch():
    p = torch.tensor([0.5, 0.25])[:, None, None, None].expand(2, 1, 1, 4)
    t = torch.tensor([[1.0, 1, 0, 0], [1, 0, 0, 0]])[:, None, None]
    each = [1 - 2 * 1.0 / (2 + 2), 1 - 2 * 0.25 / (1 + 1)]
    together = 1 - 2 * 1.25 / (3 + 3)
    assert value(Dice(smooth=0, pool="image"), logits=torch.logit(p), target=t) == pytest.approx(sum(each) / 2)
    assert value(Dice(smooth=0, pool="batch"), logits=torch.logit(p), target=t) == pytest.approx(together)


EVERY = [pytest.param(term(), act, id=f"{kind}-{act}") for kind, term in KINDS.items() for act in ("sigmoid", "softmax")]


def batch(activation: str):
    g = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 2, 8, 8, generator=g)
    truth = (torch.rand(2, 1, 8, 8, generator=g) > 0.6).float()
    return logits.requires_grad_(), torch.cat([1 - truth, truth] if activation == "softmax" else [truth, truth.flip(-1)], 1)


@pytest.mark.parametrize("term, activation", EVERY)
def test_what_nobody_knows_changes_nothing(term, activation):
    logits, target = batch(activation)
    weight = torch.ones_like(target)
    weight[:, :, 3:6] = 0
    loss = build(Loss([term]), activation)
    loss(logits, target, weight).backward()
    assert (logits.grad[:, :, 3:6] == 0).all() and (logits.grad != 0).any()
    if not isinstance(term, Boundary):  # how far a border is does depend on where the target lies
        other = target.clone()
        other[:, :, 3:6] = 1 - other[:, :, 3:6]
        assert torch.equal(loss(logits, target, weight), loss(logits, other, weight))


@pytest.mark.parametrize("term, activation", EVERY)
def test_nobody_knows_anything(term, activation):
    logits, target = batch(activation)
    loss = build(Loss([term]), activation)(logits, target, torch.zeros_like(target))
    loss.backward()
    assert torch.isfinite(loss) and (logits.grad == 0).all()


@pytest.mark.parametrize("term, activation", EVERY)
def test_a_right_answer_costs_less_than_a_wrong_one(term, activation):
    _, target = batch(activation)
    sure = (target * 2 - 1) * 20
    loss = build(Loss([term]), activation)
    right, wrong = (float(loss(s, target, torch.ones_like(target))) for s in (sure, -sure))
    assert right < wrong and (isinstance(term, Boundary) or right == pytest.approx(0, abs=0.02))


@pytest.mark.parametrize("term, activation", EVERY)
def test_in_three_dimensions(term, activation):
    logits, target = (v.detach()[:, :, None].expand(2, 2, 3, 8, 8) for v in batch(activation))
    assert torch.isfinite(build(Loss([term]), activation)(logits, target, torch.ones_like(target)))


def test_one_unknown_class_makes_a_voxel_unknown_where_classes_exclude_each_other():
    logits, target = batch("softmax")
    weight = torch.ones_like(target)
    weight[:, 1, 0] = 0
    build(Loss([CrossEntropy()]), "softmax")(logits, target, weight).backward()
    assert (logits.grad[:, :, 0] == 0).all()


def test_deep_outputs_weigh_what_is_said():
    a, b = torch.logit(LECTURE), torch.zeros(1, 1, 4, 4)
    loss = build(Loss([CrossEntropy()], deep_weights=[0.5, 0.25]), "sigmoid")
    first, second = (value(CrossEntropy(), logits=x) for x in (a, b))
    assert float(loss([a, b], TRUTH, ONE)) == pytest.approx(0.5 * first + 0.25 * second)
    assert float(loss(a, TRUTH, ONE)) == pytest.approx(first)  # not training: the final one alone
    assert float(build(Loss([CrossEntropy()]), "sigmoid")([a, b], TRUTH, ONE)) == pytest.approx(first)
    with pytest.raises(ConfigError, match="names 2 outputs, the network has 3"):
        loss([a, b, b], TRUTH, ONE)


def test_the_edge_branch_is_compared_with_the_border():
    square = torch.zeros(1, 1, 6, 6)
    square[..., 1:5, 1:5] = 1
    border = square.clone()
    border[..., 2:4, 2:4] = 0
    assert torch.equal(edges(square), border) and torch.equal(edges(square[:, :, None])[:, :, 0], border)
    loss = build(Loss([CrossEntropy()], edge_weight=2.0), "sigmoid")
    sure = lambda t: (t * 2 - 1) * 30  # noqa: E731
    assert float(loss([sure(square), sure(border)], square, torch.ones_like(square))) < 1e-6
    assert float(loss([sure(square), 0 * border], square, torch.ones_like(square))) == pytest.approx(2 * math.log(2))


@pytest.mark.parametrize(
    "spec, said",
    [
        ({"terms": ["hinge"]}, "needs a kind, one of cross-entropy"),
        ({"terms": [{"kind": "dice", "gamma": 1}]}, "unknown key 'gamma'"),
    ],
)
def test_unknown_losses_are_refused(spec, said):
    with pytest.raises(ConfigError, match=said):
        from_yaml(Loss, spec, "loss")


def test_wrong_words_are_refused():
    with pytest.raises(ValueError, match="pool is image or batch"):
        value(Dice(pool="all"))
    with pytest.raises(ConfigError, match="activation is sigmoid or softmax"):
        build(Loss(), "tanh")
    with pytest.raises(ValueError, match="differ in shape"):
        value(Dice(), target=torch.ones(1, 2, 4, 4))
