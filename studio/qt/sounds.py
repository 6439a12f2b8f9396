"""From the name of a source on the timeline to its sound: takes by their key, other files by their path. For any thread.

Heavy libraries are imported when a sound is first opened, so that the window appears before them.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from studio.core.render import Word
from studio.core.timeline import Timeline

if TYPE_CHECKING:
    from studio.audio.sources import Source
    from studio.qt.sound import Block
    from studio.store.takes import TakeStore

_KEY = re.compile(r"[0-9a-f]{32}")
CHANNELS = 2
BLOCK = 2048  # frames the player mixes at a time: an edit is heard within 50 ms


class Lent(Protocol):
    """Sound in memory that is no file: what is being rendered, what is compared."""

    def source(self) -> Source: ...


def is_key(source: str) -> bool:
    """A take's key rather than a path."""
    return _KEY.fullmatch(source) is not None


class Sounds:
    """Opens what a timeline names. It has a take store of its own: one store serves one thread at a time, hence the lock."""

    def __init__(self, takes: TakeStore) -> None:
        self._takes = takes
        self._lock = threading.Lock()
        self._lent: dict[str, Lent] = {}  # what is listened to

    def path(self, source: str) -> Path:
        """The file of a source. Raises ProjectError when a take is missing or damaged."""
        if not is_key(source):
            return Path(source)
        with self._lock:
            return self._takes.path(source)

    def lend(self, *sounds: Lent) -> str:
        """The name of a source for the first of these sounds in memory, until others are lent; for the rest see `lent`."""
        self._lent = {self.lent(sound): sound for sound in sounds}
        return self.lent(sounds[0])

    @staticmethod
    def lent(sound: Lent) -> str:
        """The name of the source that a sound is while it is lent."""
        return f"lent:{id(sound)}"

    def samples_of_take(self, key: str) -> int:
        """A take's length in samples of the timeline. Raises ProjectError when it is missing."""
        from studio.render.arrange import samples_of

        with self._lock:
            take = self._takes.info(key)
        return samples_of(take.frames, take.rate)

    def words(self, key: str) -> tuple[Word, ...]:
        """When the words of a take are heard. Raises ProjectError when it is missing."""
        with self._lock:
            return self._takes.words(key)

    def open(self, source: str) -> Source:
        """The sound itself. Raises AudioError or ProjectError."""
        from studio.audio.files import Reader

        if (lent := self._lent.get(source)) is not None:
            return lent.source()
        return Reader(self.path(source))

    def mix(self, timeline: Timeline, start: int) -> Iterator[Block]:
        """What the player hears, from a frame on."""
        from studio.audio.mix import mix

        return mix(timeline, self.open, channels=CHANNELS, start=start, block=BLOCK)
