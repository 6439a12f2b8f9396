"""The middle of the window: the find bar over the script. GUI thread."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.core.sounds import SOUNDS
from studio.ui.editor.find import FindBar
from studio.ui.editor.view import ScriptEditor
from studio.ui.theme import Theme


class ScriptPane(QWidget):
    """`editor` and `find_bar`, one over the other."""

    def __init__(self, theme: Theme | None = None, sounds: Iterable[str] = SOUNDS, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editor = ScriptEditor(theme, sounds)
        self.find_bar = FindBar(self.editor)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.find_bar)
        column.addWidget(self.editor)
        self.setFocusProxy(self.editor)
