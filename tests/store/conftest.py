"""A project to work with, and how to break it."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from studio.core.segments import Place, Plan, Segment
from studio.store.project import ProjectStore

TEXT = "[S1] Hello. [S2] Good evening.\n\n[S1] And good night.\n"
RATE = 8000


def key(number: int) -> str:
    return f"{number:032x}"


def sound(number: int = 0, seconds: float = 0.25) -> np.ndarray:
    return (np.sin(np.arange(int(seconds * RATE)) * 0.01 * (number + 1)) * 0.5).astype(np.float32)


def plan_at(*lines: int, first: int = 0) -> Plan:
    """A plan with one segment on each of these lines; ids count from `first`."""
    segments = tuple(Segment(f"s{number}", ()) for number in range(first, first + len(lines)))
    places = tuple(Place(line, 0) for line in lines)
    return Plan(segments, places, places, (0,) * len(lines))


def tree_hash(folder: Path) -> str:
    """One digest over the names and bytes of all files in a folder."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        whole.update(path.relative_to(folder).as_posix().encode() + b"\0")
        if path.is_file():
            whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def execute(database: Path, *statements: str) -> None:
    """Change a database behind our back."""
    with closing(sqlite3.connect(database)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "My play"


@pytest.fixture
def store(folder: Path) -> Iterator[ProjectStore]:
    with ProjectStore.create(folder, TEXT) as project:
        yield project


@pytest.fixture
def add_take(store: ProjectStore) -> Callable[[int], str]:
    """Write and record take number N for segment sN; returns its key."""

    def add(number: int) -> str:
        store.takes.write(key(number), sound(number), RATE, recipe='{"engine": "fake", "seed": 7}')
        store.add_take(f"s{number}", key(number))
        return key(number)

    return add
