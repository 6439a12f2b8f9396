"""How fast the mix and its export are, and how much memory they take; prints one JSON object.

    python tests/benchmarks/bench_mix.py [--minutes 10] [--repeats 3] [--hours 1,10] [--parts ratio,memory,peaks]

`mix_mp3_ratio`: mixing takes of 22,050 Hz to 44,100 Hz and encoding them, over encoding the same samples alone; interleaved
pairs, their median. On a busy machine the best of each, and the processor's time, tell more. `memory`: peak resident size of
a child process that mixes and writes programmes of so many hours as FLAC.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from studio.audio import export, files, loudness, mix, peaks
from studio.audio.sources import Source
from studio.core.timeline import RATE, Clip, Timeline, Track

TAKE_S = 10
TAKE_RATE = 22_050


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--hours", default="1,10")
    parser.add_argument("--parts", default="ratio,memory,peaks")
    parser.add_argument("--mix-hours", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.mix_hours is not None:
        print(json.dumps(peak_of_this_process(given.folder, given.mix_hours)))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        makes: dict[str, Callable[[], dict[str, Any]]] = {
            "ratio": lambda: ratio(folder, given.minutes, given.repeats),
            "memory": lambda: memory(folder, [float(one) for one in given.hours.split(",")]),
            "peaks": lambda: per_second(given.repeats),
        }
        result: dict[str, Any] = {}
        for part in given.parts.split(","):
            result |= makes[part]()
        print(json.dumps(result, indent=1))


def ratio(folder: Path, minutes: float, repeats: int) -> dict[str, Any]:
    """Mix and encode against encode alone, by the clock and by the processor."""
    takes = make_takes(folder, round(minutes * 60 / TAKE_S))
    timeline = timeline_of([path.name for path in takes])
    results = {f"{channels} channels": ratio_of(folder, timeline, channels, repeats) for channels in (1, 2)}
    return {"minutes": minutes, "takes": len(takes), "mixed": results}


def ratio_of(folder: Path, timeline: Timeline, channels: int, repeats: int) -> dict[str, Any]:
    target = folder / "out.mp3"
    mixed = [block.copy() for block in mix.mix(timeline, opener(folder), channels=channels)]
    works: dict[str, Callable[[], object]] = {
        "mix": lambda: sum(len(block) for block in mix.mix(timeline, opener(folder), channels=channels)),
        "encode": lambda: export.write(target, iter(mixed), RATE, channels),
        "both": lambda: export.write(target, mix.mix(timeline, opener(folder), channels=channels), RATE, channels),
    }
    wall: dict[str, list[float]] = {name: [] for name in works}
    processor: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(repeats):
        for name in list(works) if turn % 2 else list(reversed(works)):
            started = time.process_time()
            wall[name].append(seconds(works[name]))
            processor[name].append(time.process_time() - started)
    length_s = timeline.length / RATE
    return {
        "mix_mp3_ratio": statistics.median(both / one for both, one in zip(wall["both"], wall["encode"], strict=True)),
        "best_ratio": min(wall["both"]) / min(wall["encode"]),
        "processor_ratio": min(processor["both"]) / min(processor["encode"]),
        "mix_realtime": length_s / min(wall["mix"]),
        "export_realtime": length_s / min(wall["both"]),
        "wall_s": wall,
    }


def memory(folder: Path, hours: list[float]) -> dict[str, Any]:
    """Peak resident size of child processes that mix programmes of several lengths."""
    make_takes(folder, 12)
    peaks_mb = {}
    for length in hours:
        command = [sys.executable, __file__, "--mix-hours", str(length), "--folder", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        peaks_mb[f"{length:g} h"] = json.loads(done.stdout)
    values = [one["peak_mb"] for one in peaks_mb.values()]
    return {"memory": peaks_mb, "memory_growth_mb": values[-1] - values[0]}


def peak_of_this_process(folder: Path, hours: float) -> dict[str, Any]:
    """Mix and write so many hours, and say what it took. Every clip is a take of its own name, as in a real show."""
    takes = sorted(path.name for path in folder.glob("take-*.flac"))
    count = round(hours * 3600 / TAKE_S)
    timeline = timeline_of([f"{index}:{takes[index % len(takes)]}" for index in range(count)])
    started = time.perf_counter()
    export.write(folder / "long.flac", mix.mix(timeline, opener(folder), channels=1), RATE, 1)
    took = time.perf_counter() - started
    (folder / "long.flac").unlink()
    return {"peak_mb": peak_mb(), "realtime": hours * 3600 / took}


def peak_mb() -> float:
    """The highest resident size of this process. (The system call's figure counts the parent's, from before exec.)"""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def per_second(repeats: int) -> dict[str, Any]:
    """Peaks, loudness: times real time."""
    samples = np.random.default_rng(0).standard_normal(RATE * 600).astype(np.float32) * np.float32(0.1)
    pyramid = statistics.median(seconds(lambda: peaks.Peaks.compute(samples, RATE)) for _ in range(repeats))
    made = peaks.Peaks.compute(samples, RATE)
    view = statistics.median(seconds(lambda: made.slice(0, made.frames, 1_920)) for _ in range(repeats))
    meter = statistics.median(seconds(lambda: loudness.measure([samples[: RATE * 60, None]], RATE, 1)) for _ in range(repeats))
    return {"peaks_realtime": 600 / pyramid, "peaks_view_ms": view * 1000, "loudness_realtime": 60 / meter}


def make_takes(folder: Path, count: int) -> list[Path]:
    """Speech-like takes: a gliding buzz with syllables and a little breath. LAME's speed depends on what it hears."""
    chance = np.random.default_rng(0)
    at = np.arange(TAKE_RATE * TAKE_S) / TAKE_RATE
    paths = []
    for index in range(count):
        pitch = 2 * np.pi * np.cumsum(120 * (1 + 0.08 * np.sin(2.1 * at + index))) / TAKE_RATE
        buzz = sum(np.sin(pitch * k) / k for k in range(1, 12)) * 0.1
        syllables = np.clip(np.sin(2 * np.pi * 3.7 * at + index) + 0.4, 0, 1)
        paths.append(folder / f"take-{index:03}.flac")
        files.write_flac(paths[-1], buzz * syllables + chance.standard_normal(len(at)) * 0.004, TAKE_RATE)
    return paths


def timeline_of(names: list[str]) -> Timeline:
    length = TAKE_S * RATE
    fade = RATE // 200
    clips = tuple(Clip(name, name, index * length, length, 0, 0.0, fade, fade) for index, name in enumerate(names))
    return Timeline((Track("speech", clips),), (), length * len(names))


def opener(folder: Path) -> Callable[[str], Source]:
    return lambda name: files.Reader(folder / name.rpartition(":")[2])


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
