"""The command `bench`: how fast the engine decodes here, beside what the memory allows and, if wanted, beside transformers.

Random weights of the true shapes, forced lengths, rounds of all contenders in turn and back again, medians of the rounds.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

import torch

from dia_engine import figures, machine, untrained, weights
from dia_engine.bandwidth import Gauge
from dia_engine.codec.codec import checked_device
from dia_engine.dia1.config import Config
from dia_engine.dia1.decode import prepare
from dia_engine.errors import BadRequest
from dia_engine.jobs import Bench, Timed, lengths, room, text_of
from dia_engine.peers import Transformers

GAUGE = {"full": 1 << 30, "tiny": 1 << 26}  # bytes; caches hold a few dozen million
FRAMES = {"full": 200, "tiny": 16}
SLOTS = {"full": 16, "tiny": 4}
CUDA_SLOTS = 64
WARM_UP_FRAMES = 4
MIXED_FRAMES, MIXED_SEGMENTS = 16, 4  # of the job that shows how well the slots are kept busy, segments per slot
MOST_SLOTS = 1024
TRIES = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--size", choices=list(untrained.SIZES), default="full", help="tiny is for trying the command out")
    parser.add_argument("--slots", type=int, help="segments at once, 16 on a CPU and 64 on a GPU")
    parser.add_argument("--frames", type=int, help="length of each segment, or of the mean one")
    parser.add_argument("--segments", type=int, help="of the job in slots; more than slots have mixed lengths")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--device", help="a GPU where torch has one, if not given")
    parser.add_argument("--dtype", choices=list(weights.DTYPES), default="bfloat16")
    parser.add_argument("--threads", type=int, help="of the CPU, those that torch takes by itself if not given")
    parser.add_argument("--peers", action="store_true", help="measure the transformers library in the same rounds")
    parser.add_argument("--peer-dtype", choices=list(weights.DTYPES), help="the library's dtype, ours if not given")
    parser.add_argument("--format", choices=["text", "json"], default="text")


def run(args: argparse.Namespace) -> int:
    """Measure and print; returns the exit status. Raises `EngineError`."""
    plan = _plan(args)
    if args.threads:
        torch.set_num_threads(args.threads)
    told = measure(plan)
    if args.format == "json":
        sys.stdout.write(f"{json.dumps(told, indent=2)}\n")
    else:
        sys.stdout.write(figures.as_text(told))
    return 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be measured."""

    size: str
    slots: int
    frames: int
    segments: int
    rounds: int
    device: torch.device
    dtype: torch.dtype
    peer: torch.dtype | None

    @property
    def config(self) -> Config:
        return untrained.SIZES[self.size]

    @property
    def lengths(self) -> list[int]:
        """Frames of each segment of the job in slots."""
        return lengths(self.frames, self.segments, mixed=self.segments > self.slots)


def measure(plan: Plan) -> dict[str, Any]:
    """All figures, by the names that `--format json` prints. Progress goes to standard error. Raises `EngineError`."""
    before = machine.load()
    with _told("making the weights"):
        model = untrained.network(plan.config, plan.dtype, plan.device)
    peer = None
    if plan.peer is not None:
        with _told("preparing transformers"):
            peer = Transformers(model, plan.peer)
    with _told("laying out the weights"):
        kept = peer is not None and peer.shared  # without a peer there is no use for the weights as they were made
        first = prepare(model, 1, release=plan.slots == 1 and not kept)
        one, packed = Bench(first, plan.frames), first.packed
        many = one if plan.slots == 1 else Bench(prepare(model, plan.slots, release=not kept), max(plan.lengths))
    jobs: dict[str, Callable[[int], Timed]] = {"single": lambda frames: one.job([frames])}
    jobs["batched"] = lambda frames: many.job(plan.lengths if frames == plan.frames else [frames] * plan.slots)
    if peer is not None:
        jobs["transformers"] = partial(_heard_by, peer)
    warm_up = _warm_up(plan, jobs)
    times, reads, copy = _rounds(plan, jobs)
    told = figures.of_rounds(plan.config, plan.dtype, plan.slots, plan.lengths, times, reads)
    told |= {"size": plan.size, "slots": plan.slots, "frames": plan.frames, "segments": plan.segments, "rounds": plan.rounds}
    told |= {
        "device": plan.device.type,
        "dtype": _name(plan.dtype),
        "machine": machine.name(plan.device),
        "copy_bandwidth": copy,
    }
    told |= {"threads": torch.get_num_threads(), "torch": torch.__version__, "warm_up_seconds": warm_up}
    told["peak_memory_of_all"] = machine.peak_memory(plan.device)
    machine.forget_peak(plan.device)
    with _told("small measures"):
        told |= _small(plan, one, many)
    if peer is not None:
        told |= {"transformers": peer.version, "peer_dtype": _name(plan.peer), "weights_shared": peer.shared}
    told["weight_copies"] = len({one, many}) + kept if packed else 1  # what is not packed is shared, but for fused products
    return told | {"peak_memory": machine.peak_memory(plan.device), "load_average": [before, machine.load()]}


