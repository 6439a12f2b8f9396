"""The shim, compiled once per run; and how to run the worker under it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tests.faults.scenarios import Weakness

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if sys.platform != "linux" or compiler is None:
        pytest.skip("faults are injected by a preloaded C library: that needs Linux and a C compiler")
    library = tmp_path_factory.mktemp("shim") / "shim.so"
    source = Path(__file__).with_name("shim.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"], check=True)
    return library


@pytest.fixture
def inject(shim: Path, workplace: Path) -> Callable[..., dict[str, Any]]:
    """Run a scenario with a fault at every `step`-th boundary; returns what the worker found."""

    def run(scenario: str, mode: str, step: int = 1, weakness: Weakness | None = None) -> dict[str, Any]:
        command = [sys.executable, "-m", "tests.faults.worker", str(workplace), scenario, mode, str(step)]
        command.append(json.dumps(asdict(weakness or Weakness())))
        environment = {**os.environ, "LD_PRELOAD": str(shim), "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=800)
        assert done.returncode == 0, done.stderr
        result: dict[str, Any] = json.loads(done.stdout)
        return result

    return run
