"""Plays a timeline through `audio.mix`, off the GUI thread. An edit swaps the snapshot between two blocks.

Without a sound device the transport still moves, by the clock, and says so once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal, Slot

from studio.core.errors import AudioError, StudioError
from studio.core.timeline import Timeline
from studio.qt.sound import BUFFER_S, Block, Clock, OpenOutput, Output

CHANNELS = 2
POSITION_MS = 33

Mix = Callable[[Timeline, int], Iterator[Block]]  # blocks of the timeline from a frame on


@dataclass(frozen=True, slots=True)
class Feeding:
    """How far ahead of the ear sound is written, how often there is more, and how long one timeline fades into the next."""

    buffer_s: float = BUFFER_S
    every_ms: int = 20
    fade_s: float = 0.0


USUAL = Feeding()
CLOSE = Feeding(buffer_s=0.04, every_ms=10, fade_s=0.005)  # for comparing: another timeline is heard within 50 ms


class Feeder(QObject):
    """Lives on the player's thread: mixes ahead and keeps the output filled."""

    trouble = Signal(object)
    ended = Signal(int)  # the number of the play that ended

    def __init__(self, mix: Mix, open_output: OpenOutput) -> None:
        super().__init__()
        self._mix = mix
        self._open_output = open_output
        self._timer: QTimer | None = None
        self._output: Output | None = None
        self._timeline = Timeline()
        self._blocks: Iterator[Block] = iter(())
        self._rest: Block | None = None  # what the output had no room for
        self._feeding = USUAL
        self._number = 0
        self._from = 0  # frame at which the output was opened
        self._written = 0  # frames written since
        self.position = 0  # frame that is heard; read by the GUI thread, written here only

    @Slot(object, object, int, object)
    def play(self, timeline: Timeline, start: int, number: int, feeding: Feeding) -> None:
        self.stop()
        self._feeding = feeding
        self._number, self._from, self._written, self.position = number, start, 0, start
        self._timeline = timeline
        try:
            self._output = self._open_output(timeline.rate, CHANNELS, feeding.buffer_s)
        except AudioError as error:
            self._output = Clock(timeline.rate)
            self.trouble.emit(error)
        self._start_mix(start)
        if self._timer is None:
            self._timer = QTimer(self)
            self._timer.setTimerType(Qt.TimerType.PreciseTimer)
            self._timer.timeout.connect(self.feed)
        self._timer.start(feeding.every_ms)
        self.feed()

    @Slot(object)
    def swap(self, timeline: Timeline) -> None:
        """Go on with another snapshot from the next block on."""
        self._timeline = timeline
        if self._output is None:
            return
        fade = round(self._feeding.fade_s * timeline.rate)
        if not fade:
            self._start_mix(self._from + self._written)
            return
        try:
            before = self._taken(fade)
            self._start_mix(self._from + self._written)
            after = self._taken(len(before))
        except (StudioError, OSError) as error:
            self._end(error)
            return
        if len(after):
            rest = [] if self._rest is None else [self._rest]
            self._rest = _joined([_faded(before[: len(after)], after), *rest])

    @Slot()
    def stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        if self._output is not None:
            self._output.close()
            self._output = None
        self._blocks, self._rest = iter(()), None

    @Slot()
    def shut_down(self) -> None:
        self.stop()
        QThread.currentThread().quit()

    @Slot()
    def feed(self) -> None:
        output = self._output
        if output is None:
            return
        try:
            self._fill(output)
        except (StudioError, OSError) as error:
            self._end(error)
            return
        self.position = min(self._from + output.heard_frames(), max(self._from, self._timeline.length))
        if self.position >= self._timeline.length:
            self.stop()
            self.ended.emit(self._number)

    def _end(self, error: StudioError | OSError) -> None:
        self.trouble.emit(error)
        self.stop()
        self.ended.emit(self._number)

    def _taken(self, frames: int) -> Block:
        """The next frames of the mix, fewer where it ends; what is left of the last block stays for the output."""
        pieces: list[Block] = []
        while frames > 0:
            block = self._rest if self._rest is not None else next(self._blocks, None)
            if block is None:
                break
            pieces.append(block[:frames])
            self._rest = block[frames:] if len(block) > frames else None
            frames -= len(pieces[-1])
        return _joined(pieces)

    def _start_mix(self, frame: int) -> None:
        self._blocks, self._rest = self._mix(self._timeline, frame), None

    def _fill(self, output: Output) -> None:
        if not output.wants_sound:
            return
        while output.free_frames() > 0 and self._from + self._written < self._timeline.length:
            block = self._rest if self._rest is not None else next(self._blocks, None)
            if block is None:
                break
            room = output.free_frames()
            output.write(block[:room])
            self._written += min(room, len(block))
            self._rest = block[room:] if len(block) > room else None


