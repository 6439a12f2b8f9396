"""The inspector's tab of listening for proof: takes in doubt, pickups, and how takes are judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QPainter
from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio.i18n import _
from studio.qt.models.review import DoubtModel, DoubtRow, PickupModel, PickupRow
from studio.ui.judging import JudgingForm
from studio.ui.lists import RowList
from studio.ui.rows import RowDelegate, left_text, right_text, small
from studio.ui.takes.asking import Asking
from studio.ui.takes.section import act_button, into_view
from studio.ui.theme import Theme
from studio.ui.widgets.labels import SectionHeader
from studio.ui.widgets.marks import paint_mark, state_color

MOST_ROWS = 6  # of a list that are seen at once


class ReviewPanel(QWidget):
    """`place_asked(segment)` goes to a segment, `listen_asked(segment)` plays it, `note_given(segment, words)`."""

    place_asked = Signal(str)
    listen_asked = Signal(str)
    retake_asked = Signal()
    note_given = Signal(str, str)
    order_changed = Signal()

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        """`actions` by command id: those of the menu of review."""
        super().__init__(parent)
        self.doubts = DoubtModel(self)
        self.pickups = PickupModel(self)
        self.is_by_weight = False
        self._rows: tuple[DoubtRow, ...] = ()
        self._doubt_title = SectionHeader(_("Takes in doubt"))
        self._order = QPushButton()
        self._order.setProperty("flat", True)
        self._order.setProperty("tint", "muted")
        self._order.clicked.connect(self._turn)
        self.doubt_list = RowList(_("Takes in doubt"), self.doubts, DoubtDelegate())
        self._no_doubt = _muted(_("No take is in doubt. What was measured of each is told in the Segment tab."))
        self._listen = QPushButton(_("Listen"))
        self._listen.clicked.connect(self._on_listen)
        self._retake = QPushButton(_("New take"))
        self._retake.clicked.connect(self.retake_asked)
        self._accept = QPushButton(_("Accept"))
        self._accept.setAccessibleName(_("Accept it as it is"))
        self._accept.clicked.connect(actions["review.accept"].trigger)
        self.pickup_list = RowList(_("Pickups"), self.pickups, PickupDelegate())
        self._no_pickup = _muted(_("No pickups. Ctrl+M marks what is heard as one that is to be spoken again."))
        self.asking = Asking()
        self.asking.left.connect(self.pickup_list.setFocus)
        self.asking.begun.connect(lambda: into_view(self.asking))
        self._pickup_buttons = [
            act_button(actions[f"review.{name}"], words)
            for name, words in (
                ("run-up", _("Run-up")),
                ("note", _("Note…")),
                ("unmark", _("Unmark")),
                ("render-pickups", _("Render all")),
            )
        ]
        self.judging = JudgingForm()
        for listed in (self.doubt_list, self.pickup_list):
            listed.clicked.connect(self._on_place)
            listed.acted.connect(self._on_acted)
        self._lay_out()
        self.first_focus: QWidget = self.doubt_list
        self.show_review((), (), can_write=False)

    def show_review(self, doubts: Sequence[DoubtRow], pickups: Sequence[PickupRow], *, can_write: bool) -> None:
        self._rows = tuple(doubts)
        self._show_doubts()
        self.pickups.show(pickups)
        for widget, is_shown in (
            (self._no_doubt, not doubts),
            (self.doubt_list, bool(doubts)),
            (self._order, len(doubts) > 1),
            (self._no_pickup, not pickups),
            (self.pickup_list, bool(pickups)),
        ):
            widget.setVisible(is_shown)
        for listed, count in ((self.doubt_list, len(doubts)), (self.pickup_list, len(pickups))):
            listed.setFixedHeight(min(max(count, 1), MOST_ROWS) * DoubtDelegate.height)
        for button in (self._listen, self._retake, self._accept):
            button.setVisible(bool(doubts))
            button.setEnabled(can_write or button is self._listen)
        for one in self._pickup_buttons:
            one.setVisible(bool(pickups))
        self.first_focus = self.doubt_list if doubts else self.pickup_list if pickups else self

    def current_doubt(self) -> DoubtRow | None:
        return self.doubts.row_at(self.doubt_list.currentIndex())

    def current_pickup(self) -> PickupRow | None:
        return self.pickups.row_at(self.pickup_list.currentIndex())

    def point_to(self, segment: str) -> None:
        for model, listed in ((self.doubts, self.doubt_list), (self.pickups, self.pickup_list)):
            index = model.index_of(segment)
            if index.isValid():
                listed.setCurrentIndex(index)

    def has_focus(self) -> bool:
        """Whoever types is in this panel."""
        here = QApplication.focusWidget()
        return here is not None and self.isAncestorOf(here)

    def edit_note(self, segment: str) -> None:
        self.point_to(segment)
        row = self.current_pickup()
        if row is not None and row.segment == segment:
            self.asking.ask_line(_("Note on the pickup"), row.note, lambda words: self.note_given.emit(segment, words))

    def _show_doubts(self) -> None:
        pointed = self.current_doubt()
        self.doubts.show(sorted(self._rows, key=lambda row: -row.penalty) if self.is_by_weight else self._rows)
        self._order.setText(_("By line") if self.is_by_weight else _("Worst first"))
        if pointed is not None and (index := self.doubts.index_of(pointed.segment)).isValid():
            self.doubt_list.setCurrentIndex(index)

    def _turn(self) -> None:
        self.is_by_weight = not self.is_by_weight
        self._show_doubts()

    def _on_place(self, index: QModelIndex) -> None:
        row = index.data(Qt.ItemDataRole.UserRole)
        if isinstance(row, DoubtRow | PickupRow):
            self.place_asked.emit(row.segment)

    def _on_acted(self, index: QModelIndex) -> None:
        row = index.data(Qt.ItemDataRole.UserRole)
        if isinstance(row, DoubtRow | PickupRow):
            self.listen_asked.emit(row.segment)

    def _on_listen(self) -> None:
        row = self.current_doubt()
        if row is not None:
            self.listen_asked.emit(row.segment)

    def _lay_out(self) -> None:
        top, middle, bottom = QGridLayout(), QGridLayout(), QGridLayout()
        top.setContentsMargins(0, 0, 8, 0)
        top.addWidget(self._doubt_title, 0, 0)
        top.addWidget(self._order, 0, 1)
        top.setColumnStretch(0, 1)
        middle.setContentsMargins(12, 8, 12, 8)
        middle.setSpacing(6)
        bottom.setSpacing(6)
        for number, button in enumerate((self._listen, self._retake, self._accept)):
            middle.addWidget(button, 0, number)
        bottom.setContentsMargins(12, 8, 12, 8)
        for number, one in enumerate(self._pickup_buttons):
            bottom.addWidget(one, number // 2, number % 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self._no_doubt)
        column.addWidget(self.doubt_list)
        column.addLayout(middle)
        column.addWidget(SectionHeader(_("Pickups")))
        column.addWidget(self._no_pickup)
        column.addWidget(self.pickup_list)
        column.addWidget(self.asking)
        column.addLayout(bottom)
        column.addWidget(SectionHeader(_("How takes are judged")))
        column.addWidget(self.judging)
        column.addStretch(1)


class DoubtDelegate(RowDelegate):
    """What is wrong, how much it weighs; below it the line and its first words."""

    height = 44

    def paint_row(self, painter: QPainter, box: QRectF, row: object, theme: Theme) -> None:
        assert isinstance(row, DoubtRow)
        paint_mark(painter, QRectF(box.left() - 4, box.top() + 5, 16, 16), "doubtful", state_color("doubtful", theme))
        upper = QRectF(box.left() + 20, box.top() + 4, box.width() - 20, 19)
        used = right_text(painter, upper, _("score {score}").format(score=row.score), theme.color("muted"))
        left_text(painter, upper.adjusted(0, 0, -used, 0), ", ".join(row.findings), theme.color("text"))
        painter.setFont(small(painter.font()))
        words = _("line {line}").format(line=row.line) + f" · {row.title} …"
        left_text(painter, QRectF(upper.left(), box.top() + 23, upper.width(), 17), words, theme.color("muted"))


class PickupDelegate(RowDelegate):
    """The note, or the first words; below it chapter and line; at the right the place in the show."""

    height = 44

    def paint_row(self, painter: QPainter, box: QRectF, row: object, theme: Theme) -> None:
        assert isinstance(row, PickupRow)
        paint_mark(painter, QRectF(box.left() - 4, box.top() + 5, 16, 16), "pickup", state_color("pickup", theme))
        upper = QRectF(box.left() + 20, box.top() + 4, box.width() - 20, 19)
        used = right_text(painter, upper, row.place, theme.color("muted"))
        left_text(painter, upper.adjusted(0, 0, -used, 0), row.note or f"{row.title} …", theme.color("text"))
        painter.setFont(small(painter.font()))
        words = " · ".join(filter(None, (row.chapter, _("line {line}").format(line=row.line))))
        words += f" · {row.title} …" if row.note else ""
        left_text(painter, QRectF(upper.left(), box.top() + 23, upper.width(), 17), words, theme.color("muted"))


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setProperty("role", "muted")
    label.setContentsMargins(16, 4, 16, 4)
    return label
