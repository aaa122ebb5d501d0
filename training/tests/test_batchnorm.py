import torch
from torch import nn

from opacity_training import places as where
from opacity_training import runs
from opacity_training.batchnorm import recalibrate
from opacity_training.train import train


def test_statistics_are_the_mean_over_the_batches_with_dropout_off():
    net = nn.Sequential(nn.Dropout(0.9), nn.BatchNorm2d(1, momentum=0.01), nn.Conv2d(1, 1, 1))
    images = [torch.randn(4, 1, 8, 8) + k for k in (3, 5)]
    out = recalibrate(net, images)
    assert out is net and not any(m.training for m in net.modules()) and net[1].momentum == 0.01
    assert torch.allclose(net[1].running_mean, torch.stack([i.mean() for i in images]).mean())
    assert torch.allclose(net[1].running_var, torch.stack([i.var() for i in images]).mean())


def test_a_run_ends_with_them_and_resumes_as_before(slices, places):
    slices.train.norm_batches, slices.predict.weights = 3, "best"
    fold, store = where.folds_of(slices, places)[0], where.store_of(slices, places)
    for run, stops in (("whole", [None]), ("part", [3, 5, None])):
        for stop in stops:
            outcome = train(slices, fold, store, places.runs / run, places.cache, stop_after=stop)
    a, b = (runs.read(places.runs / run / "last.pt") for run in ("whole", "part"))
    assert outcome.stopped_by == "steps" and all(torch.equal(a[w][k], b[w][k]) for w in ("net", "average") for k in a[w])
    counts = [v for k, v in a["average"].items() if k.endswith("num_batches_tracked")]
    assert counts and all(v == 3 for v in counts)
    best = runs.read(places.runs / "whole" / "best.pt")["average"]
    assert all(v == 3 for k, v in best.items() if k.endswith("num_batches_tracked"))
