import random

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication, QDoubleSpinBox, QToolButton

from studio.core.project import TrackDecision
from studio.core.timeline import RATE, Clip, Marker, Timeline, Track
from studio.ui.timeline.lanes import HEADER_PX, LANE_PX, RULER_PX, clip_at, lanes_of
from studio.ui.timeline.look import ClipLook
from studio.ui.timeline.painter import Colors
from studio.ui.timeline.panel import TimelinePanel
from studio.ui.timeline.scale import Scale

SPEECH_Y = RULER_PX + LANE_PX // 2


class Loud:
    seconds = 1e6

    def columns(self, start_s: float, end_s: float, count: int) -> tuple[np.ndarray, np.ndarray]:
        return np.full(count, -0.8), np.full(count, 0.8)


def colors() -> Colors:
    named = [QColor(name) for name in ("#1e1f22", "#26282c", "#34373d", "#e6e7ea", "#a8adb5", "#8ab4f8")]
    speakers = (QColor("#7fd1e0"), QColor("#f0a8cf"))
    return Colors(*named, {"failed": QColor("#f28b82")}, speakers, QColor("#b9d38a"))


def clips(*lengths_s: float, gap_s: float = 1.0) -> tuple[Clip, ...]:
    result, start = [], 0.0
    for number, length in enumerate(lengths_s):
        result.append(Clip(f"s{number}", f"take{number}", round(start * RATE), round(length * RATE)))
        start += length + gap_s
    return tuple(result)


def show(qtbot, *tracks: Track, looks: dict[str, ClipLook] | None = None) -> TimelinePanel:
    panel = TimelinePanel(colors(), lambda source: Loud())
    qtbot.addWidget(panel)
    panel.resize(900, 268)
    length = max((clip.end for track in tracks for clip in track.clips), default=0)
    panel.show_timeline(Timeline(tracks, (Marker(0, "Cold open"), Marker(12 * RATE, "Letters")), length), looks or {})
    panel.show()
    QApplication.processEvents()
    return panel


def at(panel: TimelinePanel, seconds: float) -> QPoint:
    return QPoint(HEADER_PX + round(panel.view.scale.x(seconds)), SPEECH_Y)


def test_the_clip_under_a_point_is_found_by_bisection_as_by_looking_at_all() -> None:
    rng = random.Random(3)
    track = Track("music", tuple(Clip(str(n), "x", rng.randrange(10**7), rng.randrange(1, 10**6)) for n in range(300)))
    lanes = lanes_of(Timeline((Track("speech"), track)))
    for _ in range(500):
        first = rng.randrange(11 * 10**6)
        last = first + rng.randrange(10**5)
        slow = {clip.id for clip in track.clips if clip.start <= last and clip.end > first}
        assert {clip.id for clip in lanes[1].between(first, last)} == slow


def test_a_point_outside_every_clip_hits_nothing() -> None:
    lanes = lanes_of(Timeline((Track("speech", clips(2, 2)),)))
    assert clip_at(lanes, Scale(10), RATE, 5, SPEECH_Y) is not None
    assert clip_at(lanes, Scale(10), RATE, 25, SPEECH_Y) is None
    assert clip_at(lanes, Scale(10), RATE, 5, SPEECH_Y + LANE_PX) is None


def test_clicking_beside_the_clips_seeks_and_clicking_a_clip_chooses_it_too(qtbot) -> None:
    panel = show(qtbot, Track("speech", clips(4, 4)))
    sought, chosen = [], []
    panel.view.seek_asked.connect(sought.append)
    panel.view.clip_selected.connect(chosen.append)
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=at(panel, 4.5))
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=at(panel, 6))
    assert sought == pytest.approx([4.5, 6.0], abs=0.05)
    assert chosen == ["s1"]


def test_a_drag_reports_how_far_and_when_it_ends_and_a_shaky_click_is_no_drag(qtbot) -> None:
    panel = show(qtbot, Track("speech", clips(4, 4)))
    shifts = []
    panel.view.clip_shifted.connect(lambda clip, seconds, last: shifts.append((clip, round(seconds, 2), last)))
    viewport = panel.view.viewport()
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=at(panel, 6))
    qtbot.mouseMove(viewport, at(panel, 6) + QPoint(2, 0))
    assert shifts == []
    qtbot.mouseMove(viewport, at(panel, 6) + QPoint(24, 0))
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=at(panel, 6) + QPoint(48, 0))
    assert shifts == [("s1", 1.0, False), ("s1", 2.0, True)]


