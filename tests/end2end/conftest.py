"""Drives the command line: in this process for speed, in a fresh one where the process itself is what is tested."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from studio import cli

ROOT = Path(__file__).parents[2]
DIALOGUE = """\
---
title: Two of us
author: Nobody
cast:
  Maya: {}
  Ben: {}
---
# One
[Maya] Good morning, Ben. I have brought the boat, the rope and a long list of questions about the tide.
[Ben] Good morning, Maya. I have brought a flask of tea, which is warmer than any of your questions.

# Two
[Maya] Then let us begin with the tea, since the tide will be here for another hour at the very least.
[Ben] A wise decision. I will pour, and you will read the list aloud, slowly, and from the beginning.
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command did."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process."""

    def run_here(*arguments: str | Path) -> Ran:
        capsys.readouterr()
        status = cli.main([str(one) for one in arguments])
        told = capsys.readouterr()
        return Ran(status, told.out, told.err)

    return run_here


@pytest.fixture
def fresh() -> Run:
    """Run a command in a process of its own."""

    def run_fresh(*arguments: str | Path, env: Mapping[str, str] | None = None, **options: Any) -> Ran:
        command = [sys.executable, "-m", "studio", *map(str, arguments)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=100, check=False, **options)
        return Ran(done.returncode, done.stdout, done.stderr)

    return run_fresh


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small script in an empty folder, which is the current one."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    path = folder / "two.txt"
    path.write_text(DIALOGUE, encoding="utf-8")
    return path


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the fake engine fail: `faulty("die", text="tea")`; further options are those of FakeEngine."""

    def set_up(kind: str, *, text: str = "", marker: str = "", **options: object) -> None:
        rule = {"kind": kind, "text": text, "marker": marker}
        monkeypatch.setenv("DIA_STUDIO_FAKE_ENGINE", json.dumps({"faults": [rule], **options}))

    return set_up


@pytest.fixture
def tree_hash() -> Callable[[Path], str]:
    """One hash over every name and byte below a folder."""

    def hash_of(folder: Path) -> str:
        digest = hashlib.sha256()
        for path in sorted(folder.rglob("*")):
            digest.update(str(path.relative_to(folder)).encode("utf-8", "surrogateescape"))
            if path.is_file():
                digest.update(path.read_bytes())
        return digest.hexdigest()

    return hash_of
