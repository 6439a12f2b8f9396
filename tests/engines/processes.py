"""What tests of child processes look at: which processes, threads and file descriptors there are."""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

needs_proc = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


def gone(pid: int) -> bool:
    """No such process; a zombie of ours still is one, a zombie that nobody of ours has to reap is not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state[0] in "ZX" and int(state[1]) != os.getpid()


def eventually(true: Callable[[], bool], within_s: float = 20.0) -> bool:
    deadline = time.monotonic() + within_s
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def children(of: int) -> list[int]:
    """The processes that `of` has started and that live."""
    return [int(pid) for task in Path(f"/proc/{of}/task").iterdir() for pid in (task / "children").read_text().split()]


@contextmanager
def nothing_left_behind() -> Iterator[None]:
    """Fails when a child, a thread or a file descriptor stays that was not there before.

    What was there before may go meanwhile (a timer of an earlier test, a file that is collected).
    """
    before = _held()
    yield
    gc.collect()
    assert eventually(lambda: _held() <= before, within_s=2.0), f"left behind: {_held() - before}"


def _held() -> set[object]:
    """The children, the threads, and the open descriptors with what each refers to."""
    return {*children(os.getpid()), *threading.enumerate(), *_descriptors()}


def _descriptors() -> Iterator[tuple[str, str]]:
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the listing's own
            yield descriptor.name, str(descriptor.readlink())
