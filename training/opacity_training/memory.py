"""The most memory a run took."""

from __future__ import annotations

from pathlib import Path

import torch

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def reset_peak(device: torch.device) -> None:
    """Count from now on."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    elif CLEAR.exists():
        try:
            CLEAR.write_text("5")  # resets VmHWM, see proc(5)
        except OSError:
            pass  # not allowed here: the peak is then the process's


def peak_mb(device: torch.device) -> float | None:
    """In megabytes: the GPU's, or this process's resident; None where the system does not tell."""
    if device.type == "cuda":
        return round(torch.cuda.max_memory_allocated(device) / 1e6, 1)
    if not STATUS.exists():
        return None
    line = next((v for v in STATUS.read_text().splitlines() if v.startswith("VmHWM:")), None)
    return None if line is None else round(int(line.split()[1]) / 1000, 1)
