"""What is written for people is true: every module has its place in the tour, every command and rule its words."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def program(name: str) -> ModuleType:
    """One of the programs in packaging/ that write documents from the code."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "packaging" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tour_lists_every_module_with_what_it_owns() -> None:
    tour = read("ARCHITECTURE.md")
    assert tour == program("make_tour").tour(tour), "run: python packaging/make_tour.py"


def test_every_module_says_what_it_owns() -> None:
    assert re.findall(r"^\| `[\w.]+` \| *\|$", read("ARCHITECTURE.md"), re.MULTILINE) == []


def test_the_page_of_problems_is_the_table_of_rules() -> None:
    assert read("resources/help/problems.md") == program("make_help").page(), "run: python packaging/make_help.py"


def test_every_command_is_in_the_manual() -> None:
    manual = read("resources/help/commands.md")
    shown = subprocess.run([sys.executable, "-m", "studio", "--help"], cwd=ROOT, capture_output=True, text=True, check=True)
    commands = re.findall(r"^  dia-studio ([a-z]+)", shown.stdout, re.MULTILINE)
    assert len(commands) >= 7
    for command in commands:
        assert f"dia-studio {command}" in manual


def test_every_sound_is_in_the_manual() -> None:
    from studio.core.sounds import SOUNDS

    manual = " ".join(read("resources/help/script.md").split())
    assert [sound for sound in SOUNDS if sound not in manual] == []


def test_the_readme_shows_the_two_commands_and_its_links_lead_somewhere() -> None:
    readme = read("README.md")
    assert "make demo" in readme
    assert "make test" in readme
    for target in re.findall(r"\]\(([^)#:]+)\)", readme) + re.findall(r'src="([^":]+)"', readme):
        assert (ROOT / target).exists(), f"README.md links to {target}, which is not there"


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"])
def test_documents_fit_the_line(name: str) -> None:
    assert [line for line in read(name).splitlines() if len(line) > 140 and "|" not in line and "](" not in line] == []
