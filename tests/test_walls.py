"""The walls of the house: who may import whom, what a door may load, how long a file may be, what no source may hold."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted([*(ROOT / "studio").rglob("*.py"), *(ROOT / "dia_engine").rglob("*.py")])
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60

# What no source may hold, and why.
FORBIDDEN = {
    r"\bpickle\.loads?\b|\bimport pickle\b|\bfrom pickle\b": "a pickle runs code",
    r"\bshell\s*=\s*True\b": "a file's name would be a command",
    r"\bos\.system\b": "a file's name would be a command",
    r"\byaml\.(?:load|full_load|unsafe_load)\(": "YAML may build any object: use safe_load, or compose",
    r"weights_only\s*=\s*False": "a checkpoint would run code",
    r"\.extractall\(": "an archive would write where it likes",
    r"(?<![.\w])(?:eval|exec)\(": "data would be code",
}


def imported_by(code: str) -> set[str]:
    """The modules in memory of a fresh process after some code."""
    command = [sys.executable, "-c", f"import sys\n{code}\nprint(*sorted(sys.modules), sep='\\n', file=sys.stderr)"]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


def roots(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


def test_each_floor_looks_down_only() -> None:
    """The contracts in pyproject.toml."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


def test_the_terminal_loads_neither_qt_nor_torch(tmp_path: Path) -> None:
    script = tmp_path / "one.txt"
    script.write_text("[S1] Hello there, this is a script. [S2] And this is its answer.", encoding="utf-8")
    render = f"cli.main(['render', {str(script)!r}, '-o', {str(tmp_path / 'one.wav')!r}, '--engine', 'fake', '--quiet'])"
    loaded = roots(imported_by(f"from studio import cli\nassert {render} == 0"))
    assert loaded.isdisjoint({"PySide6", "shiboken6", "torch"})


def test_lint_starts_without_numpy_and_sqlalchemy(tmp_path: Path) -> None:
    script = tmp_path / "one.txt"
    script.write_text("---\ncast:\n  Maya: {}\n---\n[Maya] Hello there, this is a script.", encoding="utf-8")
    loaded = roots(imported_by(f"from studio import cli\nassert cli.main(['lint', {str(script)!r}, '--fix', '--quiet']) == 0"))
    assert loaded.isdisjoint({"PySide6", "torch", "numpy", "sqlalchemy", "alembic", "soundfile", "av", "soxr", "pydub"})


def test_the_model_engine_loads_no_studio_and_no_qt() -> None:
    assert roots(imported_by("import dia_engine")).isdisjoint({"studio", "PySide6"})


def test_a_child_that_hosts_an_engine_starts_with_what_every_engine_needs() -> None:
    assert roots(imported_by("import studio.engines.host")).isdisjoint({"numpy", "torch", "PySide6", "sqlalchemy"})


def test_the_core_loads_the_standard_library_and_yaml_only() -> None:
    modules = [
        path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".") for path in (ROOT / "studio/core").rglob("*.py")
    ]
    before = roots(imported_by(""))
    loaded = roots(imported_by("\n".join(f"import {name.removesuffix('.__init__')}" for name in modules)))
    foreign = {name for name in loaded - before - sys.stdlib_module_names if not name.startswith("_")}
    assert foreign <= {"studio", "yaml", "cython_runtime"}  # PyYAML's fast part brings the last


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < MAX_FILE_LINES
    is_list = "migrations" in path.parts  # a migration is a list of statements, never changed once it is out
    too_long = [
        f"{name} has {lines} lines" for name, lines in functions(ast.parse(text)) if lines > MAX_FUNCTION_LINES and not is_list
    ]
    assert not too_long


def functions(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_owns(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring or not path.read_text(encoding="utf-8").strip()
    assert len((docstring or "").splitlines()) <= 16


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_no_source_holds_what_a_stranger_s_file_could_use(pattern: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in SOURCES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(pattern, line.split("#")[0])
    ]
    assert not found, FORBIDDEN[pattern]
