"""Runs: from nothing to whole-case predictions in seconds, interrupted anywhere, and what goes wrong."""

import errno
import os
import signal
import threading
import time

import pytest
import torch
from torch.utils.tensorboard import SummaryWriter

from opacity_training import crossval, predictions, records, runs
from opacity_training import places as where
from opacity_training.runs import RunError
from opacity_training.train import LossError, Training, train


def start(system, places, run="run", **more):
    fold = where.folds_of(system, places)[0]
    return train(system, fold, where.store_of(system, places), places.runs / run, places.cache, **more)


def weights(places, run="run") -> dict:
    return runs.read(places.runs / run / "last.pt")


@pytest.mark.parametrize("which, workers", [("slices", 0), ("slices", 1), ("patches", 0)])
def test_a_resumed_run_is_the_uninterrupted_one_bit_for_bit(which, workers, places, request):
    system = request.getfixturevalue(which)
    system.train.workers = workers
    whole = start(system, places, "whole")
    for step in (3, 4, 7):
        assert start(system, places, "part", stop_after=step).stopped_by == "interrupted"
        assert weights(places, "part")["step"] == step
    part = start(system, places, "part")
    assert whole.stopped_by == part.stopped_by == "steps" and whole.curves == part.curves
    a, b = weights(places, "whole"), weights(places, "part")
    for kind in ("net", "average"):
        assert all(torch.equal(a[kind][k], b[kind][k]) for k in a[kind])
    assert not (places.runs / "part" / "last-before.pt").exists() and "optimiser" not in b


@pytest.mark.parametrize("which", ["slices", "patches"])
def test_a_finished_fold_leaves_its_record_and_probabilities(which, places, request):
    system = request.getfixturevalue(which)
    system.keep_weights = "weights"
    assert crossval.crossval([system], places, only=[1])
    record = records.read(records.path(places.records, system.id, 1))
    assert record.config_sha256 == system.sha256() and record.protocol["fold"] == 1 and record.protocol["folds"] == 2
    assert {r["case"] for r in record.cases} == set(record.protocol["test_cases"])
    labels = ["lung", "infection"] if which == "slices" else ["infection", "lung", "left", "right"]
    assert list(dict.fromkeys(r["label"] for r in record.cases)) == labels
    assert record.train["steps"] == 8 and record.train["stopped_by"] == "steps" and 0 <= record.train["loading_share"] < 1
    assert len(record.curves["loss"]) == 8
    case = record.protocol["test_cases"][0]
    kept = predictions.read(predictions.path(places.runs / "small" / "fold-1", case))
    assert kept["infection"].shape == where.store_of(system, places).source.read(case).image.shape and kept["infection"].dtype == "uint8"
    half = runs.load_network(places.results / "weights" / "small-fold-1.pt")[1].state_dict()
    full = runs.load_network(places.runs / "small" / "fold-1")[1].state_dict()
    assert all(torch.allclose(half[k], full[k], atol=1e-2) for k in full)
    written = records.path(places.records, system.id, 1).stat().st_mtime_ns
    assert crossval.crossval([system], places, only=[1])  # again: there is nothing to do
    assert records.path(places.records, system.id, 1).stat().st_mtime_ns == written


def test_training_lowers_the_loss(slices, places):
    slices.train.steps, slices.train.batch, slices.optimiser.learning_rate, slices.data.extras = 60, 4, 5e-3, []
    slices.protocol.validation_cases = 0
    curve = start(slices, places).curves["loss"]
    assert sum(v for _, v in curve[-5:]) < 0.8 * sum(v for _, v in curve[:5])
    assert (places.runs / "run" / "best.pt").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_writes_a_checkpoint(slices, places, number):
    slices.train.steps, slices.train.validate_steps = 100000, 100000
    threading.Thread(target=lambda: (time.sleep(1.5), os.kill(os.getpid(), number)), daemon=True).start()
    outcome = start(slices, places)
    assert outcome.stopped_by == "interrupted" and weights(places)["step"] == outcome.steps > 0
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_it_ends_by_patience_or_by_time(slices, places):
    slices.train.validate_steps, slices.train.early_stopping.patience_steps, slices.train.early_stopping.min_delta = 1, 3, 10.0
    outcome = start(slices, places)
    assert outcome.stopped_by == "patience" and outcome.steps == 4
    slices.train.minutes = 1e-9
    assert start(slices, places, "other").stopped_by == "minutes"


