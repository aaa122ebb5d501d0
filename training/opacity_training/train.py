"""One run: one fold of a system, seeded, resumable to the step, ended by steps, minutes or patience."""

from __future__ import annotations

import copy
import random
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from . import losses, memory, optimisers, predict, runs, scores
from .batchnorm import recalibrate
from .folds import Fold, Part
from .runs import RunError
from .samples import Batches
from .store import Store
from .system import System

POINTS = 100  # of a learning curve, at most
AHEAD = 4  # batches that each worker makes before they are needed


class LossError(RunError):
    """The loss became infinite or not a number."""


@dataclass
class Outcome:
    """What a run was like. stopped_by: steps, minutes, patience, or interrupted (it can be carried on)."""

    stopped_by: str = ""
    steps: int = 0
    seconds: float = 0.0
    loading_seconds: float = 0.0
    peak_memory_mb: float | None = None
    device: str = ""
    curves: dict[str, list[list[float]]] = field(default_factory=dict)  # name -> [[step, value], ...]

    @property
    def finished(self) -> bool:
        return self.stopped_by in ("steps", "minutes", "patience")


def train(
    system: System, fold: Fold, store: Store, run: Path, cache: Path, stop_after: int | None = None, deadline: float = float("inf"), say: Callable = print
) -> Outcome:
    """Train into the folder run, from its newest checkpoint where there is one.

    stop_after ends it early at that step, deadline at that time.monotonic(); both as an interruption does:
    the next call carries on. SIGTERM and Ctrl-C write a checkpoint first.
    """
    training = Training(system, fold, store, run, cache, say)
    if not training.outcome.finished:
        training.go(stop_after, deadline)
    return training.outcome


