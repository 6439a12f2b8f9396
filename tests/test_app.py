"""The launcher says in one sentence what a window lacks, before Qt would end the process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from studio.app import Machine, why_no_window

ROOT = Path(__file__).resolve().parents[1]


def machine(missing: set[str] = frozenset(), platform: str = "linux", **environment: str) -> Machine:  # type: ignore[assignment]
    return Machine(platform, environment, lambda name: name not in missing)


def test_a_desktop_with_everything_lacks_nothing() -> None:
    assert why_no_window(machine(DISPLAY=":0")) == ""
    assert why_no_window(machine(WAYLAND_DISPLAY="wayland-0")) == ""


def test_without_a_screen_the_terminal_is_named() -> None:
    assert "dia-studio render" in why_no_window(machine())


@pytest.mark.parametrize(
    ("library", "package"), [("EGL", "libegl1"), ("xcb-cursor", "libxcb-cursor0"), ("xkbcommon-x11", "libxkbcommon-x11-0")]
)
def test_a_missing_library_is_named_by_its_package(library: str, package: str) -> None:
    said = why_no_window(machine({library}, DISPLAY=":0"))
    assert f"sudo apt install {package}" in said
    assert said.count(".") == 1


def test_wayland_and_offscreen_need_no_x_libraries() -> None:
    assert why_no_window(machine({"xcb-cursor"}, WAYLAND_DISPLAY="w")) == ""
    assert why_no_window(machine({"xcb-cursor"}, QT_QPA_PLATFORM="offscreen")) == ""
    assert "libegl1" in why_no_window(machine({"EGL"}, QT_QPA_PLATFORM="offscreen"))


def test_other_systems_are_not_looked_at() -> None:
    assert why_no_window(machine({"EGL"}, platform="darwin")) == ""


def test_the_program_ends_with_2_and_one_line_where_there_is_no_screen() -> None:
    environment = {
        name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    done = subprocess.run(
        [sys.executable, "-m", "studio"], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_the_window_imports_no_torch() -> None:
    code = "import sys, studio.app, studio.ui.window; print('torch' in sys.modules, 'av' in sys.modules)"
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == ["False", "False"]
