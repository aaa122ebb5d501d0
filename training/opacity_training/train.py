"""The training run: seeded, resumable to the step, ended by steps or by time."""

from __future__ import annotations

import random
import signal
import time
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from .config import Config, ConfigError
from .data import Batches, load_or_prepare, read_case
from .losses import SegmentationLoss, dice
from .network import build
from .preprocess import to_input


def averaging(decay: float):
    """Exponential averaging that starts fast, so that early checkpoints are of use."""

    def update(average, current, number):
        d = min(decay, (1 + int(number)) / (10 + int(number)))
        for a, c in zip(average, current):
            a.lerp_(c.to(a.dtype), 1 - d) if a.is_floating_point() else a.copy_(c)

    return update


def averaged(net: torch.nn.Module, decay: float) -> torch.optim.swa_utils.AveragedModel:
    """The averaged twin of net, batch-norm statistics included."""
    return torch.optim.swa_utils.AveragedModel(net, multi_avg_fn=averaging(decay), use_buffers=True)


def learning_rate(config: Config, step: int, progress: float) -> float:
    """Linear warm-up, then polynomial decay; progress 0..1 is the nearer of steps and minutes."""
    t = config.train
    return t.learning_rate * min(1.0, (step + 1) / t.warmup_steps) * max(0.0, 1 - progress) ** t.decay_power


def pick_device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def autocast(config: Config, device: torch.device):
    """bfloat16 where the device computes it in hardware (a GPU, or a CPU with AMX); else plain float32."""
    fast = device.type == "cuda" or torch.cpu._is_amx_tile_supported()
    return torch.autocast(device.type, torch.bfloat16) if config.train.autocast and fast else nullcontext()


def save(path: Path, state: dict) -> None:
    """Write whole or not at all."""
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)


def train(config: Config, root: Path, run: Path, cache: Path, resume: bool = False, stop_after: int | None = None) -> Path:
    """Train into the folder run; returns the path of its last checkpoint.

    stop_after ends the run early at that step, as an interruption would: resume carries on.
    """
    torch.set_num_threads(config.train.threads)
    random.seed(config.seed)
    np.random.seed(config.seed)
    torch.manual_seed(config.seed)
    run.mkdir(parents=True, exist_ok=True)
    last, best = run / "last.pt", run / "best.pt"
    if last.exists() and not resume:
        raise ConfigError(f"{last} is there already: resume it, or name another run")

    arrays = load_or_prepare(config, root, cache)
    device = pick_device()
    net = build(config.network).to(device, memory_format=torch.channels_last)
    average = averaged(net, config.train.average)
    loss_of = SegmentationLoss(config.train.dice_batch, config.train.dice_image)
    optimiser = torch.optim.AdamW(net.parameters(), lr=config.train.learning_rate, weight_decay=config.train.weight_decay)

    step, elapsed, running, best_score = 0, 0.0, None, None
    if resume and last.exists():
        state = torch.load(last, map_location=device, weights_only=False)
        if state["config"] != asdict(config):
            raise ConfigError(f"{last} was made with another configuration")
        net.load_state_dict(state["net"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        step, elapsed, running, best_score = state["step"], state["elapsed"], state["running"], state["best_score"]
        torch.set_rng_state(state["rng"]["torch"].cpu())
        np.random.set_state(state["rng"]["numpy"])
        random.setstate(state["rng"]["python"])

    # Where to begin is told to the loader, not skipped through: batch i depends on i alone.
    batches = torch.utils.data.DataLoader(
        Batches(config, arrays, config.train.steps),
        sampler=range(step, config.train.steps),
        batch_size=None,
        num_workers=config.train.workers,
        prefetch_factor=4 if config.train.workers else None,
    )

    def state() -> dict:
        return {
            "config": asdict(config),
            "net": net.state_dict(),
            "average": average.state_dict(),
            "optimiser": optimiser.state_dict(),
            "step": step,
            "elapsed": elapsed,
            "running": running,
            "best_score": best_score,
            "rng": {"torch": torch.get_rng_state(), "numpy": np.random.get_state(), "python": random.getstate()},
        }

    def keep() -> None:
        """The last state always; the best by validation Dice, or by the running loss where nobody validates."""
        nonlocal best_score
        score = validate(config, root, average.module, device) if config.data.validation_cases else -running
        log.add_scalar("score", score, step)
        if best_score is None or score > best_score:
            best_score = score
            save(best, state())
        save(last, state())
        log.flush()

    interrupted = []
    previous = signal.signal(signal.SIGTERM, lambda *_: interrupted.append(True))
    log = SummaryWriter(run / "tensorboard", purge_step=step)
    bar = tqdm(total=config.train.steps, initial=step, desc=run.name, mininterval=5)
    tick = kept = time.monotonic()
    try:
        net.train()
        for image, target, weight in batches:
            progress = max(step / config.train.steps, elapsed / (60 * config.train.minutes))
            if progress >= 1 or interrupted or (stop_after is not None and step >= stop_after):
                break
            rate = learning_rate(config, step, progress)
            for group in optimiser.param_groups:
                group["lr"] = rate
            image = image.to(device, memory_format=torch.channels_last)
            with autocast(config, device):
                logits = net(image)
            loss = loss_of(logits, target.to(device), weight.to(device))
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), config.train.gradient_norm)
            optimiser.step()
            average.update_parameters(net)
            step += 1
            value = float(loss.detach())
            if not np.isfinite(value):
                raise FloatingPointError(f"the loss is {value} at step {step}")
            running = value if running is None else 0.99 * running + 0.01 * value
            now = time.monotonic()
            elapsed, tick = elapsed + now - tick, now
            bar.update()
            bar.set_postfix(loss=f"{running:.4f}", rate=f"{rate:.1e}", refresh=False)
            if step % 20 == 0:
                log.add_scalar("loss", value, step)
                log.add_scalar("loss_running", running, step)
                log.add_scalar("rate", rate, step)
            if now - kept > config.train.checkpoint_seconds:
                keep()
                kept = time.monotonic()
        if running is not None:
            keep()
    finally:
        signal.signal(signal.SIGTERM, previous)
        bar.close()
        log.close()
    return last


@torch.no_grad()
def validate(config: Config, root: Path, net: torch.nn.Module, device: torch.device) -> float:
    """Mean of lung and infection Dice over the validation cases, at the network's resolution."""
    net.eval()
    scores = []
    for case in config.data.validation_cases:
        image, lung, infection = read_case(root, case)
        found = []
        for part in np.array_split(image, max(1, len(image) // 16)):
            with autocast(config, device):
                found.append((net(torch.from_numpy(to_input(part))[:, None].to(device)) > 0).cpu().numpy())
        found = np.concatenate(found)
        scores += [dice(found[:, 0], lung), dice(found[:, 1], infection)]
    return float(np.mean(scores))
