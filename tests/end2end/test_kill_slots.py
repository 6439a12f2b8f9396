"""kill -9 while four segments are rendered together: nothing finished is lost, nothing is rendered twice, nothing that was in
hand is blamed, and in the end the file is the one that an unbroken run with one slot makes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from studio.store.project import ProjectStore
from tests.end2end.conftest import ROOT

SEGMENTS = 40
KILLS_AFTER = (1, 0, 9, 4)  # segments told finished
FINISHED = re.compile(r"^\[\d+/\d+\] line (\d+): ", re.MULTILINE)


def script() -> str:
    """Segments of mixed lengths: each line stands alone, because a pause binds its place."""
    said = (
        "went home",
        "slept through the storm, and nobody who was there that evening could say why",
        "sang twice, and then left",
    )
    lines = [
        f"{{pause 0.1s}} [{('Maya', 'Ben')[n % 2]}] Number {n} {said[n % 3]}. So it was, they say." for n in range(SEGMENTS)
    ]
    return "---\ntitle: A long night\ncast: {Maya: {}, Ben: {}}\n---\n\n" + "\n\n".join(lines) + "\n"


def start(folder: Path, **options: object) -> subprocess.Popen[bytes]:
    """The real program, rendering with a fake engine of these options; what it tells goes to the file `told`."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "DIA_STUDIO_FAKE_ENGINE": json.dumps(options),
    }
    command = [sys.executable, "-m", "studio", "render", "long.txt", "-o", "long.wav", "--project", "show", "--engine", "fake"]
    with (folder / "told").open("w") as told:
        return subprocess.Popen(command, cwd=folder, stderr=told, stdout=subprocess.DEVNULL, env=environment)


def finished(folder: Path) -> list[int]:
    """The lines that were told to be finished."""
    told = (folder / "told").read_text(encoding="utf-8")
    assert "Traceback" not in told
    return [int(line) for line in FINISHED.findall(told)]


def made_whole(folder: Path, **options: object) -> list[int]:
    assert start(folder, **options).wait(timeout=100) == 0
    return finished(folder)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_kill_while_four_are_rendered_together(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("broken", "unbroken")]
    for folder in folders:
        folder.mkdir()
        (folder / "long.txt").write_text(script(), encoding="utf-8")
    broken, unbroken = folders
    told: list[int] = []
    most_in_hand = 0
    for count in KILLS_AFTER:
        running = start(broken, slots=4, step_s=0.01)
        while running.poll() is None and len(finished(broken)) < count:
            time.sleep(0.002)
        running.kill()
        running.wait()
        told += finished(broken)
        if not (broken / "show").exists():
            continue
        with ProjectStore.open(broken / "show", write=False) as store:
            assert not [row.key for row in store.all_takes() if store.takes.fault(row.key)]
            assert len({row.segment for row in store.all_takes()}) >= len(told), "told is durable"
            most_in_hand = max(most_in_hand, sum(row.state == "running" for row in store.jobs()))
    assert 1 < most_in_hand <= 4
    told += made_whole(broken, slots=4)
    assert len(told) == len(set(told)), "a line was rendered twice"
    assert len(made_whole(unbroken)) == SEGMENTS
    assert (broken / "long.wav").read_bytes() == (unbroken / "long.wav").read_bytes()
    assert not list(broken.rglob("*.tmp")), "leftovers are swept"
    with ProjectStore.open(broken / "show", write=False) as store:
        assert {row.state for row in store.jobs()} == {"done"}
