"""Writes resources/help/problems.md from the table of lint rules: python packaging/make_help.py."""

from __future__ import annotations

from pathlib import Path

from studio.core.lint import RULES

PAGE = Path(__file__).parents[1] / "resources" / "help" / "problems.md"

_HEAD = """# Problems, and how to mend them

Problems are underlined while you type and listed on the right; F8 goes to the next one, Ctrl+. mends it where a machine can.
An **error** has to be mended before rendering, a **warning** is worth a look, a **hint** is a matter of taste. To hide one,
write `// lint: ignore` and its name on the line, or on the line above it.
"""
_WORDS = {"error": "error", "warning": "warning", "info": "hint"}


def page() -> str:
    """The whole page, one section for each rule."""
    sections = [
        f"\n## {rule.id}\n\n*{_WORDS[rule.severity]}* · {rule.summary}\n\n{rule.explanation}\n" for rule in RULES.values()
    ]
    return _HEAD + "".join(sections)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
