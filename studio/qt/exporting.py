"""Writes the show to a file on the background pool, with progress and a way to stop. The dialog above shows the registry."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from studio.core.errors import Cancelled, ExportError, StudioError, reason
from studio.core.timeline import Timeline
from studio.qt.pools import Lane
from studio.qt.sounds import CHANNELS, Sounds

if TYPE_CHECKING:
    from studio.audio.export import Format, Tags

PROGRESS_STEP = 0.01


@dataclass(frozen=True, slots=True)
class TagWords:
    """What the user says about the episode. `cover` is a picture's path, "" for none."""

    title: str = ""
    author: str = ""
    album: str = ""
    year: str = ""
    comment: str = ""
    cover: str = ""


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """All that an export needs. A snapshot: what is edited afterwards is not in it."""

    target: Path
    timeline: Timeline
    tags: TagWords
    options: Mapping[str, str | int]
    channels: int = CHANNELS


def formats() -> tuple[Format, ...]:
    """Every format there is, in the registry's order."""
    from studio.audio.export import FORMATS

    return tuple(FORMATS.values())


class Exporting(QObject):
    """Lives on the GUI thread; one export at a time."""

    progressed = Signal(float)  # 0 to 1
    done = Signal(object)  # the file's path
    stopped = Signal()
    failed = Signal(object)  # StudioError

    _progressed = Signal(float)  # from the worker

    def __init__(self, sounds: Sounds, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sounds = sounds
        self._lane = lane
        self._stop = threading.Event()
        self._is_running = False
        self._progressed.connect(self.progressed)

    @property
    def is_running(self) -> bool:
        return self._is_running

    def start(self, order: ExportOrder) -> None:
        self._is_running = True
        self._stop = stop = threading.Event()
        self._lane.run(lambda: self._write(order, stop), self._on_done, self._on_error)

    def stop(self) -> None:
        """The file that was there stays; nothing half-written is left."""
        self._stop.set()

    def _write(self, order: ExportOrder, stop: threading.Event) -> Path:
        from studio.audio.export import write
        from studio.audio.mix import mix

        timeline = order.timeline
        told = 0.0

        def progress(frames: int) -> None:
            nonlocal told
            share = min(1.0, frames / max(1, timeline.length))
            if share - told >= PROGRESS_STEP:
                told = share
                self._progressed.emit(share)

        blocks = mix(timeline, self._sounds.open, channels=order.channels)
        tags = _tags(order.tags, timeline)
        write(order.target, blocks, timeline.rate, order.channels, tags, order.options, progress, stop.is_set)
        return order.target

    def _on_done(self, target: Path) -> None:
        self._is_running = False
        self.progressed.emit(1.0)
        self.done.emit(target)

    def _on_error(self, error: Exception) -> None:
        self._is_running = False
        if isinstance(error, Cancelled):
            self.stopped.emit()
        elif isinstance(error, StudioError):
            self.failed.emit(error)
        else:
            self.failed.emit(ExportError("the export failed", where="", kept="nothing was written", todo="see the report"))
            raise error  # a report is kept of it


def _tags(words: TagWords, timeline: Timeline) -> Tags:
    from studio.audio.export import Tags

    ends = [*(marker.start for marker in timeline.markers[1:]), timeline.length][: len(timeline.markers)]
    chapters = tuple(
        (marker.start / timeline.rate, end / timeline.rate, marker.title)
        for marker, end in zip(timeline.markers, ends, strict=True)
    )
    return Tags(words.title, words.author, words.album, words.year, words.comment, _cover(words.cover), chapters)


def _cover(path: str) -> bytes | None:
    if not path:
        return None
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ExportError(
            f"the cover picture cannot be read ({reason(error)})",
            where=path,
            kept="nothing was written",
            todo="choose another picture",
        ) from error
