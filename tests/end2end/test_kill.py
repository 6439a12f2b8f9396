"""kill -9 at random moments while an episode is rendered: nothing finished is lost, nothing is rendered twice, and in the end
the file is the one an unbroken run makes."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from pathlib import Path

import pytest

from studio.store.project import ProjectStore
from tests.end2end.conftest import ROOT
from tests.engines.processes import gone

SEGMENTS = 300
KILLS = 50
FINISHED = re.compile(r"^\[\d+/\d+\] line (\d+): ", re.MULTILINE)
SUBJECTS = ("The ferry", "A grey heron", "My neighbour", "The last train", "Somebody's dog", "The old clock")
WHEN = (
    "in spring",
    "in June",
    "last autumn",
    "at Easter",
    "that winter",
    "in May",
    "on Sunday",
    "at dawn",
    "at noon",
    "at dusk",
)
DEEDS = (
    "waited beside the lock",
    "crossed the market square",
    "slept through the storm",
    "told us about the harvest",
    "came home",
)


def long_script(segments: int) -> str:
    """So many segments, none like another: each line stands alone, because a pause binds its place."""
    said = random.Random(7).sample(list(product(SUBJECTS, DEEDS, WHEN)), segments)
    lines = ["---", "title: A long night", "cast:", "  Maya: {}", "  Ben: {}", "---"]
    for number in range(segments):
        if number % 50 == 0:
            lines += ["", f"# Part {number // 50 + 1}"]
        lines += ["", f"{{pause 0.1s}} [{('Maya', 'Ben')[number % 2]}] {' '.join(said[number])}."]
    return "\n".join(lines) + "\n"


RENDER = ("render", "long.txt", "-o", "long.wav", "--project", "show", "--engine", "fake")


@dataclass
class Bench:
    """One script with its project, rendered by the real program in processes of its own."""

    folder: Path
    finished: list[int] = field(default_factory=list)  # lines, as the program told them

    @property
    def project(self) -> Path:
        return self.folder / "show"

    def render(self) -> None:
        """Render to the end."""
        with self.told.open("w") as told:
            command = [sys.executable, "-m", "studio", *RENDER]
            subprocess.run(command, cwd=self.folder, stderr=told, stdout=subprocess.DEVNULL, env=environment(), check=True)
        self.take_in()

    def render_until(self, forker: subprocess.Popen[str], reached: Callable[[], bool], then_s: float) -> int:
        """Render, and kill -9 so many seconds after something is reached. Returns the exit status."""
        assert forker.stdin is not None and forker.stdout is not None
        self.told.unlink(missing_ok=True)
        forker.stdin.write(json.dumps([str(self.folder), str(self.told), *RENDER]) + "\n")
        forker.stdin.flush()
        pid = int(forker.stdout.readline())
        while not reached() and not gone(pid):
            time.sleep(0.001)
        time.sleep(then_s)
        with suppress(ProcessLookupError):  # it has ended by itself
            os.kill(pid, signal.SIGKILL)
        status = int(forker.stdout.readline())
        self.take_in()
        return status

    @property
    def told(self) -> Path:
        return self.folder / "told"

    def now_finished(self) -> list[int]:
        """The lines that the run has told to be finished."""
        text = self.told.read_text(encoding="utf-8") if self.told.exists() else ""
        assert "Traceback" not in text
        return [int(line) for line in FINISHED.findall(text)]

    def is_writing(self) -> bool:
        return bool(list(self.folder.glob(".long.wav.*.tmp")))

    def has_come_to(self, lines: int) -> bool:
        """Whether the run has told so many lines to be finished, or is beyond them all."""
        return len(self.now_finished()) >= lines or self.is_writing()

    def take_in(self) -> None:
        self.finished += self.now_finished()


@pytest.fixture
def forker() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.end2end.forked"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True, env=environment()) as running:
        yield running


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def bench(folder: Path, segments: int) -> Bench:
    folder.mkdir()
    (folder / "long.txt").write_text(long_script(segments), encoding="utf-8")
    return Bench(folder)


def keys_by_line(made: Bench, segments: int) -> dict[int, str]:
    command = [sys.executable, "-m", "studio", "plan", "long.txt", "--project", "show", "--engine", "fake", "--format", "json"]
    done = subprocess.run(command, cwd=made.folder, capture_output=True, text=True, env=environment(), check=True)
    rows = json.loads(done.stdout)
    assert len(rows) == segments
    return {row["line"]: row["key"] for row in rows}


def assert_nothing_finished_is_lost(made: Bench, keys: dict[int, str]) -> None:
    """Every line that was told finished has its take, whole, and noted."""
    if not made.finished:
        return
    with ProjectStore.open(made.project, write=False) as store:
        noted = {row.key for row in store.all_takes()}
        lost = [line for line in made.finished if keys[line] not in noted or store.takes.fault(keys[line])]
    assert not lost


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_fifty_kills_at_random_moments(workplace: Path, forker: subprocess.Popen[str]) -> None:
    seed = int(os.environ.get("DIA_STUDIO_TEST_SEED", "20261121"))
    print(f"seed {seed}: repeat with DIA_STUDIO_TEST_SEED={seed}")
    chance = random.Random(seed)
    made = bench(workplace / "broken", SEGMENTS)
    keys = keys_by_line(made, SEGMENTS)
    assert len(set(keys.values())) == SEGMENTS
    killed = 0
    for number in range(2 * KILLS):  # a run that ended by itself was none
        # Most are killed some lines on, however fast the machine is; every fifth while it starts.
        lines, then_s = (0, chance.uniform(0.0, 0.15)) if number % 5 == 0 else (chance.randint(1, 6), chance.uniform(0.0, 0.01))
        killed += made.render_until(forker, partial(made.has_come_to, lines), then_s) == -signal.SIGKILL
        assert_nothing_finished_is_lost(made, keys)
        if killed == KILLS:
            break
    assert killed == KILLS
    assert len(made.finished) >= 2 * KILLS, "the kills came while lines were rendered"
    made.render()
    assert len(made.finished) == len(set(made.finished)), "a line was rendered twice"

    unbroken = bench(workplace / "unbroken", SEGMENTS)
    unbroken.render()
    assert len(unbroken.finished) == len(set(keys.values()))
    assert (made.folder / "long.wav").read_bytes() == (unbroken.folder / "long.wav").read_bytes()
    takes = [sorted(path.name for path in one.project.rglob("*.flac")) for one in (made, unbroken)]
    assert takes[0] == takes[1]
    assert not list(made.project.rglob("*.tmp")), "leftovers are swept"
    assert not list(made.folder.glob(".*.tmp")), "leftovers of the export are swept"


@pytest.mark.slow
def test_a_kill_while_the_file_is_written_leaves_the_old_file_and_no_rest(
    workplace: Path, forker: subprocess.Popen[str]
) -> None:
    made = bench(workplace / "written", 60)
    made.render()
    before = (made.folder / "long.wav").read_bytes()
    # On a busy machine, a run may be over before it is seen to write.
    assert any(made.render_until(forker, made.is_writing, 0.0) == -signal.SIGKILL for _ in range(20))
    assert (made.folder / "long.wav").read_bytes() == before
    made.render()
    assert (made.folder / "long.wav").read_bytes() == before
    assert not list(made.folder.glob(".*.tmp"))
