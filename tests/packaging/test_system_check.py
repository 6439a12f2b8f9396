"""The look at the bare machine, before anything is installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from studio import app

PROGRAM = Path(__file__).parents[2] / "packaging" / "system_check.py"


@pytest.fixture
def check() -> dict[str, object]:
    names: dict[str, object] = {"__name__": "system_check"}
    exec(compile(PROGRAM.read_text(encoding="utf-8"), str(PROGRAM), "exec"), names)
    return names


def test_it_asks_for_the_packages_that_the_launcher_asks_for(check) -> None:
    assert set(check["OFFSCREEN"].values()) == set(app._ALWAYS.values())
    assert set(check["SCREEN"].values()) == set(app._ON_X.values())


def test_it_names_the_package_of_a_library_that_is_not_there_and_no_other(check) -> None:
    libraries = {"libc.so.6": "libc6", "libno-such-thing.so.9": "libno-such-thing9"}
    assert check["missing"](libraries) == ["libno-such-thing9"]


def test_an_old_python_is_told_in_one_sentence(check, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check["python_problem"]() == ""
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    assert check["python_problem"]().startswith("Dia Studio needs Python 3.11 to 3.14 and this is 3.9; ")


def test_it_runs_on_a_bare_python_and_says_nothing_when_all_is_there() -> None:
    done = subprocess.run([sys.executable, "-S", "-I", str(PROGRAM), "offscreen"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
