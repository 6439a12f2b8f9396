"""Figures of a measurement: from the times of its rounds and the formula, and as lines for people to read. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import truediv
from statistics import mean, median
from typing import Any

import torch

from dia_engine import formula
from dia_engine.dia1.config import Config
from dia_engine.jobs import Timed, letters_of

STEADY = 1.25  # readings of the bandwidth that differ by more tell that something else was going on
BYTES = ("bytes", "bandwidth", "memory")

Reads = tuple[float, float]  # rates of reading right before and right after a measure, bytes per second


def of_rounds(
    config: Config,
    dtype: torch.dtype,
    slots: int,
    lengths: Sequence[int],
    times: Mapping[str, Sequence[Timed]],
    reads: Mapping[str, Sequence[Reads]],
) -> dict[str, Any]:
    """Medians over the rounds; bytes are counted by the formula. Seconds, bytes, bytes per second.

    A machine that others use is faster in one moment than in the next. So a share or a ratio is taken of what was measured
    together, in one round, and only then the median of them. `lengths` are those of the segments in slots.
    """
    single, batched = times["single"], times["batched"]
    own = (single[0].frames, letters_of(single[0].frames))
    every = [one for given in reads.values() for pair in given for one in pair]
    told: dict[str, Any] = {
        "step_seconds_single": median(each.step_seconds for each in single),
        "step_seconds_batched": median(each.step_seconds for each in batched),
        "bytes_per_step": formula.mean_step_bytes(config, dtype.itemsize, [own]),
        "bytes_per_step_batched": formula.mean_step_bytes(config, dtype.itemsize, [own] * slots),
        "read_bandwidth": median(map(mean, reads["single"])),
        "read_bandwidth_range": [min(every), max(every)],
        "realtime_single": median(each.realtime for each in single),
        "realtime_aggregate": median(each.realtime for each in batched),
        "memory_by_formula": formula.memory_bytes(config, dtype, [(n, letters_of(n)) for n in lengths[:slots]]),
        "entering_seconds_single": median(each.entering for each in single),
        "entering_seconds_batched": median(each.entering for each in batched),
        "steady": max(every) / min(every) <= STEADY,
        "read_bandwidths_by_round": {name: [list(pair) for pair in given] for name, given in reads.items()},
        "step_seconds_by_round": {name: [each.step_seconds for each in given] for name, given in times.items()},
        "seconds_by_round": {name: [each.seconds for each in given] for name, given in times.items()},
        "frames_by_round": {name: [each.frames for each in given] for name, given in times.items()},
    }
    for kind, ending in (("single", ""), ("batched", "_batched")):
        seconds = told["step_seconds_by_round"][kind]
        told[f"step_seconds_{kind}_range"] = [min(seconds), max(seconds)]
        rates = [told[f"bytes_per_step{ending}"] / each for each in seconds]
        told |= _summary(f"share_of_bandwidth{ending}", map(truediv, rates, map(mean, reads[kind])))
    if "transformers" in times:
        theirs = [each.realtime for each in times["transformers"]]
        told["step_seconds_transformers"] = median(each.step_seconds for each in times["transformers"])
        told["realtime_transformers"] = median(theirs)
        for kind, ours in (("single", single), ("batched", batched)):
            told |= _summary(f"speedup_{kind}_vs_transformers", map(truediv, (each.realtime for each in ours), theirs))
    return told


def _summary(name: str, rounds: Iterable[float]) -> dict[str, Any]:
    values = list(rounds)
    return {name: median(values), f"{name}_range": [min(values), max(values)], f"{name}_by_round": values}


def as_text(told: Mapping[str, Any]) -> str:
    """A figure a line, bytes in GB; what belongs to single rounds is left out."""
    lines = []
    for name, value in told.items():
        if name.endswith("_by_round") or isinstance(value, dict) or value is None:
            continue
        scale, unit = (1e-9, " GB") if any(word in name for word in BYTES) and "share" not in name else (1.0, "")
        values = value if isinstance(value, list) else [value]
        shown = ", ".join(_shown(each, scale) for each in values)
        lines.append(f"{name.replace('_', ' ')}: {shown}{unit}{'/s' if 'bandwidth' in name and unit else ''}\n")
    return "".join(lines)


def _shown(value: object, scale: float) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value * scale:.4g}" if scale != 1 or isinstance(value, float) else str(value)
