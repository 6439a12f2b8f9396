"""What a voice library of some thousand voices costs, as JSON: medians in milliseconds, and ratios to a bare equivalent of the
same run.

Usage: python -m tests.benchmarks.bench_library [VOICES]
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from studio.core.voices import Consent, SeedRank, Voice
from studio.store.library import VoiceLibrary
from tests.store.voices import files, flac, voice

WORDS = (
    *("harbour", "warm", "low", "gravel", "child", "old", "narrator", "guest"),
    *("Zoë", "Jürgen", "bright", "calm", "angry", "northern", "whisper", "radio"),
)


def main(count: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "library" / "library.db"
        with VoiceLibrary.open(path) as library:
            result = {"voices": float(count), "add all of them at once": _once(lambda: _fill(library, count))}
        result["open to write"] = _median(lambda: VoiceLibrary.open(path).close(), 5)
        result["open to read"] = _median(lambda: VoiceLibrary.open(path, write=False).close(), 5)
        result["open and list"] = _median(lambda: _listed(path), 5)
        with VoiceLibrary.open(path) as library:
            result |= _used(library, count)
        result["bare select of the same rows"] = _median(lambda: _bare_select(path), 5)
        result["open and list / bare select"] = result["open and list"] / result["bare select of the same rows"]
        return result


def _used(library: VoiceLibrary, count: int) -> dict[str, float]:
    result = {
        "first search, finds few": _once(lambda: library.search("zoe 123")),
        "first search that finds most (reads all)": _once(lambda: library.search("zoe")),
        "search that finds few": _median(lambda: library.search("zoe 123"), 9),
        "search that finds most": _median(lambda: library.search("o"), 9),
        "search for words, tags, folder, language": _median(lambda: library.search("radio", ("warm",), "Show 3", "en"), 9),
        "note a seed": _median(lambda: library.note_seed("Voice 7", 7, won=True), 9),
        "search after a change, finds few": _once(lambda: library.search("zoe 123")),
    }
    everybody = [one.name for one in library.list()]
    result["edit all of them"] = _once(lambda: library.edit(everybody, lambda one: replace(one, folder="Elsewhere")))
    result["remove one"] = _median(lambda: library.remove(f"Voice {next(_NUMBERS)}"), 5)
    return result


_NUMBERS = iter(range(100, 1_000_000))


def _fill(library: VoiceLibrary, count: int) -> None:
    dice = random.Random(20261121)
    sounds = [flac(number, 0.5) for number in range(20)]
    library.add_all([_voice(number, sounds[number % 20], dice) for number in range(count)], files(*sounds))


def _voice(number: int, sound: bytes, dice: random.Random) -> Voice:
    return voice(
        f"Voice {number}",
        sound,
        seed=number,
        tags=tuple(dice.sample(WORDS, 3)),
        language=dice.choice(("en", "en-GB", "de", "fr")),
        notes=" ".join(dice.choices(WORDS, k=20)),
        folder=f"Show {number % 50}/Guests",
        colour="#3a86c8",
        consent=Consent("I agree to be heard in this show.", f"Speaker {number}", "2026-11-21"),
        seeds=(SeedRank(number, 1, 2),),
    )


def _listed(path: Path) -> None:
    with VoiceLibrary.open(path) as library:
        library.list()


def _bare_select(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for table in ("voices", "samples"):
            connection.execute(f"SELECT * FROM {table}").fetchall()


def _once(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def _median(act: Callable[[], object], times: int) -> float:
    return statistics.median(_once(act) for _ in range(times))


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    figures = main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
    print(json.dumps({name: round(value, 2) for name, value in figures.items()}, indent=1))
