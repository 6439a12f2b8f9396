"""The command list: every command by its words, found by typing, run by Enter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent, QPainter
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from studio.i18n import _
from studio.qt.models.rows import RowModel
from studio.ui.actions import COMMANDS, MENUS, title_of
from studio.ui.lists import RowList
from studio.ui.rows import RowDelegate, left_text, right_text
from studio.ui.theme import Theme


@dataclass(frozen=True, slots=True)
class CommandRow:
    """`is_possible`: it can be used now."""

    id: str
    title: str
    menu: str
    key: str
    is_possible: bool


class CommandModel(RowModel[CommandRow]):
    def key(self, row: CommandRow) -> str:
        return row.id

    def text(self, row: CommandRow) -> str:
        return row.title

    def spoken(self, row: CommandRow) -> str:
        said = f"{row.title}, {row.menu}"
        said = f"{said}, {row.key}" if row.key else said
        return said if row.is_possible else _("{command}, not possible now").format(command=said)


class CommandDelegate(RowDelegate):
    """The words, the menu they stand in, the key."""

    def paint_row(self, painter: QPainter, box: QRectF, row: object, theme: Theme) -> None:
        assert isinstance(row, CommandRow)
        used = right_text(painter, box, row.key, theme.color("muted"))
        tint = "text" if row.is_possible else "faint"
        left_text(painter, box.adjusted(0, 0, -used, 0), f"{row.menu}: {row.title}", theme.color(tint))


class CommandList(QDialog):
    """Opens over the window; Esc closes it. What cannot be used now is shown, and does nothing."""

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAccessibleName(_("Command list"))
        self._actions = actions
        self.field = QLineEdit()
        self.field.setPlaceholderText(_("Type what you want to do"))
        self.field.setAccessibleName(_("Search commands"))
        self.model = CommandModel(self)
        self._list = RowList(_("Commands"), self.model, CommandDelegate())
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.acted.connect(self._run)
        self._list.clicked.connect(self._run)
        self.field.textChanged.connect(self._search)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.field)
        column.addWidget(self._list)
        self._search("")
        self.field.setFocus()

    def sizeHint(self) -> QSize:
        return QSize(520, 420)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        rows = self.model.rowCount()
        here = self._list.currentIndex().row()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self._list.currentIndex())
        elif event.key() == Qt.Key.Key_Down and rows:
            self._list.setCurrentIndex(self.model.index(min(here + 1, rows - 1), 0))
        elif event.key() == Qt.Key.Key_Up and rows:
            self._list.setCurrentIndex(self.model.index(max(here - 1, 0), 0))
        else:
            super().keyPressEvent(event)

    def _search(self, words: str) -> None:
        self.model.show([row for row in self._rows() if matches(f"{row.menu} {row.title}", words)])
        if self.model.rowCount():
            self._list.setCurrentIndex(self.model.index(0, 0))

    def _rows(self) -> list[CommandRow]:
        menus = {name: _(title).replace("&", "") for name, title in MENUS}
        return [
            CommandRow(
                one.id,
                title_of(one).replace("&", ""),
                menus[one.menu],
                self._actions[one.id].shortcut().toString(),
                self._actions[one.id].isEnabled(),
            )
            for one in COMMANDS
            if one.id != "view.commands"
        ]

    def _run(self, index: QModelIndex) -> None:
        row = self.model.row_at(index)
        if isinstance(row, CommandRow) and row.is_possible:
            self.accept()
            self._actions[row.id].trigger()


def matches(text: str, words: str) -> bool:
    """Every word is in the text, in any order."""
    text = text.casefold()
    return all(word in text for word in words.casefold().split())
