"""What a measurement ran on: names for the record, and the memory that the process has taken at most."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

import torch

STATUS, CPUS, CLEAR = Path("/proc/self/status"), Path("/proc/cpuinfo"), Path("/proc/self/clear_refs")


def name(device: torch.device) -> str:
    """The device's name, as its maker has it where that can be known."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    lines = CPUS.read_text(encoding="utf-8").splitlines() if CPUS.exists() else []
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    return model or platform.processor() or platform.machine()


def load() -> float | None:
    """How many processes wanted to run in the last minute, or None where the system does not tell."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def forget_peak(device: torch.device) -> None:
    """Begin to count anew, where the system can."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    elif CLEAR.exists():
        try:
            CLEAR.write_text("5")  # the kernel's word for it
        except OSError:
            pass


def peak_memory(device: torch.device) -> int | None:
    """Bytes that tensors on a GPU, or else the whole process, have taken at most; None where the system does not tell.

    Counted from the last `forget_peak`.
    """
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    if STATUS.exists():  # getrusage would tell the peak of the process that started this one, where that was larger
        told = (line.split() for line in STATUS.read_text(encoding="utf-8").splitlines())
        return next((int(words[1]) * 1024 for words in told if words[:1] == ["VmHWM:"]), None)
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
