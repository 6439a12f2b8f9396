"""The thin list model that every panel uses: immutable rows in, only the changed ones signalled, each row speaks."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

R = TypeVar("R")

ROW = int(Qt.ItemDataRole.UserRole)  # the row's own value


class RowModel(QAbstractListModel, Generic[R]):
    """Rows are values with a key of their own; rows of one key are the same thing at two times. Lives on the GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[R, ...] = ()

    # what a kind of row says of itself

    def key(self, row: R) -> Hashable:
        raise NotImplementedError

    def text(self, row: R) -> str:
        raise NotImplementedError

    def spoken(self, row: R) -> str:
        """What a screen reader says for the row."""
        return self.text(row)

    def hint(self, row: R) -> str:
        """The tooltip, "" for none."""
        return ""

    # rows

    @property
    def rows(self) -> tuple[R, ...]:
        return self._rows

    def row_at(self, index: QModelIndex | QPersistentModelIndex) -> R | None:
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def index_of(self, key: Hashable) -> QModelIndex:
        """The index of the row of that key, invalid when there is none."""
        for number, row in enumerate(self._rows):
            if self.key(row) == key:
                return self.index(number, 0)
        return QModelIndex()

    def show(self, rows: Sequence[R]) -> None:
        """Show these rows. Rows that stay are left alone, changed ones are signalled, the stretch that differs is exchanged."""
        new = tuple(rows)
        old_keys, new_keys = [self.key(row) for row in self._rows], [self.key(row) for row in new]
        head = _common(old_keys, new_keys)
        tail = _common(old_keys[head:][::-1], new_keys[head:][::-1])
        self._remove(head, len(old_keys) - tail)
        self._insert(head, new[head : len(new) - tail])
        self._update(new)

    def _remove(self, first: int, end: int) -> None:
        if first < end:
            self.beginRemoveRows(QModelIndex(), first, end - 1)
            self._rows = self._rows[:first] + self._rows[end:]
            self.endRemoveRows()

    def _insert(self, first: int, rows: tuple[R, ...]) -> None:
        if rows:
            self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
            self._rows = self._rows[:first] + rows + self._rows[first:]
            self.endInsertRows()

    def _update(self, new: tuple[R, ...]) -> None:
        changed = [
            number for number, (old, row) in enumerate(zip(self._rows, new, strict=True)) if old is not row and old != row
        ]
        self._rows = new
        for number in changed:
            self.dataChanged.emit(self.index(number, 0), self.index(number, 0))

    # Qt

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.row_at(index)
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(row)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.spoken(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.hint(row) or None
        return row if role == ROW else None


def _common(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    """The number of leading items that both have."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