class Training:
    """The state of a run."""

    def __init__(self, system: System, fold: Fold, store: Store, run: Path, cache: Path, say: Callable):
        self.system, self.fold, self.store, self.run, self.say = system, fold, store, run, say
        t = system.train
        self.device = predict.device_of(t.device)
        torch.set_num_threads(t.threads)
        _seed(system.seed, fold.number, -1)
        run.mkdir(parents=True, exist_ok=True)
        self.net = runs.network(system).to(self.device, memory_format=predict.layout(system))
        self.average = copy.deepcopy(self.net).requires_grad_(False) if t.average else None
        self.loss_of = losses.build(system.loss, system.data.target.activation)
        self.optimiser = optimisers.build(system.optimiser, self.net.parameters())
        self.schedule = optimisers.schedule(system.schedule, self.optimiser)
        self.step, self.best, self.best_step = 0, None, 0
        self.sums: dict[str, list[float]] = {}  # name -> [sum, number] since it was last read
        self.outcome = Outcome(device=_name(system, self.device))
        state = runs.newest(run, say)
        if state is not None:
            self._restore(state)
        if not self.outcome.finished:
            self.batches = Batches(system, fold, store, cache)

    def _restore(self, state: dict) -> None:
        last = self.run / "last.pt"
        if state["sha256"] != self.system.sha256(predicted=False):
            raise RunError(f"{last} was made with another configuration: delete its folder, or give the changed system another id")
        if state["cases"] != self.fold.sides():
            raise RunError(f"{last} was made with other patients on its sides: delete its folder to train this fold anew")
        self.net.load_state_dict(state["net"])
        if self.average is not None:
            self.average.load_state_dict(state["average"])
        if "optimiser" in state:  # a finished run keeps none
            self.optimiser.load_state_dict(state["optimiser"])
            self.schedule.load_state_dict(state["schedule"])
        self.step, self.best, self.best_step, self.sums = state["step"], state["best"], state["best_step"], state["sums"]
        self.outcome = Outcome(**state["outcome"])
        if self.outcome.stopped_by == "interrupted":
            self.outcome.stopped_by = ""

    def state(self, resumable: bool = True) -> dict:
        steering = {"optimiser": self.optimiser.state_dict(), "schedule": self.schedule.state_dict()} if resumable else {}
        return steering | runs.describe(self.system) | {
            "cases": self.fold.sides(),
            "patients": self.fold.patients,
            "step": self.step,
            "best": self.best,
            "best_step": self.best_step,
            "sums": self.sums,
            "outcome": vars(self.outcome),
            "net": self.net.state_dict(),
            "average": None if self.average is None else self.average.state_dict(),
        }

    def go(self, stop_after: int | None, deadline: float) -> None:
        stops: list[int] = []
        previous = {}
        for number in (signal.SIGTERM, signal.SIGINT) if _main_thread() else ():
            previous[number] = signal.signal(number, lambda n, _: stops.append(n))
        memory.reset_peak(self.device)
        self.log: SummaryWriter | None = SummaryWriter(self.run / "tensorboard", purge_step=self.step)
        self.bar = tqdm(total=self.system.train.steps, initial=self.step, desc=f"{self.system.id} {self.run.name}", mininterval=5, disable=None)
        try:
            self._loop(lambda: bool(stops) or time.monotonic() > deadline or (stop_after is not None and self.step >= stop_after))
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)
            self.bar.close()
            self._logged(lambda log: log.close())

    def _loop(self, interrupted: Callable[[], bool]) -> None:
        o, t = self.outcome, self.system.train
        tick = kept = time.monotonic()
        self.net.train()
        with closing(self._drawn()) as drawn:
            while not (why := self._end(interrupted)):
                begin = time.monotonic()
                image, target, weight, names = next(drawn)
                o.loading_seconds += time.monotonic() - begin
                self._one(image, target, weight, names)
                now = time.monotonic()
                o.seconds, tick = o.seconds + now - tick, now
                if self.step % t.validate_steps == 0:
                    self._score()
                if now - kept > t.checkpoint_seconds:
                    self._keep()
                    kept = time.monotonic()
        if self.step % t.validate_steps and why != "interrupted":
            self._score()
        if why != "interrupted":
            self._recalibrate(*filter(None, (self.net, self.average)))
        o.stopped_by, o.steps = why, self.step
        o.peak_memory_mb = max(filter(None, (o.peak_memory_mb, memory.peak_mb(self.device))), default=None)
        self._keep(final=True)

    def _end(self, interrupted: Callable[[], bool]) -> str:
        t = self.system.train
        if self.step >= t.steps:
            return "steps"
        if self.outcome.seconds >= 60 * t.minutes:
            return "minutes"
        if t.early_stopping.patience_steps and self.step - self.best_step >= t.early_stopping.patience_steps:
            return "patience"
        return "interrupted" if interrupted() else ""

    def _drawn(self) -> Iterator:
        """The batches from this step on, in order, made ahead by threads: processes that fork from one with threads can hang."""
        workers, steps = self.system.train.workers, range(self.step, self.system.train.steps)
        if not workers:
            yield from map(self.batches.__getitem__, steps)
            return
        pool, ahead = ThreadPoolExecutor(workers), deque()
        try:
            for step in steps:
                ahead.append(pool.submit(self.batches.__getitem__, step))
                if len(ahead) > AHEAD * workers:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _one(self, image: torch.Tensor, target: torch.Tensor, weight: torch.Tensor, names: list[str]) -> None:
        t = self.system.train
        progress = max(self.step / t.steps, self.outcome.seconds / (60 * t.minutes))
        rate = self.schedule.before(self.step, progress)
        _seed(self.system.seed, self.fold.number, self.step)  # of dropout: a resumed step draws what it would have
        image, target, weight = (v.to(self.device) for v in (image, target, weight))
        image = image.contiguous(memory_format=predict.layout(self.system))
        buffers = [b.clone() for b in self.net.buffers()]  # batch norm's statistics take a bad batch in before the loss is known
        with predict.autocast(self.system, self.device):
            logits = predict.forward(self.net, image)
        loss = self.loss_of(logits, target, weight)
        value = float(loss.detach())
        what = f"the loss is {value}"
        if np.isfinite(value):
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()
            length = float(torch.nn.utils.clip_grad_norm_(self.net.parameters(), t.gradient_norm or float("inf")))
            what = "" if np.isfinite(length) else f"the gradient's length is {length}"
        if what:
            for b, good in zip(self.net.buffers(), buffers):
                b.copy_(good)
            self._give_up(what, names)
        self.optimiser.step()
        self._follow()
        self.step += 1
        final = logits[0] if isinstance(logits, list) else logits
        self._note(value, rate, final.detach(), target, weight)

    def _give_up(self, what: str, names: list[str]) -> None:
        if all(bool(torch.isfinite(p).all()) for p in self.net.parameters()):
            self._keep()  # the weights before this batch are good
        raise LossError(
            f"{self.run}: {what} at step {self.step + 1}, in the batch of {', '.join(names)}; "
            "the last good checkpoint is kept: lower the learning rate, or look at these cases"
        )

    @torch.no_grad()
    def _follow(self) -> None:
        """The exponential average of the weights; it starts fast, so that early checkpoints are of use."""
        if self.average is None:
            return
        d = min(self.system.train.average, (1 + self.step) / (10 + self.step))
        for a, c in zip(self.average.state_dict().values(), self.net.state_dict().values()):
            a.lerp_(c.to(a.dtype), 1 - d) if a.is_floating_point() else a.copy_(c)

    def _note(self, value: float, rate: float, logits: torch.Tensor, target: torch.Tensor, weight: torch.Tensor) -> None:
        """Sums for the curves, the plateau and the score."""
        for name in ("loss", "epoch", "since_score"):
            self._add(name, value)
        if self.step % 5 == 0:
            for name, v in scores.named("jaccard", scores.soft_jaccard(self.system, predict.activate(self.system, logits), target, weight)).items():
                self._add(name, v)
        if self.schedule.epoch_steps and self.step % self.schedule.epoch_steps == 0:
            seen = self._mean("epoch")
            validation = self.outcome.curves.get("validation_loss")
            watched = validation[-1][1] if validation and self.system.schedule.watch == "validation" else seen
            self.schedule.observe(watched)
        every = max(1, self.system.train.steps // POINTS)
        if self.step % every == 0:
            for name in [n for n in self.sums if n.startswith(("loss", "jaccard"))]:
                self._curve(name, self._mean(name))
            self._curve("rate", rate)
        self.bar.update()
        self.bar.set_postfix(loss=f"{value:.4f}", rate=f"{rate:.1e}", refresh=False)

    def _add(self, name: str, value: float) -> None:
        total = self.sums.setdefault(name, [0.0, 0])
        total[0] += value
        total[1] += 1

    def _mean(self, name: str) -> float:
        total, n = self.sums.pop(name, [0.0, 0])
        return total / max(n, 1)

    def _curve(self, name: str, value: float) -> None:
        self.outcome.curves.setdefault(name, []).append([self.step, round(value, 8)])
        self._logged(lambda log: log.add_scalar(name, value, self.step))

    def _logged(self, act: Callable[[SummaryWriter], None]) -> None:
        """TensorBoard's copy of the curves is not worth a run: where it cannot be written, that is said once."""
        if self.log is None:
            return
        try:
            act(self.log)
        except OSError as e:
            self.log = None
            self.say(f"{self.run / 'tensorboard'}: the curves are not written any more, {runs.reason(e)}; the checkpoints keep them")

    def _score(self) -> None:
        """By validation Dice, or by the mean loss since the last score where nobody validates; keeps the best."""
        seen = self._mean("since_score") if "since_score" in self.sums else None
        if self.fold.validation:
            score = self._measure(self.fold.validation)
        elif seen is None:
            return
        else:
            score = -seen
            if self.system.protocol.watch and self.fold.test:
                self._measure(self.fold.test)  # for the curves alone
        if self.best is None or score > self.best + self.system.train.early_stopping.min_delta:
            self.best, self.best_step = score, self.step
            state = self.state(resumable=False)
            if self.system.predict.weights == "best":
                state["net" if self.average is None else "average"] = self._in_use().state_dict()
            self._write(self.run / "best.pt", state)

    def _in_use(self) -> torch.nn.Module:
        """A copy of the weights that will be used, ready to predict."""
        last = self.average is None or self.system.predict.weights == "last"
        net = copy.deepcopy(self.net if last else self.average)
        self._recalibrate(net)
        return net.eval()

    def _recalibrate(self, *nets: torch.nn.Module) -> None:
        """Batch norm anew, on batches with numbers that training does not reach."""
        first, n = self.system.train.steps, self.system.train.norm_batches
        images = [self.batches[first + i][0] for i in range(n)]
        for net in nets if n else ():
            recalibrate(net, (image.to(self.device) for image in images))

    @torch.no_grad()
    def _measure(self, part: Part) -> float:
        """Mean Dice over classes and cases at the network's resolution, by the weights that will be used; draws the validation curves."""
        net = self._in_use()
        values: dict[str, list[float]] = {}
        for case, slices in part.items():
            pick = slice(None) if slices is None else slices
            for name, v in scores.of_case(net, self.system, self.store.case(case), pick, self.loss_of, self.device).items():
                values.setdefault(f"validation_{name}", []).append(v)
        for name, v in values.items():
            self._curve(name, float(np.mean(v)))
        return float(np.mean(values["validation_dice"]))

    def _keep(self, final: bool = False) -> None:
        before = self.run / "last-before.pt"
        self._write(self.run / "last.pt", self.state(not self.outcome.finished), before, final)
        if self.outcome.finished:
            before.unlink(missing_ok=True)
        self._logged(lambda log: log.flush())

    def _write(self, path: Path, state: dict, before: Path | None = None, final: bool = False) -> None:
        try:
            runs.write(path, state, before)
        except RunError as e:
            if final:
                raise
            self.say(e)  # the run goes on; the checkpoint before is there


def _seed(*numbers: int) -> None:
    seed = int(np.random.SeedSequence([n + 1 for n in numbers]).generate_state(1)[0])
    torch.manual_seed(seed)
    random.seed(seed)


def _name(system: System, device: torch.device) -> str:
    """What steps per second are of."""
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else f"CPU, {torch.get_num_threads()} threads"
    return f"{name}, {predict.precision(system, device)}"


def _main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
