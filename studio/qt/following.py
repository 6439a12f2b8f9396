"""Which word is heard: from a place on the timeline to a word of a segment, by the times that the take knows."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from studio.core.errors import ProjectError
from studio.core.render import Word
from studio.core.timeline import Clip, Timeline
from studio.qt.reviewed import review_of
from studio.qt.session import Session


@dataclass(frozen=True, slots=True)
class Spoken:
    """Code points `start` to `end` of a turn's text are heard. Without word times it is the whole turn."""

    segment: int
    turn: int
    start: int
    end: int


class Follower:
    """Remembers the words of the clip that plays. Lives on the GUI thread."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._timeline = Timeline()
        self._starts: list[int] = []
        self._clips: tuple[Clip, ...] = ()
        self._key = ""
        self._words: tuple[Word, ...] = ()

    def at(self, frame: int) -> Spoken | None:
        """What is heard at a frame of the timeline; None in silence and where nothing is rendered."""
        clip = self.clip_at(frame)
        if clip is None or not clip.source:
            return None
        index = self._session.index_of(clip.id)
        if index is None:
            return None
        seconds = (frame - clip.start + clip.offset) / self._timeline.rate
        word = self._word(clip.source, seconds)
        turns = self._session.plan.segments[index].turns
        if word is not None and word.turn < len(turns) and word.end <= len(turns[word.turn].text):
            return Spoken(index, word.turn, word.start, word.end)
        return Spoken(index, 0, 0, min(1, len(turns[0].text))) if not self._words else None

    def clip_at(self, frame: int) -> Clip | None:
        """The speech clip at a frame."""
        timeline = self._session.timeline
        if timeline is not self._timeline:
            speech = timeline.track("speech")
            self._clips = speech.clips if speech is not None else ()
            self._starts = [clip.start for clip in self._clips]
            self._timeline = timeline
        number = bisect_right(self._starts, frame) - 1
        if number < 0 or frame >= self._clips[number].end:
            return None
        return self._clips[number]

    def _word(self, key: str, seconds: float) -> Word | None:
        if key != self._key:
            self._key = key
            self._words = self._words_of(key)
        return next((word for word in self._words if word.start_s <= seconds < word.end_s), None)

    def _words_of(self, key: str) -> tuple[Word, ...]:
        """As the engine told them; else as they were found by measuring the take."""
        try:
            told = self._session.sounds.words(key)
        except ProjectError:
            told = ()
        review = review_of(self._session, key) if not told else None
        return review.words if review is not None else told
