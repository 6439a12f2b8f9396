"""What the tests of the script editor share."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import (
    QTextCharFormat,
    QTextLayout,
)
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.core.diagnostics import Diagnostic, Fix, TextEdit
from studio.ui import theme as themes
from studio.ui.editor.view import ScriptEditor

SCRIPT = "# One\n\n[Maya] Hello there. (sighs)\n[Tom] Good evening to you.\n\n[Maya] (chuckling) Bye."


def shown(qtbot: QtBot, text: str = SCRIPT) -> ScriptEditor:
    QApplication.setCursorFlashTime(0)  # a blink would be one more repaint
    made = ScriptEditor(themes.load("dark"))
    qtbot.addWidget(made)
    made.resize(860, 400)
    made.set_text(text)
    made.set_speakers({"Maya": 0, "Tom": 1})
    made.show()
    made.setFocus()
    QApplication.processEvents()
    return made


def followed(editor: ScriptEditor) -> Callable[[], str]:
    """A copy of the text, kept by the editor's own signal alone."""
    lines = editor.text().split("\n")

    def splice(first: int, removed: int, new: tuple[str, ...]) -> None:
        assert removed or new
        lines[first : first + removed] = new

    editor.lines_changed.connect(splice)
    return lambda: "\n".join(lines)


def raw(editor: ScriptEditor) -> str:
    """The text as the document holds it."""
    block, lines = editor.document().firstBlock(), []
    while block.isValid():
        lines.append(block.text())
        block = block.next()
    return "\n".join(lines)


def problem(line: int, start: int, end: int, text: str | None = None, rule: str = "unknown-nonverbal") -> Diagnostic:
    fix = Fix(f"change to {text}", (TextEdit(line, start, line, end, text),)) if text is not None else None
    return Diagnostic(rule, "warning", line, start, line, end, "Not a sound Dia knows. It would be read aloud.", fix)


def block_formats(editor: ScriptEditor, number: int) -> list[QTextLayout.FormatRange]:
    """The formats of a block, fit to be kept."""
    kept = []
    for one in editor.document().findBlockByNumber(number).layout().formats():
        copy = QTextLayout.FormatRange()
        copy.start, copy.length, copy.format = one.start, one.length, QTextCharFormat(one.format)
        kept.append(copy)
    return kept
