"""The bar along the top: what is open and whether it is kept, transport and time, the engine, Export, the one main button."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QFont, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QToolButton,
    QWidget,
)

from studio.i18n import _, ngettext
from studio.qt.engines import EngineInfo
from studio.qt.words import clock, position
from studio.ui.theme import Theme, tabular, theme_of
from studio.ui.widgets.icons import icon
from studio.ui.widgets.labels import ElidedLabel

HEIGHT = 48


class MainButton(QPushButton):
    """The one filled button: what it will do, and the key for it in a quieter hand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("main", True)
        self._key = ""

    def set_words(self, words: str, key: str) -> None:
        self._key = key
        self.setText(words)
        self.setToolTip(f"{words}  {key}" if key else words)
        self.setAccessibleName(words)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(hint.width() + (self._key_width() + 12 if self._key else 0), hint.height())

    def minimumSizeHint(self) -> QSize:
        return super().sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        words, option.text = option.text, ""
        painter = QPainter(self)
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        theme = theme_of()
        painter.setPen(theme.color("on_accent" if self.isEnabled() else "muted"))
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        width = painter.fontMetrics().horizontalAdvance(words)
        fits = bool(self._key) and self.width() >= width + self._key_width() + 36
        left = (self.width() - width - (self._key_width() + 12 if fits else 0)) // 2
        painter.drawText(QRect(left, 0, width + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, words)
        if fits:
            painter.setFont(self._key_font())
            box = QRect(left + width + 12, 0, self._key_width() + 2, self.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self._key)
        painter.end()

    def _key_font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(11)
        return font

    def _key_width(self) -> int:
        from PySide6.QtGui import QFontMetrics

        return QFontMetrics(self._key_font()).horizontalAdvance(self._key)


class EngineChip(QToolButton):
    """Which engine speaks, on what, and a menu of those there are."""

    engine_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self)
        self.setMenu(self._menu)
        self._tint = "muted"

    def show_engine(self, info: EngineInfo | None, is_ready: bool, offers: Sequence[EngineInfo]) -> None:
        self._tint = "rendered" if is_ready else "muted"
        self.setText(engine_words(info, offers))
        self.setToolTip(info.note if info else _("No speech engine can run here."))
        self.setAccessibleName(_("Speech engine: {name}").format(name=self.text()))
        self.show_theme(theme_of())
        self._menu.clear()
        self._menu.setToolTipsVisible(True)
        for offer in offers:
            action = QAction(offer.title, self._menu)
            action.setCheckable(True)
            action.setChecked(info is not None and offer.id == info.id)
            action.setEnabled(offer.can_run)
            if not offer.can_run:
                action.setText(f"{offer.title}: {offer.remedy or offer.why_not}")
                action.setToolTip(offer.why_not)
            action.triggered.connect(lambda checked=False, name=offer.id: self.engine_chosen.emit(name))
            self._menu.addAction(action)

    def show_theme(self, theme: Theme) -> None:
        self.setIcon(_dot(theme.color(self._tint)))


