"""Each optimiser's first steps by hand, and each schedule's rates."""

import copy
import math

import pytest
import torch

from opacity_training.optimisers import (
    KINDS, SCHEDULES, SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, Constant, Cosine, Cyclic, Ftrl, Nadam, Plateau, Poly, RMSprop,
    build, schedule,
)  # fmt: skip


def steps(spec, gradients, start=1.0) -> float:
    """Where a weight ends after steps of these gradients."""
    w = torch.nn.Parameter(torch.tensor([start], dtype=torch.float64))
    optimiser = build(spec, [w])
    for g in gradients:
        w.grad = torch.tensor([g], dtype=torch.float64)
        optimiser.step()
    return float(w.detach())


MU = [0.9 * (1 - 0.5 * 0.96 ** (0.004 * t)) for t in (1, 2)]  # Nadam's momentum (Dozat, 2016)


@pytest.mark.parametrize(
    "name, spec, gradients, wanted",
    [
        ("SGD", SGD(0.1), [2, 1], 1 - 0.2 - 0.1),
        ("momentum", SGD(0.1, momentum=0.9), [2, 1], 1 - 0.2 - 0.1 * (0.9 * 2 + 1)),
        ("Nesterov", SGD(0.1, momentum=0.9, nesterov=True), [2], 1 - 0.1 * (2 + 0.9 * 2)),
        ("Adagrad", Adagrad(0.1), [2, 1], 1 - 0.1 - 0.1 / math.sqrt(5)),
        ("Adadelta", Adadelta(1.0), [2], 1 - 2 * math.sqrt(1e-6 / (0.1 * 4 + 1e-6))),
        ("RMSprop", RMSprop(0.1), [2], 1 - 0.1 * 2 / math.sqrt(0.1 * 4)),
        ("Adam", Adam(0.1), [2], 1 - 0.1),
        ("AdamW", AdamW(0.1, weight_decay=0.5), [2], 1 * (1 - 0.1 * 0.5) - 0.1),
        ("Adamax", Adamax(0.1), [2, 1], 1 - 0.1 - 0.1 / (1 - 0.9**2) * (0.9 * 0.2 + 0.1) / (0.999 * 2)),
        ("FTRL", Ftrl(0.1), [2], 1 - 0.1 * 2 / math.sqrt(0.1 + 4)),
        ("Nadam", Nadam(0.1), [2], 1 - 0.1 * (1 + 0.1 * MU[1] / (1 - MU[0] * MU[1]))),
    ],
)
def test_first_steps(name, spec, gradients, wanted):
    assert steps(spec, gradients) == pytest.approx(wanted, abs=1e-5)


def test_ftrl_leaves_a_weight_at_nothing_until_its_gradients_outweigh_l1():
    assert steps(Ftrl(0.1, l1=3.0), [2], start=0.0) == 0
    assert steps(Ftrl(0.1, l1=3.0), [2, 2], start=0.0) == pytest.approx(-0.1 * (4 - 3) / math.sqrt(0.1 + 8))


@pytest.mark.parametrize("kind", KINDS)
def test_every_optimiser_finds_the_bottom(kind):
    w = torch.nn.Parameter(torch.tensor([3.0, -2.0]))
    spec = KINDS[kind]()
    spec.learning_rate *= 30
    optimiser = build(spec, [w])
    first = last = float((w**2).sum())
    for _ in range(300):
        optimiser.zero_grad()
        loss = (w**2).sum()
        loss.backward()
        optimiser.step()
        last = float(loss.detach())
    assert last < 0.7 * first


@pytest.mark.parametrize("kind", KINDS)
def test_every_optimiser_goes_on_from_its_state(kind):
    def step(w, optimiser):
        optimiser.zero_grad()
        (w**2).sum().backward()
        optimiser.step()

    w = torch.nn.Parameter(torch.tensor([3.0, -2.0]))
    optimiser = build(KINDS[kind](), [w])
    for _ in range(3):
        step(w, optimiser)
    again = torch.nn.Parameter(w.detach().clone())
    other = build(KINDS[kind](), [again])
    other.load_state_dict(copy.deepcopy(optimiser.state_dict()))
    step(w, optimiser)
    step(again, other)
    assert torch.equal(w, again)


def rates(spec, count, rate=0.1):
    w = torch.nn.Parameter(torch.zeros(1))
    s = schedule(spec, build(SGD(rate), [w]))
    out = [s.before(i, i / count) for i in range(count)]
    assert s.optimiser.param_groups[0]["lr"] == out[-1]
    return out


@pytest.mark.parametrize(
    "name, spec, wanted",
    [
        ("constant", Constant(), [0.1, 0.1, 0.1, 0.1]),
        ("warm-up", Constant(warmup_steps=4), [0.025, 0.05, 0.075, 0.1]),
        ("poly", Poly(power=2.0), [0.1, 0.1 * 9 / 16, 0.1 / 4, 0.1 / 16]),
        ("cosine", Cosine(), [0.1, 0.1 * (1 + math.sqrt(0.5)) / 2, 0.05, 0.1 * (1 - math.sqrt(0.5)) / 2]),
        ("cyclic", Cyclic(half_cycle_steps=2, floor=0.2), [0.02, 0.06, 0.1, 0.06]),
    ],
)
def test_rates(name, spec, wanted):
    assert rates(spec, 4) == pytest.approx(wanted)


def plateau(spec, losses, rate=1e-3):
    s = schedule(spec, build(Adam(rate), [torch.nn.Parameter(torch.zeros(1))]))
    out = []
    for loss in losses:
        s.observe(loss)
        out.append(s.before(0, 0.0))
    return out


def test_plateau_counts_as_keras_does():
    # The best at first; the second and third epoch are not better by min_delta: down after the third (patience 2).
    # Cooldown 1 is over with the next epoch, which counts as the first bad one again.
    spec = Plateau(patience=2, min_delta=0.01, cooldown=1)
    assert plateau(spec, [1, 0.995, 1, 1, 1]) == pytest.approx([1e-3, 1e-3, 1e-4, 1e-4, 1e-5])
    assert plateau(spec, [1, 0.995, 0.98, 1, 1]) == pytest.approx([1e-3, 1e-3, 1e-3, 1e-3, 1e-4])
    assert min(plateau(spec, [1.0] * 20)) == pytest.approx(1e-5)  # no lower than min_learning_rate
    assert plateau(Plateau(patience=1, cooldown=3), [1] * 6) == pytest.approx([1e-3, 1e-4, 1e-4, 1e-4, 1e-5, 1e-5])


def test_miscnns_plateau():
    spec = Plateau()
    assert (spec.factor_down, spec.patience, spec.min_delta, spec.cooldown, spec.min_learning_rate, spec.epoch_steps) == (0.1, 15, 1e-4, 1, 1e-5, 150)
    seen = plateau(spec, [1.0] * 40)
    assert seen.index(pytest.approx(1e-4)) == 15


@pytest.mark.parametrize("kind", SCHEDULES)
def test_a_resumed_schedule_goes_on_where_it_was(kind):
    spec = SCHEDULES[kind](warmup_steps=3)
    if kind == "plateau":
        spec.patience = 2
    make = lambda: schedule(spec, build(Adam(1e-3), [torch.nn.Parameter(torch.zeros(1))]))  # noqa: E731

    def run(s, epochs):
        out = []
        for i in epochs:
            out.append(s.before(i, i / 8))
            s.observe(1.0)
        return out

    whole = make()
    wanted = run(whole, range(8))
    first = make()
    run(first, range(3))
    second = make()
    second.load_state_dict(first.state_dict())
    assert run(second, range(3, 8)) == wanted[3:]
