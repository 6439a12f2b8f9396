"""How fast the codec is with random weights of the true size, and how close bfloat16 comes; prints one JSON object.

    python tests/benchmarks/bench_codec.py [--seconds 2] [--rounds 5] [--threads 2]

Everything is alternated within one run, and ratios are of the best of each: `wall` by the clock, `processor` by the time the
processor spent, which tells more on a busy machine. "plain" is the network as `dac.py` writes it down, the others as it is
run. Random weights say nothing about what a real codec's noise is like, only that the arithmetic is as exact as it should be.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import torch
from torch import Tensor

from dia_engine import machine
from dia_engine.codec.config import DacConfig
from dia_engine.codec.dac import Dac, skeleton
from dia_engine.codec.probe import quicker_dtype
from dia_engine.codec.tiled import Tiled

CPU = torch.device("cpu")
LOUDNESS = 0.35  # a layer's gain: so that the wave neither dies nor is all clipping


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2.0, help="of sound in one piece")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    with torch.inference_mode():
        print(json.dumps(measure(DacConfig(), given.seconds, given.rounds), indent=1))


def measure(config: DacConfig, seconds: float, rounds: int) -> dict[str, object]:
    plain = random_codec(config)
    exact, rough = Tiled(config, plain, torch.float32), Tiled(config, plain, torch.bfloat16)
    frames = round(seconds * config.sample_rate / config.hop)
    codes = torch.randint(0, config.codebook_size, (1, config.codebooks, frames))
    pcm = torch.randn(1, 1, frames * config.hop) * 0.1
    works: dict[str, Callable[[], Tensor]] = {
        "decode_plain_float32": lambda: plain.decode(codes),
        "decode_float32": lambda: exact.decode(codes),
        "decode_bfloat16": lambda: rough.decode(codes),
        "encode_plain": lambda: plain.encode(pcm),
        "encode": lambda: exact.encode(pcm),
    }
    results = {name: work() for name, work in works.items()}  # warms up, too
    wall, processor = best_of(works, rounds)
    length_s = frames * config.hop / config.sample_rate
    wave = results["decode_plain_float32"]
    return {
        "machine": machine.name(CPU),
        "load": machine.load(),
        "threads": torch.get_num_threads(),
        "parameters": sum(value.numel() for value in plain.parameters()),
        "quicker_dtype": str(quicker_dtype(CPU)),
        "realtime": {name: round(length_s / best, 2) for name, best in wall.items()},
        "ratio_to_plain_wall": ratios(wall),
        "ratio_to_plain_processor": ratios(processor),
        "decode_float32_worst_error": float((results["decode_float32"] - wave).abs().max()),
        "decode_bfloat16_snr_db": round(snr_db(wave, results["decode_bfloat16"]), 1),
        "encode_same_codes": bool(torch.equal(results["encode"], results["encode_plain"])),
    }


def random_codec(config: DacConfig) -> Dac:
    torch.manual_seed(0)
    network = skeleton(config).to_empty(device=CPU).requires_grad_(False)
    for name, value in network.named_parameters():
        if name.endswith("alpha"):
            value.uniform_(0.2, 2.0)
        elif name.endswith("bias"):
            value.normal_(0, 0.05)
        elif name.endswith("codebook.weight"):
            value.normal_()
        else:
            value.normal_(0, (LOUDNESS / seen(name, value)) ** 0.5)
    return network


def seen(name: str, weight: Tensor) -> int:
    """How many products make up one output."""
    is_up = name.startswith("decoder") and name.endswith("block.1.weight") and weight.shape[2] % 2 == 0
    return 2 * weight.shape[0] if is_up else weight.shape[1] * weight.shape[2]


def best_of(works: dict[str, Callable[[], Tensor]], rounds: int) -> tuple[dict[str, float], dict[str, float]]:
    """Least seconds by the clock and by the processor; every other round runs backwards."""
    wall, processor = dict.fromkeys(works, float("inf")), dict.fromkeys(works, float("inf"))
    for turn in range(rounds):
        for name in list(works) if turn % 2 else list(reversed(works)):
            clock, spent = time.perf_counter(), time.process_time()
            works[name]()
            processor[name] = min(processor[name], time.process_time() - spent)
            wall[name] = min(wall[name], time.perf_counter() - clock)
    return wall, processor


def ratios(seconds: dict[str, float]) -> dict[str, float]:
    plain = {"decode": seconds["decode_plain_float32"], "encode": seconds["encode_plain"]}
    return {name: round(plain[name.partition("_")[0]] / spent, 2) for name, spent in seconds.items() if "plain" not in name}


def snr_db(wave: Tensor, other: Tensor) -> float:
    return float(10 * torch.log10(wave.square().mean() / (wave - other).square().mean()))


if __name__ == "__main__":
    main()
