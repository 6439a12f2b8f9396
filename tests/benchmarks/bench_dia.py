"""How many segments together, and the codec beside them: seconds of speech per second, random weights of the true sizes.

    python tests/benchmarks/bench_dia.py [--slots 4,8,16] [--frames 86] [--rounds 2] [--threads 2] [--dtype bfloat16]

Prints one JSON object. For each number of slots, that many segments of `--frames` frames are decoded: "codes" alone, then with
the codec in its own thread, which takes turns with decoding ("turns", what the studio does) or has one thread of the processor
beside it ("beside"), best of all rounds. "one" is a single segment in as many slots, what a retake waits for. Needs about 8 GB.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import torch

from dia_engine import machine, untrained
from dia_engine.codec import Codec
from dia_engine.codec.config import DacConfig
from dia_engine.codec.tiled import TILE, Tiled
from dia_engine.codec.worker import Worker
from dia_engine.dia1.decode import prepare
from dia_engine.generate import FRAMES_PER_SECOND
from dia_engine.jobs import room, text_of
from dia_engine.params import Codes, Params, Request
from dia_engine.slots import Slots
from tests.benchmarks.bench_codec import random_codec

CPU = torch.device("cpu")
LONG_S = 60.0
PIECE = 64  # frames given to the codec at once


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slots", default="4,8,16")
    parser.add_argument("--frames", type=int, default=86)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--dtype", default="bfloat16")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    codec = Codec(DacConfig(), Tiled(DacConfig(), random_codec(DacConfig()), torch.float32, TILE), CPU, digest="random")
    found: dict[str, object] = {"machine": machine.name(CPU), "threads": given.threads, "frames": given.frames}
    for slots in map(int, given.slots.split(",")):
        found[f"{slots} slots"] = measure(slots, given.frames, given.rounds, getattr(torch, given.dtype), codec)
        print(f"{slots} slots: {found[f'{slots} slots']}", file=sys.stderr, flush=True)
    print(json.dumps({**found, "load": machine.load()}, indent=1))


def measure(slots: int, frames: int, rounds: int, dtype: torch.dtype, codec: Codec) -> dict[str, float]:
    """Seconds of speech per second, by the way it is made."""
    prepared = prepare(untrained.network(untrained.SIZES["full"], dtype, CPU), slots, release=True)
    rows = room(prepared.config, frames)
    decoding = Slots(prepared, rows=rows)
    request = Request(text_of(frames), None, Params(max_tokens=rows, seed=1))
    works = {
        "one": lambda: decoding_alone(decoding, [request], frames),
        "codes": lambda: decoding_alone(decoding, [request] * slots, frames),
        "turns": lambda: with_codec(decoding, [request] * slots, frames, codec, turns=True),
        "beside": lambda: with_codec(decoding, [request] * slots, frames, codec, turns=False),
    }
    best = dict.fromkeys(works, float("inf"))
    for _ in range(rounds):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            best[name] = min(best[name], time.perf_counter() - start)
    spoken = {name: (1 if name == "one" else slots) * frames / FRAMES_PER_SECOND for name in works}
    return {name: round(spoken[name] / seconds, 3) for name, seconds in best.items()}


def decoding_alone(decoding: Slots, requests: list[Request], frames: int) -> None:
    for request in requests:
        decoding.add(request, planned_frames=frames)
    while decoding.busy:
        decoding.step()


def with_codec(decoding: Slots, requests: list[Request], frames: int, codec: Codec, *, turns: bool) -> None:
    tickets = [decoding.add(request, planned_frames=frames) for request in requests]
    with Worker(codec, threads=0 if turns else 1) as worker:
        sounds = [worker.stream() for _ in tickets]
        waiting: list[list[Codes]] = [[] for _ in tickets]
        while decoding.busy:
            if turns:
                worker.idle(LONG_S)
            decoding.step()
            for ticket, sound, codes in zip(tickets, sounds, waiting, strict=True):
                codes.append(ticket.take())
                if sum(map(len, codes)) >= PIECE:
                    sound.feed(np.concatenate(codes))
                    codes.clear()
        for sound, codes in zip(sounds, waiting, strict=True):
            sound.feed(np.concatenate([np.zeros((0, codec.codebooks), np.int16), *codes]))
            sound.end()
        assert [len(sound.pcm()) for sound in sounds] == [frames * codec.hop] * len(sounds)


if __name__ == "__main__":
    main()
