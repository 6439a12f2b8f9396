"""A list of rows as panels show it: one look, Enter and double click act, keys reorder nothing by accident."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QListView, QSizePolicy, QWidget

from studio.ui.rows import RowDelegate


class RowList(QListView):
    """`acted(index)` on Enter, Space or double click. With `fits`, the list is as tall as its rows."""

    acted = Signal(QModelIndex)

    def __init__(
        self, name: str, model: QAbstractItemModel, delegate: RowDelegate, parent: QWidget | None = None, *, fits: bool = False
    ) -> None:
        super().__init__(parent)
        self._fits = fits
        self._delegate = delegate
        delegate.setParent(self)
        self.setItemDelegate(delegate)
        self.setModel(model)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.doubleClicked.connect(self.acted)
        model.rowsInserted.connect(self._on_rows)
        model.rowsRemoved.connect(self._on_rows)
        if fits:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        if not self._fits:
            return super().sizeHint()
        return QSize(120, max(1, self.model().rowCount()) * self._delegate.height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint() if self._fits else super().minimumSizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.currentIndex().isValid():
            self.acted.emit(self.currentIndex())
            return
        super().keyPressEvent(event)

    def _on_rows(self) -> None:
        if not self.currentIndex().isValid() and self.model().rowCount():
            # Screen readers stumble over a list without a current row.
            self.selectionModel().setCurrentIndex(self.model().index(0, 0), self.selectionModel().SelectionFlag.NoUpdate)
        if self._fits:
            self.updateGeometry()
