"""The takes of the segment under the cursor: the list, its order, its bin, and below it what is asked and what is compared."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from studio.i18n import _
from studio.qt.models.takes import TakeModel, TakeRow, by_score
from studio.ui.lists import RowList
from studio.ui.takes.asking import Asking
from studio.ui.takes.comparestrip import Compared, CompareStrip
from studio.ui.takes.row import PeaksOf, TakeDelegate
from studio.ui.widgets.labels import SectionHeader

OF_ONE = ("takes.keep", "takes.lock", "takes.favourite", "takes.note", "takes.delete", "takes.restore", "takes.differences")


class TakeList(RowList):
    """Del deletes, F2 writes a note, the menu key and a right click show what else can be done."""

    def __init__(self, model: TakeModel, peaks: PeaksOf, actions: Mapping[str, QAction]) -> None:
        super().__init__(_("Takes"), model, TakeDelegate(peaks), fits=True)
        self._by_key = {Qt.Key.Key_Delete: actions["takes.delete"], Qt.Key.Key_F2: actions["takes.note"]}
        self.addActions([actions[name] for name in OF_ONE])
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = self._by_key.get(Qt.Key(event.key()))
        if action is not None and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            action.trigger()
        else:
            super().keyPressEvent(event)


class TakesSection(QWidget):
    """`take_asked(key)` chooses, `listen_asked(key)` plays. `current()` is the take that commands are about."""

    take_asked = Signal(str)
    listen_asked = Signal(str)
    view_changed = Signal()  # another order, or the bin shown or hidden

    def __init__(self, actions: Mapping[str, QAction], peaks: PeaksOf, parent: QWidget | None = None) -> None:
        """`actions` by command id: segment.new-take, segment.swap, and those of the takes' menu."""
        super().__init__(parent)
        self.model = TakeModel(self)
        self.is_by_score = False
        self.shows_bin = False
        self._rows: tuple[TakeRow, ...] = ()
        self._seen = ("", "")  # the segment and the take that is heard, as they were shown last
        self.title = SectionHeader("")
        self.title.setWordWrap(True)
        self._order = _toggle(actions["takes.sort"])
        self._bin = _toggle(actions["takes.bin"])
        self.list = TakeList(self.model, peaks, actions)
        self.list.clicked.connect(self._on_click)
        self.list.acted.connect(self._on_listen)
        self.asking = Asking()
        self.asking.begun.connect(lambda: into_view(self.asking))
        self.asking.left.connect(lambda: self.list.setFocus() if self._rows else None)
        self.strip = CompareStrip(actions)
        self._told = QLabel()
        self._told.setWordWrap(True)
        self._told.setTextFormat(Qt.TextFormat.PlainText)
        self._told.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._told.setContentsMargins(16, 4, 16, 4)
        self._told.hide()
        self._buttons = QWidget()
        row = QHBoxLayout(self._buttons)
        row.setContentsMargins(12, 8, 12, 4)
        for name in ("segment.new-take", "segment.swap"):
            row.addWidget(act_button(actions[name]))
        row.addStretch(1)
        self._lay_out()

    def show_takes(self, segment: str, title: str, rows: tuple[TakeRow, ...]) -> None:
        """Show the takes of a segment. Who points at one goes on pointing at it, until another one is heard."""
        self.title.setText(title)
        self.title.setAccessibleName(title)
        before = self.current()
        self._rows = rows
        deleted = sum(row.mark.is_binned for row in rows)
        self._order.setVisible(len(rows) > 1)
        self._order.setText(_("By letter") if self.is_by_score else _("By score"))
        self._bin.setVisible(deleted > 0)
        self._bin.setText(_("Hide deleted") if self.shows_bin else _("{count} deleted").format(count=deleted))
        shown = tuple(row for row in rows if self.shows_bin or not row.mark.is_binned)
        self.model.show(by_score(shown) if self.is_by_score else shown)
        self.list.setVisible(bool(shown))
        heard = next((row.key for row in shown if row.is_heard), "")
        is_news = (segment, heard) != self._seen
        if segment != self._seen[0]:
            self._told.hide()
            self.asking.dismiss()
        self._seen = (segment, heard)
        if is_news and heard:
            self.point_to(heard)
        elif before is not None:
            self.point_to(before.key)

    def current(self) -> TakeRow | None:
        """The take that is pointed at."""
        return self.model.row_at(self.list.currentIndex())

    def point_to(self, key: str) -> None:
        index = self.model.index_of(key)
        if index.isValid() and index != self.list.currentIndex():
            self.list.setCurrentIndex(index)

    def told_text(self) -> str:
        """What was told last, "" while nothing is."""
        return "" if self._told.isHidden() else self._told.text()

    def show_comparison(self, compared: Compared | None) -> None:
        was_hidden = self.strip.isHidden()
        self.strip.show_comparison(compared)
        if compared is not None and was_hidden:
            into_view(self.strip)

    def sort(self, is_by_score: bool) -> None:
        self.is_by_score = is_by_score
        self.show_takes(self._seen[0], self.title.text(), self._rows)

    def show_bin(self, shows: bool) -> None:
        self.shows_bin = shows
        self.show_takes(self._seen[0], self.title.text(), self._rows)

    def tell(self, title: str, words: str) -> None:
        """Say something about takes below their list, until another segment is shown."""
        self._told.setText(f"{title}\n{words}")
        self._told.setAccessibleName(self._told.text())
        self._told.show()
        self._told.setFocus(Qt.FocusReason.OtherFocusReason)
        into_view(self._told)

    def peaks_ready(self) -> None:
        self.list.viewport().update()

    def _on_click(self, index: QModelIndex) -> None:
        """A click chooses; not against a lock, and nothing out of the bin."""
        row = self.model.row_at(index)
        is_locked = any(one.mark.is_locked for one in self._rows)
        if isinstance(row, TakeRow) and not row.is_kept and not row.mark.is_binned and not is_locked:
            self.take_asked.emit(row.key)

    def _on_listen(self, index: QModelIndex) -> None:
        row = self.model.row_at(index)
        if isinstance(row, TakeRow):
            self.listen_asked.emit(row.key)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 8, 0)
        head.addWidget(self.title, 1)
        head.addWidget(self._order)
        head.addWidget(self._bin)
        cards = QVBoxLayout()
        cards.setContentsMargins(12, 0, 12, 4)
        cards.addWidget(self.strip)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(cards)
        column.addWidget(self.list)
        column.addWidget(self.asking)
        column.addWidget(self._told)
        column.addWidget(self._buttons)


def into_view(widget: QWidget) -> None:
    """Scroll the page that a widget is on until it can be seen, once it has its place there."""
    page = widget.parentWidget()
    while page is not None and not isinstance(page, QScrollArea):
        page = page.parentWidget()
    if page is not None:
        area = page
        QTimer.singleShot(0, area, lambda: area.ensureWidgetVisible(widget, 0, 8))


def act_button(action: QAction, shown: str = "") -> QPushButton:
    """A button that is an action's, with its key beside the words; `shown` are shorter words where there is little room."""
    key = action.shortcut().toString(action.shortcut().SequenceFormat.NativeText)
    words = action.text().replace("&", "")
    button = QPushButton(f"{shown or words}  {key}".rstrip())
    button.setAccessibleName(words)
    button.setToolTip(words if shown else "")
    button.setEnabled(action.isEnabled())
    action.enabledChanged.connect(button.setEnabled)
    button.clicked.connect(action.trigger)
    return button


def _toggle(action: QAction) -> QPushButton:
    button = QPushButton()
    button.setProperty("flat", True)
    button.setProperty("tint", "muted")
    button.setToolTip(action.text().replace("&", ""))
    button.clicked.connect(action.trigger)
    return button