class Transport(QWidget):
    """Back, play, next, and where the playhead is."""

    def __init__(self, previous: QAction, play: QAction, following: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_playing = False
        self._shown = (0.0, 0.0)
        self._buttons = [_flat(previous, self), _flat(play, self), _flat(following, self)]
        self._buttons[1].setProperty("flat", False)
        self._time = QLabel()
        self._time.setFont(tabular(self.font()))
        self._time.setTextFormat(Qt.TextFormat.RichText)
        self._time.setMinimumWidth(128)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for button in self._buttons:
            row.addWidget(button)
        row.addSpacing(8)
        row.addWidget(self._time)
        self.show_position(0.0, 0.0)

    def show_position(self, seconds: float, length_s: float) -> None:
        self._shown = (seconds, length_s)
        muted = theme_of().tokens["muted"]
        self._time.setText(f'{position(seconds)} <span style="color:{muted}">/ {clock(length_s)}</span>')
        self._time.setAccessibleName(_("{place} of {length}").format(place=position(seconds), length=clock(length_s)))

    def show_playing(self, is_playing: bool) -> None:
        self._is_playing = is_playing
        self._buttons[1].setAccessibleName(_("Pause") if is_playing else _("Play"))
        self.show_theme(theme_of())

    def show_theme(self, theme: Theme) -> None:
        names = ("previous", "pause" if self._is_playing else "play", "next")
        for button, name in zip(self._buttons, names, strict=True):
            button.setIcon(icon(name, theme))
        self.show_position(*self._shown)


class TopBar(QFrame):
    """Lays the parts out. What each button does is an action's business."""

    engine_chosen = Signal(str)

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        """`actions` by command id: segment.previous, play.toggle, segment.next, file.export, render.changed."""
        super().__init__(parent)
        self.setObjectName("topbar")
        self.setFixedHeight(HEIGHT)
        self._title = ElidedLabel()
        self._title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._title.setProperty("role", "title")
        self._saved = ElidedLabel()
        self._saved.setProperty("role", "muted")
        self.transport = Transport(actions["segment.previous"], actions["play.toggle"], actions["segment.next"])
        self.engine = EngineChip()
        self.engine.engine_chosen.connect(self.engine_chosen)
        self._export = QPushButton(_("Export…"))
        self._export.clicked.connect(actions["file.export"].trigger)
        self._render = MainButton()
        self._render.clicked.connect(actions["render.changed"].trigger)
        for button, action in ((self._export, actions["file.export"]), (self._render, actions["render.changed"])):
            action.enabledChanged.connect(button.setEnabled)
            button.setEnabled(action.isEnabled())
        self._lay_out()

    def show_title(self, title: str, saved: str) -> None:
        self._title.setText(title)
        self._saved.setText(saved)

    def saved_words(self) -> str:
        """What the bar says about saving."""
        return self._saved.text()

    def show_changed(self, count: int, waiting: str, key: str) -> None:
        """What the main button will do: how many segments it would render; `waiting` says how those under way stand."""
        if count:
            words = ngettext("Render {count} changed", "Render {count} changed", count).format(count=count)
            self._render.set_words(words, key)
        else:
            self._render.set_words(waiting or _("Everything is rendered"), "")

    def show_open(self, is_open: bool) -> None:
        """Without a project there is nothing to play, to export or to render."""
        for part in (self.transport, self.engine, self._export, self._render):
            part.setVisible(is_open)

    def show_theme(self, theme: Theme) -> None:
        self.transport.show_theme(theme)
        self.engine.show_theme(theme)

    @property
    def main_button(self) -> MainButton:
        return self._render

    def _lay_out(self) -> None:
        left = QHBoxLayout()
        left.setSpacing(10)
        left.addWidget(self._title)
        left.addWidget(self._saved, 1)
        right = QHBoxLayout()
        right.setSpacing(12)
        right.addStretch(1)
        for widget in (self.engine, self._export, self._render):
            widget.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            right.addWidget(widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(12)
        row.addLayout(left, 2)
        row.addWidget(self.transport)
        row.addLayout(right, 3)


def engine_words(info: EngineInfo | None, offers: Sequence[EngineInfo]) -> str:
    """`Draft voice · CPU · get Dia…`: the draft says what it is, and how to have more."""
    if info is None:
        return _("No engine")
    if not info.is_draft:
        return info.title
    dia = next((offer for offer in offers if offer.id == "dia"), None)
    return _("Draft voice · CPU · get Dia…") if dia is not None and not dia.can_run else _("Draft voice · CPU")


def _flat(action: QAction, parent: QWidget) -> QToolButton:
    button = QToolButton(parent)
    words = action.text().replace("&", "")
    button.setToolTip(f"{words}  {action.shortcut().toString()}")
    button.setAccessibleName(words)
    button.setEnabled(action.isEnabled())
    action.enabledChanged.connect(button.setEnabled)
    button.clicked.connect(action.trigger)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    button.setProperty("flat", True)
    button.setFixedSize(32, 32)
    button.setIconSize(QSize(18, 18))
    return button


def _dot(color: QColor) -> QPixmap:
    picture = QPixmap(16, 16)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawEllipse(4, 4, 8, 8)
    painter.end()
    return picture