def _plan(args: argparse.Namespace) -> Plan:
    """The arguments with what they leave open filled in, or `BadRequest`."""
    device = checked_device(args.device or ("cuda" if torch.cuda.is_available() else "cpu"))
    slots = args.slots if args.slots is not None else CUDA_SLOTS if device.type == "cuda" else SLOTS[args.size]
    frames = args.frames if args.frames is not None else FRAMES[args.size]
    segments = args.segments if args.segments is not None else slots
    config = untrained.SIZES[args.size]
    most = config.decoder.positions - room(config, 0)
    most = most // 2 if segments > slots else most  # mixed lengths go up to twice the mean
    for name, value, least, limit in (
        ("slots", slots, 1, MOST_SLOTS),
        ("frames", frames, 1, most),
        ("segments", segments, slots, MOST_SLOTS * MOST_SLOTS),
        ("rounds", args.rounds, 1, 100),
        ("threads", 1 if args.threads is None else args.threads, 1, 1024),
    ):
        if not least <= value <= limit:
            raise BadRequest(f"--{name} is {value}", todo=f"use {least} to {limit}")
    peer = weights.DTYPES[args.peer_dtype or args.dtype] if args.peers else None
    return Plan(args.size, slots, frames, segments, args.rounds, device, weights.DTYPES[args.dtype], peer)


def _heard_by(peer: Transformers, frames: int) -> Timed:
    return peer.job(text_of(frames), frames)


def _warm_up(plan: Plan, jobs: dict[str, Callable[[int], Timed]]) -> dict[str, float]:
    """Each contender once, shortly where nothing is compiled or recorded: seconds."""
    seconds = {}
    for name, job in jobs.items():
        with _told(f"warming up: {name}"):
            start = time.perf_counter()
            job(WARM_UP_FRAMES if plan.device.type == "cpu" else plan.frames)
            seconds[name] = time.perf_counter() - start
    return seconds


def _rounds(
    plan: Plan, jobs: dict[str, Callable[[int], Timed]]
) -> tuple[dict[str, list[Timed]], dict[str, list[figures.Reads]], float | None]:
    """Times of each contender in every round, in turn and then back again; rates of reading around each; that of copying."""
    gauge = Gauge(GAUGE[plan.size], plan.device)
    times: dict[str, list[Timed]] = {name: [] for name in jobs}
    reads: dict[str, list[figures.Reads]] = {name: [] for name in jobs}
    for number in range(plan.rounds):
        for name in list(jobs) if number % 2 == 0 else reversed(jobs):
            with _told(f"round {number + 1} of {plan.rounds}: {name}"):
                before = gauge.read()
                times[name].append(jobs[name](plan.frames))
                reads[name].append((before, gauge.read()))
    return times, reads, gauge.copy() if plan.device.type == "cuda" else None


def _small(plan: Plan, one: Bench, many: Bench) -> dict[str, float]:
    """What is counted, or waited for by a person."""
    tiny = prepare(untrained.network(untrained.TINY, plan.dtype, plan.device), plan.slots)
    wanted = lengths(MIXED_FRAMES, MIXED_SEGMENTS * plan.slots, mixed=True)
    told = {
        "slot_occupancy": Bench(tiny, max(wanted)).occupancy(wanted),
        "cancel_seconds": median(many.cancelling(plan.frames) for _ in range(TRIES)),
        "first_frames_seconds": median(one.first_frames(plan.frames) for _ in range(TRIES)),
    }
    return told | ({"host_syncs_per_step": many.syncs(plan.frames)} if plan.device.type == "cuda" else {})


def _name(dtype: torch.dtype | None) -> str:
    return str(dtype).removeprefix("torch.")


@contextmanager
def _told(doing: str) -> Iterator[None]:
    """Say what is being done, and how long it took."""
    sys.stderr.write(f"{doing} … ")
    sys.stderr.flush()
    start = time.perf_counter()
    try:
        yield
    except BaseException:
        sys.stderr.write("\n")
        raise
    sys.stderr.write(f"{time.perf_counter() - start:.1f} s\n")