def test_clips_are_chosen_played_and_moved_by_keys_alone(qtbot) -> None:
    panel = show(qtbot, Track("speech", clips(4, 4, 4)))
    chosen, played, shifted = [], [], []
    panel.view.clip_selected.connect(chosen.append)
    panel.view.play_asked.connect(played.append)
    panel.view.clip_shifted.connect(lambda *shift: shifted.append(shift))
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return, Qt.Key.Key_End, Qt.Key.Key_Right, Qt.Key.Key_Home):
        qtbot.keyClick(panel.view, key)
    qtbot.keyClick(panel.view, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert chosen == ["s0", "s1", "s2", "s2", "s0"]
    assert played == [5.0]
    assert shifted == [("s0", -0.05, True)]


def test_a_screen_reader_is_told_which_clip_is_chosen_and_its_state(qtbot) -> None:
    looks = {"s0": ClipLook(7, "So what did the keeper", "stale")}
    panel = show(qtbot, Track("speech", clips(4)), looks=looks)
    qtbot.keyClick(panel.view, Qt.Key.Key_Right)
    assert panel.view.accessibleDescription() == "Segment 7, So what did the keeper, 4.0 seconds, stale · 0:00.0"


def test_choosing_a_clip_out_of_view_scrolls_to_it(qtbot) -> None:
    panel = show(qtbot, Track("speech", clips(*[9.0] * 40)))
    panel.view.select("s30")
    assert 0 <= panel.view.scale.x(300) <= 900


def test_the_wheel_scrolls_and_with_control_zooms(qtbot) -> None:
    panel = show(qtbot, Track("speech", clips(*[9.0] * 40)))

    def turn(notches: int, modifiers: Qt.KeyboardModifier) -> None:
        where = QPointF(500, 60)
        event = QWheelEvent(
            where,
            where,
            QPoint(),
            QPoint(0, notches * 120),
            Qt.MouseButton.NoButton,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(panel.view.viewport(), event)

    turn(-2, Qt.KeyboardModifier.NoModifier)
    assert panel.view.scale.left_s == pytest.approx(120 / 24)
    before = panel.view.scale.px_per_s
    turn(1, Qt.KeyboardModifier.ControlModifier)
    assert panel.view.scale.px_per_s == pytest.approx(before * 1.25)


def test_fit_shows_the_whole_show_or_the_chapter_under_the_playhead(qtbot) -> None:
    panel = show(qtbot, Track("speech", clips(*[9.0] * 4)))
    panel.fit_all()
    assert panel.view.scale.x(39) == pytest.approx(panel.view.viewport().width() - HEADER_PX)
    panel.view.show_position(15, follow=False)
    panel.fit_chapter()
    assert panel.view.scale.left_s == 12.0
    assert panel.view.scale.seconds(panel.view.viewport().width() - HEADER_PX) == pytest.approx(39)


def test_the_playhead_turns_the_page_when_it_leaves_the_view(qtbot) -> None:
    panel = show(qtbot, Track("speech", clips(*[9.0] * 40)))
    panel.view.show_position(200, follow=False)
    assert panel.view.scale.left_s == 0
    panel.view.show_position(201, follow=True)
    assert 0 < panel.view.scale.x(201) < 300


def test_mute_solo_and_level_of_a_lane_are_ordinary_named_widgets(qtbot) -> None:
    panel = show(qtbot, Track("speech", clips(4)), Track("music", clips(9), gain_db=-18))
    decided = []
    panel.view.track_decided.connect(lambda track, decision: decided.append((track, decision)))
    mute = next(b for b in panel.findChildren(QToolButton) if b.accessibleName() == "Mute Music")
    level = next(b for b in panel.findChildren(QDoubleSpinBox) if "Music" in b.accessibleName())
    assert level.value() == -18
    mute.click()
    level.setValue(-20)
    assert decided == [("music", TrackDecision(-18, mute=True)), ("music", TrackDecision(-20, mute=True))]
    assert all(button.accessibleName() for button in panel.findChildren(QToolButton))


def test_a_rendered_clip_shows_its_waveform_and_an_unrendered_one_does_not(qtbot) -> None:
    rendered, missing = Clip("a", "take", 0, 5 * RATE), Clip("b", "", 6 * RATE, 5 * RATE)
    look = {"a": ClipLook(1, "", voices=((0, 1.0),)), "b": ClipLook(2, "", "empty", voices=((0, 1.0),))}
    panel = show(qtbot, Track("speech", (rendered, missing)), looks=look)
    picture = panel.view.viewport().grab().toImage()
    scale = picture.width() / panel.view.viewport().width()

    def color_at(seconds: float) -> str:
        point = at(panel, seconds) + QPoint(0, 6)
        return picture.pixelColor(round(point.x() * scale), round(point.y() * scale)).name()

    assert color_at(2.5) == "#7fd1e0"
    assert color_at(8.5) != "#7fd1e0"


class Paints(QObject):
    """Which parts of a widget were painted."""

    def __init__(self, widget) -> None:
        super().__init__(widget)
        self.areas: list[QRect] = []
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.areas.append(event.rect())
        return False


def shown_again(panel: TimelinePanel, speech: tuple[Clip, ...], looks: dict[str, ClipLook]) -> list[QRect]:
    """What showing a changed timeline paints."""
    QApplication.processEvents()
    paints = Paints(panel.view.viewport())
    markers = (Marker(0, "Cold open"), Marker(12 * RATE, "Letters"))
    panel.show_timeline(Timeline((Track("speech", speech),), markers, speech[-1].end), looks)
    QApplication.processEvents()
    return paints.areas


def test_a_change_that_nobody_sees_paints_nothing(qtbot) -> None:
    before = clips(*[9.0] * 40)
    looks = {clip.id: ClipLook(1, "One", "empty") for clip in before}
    panel = show(qtbot, Track("speech", before), looks=looks)
    longer = (*before[:-1], Clip("s39", "take39", before[-1].start, 20 * RATE))
    assert shown_again(panel, longer, {**looks, "s39": ClipLook(40, "Far off", "rendered")}) == []


def test_a_change_in_view_paints_the_clip_and_not_its_neighbours(qtbot) -> None:
    before = clips(*[9.0] * 40)
    looks = {clip.id: ClipLook(1, "One", "empty") for clip in before}
    panel = show(qtbot, Track("speech", before), looks=looks)
    (area,) = shown_again(panel, before, {**looks, "s1": ClipLook(1, "One", "stale")})
    assert area.contains(at(panel, 10.1))
    assert area.contains(at(panel, 18.9))
    assert not area.contains(at(panel, 8.5))
    assert not area.contains(at(panel, 20.5))


def test_a_clip_that_grew_moves_all_that_follows(qtbot) -> None:
    panel = show(qtbot, Track("speech", clips(4, 4, 4)))
    moved = clips(4, 7, 4)
    (area,) = shown_again(panel, moved, {})
    assert area.contains(at(panel, 5.1))
    assert area.contains(at(panel, 16.9))
    assert not area.contains(at(panel, 3))


@pytest.mark.parametrize("px_per_s", [1, 2, 6, 40])
def test_neighbours_share_no_column_and_leave_no_hole_however_far_away(qtbot, px_per_s: float) -> None:
    """Three speakers share a clip to the last pixel."""
    voices = ((0, 1 / 3), (1, 1 / 3), (0, 1 / 3))
    panel = show(qtbot, Track("speech", clips(20)), looks={"s0": ClipLook(1, "", voices=voices)})
    panel.view.fit(0, panel.view.viewport().width() / px_per_s)
    picture = panel.view.viewport().grab().toImage()
    ground, y = picture.pixelColor(picture.width() - 4, SPEECH_Y), RULER_PX + LANE_PX - 8
    filled = [x for x in range(HEADER_PX, picture.width() - 4) if picture.pixelColor(x, y) != ground]
    left, right = (HEADER_PX + round(panel.view.scale.x(second)) for second in (0, 20))
    assert set(filled) >= set(range(left + 2, right))
    assert right - 1 <= max(filled) <= right


def test_the_corners_of_a_clip_are_round_and_show_the_ground(qtbot) -> None:
    panel = show(qtbot, Track("speech", clips(10)), looks={"s0": ClipLook(1, "", voices=((0, 1.0),))})
    picture = panel.view.viewport().grab().toImage()
    left, ground = HEADER_PX + round(panel.view.scale.x(10)) - 1, picture.pixelColor(picture.width() - 4, SPEECH_Y)
    assert picture.pixelColor(left, RULER_PX).name() == ground.name()
    assert picture.pixelColor(left, SPEECH_Y).name() != ground.name()