class Player(QObject):
    """Lives on the GUI thread. Positions are frames at the timeline's rate."""

    moved = Signal(object)  # the frame that is heard, about 30 times a second while playing
    playing_changed = Signal(bool)
    trouble = Signal(object)  # a StudioError to show

    _play = Signal(object, object, int, object)
    _swap = Signal(object)
    _stop = Signal()
    _shut_down = Signal()

    def __init__(self, mix: Mix, open_output: OpenOutput, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timeline = Timeline()
        self._position = 0
        self._number = 0
        self._is_playing = False
        self._is_preview = False
        self._feeding = USUAL
        self._told: set[str] = set()
        self._thread = QThread()
        self._thread.setObjectName("player")
        self._feeder = Feeder(mix, open_output)
        self._feeder.moveToThread(self._thread)
        self._play.connect(self._feeder.play)
        self._swap.connect(self._feeder.swap)
        self._stop.connect(self._feeder.stop)
        self._shut_down.connect(self._feeder.shut_down)
        self._feeder.trouble.connect(self._on_trouble)
        self._feeder.ended.connect(self._on_ended)
        self._timer = QTimer(self)
        self._timer.setInterval(POSITION_MS)
        self._timer.timeout.connect(self._on_tick)

    @property
    def position(self) -> int:
        return self._position

    @property
    def length(self) -> int:
        return self._timeline.length

    def is_playing(self) -> bool:
        return self._is_playing

    def set_timeline(self, timeline: Timeline) -> None:
        """From the next block on, this is what sounds."""
        self._timeline = timeline
        if self._is_playing and not self._is_preview:
            self._swap.emit(timeline)

    def play(self) -> None:
        if self._timeline.length == 0:
            return
        if self._position >= self._timeline.length:
            self._move_to(0)
        self._is_preview = False
        self._begin(self._timeline, self._position)

    def preview(self, timeline: Timeline) -> None:
        """Play something else once: a take, a voice. The position in the show stays."""
        self._is_preview = True
        self._begin(timeline, 0)

    def compare(self, timeline: Timeline, frame: int = 0) -> None:
        """Play something else from a frame on, so that `extend_preview` with another timeline is heard within 50 ms."""
        self._is_preview = True
        self._begin(timeline, frame, CLOSE)

    def is_previewing(self) -> bool:
        """What plays is not the show."""
        return self._is_playing and self._is_preview

    def is_comparing(self) -> bool:
        """What plays was begun by `compare`."""
        return self._is_playing and self._feeding is CLOSE

    def extend_preview(self, timeline: Timeline) -> None:
        """More of what is being previewed has come, or something else is to go on in its place."""
        if self._is_playing and self._is_preview:
            self._swap.emit(timeline)

    def pause(self) -> None:
        if self._is_playing:
            self._stop.emit()
            self._set_playing(False)

    def toggle(self) -> None:
        if self._is_playing:
            self.pause()
        else:
            self.play()

    def stop(self) -> None:
        """Fall silent and go back to the start."""
        self.pause()
        self._move_to(0)

    def seek(self, frame: int) -> None:
        self._move_to(max(0, min(frame, self._timeline.length)))
        if self._is_playing and not self._is_preview:
            self._begin(self._timeline, self._position)

    def close(self) -> None:
        self._timer.stop()
        if self._thread.isRunning():
            self._shut_down.emit()
            self._thread.wait()

    def _begin(self, timeline: Timeline, frame: int, feeding: Feeding = USUAL) -> None:
        if not self._thread.isRunning():
            self._thread.start()
        self._number += 1
        self._feeding = feeding
        self._feeder.position = frame
        self._play.emit(timeline, frame, self._number, feeding)
        self._timer.start()
        self._set_playing(True)

    def _set_playing(self, playing: bool) -> None:
        if not playing:
            self._timer.stop()
        if playing != self._is_playing:
            self._is_playing = playing
            self.playing_changed.emit(playing)

    def _move_to(self, frame: int) -> None:
        self._position = frame
        self.moved.emit(frame)

    @Slot()
    def _on_tick(self) -> None:
        if not self._is_preview:
            self._move_to(self._feeder.position)

    @Slot(int)
    def _on_ended(self, number: int) -> None:
        if number != self._number:
            return  # an earlier play; another has begun since
        if not self._is_preview:
            self._move_to(self._feeder.position)
        self._set_playing(False)

    @Slot(object)
    def _on_trouble(self, error: StudioError) -> None:
        if str(error) not in self._told:
            self._told.add(str(error))
            self.trouble.emit(error)


def _joined(pieces: list[Block]) -> Block:
    import numpy as np

    return np.concatenate(pieces) if pieces else np.zeros((0, CHANNELS), np.float32)


def _faded(before: Block, after: Block) -> Block:
    """From the one to the other in a straight line: both are the same words, about in step."""
    import numpy as np

    share = np.linspace(0.0, 1.0, len(after) + 2, dtype=np.float32)[1:-1, None]
    return before * (1 - share) + after * share
