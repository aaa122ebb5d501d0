import numpy as np
import pytest
import torch

from opacity_training.losses import SegmentationLoss, dice


def test_dice_by_hand():
    a, b = np.zeros((2, 10), bool), np.zeros((2, 10), bool)
    a[0, :4], b[0, 2:6] = True, True
    assert dice(a, b) == pytest.approx(0.5)
    assert dice(a, a) == 1 and dice(a, ~a) == 0
    assert dice(np.zeros(3, bool), np.zeros(3, bool)) == 1


def batch():
    g = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 2, 16, 16, generator=g)
    target = (torch.rand(2, 2, 16, 16, generator=g) > 0.7).float()
    return logits, target


def test_a_right_answer_costs_little_and_a_wrong_one_much():
    _, target = batch()
    loss = SegmentationLoss(0.5, 0.5)
    sure = (target * 2 - 1) * 20
    ones = torch.ones_like(target)
    assert loss(sure, target, ones) < 0.01 < 1 < loss(-sure, target, ones)


def test_nothing_is_learned_where_the_weight_is_zero():
    logits, target = batch()
    weight = torch.ones_like(target)
    weight[:, 1, 4:12] = 0
    logits.requires_grad_()
    SegmentationLoss(0.5, 0.5)(logits, target, weight).backward()
    assert (logits.grad[:, 1, 4:12] == 0).all() and (logits.grad[:, 0] != 0).any()


def test_unknown_everywhere_is_finite():
    logits, target = batch()
    assert torch.isfinite(SegmentationLoss(0.5, 0.5)(logits, target, torch.zeros_like(target)))
