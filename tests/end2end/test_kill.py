"""kill -9 at random moments while an episode is rendered: nothing finished is lost, nothing is rendered twice, and in the end
the file is the one an unbroken run makes."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from studio.store.project import ProjectStore
from tests.end2end.conftest import ROOT

SEGMENTS = 300
FINISHED = re.compile(r"^\[\d+/\d+\] line (\d+): ", re.MULTILINE)
SUBJECTS = ("The ferry", "A grey heron", "My neighbour", "The last train", "Somebody's dog", "The old clock")
DEEDS = ("waited beside the lock", "crossed the market square", "slept through the storm", "told us about the harvest")


def long_script() -> str:
    """Three hundred segments: each line stands alone, because a pause binds its place."""
    chance = random.Random(7)
    lines = ["---", "title: A long night", "cast:", "  Maya: {}", "  Ben: {}", "---"]
    for number in range(SEGMENTS):
        if number % 50 == 0:
            lines += ["", f"# Part {number // 50 + 1}"]
        words = f"{chance.choice(SUBJECTS)} {chance.choice(DEEDS)}, and nobody who was there that evening could say why."
        lines += ["", f"{{pause 0.1s}} [{('Maya', 'Ben')[number % 2]}] {words} So it was."]
    return "\n".join(lines) + "\n"


@dataclass
class Bench:
    """One script with its project, rendered by the real program in processes of its own."""

    folder: Path
    finished: list[int] = field(default_factory=list)  # lines, as the program told them

    @property
    def project(self) -> Path:
        return self.folder / "show"

    def start(self) -> subprocess.Popen[str]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        command = [
            sys.executable,
            "-m",
            "studio",
            "render",
            "long.txt",
            "-o",
            "long.wav",
            "--project",
            "show",
            "--engine",
            "fake",
        ]
        with (self.folder / "told").open("w") as told:
            return subprocess.Popen(
                command, cwd=self.folder, stderr=told, stdout=subprocess.DEVNULL, text=True, env=environment
            )

    def ended(self, running: subprocess.Popen[str]) -> int:
        """Wait for the end, and take in what the program told."""
        status = running.wait(timeout=100)
        told = (self.folder / "told").read_text(encoding="utf-8")
        self.finished += [int(line) for line in FINISHED.findall(told)]
        assert "Traceback" not in told
        return status


def bench(folder: Path) -> Bench:
    folder.mkdir()
    (folder / "long.txt").write_text(long_script(), encoding="utf-8")
    return Bench(folder)


def keys_by_line(made: Bench) -> dict[int, str]:
    command = [sys.executable, "-m", "studio", "plan", "long.txt", "--project", "show", "--engine", "fake", "--format", "json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=made.folder, capture_output=True, text=True, env=environment, check=True)
    rows = json.loads(done.stdout)
    assert len(rows) == SEGMENTS
    return {row["line"]: row["key"] for row in rows}


def assert_nothing_finished_is_lost(made: Bench, keys: dict[int, str]) -> None:
    """Every line that was told finished has its take, whole, and noted."""
    if not made.finished:
        return
    with ProjectStore.open(made.project, write=False) as store:
        noted = {row.key for row in store.all_takes()}
        lost = [line for line in made.finished if keys[line] not in noted or store.takes.fault(keys[line])]
    assert not lost


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kills", [6, pytest.param(50, marks=pytest.mark.slow)])
def test_kill_at_random_moments(tmp_path: Path, kills: int) -> None:
    seed = int(os.environ.get("DIA_STUDIO_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
    print(f"seed {seed}: repeat with DIA_STUDIO_TEST_SEED={seed}")
    chance = random.Random(seed)
    made = bench(tmp_path / "broken")
    keys = keys_by_line(made)
    longest_s = 8.0 / kills + 1.2
    for _ in range(kills):
        running = made.start()
        time.sleep(chance.uniform(0.0, longest_s))
        running.kill()
        made.ended(running)
        assert_nothing_finished_is_lost(made, keys)
    assert made.ended(made.start()) == 0
    assert len(made.finished) == len(set(made.finished)), "a line was rendered twice"

    unbroken = bench(tmp_path / "unbroken")
    assert unbroken.ended(unbroken.start()) == 0
    assert len(unbroken.finished) == len(set(keys.values()))
    assert (made.folder / "long.wav").read_bytes() == (unbroken.folder / "long.wav").read_bytes()
    takes = [sorted(path.name for path in one.project.rglob("*.flac")) for one in (made, unbroken)]
    assert takes[0] == takes[1]
    assert not list(made.project.rglob("*.tmp")), "leftovers are swept"
    assert not list(made.folder.glob(".*.tmp")), "leftovers of the export are swept"


def test_a_kill_while_the_file_is_written_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    made = bench(tmp_path / "written")
    assert made.ended(made.start()) == 0
    before = (made.folder / "long.wav").read_bytes()
    running = made.start()
    while running.poll() is None and not list(made.folder.glob(".long.wav.*.tmp")):
        time.sleep(0.001)
    running.kill()
    made.ended(running)
    assert (made.folder / "long.wav").read_bytes() == before
    assert made.ended(made.start()) == 0
    assert (made.folder / "long.wav").read_bytes() == before
    assert not list(made.folder.glob(".*.tmp"))
