"""One writer at a time; a dead one is nobody."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from studio.core.errors import ProjectError, ProjectLockedError
from studio.store import lock
from studio.store.lock import FolderLock

ROOT = Path(__file__).parents[2]
HOLD = """
import sys
from pathlib import Path
from studio.store.lock import FolderLock
held = FolderLock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""
RACE = """
import sys
from pathlib import Path
from studio.core.errors import ProjectError, ProjectLockedError
from studio.store.lock import FolderLock
sys.stdin.readline()
try:
    held = FolderLock(Path(sys.argv[1]))
    print("won", flush=True)
except ProjectLockedError:
    print("lost", flush=True)
sys.stdin.readline()
"""


def _start(program: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def _say(process: subprocess.Popen[str], text: str) -> None:
    assert process.stdin is not None
    process.stdin.write(text)
    process.stdin.flush()


def _hear(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_the_second_is_told_who_has_it(tmp_path: Path) -> None:
    held = FolderLock(tmp_path)
    with pytest.raises(ProjectLockedError) as caught:
        FolderLock(tmp_path)
    assert str(os.getpid()) in caught.value.what
    assert socket.gethostname() in caught.value.what
    held.release()


def test_released_twice_and_taken_again(tmp_path: Path) -> None:
    held = FolderLock(tmp_path)
    held.release()
    held.release()
    assert not lock.is_held(tmp_path)
    assert list(tmp_path.iterdir()) == []
    FolderLock(tmp_path).release()


def test_asking_does_not_take(tmp_path: Path) -> None:
    assert not lock.is_held(tmp_path)
    held = FolderLock(tmp_path)
    assert lock.is_held(tmp_path)
    held.release()
    assert list(tmp_path.iterdir()) == []


def test_a_killed_holder_is_nobody_at_once(tmp_path: Path) -> None:
    with _start(HOLD, tmp_path) as other:
        assert _hear(other) == "held"
        with pytest.raises(ProjectLockedError, match=str(other.pid)):
            FolderLock(tmp_path)
        other.send_signal(signal.SIGKILL)
        other.wait()
        held = FolderLock(tmp_path)
        assert held.was_stale
        held.release()


def test_one_of_many_wins(tmp_path: Path) -> None:
    racers = [_start(RACE, tmp_path) for _ in range(4)]
    for racer in racers:
        _say(racer, "go\n")
    assert sorted(_hear(racer) for racer in racers) == ["lost", "lost", "lost", "won"]
    for racer in racers:
        racer.communicate("done\n")


def test_another_machines_lock_is_kept_until_told_otherwise(tmp_path: Path) -> None:
    elsewhere = {"user": "ana", "host": "another-machine", "pid": 1, "since": 0.0}
    (tmp_path / lock.NAME).write_text(json.dumps(elsewhere))
    with pytest.raises(ProjectLockedError, match="ana on another-machine"):
        FolderLock(tmp_path)
    FolderLock(tmp_path, take_over=True).release()


@pytest.mark.parametrize("content", [b"", b"{", b'{"pid": "x"}', b"\xff", b"[" * 100_000])
def test_a_torn_lock_file_is_nobody(tmp_path: Path, content: bytes) -> None:
    (tmp_path / lock.NAME).write_bytes(content)
    FolderLock(tmp_path).release()


def test_a_lock_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / lock.NAME).symlink_to(victim)
    with pytest.raises(ProjectError):
        FolderLock(folder)
    assert victim.read_text() == "precious"
