"""The timeline's canvas: shows a timeline value, turns mouse and keys into signals. Changes nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from studio.core.timeline import Clip, Timeline
from studio.i18n import _
from studio.ui.timeline.header import LaneHeader
from studio.ui.timeline.lanes import HEADER_PX, LANE_GAP_PX, LANE_PX, RULER_PX, Lane, clip_at, lanes_of
from studio.ui.timeline.look import ClipLook
from studio.ui.timeline.painter import Colors, Scene, TimelinePainter
from studio.ui.timeline.scale import Scale, clock
from studio.ui.timeline.tiles import Peaks, TileCache

_SCROLL_STEP_PX = 60
_SCROLL_UNIT_S = 0.05  # the scroll bar counts in these: 32 bits hold three years of them
_NUDGE_S = 0.05
_DRAG_PX = 4

_InView = tuple[object, dict[tuple[str, str], tuple[Clip, ClipLook | None]]]


class TimelineView(QAbstractScrollArea):
    """Speech and the lanes beside it. GUI thread.

    `seek_asked(seconds)`, `play_asked(seconds)`, `clip_selected(id)`, `clip_shifted(id, seconds, is_last)` while and after a
    drag (seconds since the drag began), `track_decided(name, TrackDecision)`, `zoomed()`.
    """

    seek_asked = Signal(float)
    play_asked = Signal(float)
    clip_selected = Signal(str)
    clip_shifted = Signal(str, float, bool)
    track_decided = Signal(str, object)
    zoomed = Signal()

    def __init__(self, colors: Colors, peaks: Callable[[str], Peaks | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors = colors
        self._peaks = peaks
        self._timeline = Timeline()
        self._lanes: tuple[Lane, ...] = ()
        self._looks: Mapping[str, ClipLook] = {}
        self._scale = Scale()
        self._selected = ""
        self._position_s = 0.0
        self._tiles = TileCache()
        self._painter: TimelinePainter | None = None
        self._headers: dict[str, LaneHeader] = {}
        self._press: tuple[QPointF, Clip] | None = None
        self._dragging = False
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(_("Timeline"))
        self.setAccessibleDescription(_("Left and right choose a clip, Enter plays it, Alt with left and right moves it"))
        self.horizontalScrollBar().valueChanged.connect(self._scrolled)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)

    # -- what is shown -------------------------------------------------------------------------------------------------

    def show_timeline(self, timeline: Timeline, looks: Mapping[str, ClipLook]) -> None:
        """Show this timeline. Only what looks otherwise than before is painted again: nothing, where nothing in view does."""
        before = self._in_view()
        if timeline is not self._timeline:
            heads = self._heads()
            self._timeline, self._lanes = timeline, lanes_of(timeline)
            if heads != self._heads():
                self._place_headers()
            self._update_scroll_bars()
        self._looks = looks
        self._repaint_difference(before, self._in_view())

    def show_position(self, seconds: float, follow: bool) -> None:
        """Move the playhead; `follow` scrolls a page when it leaves the view. Repaints two narrow strips, no more."""
        old, self._position_s = self._position_s, seconds
        visible = 0 <= self._scale.x(seconds) <= self._lane_width()
        if follow and not visible:
            self.scroll_to(seconds - 0.1 * self._lane_width() / self._scale.px_per_s)
        for moment in (old, seconds):
            x = HEADER_PX + int(self._scale.x(moment))
            self.viewport().update(QRect(x - 2, 0, 5, self.viewport().height()))

    def show_colors(self, colors: Colors) -> None:
        self._colors = colors
        self._painter = None
        self.viewport().update()

    def peaks_ready(self, source: str) -> None:
        """The peaks of a source have arrived or changed."""
        self._tiles.forget(source)
        self.viewport().update()

    def select(self, clip_id: str, reveal: bool = True) -> None:
        """Mark a clip, and scroll to it when asked; says nothing back."""
        if clip_id == self._selected:
            return
        self._selected = clip_id
        clip = self._speech_clip(clip_id)
        if clip is not None and reveal:
            start_s, end_s = clip.start / self._timeline.rate, clip.end / self._timeline.rate
            if self._scale.x(start_s) < 0 or self._scale.x(end_s) > self._lane_width():
                self.scroll_to(start_s - 0.2 * self._lane_width() / self._scale.px_per_s)
        self.viewport().update()

    # -- where it looks ------------------------------------------------------------------------------------------------

    @property
    def scale(self) -> Scale:
        return self._scale

    @property
    def position_s(self) -> float:
        return self._position_s

    @property
    def tiles(self) -> TileCache:
        return self._tiles

    def zoom(self, steps: int, x: float | None = None) -> None:
        """Closer or further, around `x` of the lanes' area (the playhead when it is in view, else the middle)."""
        if x is None:
            x = self._scale.x(self._position_s)
            x = x if 0 <= x <= self._lane_width() else self._lane_width() / 2
        self._rescale(self._scale.zoomed(steps, x))

    def fit(self, start_s: float, end_s: float) -> None:
        """Show just this stretch."""
        self._rescale(self._scale.fitting(start_s, end_s, self._lane_width()))

    def scroll_to(self, seconds: float) -> None:
        self._rescale(self._scale.scrolled_to(seconds))

    # -- Qt ------------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        if self._painter is None:
            self._painter = TimelinePainter(self._colors, self.font(), self.devicePixelRatioF())
        scene = Scene(self._timeline, self._lanes, self._looks, self._scale, self._selected, self._position_s, self._peaks)
        offset = self.verticalScrollBar().value()
        painter.translate(0, -offset)
        area = QRectF(event.rect().translated(0, offset))
        self._painter.paint(painter, scene, self._tiles, area, self.viewport().width())
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange, QEvent.Type.DevicePixelRatioChange):
            self._painter = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._update_scroll_bars()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self._place_headers()
        self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(1 if turn.y() > 0 else -1, event.position().x() - HEADER_PX)
        else:
            pixels = (turn.x() or turn.y()) / 120 * _SCROLL_STEP_PX
            self.scroll_to(self._scale.left_s - pixels / self._scale.px_per_s)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or event.position().x() < HEADER_PX:
            return
        hit = self._hit(event.position())
        if hit is None:
            self.seek_asked.emit(max(0.0, self._scale.seconds(event.position().x() - HEADER_PX)))
            return
        self._press = (event.position(), hit[1])
        self._choose(hit[1])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._press is None:
            hit = self._hit(event.position())
            if hit is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPosition().toPoint(), self._describe(hit[1]), self.viewport())
            return
        start, clip = self._press
        moved_px = event.position().x() - start.x()
        if self._dragging or abs(moved_px) >= _DRAG_PX:
            self._dragging = True
            self.clip_shifted.emit(clip.id, moved_px / self._scale.px_per_s, False)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._press is None:
            return
        start, clip = self._press
        if self._dragging:
            self.clip_shifted.emit(clip.id, (event.position().x() - start.x()) / self._scale.px_per_s, True)
        else:
            self.seek_asked.emit(self._scale.seconds(event.position().x() - HEADER_PX))
        self._press, self._dragging = None, False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        hit = self._hit(event.position())
        if hit is not None:
            self.play_asked.emit(hit[1].start / self._timeline.rate)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(key))
        if step is not None and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            if self._selected:
                self.clip_shifted.emit(self._selected, step * _NUDGE_S, True)
        elif step is not None:
            self._step(step)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            clip = self._speech_clip(self._selected)
            self.play_asked.emit(clip.start / self._timeline.rate if clip else self._position_s)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(1)
        elif key == Qt.Key.Key_Minus:
            self.zoom(-1)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            speech = self._speech()
            if speech:
                self._choose(speech[0 if key == Qt.Key.Key_Home else -1])
                self.select(self._selected)
        else:
            super().keyPressEvent(event)

    # -- inside --------------------------------------------------------------------------------------------------------

    def _speech(self) -> tuple[Clip, ...]:
        return next((lane.track.clips for lane in self._lanes if lane.track.name == "speech"), ())

    def _speech_clip(self, clip_id: str) -> Clip | None:
        return next((clip for clip in self._speech() if clip.id == clip_id), None)

    def _step(self, step: int) -> None:
        speech = self._speech()
        if not speech:
            return
        ids = [clip.id for clip in speech]
        here = ids.index(self._selected) if self._selected in ids else (-1 if step > 0 else len(ids))
        clip = speech[min(max(here + step, 0), len(speech) - 1)]
        selected_before = self._selected
        self._choose(clip)
        if selected_before != clip.id:
            self._selected = selected_before
            self.select(clip.id)

    def _choose(self, clip: Clip) -> None:
        self._selected = clip.id
        self.setAccessibleDescription(self._describe(clip))
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
        self.clip_selected.emit(clip.id)
        self.viewport().update()

    def _describe(self, clip: Clip) -> str:
        look = self._looks.get(clip.id, ClipLook(0, clip.title or clip.source))
        length_s = clip.length / self._timeline.rate
        start = clock(clip.start / self._timeline.rate, 1)
        return f"{look.spoken(length_s)} · {start}" if look.number else f"{look.title} · {start}"

    def _hit(self, point: QPointF) -> tuple[Lane, Clip] | None:
        offset = self.verticalScrollBar().value()
        return clip_at(self._lanes, self._scale, self._timeline.rate, point.x() - HEADER_PX, point.y() + offset)

    def _in_view(self) -> _InView:
        """What a frame is painted from: the frame around the clips, and the clips by lane and id."""
        rate, scale = self._timeline.rate, self._scale
        first, last = int(scale.seconds(0) * rate), int(scale.seconds(self._lane_width()) * rate) + 1
        clips = {
            (lane.track.name, clip.id): (clip, self._looks.get(clip.id))
            for lane in self._lanes
            for clip in lane.between(first, last)
        }
        return ([(lane.track.name, lane.top) for lane in self._lanes], self._timeline.markers, rate, scale), clips

    def _heads(self) -> list[tuple[object, ...]]:
        """What the lanes' headers show."""
        return [(lane.track.name, lane.track.gain_db, lane.track.mute, lane.track.solo) for lane in self._lanes]

    def _repaint_difference(self, before: _InView, now: _InView) -> None:
        (frame, old), (new_frame, new) = before, now
        if frame != new_frame:
            self.viewport().update()
            return
        differ = [
            found
            for name in old.keys() | new.keys()
            if old.get(name) != new.get(name)
            for found in (old.get(name), new.get(name))
        ]
        edges = [edge for found in differ if found is not None for edge in (found[0].start, found[0].end)]
        if edges:
            left = HEADER_PX + int(self._scale.x(min(edges) / self._timeline.rate)) - 3
            right = HEADER_PX + int(self._scale.x(max(edges) / self._timeline.rate)) + 4
            left = max(left, 0)
            self.viewport().update(QRect(left, 0, min(right, self.viewport().width()) - left, self.viewport().height()))

    def _lane_width(self) -> float:
        return max(1.0, self.viewport().width() - HEADER_PX)

    def _rescale(self, scale: Scale) -> None:
        self._scale = scale
        self._update_scroll_bars()
        self.viewport().update()
        self.zoomed.emit()

    def _update_scroll_bars(self) -> None:
        total_s = self._timeline.length / self._timeline.rate + 2.0
        page_s = self._lane_width() / self._scale.px_per_s
        bar = self.horizontalScrollBar()
        bar.blockSignals(True)
        bar.setRange(0, max(0, int((total_s - page_s) / _SCROLL_UNIT_S), int(self._scale.left_s / _SCROLL_UNIT_S)))
        bar.setPageStep(max(1, int(page_s / _SCROLL_UNIT_S)))
        bar.setValue(int(self._scale.left_s / _SCROLL_UNIT_S))
        bar.blockSignals(False)
        height = RULER_PX + len(self._lanes) * (LANE_PX + LANE_GAP_PX)
        self.verticalScrollBar().setRange(0, max(0, height - self.viewport().height()))
        self.verticalScrollBar().setPageStep(self.viewport().height())

    def _scrolled(self, value: int) -> None:
        self._scale = self._scale.scrolled_to(value * _SCROLL_UNIT_S)
        self.viewport().update()

    def _place_headers(self) -> None:
        names = [lane.track.name for lane in self._lanes]
        for name in [name for name in self._headers if name not in names]:
            self._headers.pop(name).deleteLater()
        for lane in self._lanes:
            header = self._headers.get(lane.track.name)
            if header is None:
                header = LaneHeader(lane.track.name, self.viewport())
                header.decided.connect(self.track_decided)
                self._headers[lane.track.name] = header
                header.show()
            header.show_track(lane.track)
            header.move(QPoint(0, lane.top - self.verticalScrollBar().value()))
