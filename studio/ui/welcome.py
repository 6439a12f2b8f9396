"""What stands in the window while no project is open: begin, open, go on with a recent one, try the demo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio.i18n import _
from studio.ui.widgets.labels import ElidedLabel, SectionHeader


class WelcomePage(QWidget):
    """`recent_asked(folder)` opens a project, `demo_asked(name)` a copy of a shipped script."""

    recent_asked = Signal(object)
    demo_asked = Signal(str)

    def __init__(self, actions: Mapping[str, QAction], demos: Sequence[str], parent: QWidget | None = None) -> None:
        """`actions` by command id: file.new, file.open, file.open-script."""
        super().__init__(parent)
        self.setObjectName("welcome")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        title = QLabel(_("Write a script, hear it spoken"))
        font = QFont(title.font())
        font.setPixelSize(28)
        font.setWeight(QFont.Weight.DemiBold)
        title.setFont(font)
        promise = QLabel(
            _("Everything stays on this computer. Takes cost nothing, as many as you like, and every word you type is kept.")
        )
        promise.setWordWrap(True)
        promise.setProperty("role", "muted")
        self._recent = QVBoxLayout()
        self._recent_header = _section(_("Recent"))
        body = QWidget()
        body.setMaximumWidth(560)
        column = QVBoxLayout(body)
        column.setSpacing(8)
        column.addWidget(title)
        column.addWidget(promise)
        column.addSpacing(16)
        column.addLayout(self._buttons(actions))
        column.addWidget(_section(_("Demo scripts")))
        self.demo_buttons = [self._demo(name) for name in demos]
        for button in self.demo_buttons:
            column.addWidget(button)
        column.addWidget(self._recent_header)
        column.addLayout(self._recent)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(body, 4)
        middle.addStretch(1)
        outer.addLayout(middle)
        outer.addStretch(3)

    def show_recent(self, folders: Sequence[Path]) -> None:
        while (item := self._recent.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for folder in folders:
            button = _link(folder.name, str(folder.parent))
            button.clicked.connect(lambda checked=False, folder=folder: self.recent_asked.emit(folder))
            self._recent.addWidget(button)
        self._recent_header.setVisible(bool(folders))

    def _buttons(self, actions: Mapping[str, QAction]) -> QHBoxLayout:
        row = QHBoxLayout()
        for name in ("file.new", "file.open", "file.open-script"):
            button = QPushButton(actions[name].text().replace("&", ""))
            button.clicked.connect(actions[name].trigger)
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _demo(self, name: str) -> QPushButton:
        button = _link(name.replace("-", " ").capitalize(), _("a copy that you may change"))
        button.clicked.connect(lambda: self.demo_asked.emit(name))
        return button


def _section(text: str) -> SectionHeader:
    header = SectionHeader(text)
    header.setContentsMargins(0, 16, 0, 4)
    return header


def _link(name: str, details: str) -> QPushButton:
    """A whole row to press: a name, and something quieter beside it."""
    button = QPushButton()
    button.setProperty("flat", True)
    button.setAccessibleName(f"{name}, {details}")
    row = QHBoxLayout(button)
    row.setContentsMargins(12, 0, 12, 0)
    row.setSpacing(12)
    label, quiet = QLabel(name), ElidedLabel(details)
    quiet.setProperty("role", "muted")
    for one in (label, quiet):
        one.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    row.addWidget(label)
    row.addWidget(quiet, 1)
    button.setMinimumHeight(36)
    return button
