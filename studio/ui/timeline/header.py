"""The head of a lane: its name, mute, solo and level, as ordinary widgets so that keys and screen readers reach them."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from studio.core.project import TrackDecision
from studio.core.timeline import Track
from studio.i18n import _
from studio.ui.timeline.lanes import HEADER_PX, LANE_PX, TITLES


class LaneHeader(QWidget):
    """Emits `decided(track name, TrackDecision)` when the user changes something. GUI thread."""

    decided = Signal(str, object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        title = TITLES.get(name, name)
        self._mute = self._switch("M", _("Mute {track}").format(track=title))
        self._solo = self._switch("S", _("Solo {track}").format(track=title))
        self._gain = QDoubleSpinBox()
        self._gain.setRange(-60.0, 12.0)
        self._gain.setSingleStep(0.5)
        self._gain.setDecimals(1)
        self._gain.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        self._gain.setKeyboardTracking(False)
        self._gain.setFixedHeight(24)
        self._gain.setAccessibleName(_("Level of {track} in decibels").format(track=title))
        self._gain.setToolTip(self._gain.accessibleName())
        self._gain.valueChanged.connect(self._decide)
        row = QHBoxLayout()
        row.setSpacing(2)
        for widget in (self._mute, self._solo, self._gain):
            row.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 2, 4, 4)
        column.setSpacing(0)
        column.addWidget(QLabel(title))
        column.addLayout(row)
        self.setFixedSize(HEADER_PX - 1, LANE_PX)

    def show_track(self, track: Track) -> None:
        """Take over a track's state without reporting it as a decision."""
        for widget, value in ((self._mute, track.mute), (self._solo, track.solo)):
            widget.blockSignals(True)
            widget.setChecked(value)
            widget.blockSignals(False)
        self._gain.blockSignals(True)
        self._gain.setValue(track.gain_db)
        self._gain.blockSignals(False)

    def _switch(self, letter: str, name: str) -> QToolButton:
        button = QToolButton()
        button.setText(letter)
        button.setCheckable(True)
        button.setAutoRaise(True)
        button.setFixedSize(24, 24)
        button.setAccessibleName(name)
        button.setToolTip(name)
        button.toggled.connect(self._decide)
        return button

    def _decide(self) -> None:
        decision = TrackDecision(self._gain.value(), self._mute.isChecked(), self._solo.isChecked())
        self.decided.emit(self._name, decision)
