"""What to run on: which device, which number format, how many segments at once, and whether it all has room.

Untested on MPS and CUDA: what is said of them follows torch's documentation.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import torch

from dia_engine import counter, formula, products
from dia_engine.dia1.config import Config
from dia_engine.errors import BadRequest, OutOfMemory
from dia_engine.quantized import saved_bytes

AUTO = "auto"
SLOTS = {"cpu": 8, "cuda": 16}  # a constant of the device: the number of slots decides how numbers are rounded
CODEC_BYTES = 600 << 20  # weights in float32, and what its windows hold while they are decoded
GIGABYTE = 10**9
CLEARLY = 0.85  # of the time of float32; a choice near the middle would change from day to day
PROBE_SECONDS = 1.5
PROBE_SHAPE = (8192, 2048)  # half of the largest matrix: far beyond the nearest caches, and quickly made
MEMORY_FILE = Path("/proc/meminfo")
LIMIT_FOLDER = Path("/sys/fs/cgroup")


def chosen_device(name: str = AUTO) -> torch.device:
    """The device of this name; for "auto" the fastest kind that torch can use here. Raises `BadRequest` if it can use none."""
    if name != AUTO:
        try:
            device = torch.device(name)
            torch.empty(0, device=device)
        except (RuntimeError, AssertionError, NotImplementedError) as error:
            what = f"torch cannot use the device {name!r} here"
            raise BadRequest(what, todo='use "cpu", or install a torch for it') from error
        return device
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if _mps_counts() else "cpu")


def chosen_dtype(device: torch.device) -> torch.dtype:
    """The fastest format of weights that this device computes with; on a CPU that is tried, see `timed`."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float32
    if device.type == "cpu":
        return faster(timed())
    return torch.float32


def faster(times: dict[str, float]) -> torch.dtype:
    """bfloat16 where the way in which it would be used was measured as clearly faster than float32."""
    sixteen = times.get("packed", times["plain"])
    return torch.bfloat16 if sixteen < CLEARLY * times["float32"] else torch.float32


def timed(seconds: float = PROBE_SECONDS) -> dict[str, float]:
    """Seconds of a product with a large matrix: "float32", "plain" bfloat16, and "packed" where weights can be packed.

    The best of as many tries as there is time for, taken in turn, so that other work on this computer hits all alike.
    """
    start, device = time.perf_counter(), torch.device("cpu")
    with torch.inference_mode():
        block = torch.arange(64 * PROBE_SHAPE[1]).sin().view(64, -1)
        weight, rows = block.repeat(PROBE_SHAPE[0] // 64, 1), block[: 2 * SLOTS["cpu"]]
        small = weight.to(torch.bfloat16)
        ways = {"float32": (products.plain(weight), rows), "plain": (products.plain(small), rows.to(small.dtype))}
        if products.can_pack(small.dtype, device):
            ways["packed"] = products.packed(small, len(rows)), rows.to(small.dtype)
        best = dict.fromkeys(ways, float("inf"))
        tries = 0
        while tries < 2 or (time.perf_counter() - start < seconds and tries < 50):
            for name, (product, given) in ways.items():
                best[name] = min(best[name], _seconds(partial(product, given)))
            tries += 1
    return best


def free_memory(device: torch.device) -> int | None:
    """Bytes that can be taken on this device now; None where nobody tells."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    if device.type == "mps":
        return int(torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory())
    if sys.platform == "win32":
        return _free_on_windows()
    told = [found for found in (_available(), _left_of_limit()) if found is not None]
    return min(told, default=None)


def needed(
    config: Config, dtype: torch.dtype, slots: int, rows: int, letters: int, *, quantized: bool = False, codec: bool = True
) -> int:
    """Bytes for all weights, for `slots` segments of so many rows and bytes of text at their ends, and for the codec."""
    frames = rows - max(config.delays)
    held = formula.memory_bytes(config, dtype, [(frames, letters)] * slots)
    if quantized:
        held -= saved_bytes(config, dtype)
    return held + (CODEC_BYTES if codec else 0)


def chosen_slots(
    config: Config, dtype: torch.dtype, device: torch.device, *, rows: int = 0, letters: int = 0, quantized: bool = False
) -> int:
    """How many segments to decode together: what is usual for the kind of device, halved until they have room.

    Each of so many `rows` and `letters` of text; 0 for all that the model has positions for.
    """
    count, free = SLOTS.get(device.type, SLOTS["cpu"]), free_memory(device)
    sizes = rows or config.decoder.positions, letters or config.encoder.positions
    while count > 1 and free is not None and needed(config, dtype, count, *sizes, quantized=quantized) > free:
        count //= 2
    return count


def demand(config: Config, dtype: torch.dtype, device: torch.device, slots: int = 0, rows: int = 0, letters: int = 0) -> None:
    """Raise `OutOfMemory` if there is no room for the weights and so many segments; ask before anything large is read.

    Each of so many `rows` and `letters` of text; 0 for all that the model has positions for.
    """
    free = free_memory(device)
    sizes = rows or config.decoder.positions, letters or config.encoder.positions
    wanted = needed(config, dtype, slots, *sizes, codec=slots > 0)
    if free is None or wanted <= free:
        return
    fewer = needed(config, dtype, 1, *sizes)
    if slots > 1 and fewer <= free:
        todo = "use fewer slots"
    elif dtype.itemsize > 2:
        todo = "use the dtype bfloat16, or close other programs"
    else:
        todo = "use another device, or close other programs"
    raise OutOfMemory(
        f"The model needs {wanted / GIGABYTE:.1f} GB, {free / GIGABYTE:.1f} GB are free on the device {device}", todo=todo
    )


@contextmanager
def flushed(device: torch.device) -> Iterator[None]:
    """Let a CPU take numbers too small to matter for zero, on which it would spend a hundred times as long.

    For this thread and those that torch starts inside; other code in the process may count on such numbers.
    """
    if device.type != "cpu" or not torch.set_flush_denormal(True):
        yield
        return
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


def _mps_counts() -> bool:
    """Whether there is an MPS device and it computes with 64 bits as others do, which not all versions of torch can."""
    if not torch.backends.mps.is_available():
        return False
    places = torch.arange(1 << 10)
    try:
        there = counter.exponential(torch.tensor(5, device="mps"), places.to("mps")).cpu()
    except (RuntimeError, NotImplementedError, TypeError):
        return False
    return torch.allclose(there, counter.exponential(torch.tensor(5), places), rtol=1e-4, atol=1e-6)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _available() -> int | None:
    """What Linux says can be taken without swapping."""
    try:
        lines = MEMORY_FILE.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)


def _left_of_limit() -> int | None:
    """What is left of a container's own limit. Files it has read count as taken and can be given back."""
    try:
        limit = int((LIMIT_FOLDER / "memory.max").read_text(encoding="ascii"))  # "max" is no number: no limit
        taken = int((LIMIT_FOLDER / "memory.current").read_text(encoding="ascii"))
        told = dict(line.split() for line in (LIMIT_FOLDER / "memory.stat").read_text(encoding="ascii").splitlines())
        return max(limit - taken + int(told.get("inactive_file", 0)) + int(told.get("active_file", 0)), 0)
    except (OSError, ValueError):
        return None


def _free_on_windows() -> int | None:
    """Untested: what GlobalMemoryStatusEx says is left of the memory."""
    import ctypes

    told = (ctypes.c_uint64 * 8)()
    told[0] = 64  # the size of the structure, and a share that is not asked for, in one
    windll = getattr(ctypes, "windll", None)
    if windll is None or not windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(told)):
        return None
    return int(told[2])