def test_a_loss_that_is_no_number_names_its_batch_and_keeps_the_last_good(slices, places, monkeypatch):
    one = Training._one

    def broken(self, image, target, weight, names):
        one(self, image * float("nan") if self.step == 5 else image, target, weight, names)

    monkeypatch.setattr(Training, "_one", broken)
    with pytest.raises(LossError, match="the loss is nan at step 6, in the batch of phantom-.* slice") as e:
        start(slices, places)
    assert "\n" not in str(e.value)
    state = weights(places)
    assert state["step"] == 5 and all(torch.isfinite(v).all() for v in state["net"].values())


@pytest.mark.parametrize("bound", [0.0, 5.0])
def test_a_gradient_that_is_no_number_stops_before_the_weights_are_lost(slices, places, monkeypatch, bound):
    """The loss can be finite where a gradient is not."""
    slices.train.gradient_norm, slices.train.checkpoint_seconds = bound, 0.0
    one = Training._one

    def broken(self, image, target, weight, names):
        if self.step == 5:
            next(self.net.parameters()).register_hook(lambda g: g * float("nan"))
        one(self, image, target, weight, names)

    monkeypatch.setattr(Training, "_one", broken)
    with pytest.raises(LossError, match="the gradient's length is nan at step 6, in the batch of phantom-.* slice"):
        start(slices, places)
    state = weights(places)
    assert state["step"] == 5 and all(torch.isfinite(v).all() for v in state["net"].values())


def test_a_full_disk_at_a_checkpoint_is_said_and_the_older_one_stays(slices, places, monkeypatch):
    start(slices, places, stop_after=2)
    put, said = runs._put, []

    def full(path, state):
        path.write_bytes(b"a part")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(runs, "_put", full)
    slices.train.checkpoint_seconds = 0.0
    with pytest.raises(RunError, match="the disk is full"):
        start(slices, places, stop_after=6, say=said.append)
    assert len(said) >= 3 and "step 3 was not written, the disk is full; the one before it stays" in str(said[0])
    assert weights(places)["step"] == 2 and not list((places.runs / "run").glob("*.part"))
    monkeypatch.setattr(runs, "_put", put)
    assert start(slices, places).finished


def test_curves_that_cannot_be_written_are_said_once_and_the_run_goes_on(slices, places, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(SummaryWriter, "add_scalar", full)
    monkeypatch.setattr(SummaryWriter, "close", full)
    said = []
    assert start(slices, places, say=said.append).finished
    assert len(said) == 1 and "tensorboard: the curves are not written any more, the disk is full" in str(said[0])


def test_a_damaged_checkpoint_is_said_and_the_older_one_is_used(slices, places):
    start(slices, places, stop_after=2)
    start(slices, places, stop_after=5)
    last = places.runs / "run" / "last.pt"
    whole = bytearray(last.read_bytes())
    for damage in (whole[:1000], whole[: len(whole) // 2] + b"\x55" * 100 + whole[len(whole) // 2 + 100 :], b""):
        last.write_bytes(damage)
        said = []
        assert runs.newest(places.runs / "run", said.append)["step"] == 2
        assert len(said) == 1 and "damaged" in said[0] and "step 2" in said[0]
    (places.runs / "run" / "last-before.pt").write_bytes(b"neither")
    with pytest.raises(RunError, match="damaged"):
        start(slices, places)


def test_another_configuration_or_other_patients_are_refused(slices, places):
    start(slices, places, stop_after=2)
    fold = where.folds_of(slices, places)[0]
    fold.train.popitem()
    with pytest.raises(RunError, match="other patients"):
        train(slices, fold, where.store_of(slices, places), places.runs / "run", places.cache)
    slices.optimiser.learning_rate *= 2
    with pytest.raises(RunError, match="another configuration"):
        start(slices, places)


def test_words_and_prediction_do_not_make_another_model(slices):
    a, b = slices.sha256(), slices.sha256(predicted=False)
    slices.title, slices.train.threads = "Other words", 7
    assert slices.sha256() == a
    slices.predict.threshold = 0.4
    assert slices.sha256() != a and slices.sha256(predicted=False) == b


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_refused(slices, places):
    slices.train.device = "cuda"
    with pytest.raises(ValueError, match="no GPU"):
        start(slices, places)


def test_a_run_on_everybody_watches_nobody(slices, places):
    slices.protocol.watch = True
    everybody = where.on_everybody(slices)
    everybody.protocol.validation_cases = 0
    assert start(everybody, places).stopped_by == "steps"
