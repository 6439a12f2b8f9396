"""The show at a glance, from what the session holds: chapters, characters, sounds, words and length. Pure reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio.core.script import Paragraph, SpanKind
from studio.qt.models.cast import CharacterRow
from studio.qt.models.chapters import ChapterRow
from studio.qt.session import Session
from studio.qt.states import State

DONE = (State.RENDERED, State.KEPT, State.LOCKED)


@dataclass(frozen=True, slots=True)
class Outline:
    """`speakers` maps names to the number of their colour, in the order in which they are first met."""

    chapters: tuple[ChapterRow, ...]
    characters: tuple[CharacterRow, ...]
    speakers: Mapping[str, int]
    sounds: tuple[tuple[str, float], ...]  # file as written, its level in dB
    words: int
    seconds: float


def outline(session: Session, counter: WordCount) -> Outline:
    """Costs one pass over the segments: for a timer, not for every key."""
    speakers = _speakers(session)
    chapters = _chapters(session)
    return Outline(
        chapters,
        tuple(character(session, name, number) for name, number in speakers.items()),
        speakers,
        _sounds(session),
        counter.of(session.script.paragraphs),
        sum(chapter.seconds for chapter in chapters),
    )


def character(session: Session, name: str, number: int) -> CharacterRow:
    """One member of the cast as it is cast now."""
    entry = session.cast.get(name)
    if entry is None:
        return CharacterRow(name, number)
    is_missing = bool(entry.voice) and not session.has_voice(entry.voice)
    return CharacterRow(name, number, entry.voice, entry.style, is_missing, entry.seed)


def seconds_of(session: Session, segment: str) -> tuple[float, bool]:
    """A segment's length in seconds, and whether that is an estimate."""
    status = session.states.of(segment)
    heard = session.takes.seconds(status.take) if status is not None and status.take else None
    return (session.estimated_s(segment), True) if heard is None else (heard, False)


class WordCount:
    """Counts the words that are spoken. Paragraphs are immutable, so each is counted once in its life."""

    def __init__(self) -> None:
        self._counted: dict[int, tuple[Paragraph, int]] = {}

    def of(self, paragraphs: Sequence[Paragraph]) -> int:
        before, now = self._counted, {}
        for paragraph in paragraphs:
            if paragraph.utterances:
                number = id(paragraph)
                now[number] = before.get(number) or (paragraph, _words_in(paragraph))
        self._counted = now
        return sum(count for _, count in now.values())


def _words_in(paragraph: Paragraph) -> int:
    return sum(
        len(line.text[span.start : span.end].split())
        for line in paragraph.lines
        for span in line.spans
        if span.kind is SpanKind.TEXT
    )


def _speakers(session: Session) -> dict[str, int]:
    names = dict.fromkeys(session.cast)
    names.update(dict.fromkeys(turn.character for one in session.plan.segments for turn in one.turns))
    return {name: number for number, name in enumerate(names)}


def _chapters(session: Session) -> tuple[ChapterRow, ...]:
    found = session.script.chapters
    seconds, done, counts = [0.0] * len(found), [0] * len(found), [0] * len(found)
    status_of, heard_of = session.states.of, session.takes.seconds
    for segment, chapter in zip(session.plan.segments, session.plan.chapters, strict=True):
        if chapter >= len(found):
            continue
        status = status_of(segment.id)
        heard = heard_of(status.take) if status is not None and status.take else None
        counts[chapter] += 1
        seconds[chapter] += segment.estimated_s if heard is None else heard
        if status is not None and status.state in DONE:
            done[chapter] += 1
    return tuple(
        ChapterRow(number, one.title, one.line, done[number] / counts[number] if counts[number] else 0.0, seconds[number])
        for number, one in enumerate(found)
    )


def _sounds(session: Session) -> tuple[tuple[str, float], ...]:
    cues = [cue for paragraph in session.script.paragraphs for cue in paragraph.cues if not cue.stop]
    levels = {cue.file: cue.gain_db or cue.duck_db for cue in cues}
    if session.script.front.music:
        levels.setdefault(session.script.front.music, 0.0)
    return tuple(levels.items())


def unheard(session: Session) -> int:
    """How many segments nothing can be heard of."""
    speech = session.timeline.track("speech")
    return sum(not clip.source for clip in speech.clips) if speech is not None else 0
