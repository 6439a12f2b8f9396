"""What opening and saving a project costs, as JSON: medians in milliseconds, and ratios to a bare equivalent of the same run.

Usage: python -m tests.benchmarks.bench_store [SEGMENTS]
"""

from __future__ import annotations

import json
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from studio.core.project import ClipDecision, Project
from studio.core.segments import Place, Plan, Segment
from studio.core.voices import Voice
from studio.store import models, rows
from studio.store.jobs import JobRow
from studio.store.library import VoiceLibrary
from studio.store.project import ProjectStore

RATE = 44_100


def main(segments: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "project"
        result = {"segments": float(segments), "create": _once(lambda: ProjectStore.create(folder, "text\n" * 10_000).close())}
        with ProjectStore.open(folder) as store:
            result |= _filled(store, segments)
            result |= _saves(store, segments)
            result |= _takes(store)
        result["open to write"] = _median(lambda: ProjectStore.open(folder).close(), 5)
        result["open to read"] = _median(lambda: ProjectStore.open(folder, write=False).close(), 5)
        result["bare select of the same rows"] = _median(lambda: _bare_select(folder), 5)
        result["open / bare select"] = result["open to write"] / result["bare select of the same rows"]
        result["list 5,000 voices"] = _voices(Path(place) / "library.db")
        return result


def _filled(store: ProjectStore, count: int) -> dict[str, float]:
    names = [f"segment-{number}" for number in range(count)]
    project = Project(
        chosen={name: f"{number:032x}" for number, name in enumerate(names)},
        clips={name: ClipDecision(number / 10) for number, name in enumerate(names) if number % 10 == 0},
    )
    plan = _plan(names, 0)
    text = "[S1] Some words that somebody says.\n" * count
    result = {"first save of all decisions": _once(lambda: store.save(store.load(), project))}
    result["first save of the plan"] = _once(lambda: store.save_plan(plan, text))
    result["queue all"] = _once(lambda: store.put_jobs([JobRow(name, f"{number:032x}") for number, name in enumerate(names)]))
    return result


def _saves(store: ProjectStore, count: int) -> dict[str, float]:
    numbers = iter(range(1_000_000))
    names = [f"segment-{number}" for number in range(count)]
    text = "[S1] Some words that somebody says.\n" * count

    def decide() -> None:
        old = store.load()
        store.save(old, replace(old, clips={**old.clips, "segment-1": ClipDecision(float(next(numbers)))}))

    def type_line() -> None:
        number = next(numbers)
        store.save_plan(_plan(names, number), "\n" * number + text)

    jobs = store.jobs()
    return {
        "save one decision": _median(decide, 30),
        "save the plan after a line typed above": _median(type_line, 10),
        "save the script": _median(lambda: store.save_text(text + "x" * next(numbers)), 10),
        "set a job's state": _median(lambda: store.set_job_state(jobs[0].id, "running"), 30),
        "read the queue": _median(store.jobs, 3),
    }


def _takes(store: ProjectStore) -> dict[str, float]:
    sound = (np.random.default_rng(1).standard_normal(RATE * 5) * 0.05).astype(np.float32)
    writes, records, encoding = [], [], []
    for number in range(30):
        key = f"f{number:031x}"
        started = time.perf_counter()
        store.takes.write(key, sound, RATE, recipe='{"engine":"fake","seed":1}')
        written = time.perf_counter()
        store.add_take(f"segment-{number}", key)
        writes.append(written - started)
        records.append(time.perf_counter() - written)
        encoding.append(_once(lambda: _encode(sound)) / 1000)
    return {
        "write a take of 5 s": statistics.median(writes) * 1000,
        "of which encoding": statistics.median(encoding) * 1000,
        "record a take": statistics.median(records) * 1000,
        "take of 5 s, 95th percentile": sorted(a + b for a, b in zip(writes, records, strict=True))[28] * 1000,
    }


def _encode(sound: np.ndarray) -> None:
    import io

    import soundfile

    soundfile.write(io.BytesIO(), sound, RATE, format="FLAC", subtype="PCM_16")


def _voices(path: Path) -> float:
    with VoiceLibrary.open(path) as library:
        library.add(Voice("Voice", 1))
        with library._database.begin() as connection:
            [first] = connection.execute(models.VOICES.select()).mappings().all()
            more = [{**first, "name_key": f"voice {number}", "name": f"Voice {number}"} for number in range(5000)]
            for row in more:
                del row["digest"]
            rows.put(connection, models.LIBRARY_COUNTS, models.VOICES, more)
        return _median(library.list, 5)


def _bare_select(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "project.db")) as connection:
        for table in ("chosen_takes", "clips", "boundaries", "jobs"):
            connection.execute(f"SELECT * FROM {table}").fetchall()


def _plan(names: list[str], shift: int) -> Plan:
    places = tuple(Place(number + shift, 0) for number in range(len(names)))
    return Plan(tuple(Segment(name, ()) for name in names), places, places, (0,) * len(names))


def _once(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def _median(act: Callable[[], object], times: int) -> float:
    return statistics.median(_once(act) for _ in range(times))


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    figures = main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    print(json.dumps({name: round(value, 2) for name, value in figures.items()}, indent=1))
