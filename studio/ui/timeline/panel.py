"""The timeline with its tool row: zoom, fit the chapter, fit everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from studio.core.timeline import Timeline
from studio.i18n import _
from studio.ui.timeline.look import ClipLook
from studio.ui.timeline.painter import Colors
from studio.ui.timeline.tiles import Peaks
from studio.ui.timeline.view import TimelineView


class TimelinePanel(QWidget):
    """Owns a TimelineView (`view`) and the row above it. GUI thread."""

    def __init__(self, colors: Colors, peaks: Callable[[str], Peaks | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = TimelineView(colors, peaks)
        self._timeline = Timeline()
        title = QLabel(_("Timeline"))
        title.setObjectName("panel-title")
        row = QHBoxLayout()
        row.setContentsMargins(12, 6, 12, 2)
        row.setSpacing(4)
        row.addWidget(title)
        row.addStretch(1)
        row.addWidget(self._button("−", _("Zoom out"), lambda: self.view.zoom(-1)))
        row.addWidget(self._button("+", _("Zoom in"), lambda: self.view.zoom(1)))
        row.addWidget(self._button(_("Fit chapter"), _("Show the chapter under the playhead"), self.fit_chapter))
        row.addWidget(self._button(_("Fit all"), _("Show the whole timeline"), self.fit_all))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.view, 1)

    def show_timeline(self, timeline: Timeline, looks: Mapping[str, ClipLook]) -> None:
        """As TimelineView.show_timeline."""
        self._timeline = timeline
        self.view.show_timeline(timeline, looks)

    def fit_all(self) -> None:
        self.view.fit(0.0, max(1.0, self._timeline.length / self._timeline.rate))

    def fit_chapter(self) -> None:
        """From the chapter marker before the playhead to the one after it."""
        rate = self._timeline.rate
        starts = [0.0, *(marker.start / rate for marker in self._timeline.markers), self._timeline.length / rate]
        here = self.view.position_s
        start = max((start for start in starts if start <= here), default=0.0)
        end = min((start_s for start_s in starts if start_s > here), default=start + 1.0)
        self.view.fit(start, end)

    def _button(self, text: str, name: str, act: Callable[[], None]) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setAccessibleName(name)
        button.setToolTip(name)
        button.setAutoRaise(True)
        button.setMinimumSize(28, 26)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda _checked=False: act())
        return button
