"""Writes the list of modules in ARCHITECTURE.md from their docstrings: python packaging/make_tour.py."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
TOUR = ROOT / "ARCHITECTURE.md"
BEGIN, END = "<!-- modules: written by packaging/make_tour.py -->", "<!-- end of modules -->"


def first_sentence(path: Path) -> str:
    """What the module's docstring begins with: up to the first full stop, or the end of its first paragraph."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    paragraph = " ".join(text.split("\n\n")[0].split())
    found = re.match(r".*?[.](?=\s|$)", paragraph)
    return (found[0] if found else paragraph).rstrip(".").replace("|", "\\|")


def modules() -> str:
    """A table for each package that holds modules, in the order of their paths."""
    sections = []
    for package in ("studio", "dia_engine"):
        for folder in sorted({path.parent for path in (ROOT / package).rglob("*.py")}):
            files = sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")
            if not files or "migrations" in folder.parts:
                continue
            rows = "\n".join(f"| `{path.name}` | {first_sentence(path)} |" for path in files)
            sections.append(f"### `{folder.relative_to(ROOT).as_posix()}/`\n\n| module | owns |\n|---|---|\n{rows}\n")
    return "\n".join(sections)


def tour(text: str) -> str:
    """The tour with its list of modules brought up to date."""
    head, rest = text.split(BEGIN)
    return f"{head}{BEGIN}\n\n{modules()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    TOUR.write_text(tour(TOUR.read_text(encoding="utf-8")), encoding="utf-8")
