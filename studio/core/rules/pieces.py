"""Rules about planned segments: how long they are, how many bytes and how many sounds they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import attrgetter

from studio.core.diagnostics import About, Finding, Fix, Rule, TextEdit
from studio.core.script import Script
from studio.core.segments import Plan, Segment

_SOUND = re.compile(r"\([^()]*\)")
_TWO_SOUNDS = re.compile(r"\([^()]*\)[\s.,!?…]*\([^()]*\)")
SECONDS_PER_SOUND = 3.0
_TURN_TEXT = attrgetter("text")

# What costs several bytes, and the plain form that costs fewer.
_PLAINER = {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "\u00a0": " ", "\u202f": " ", "‑": "-"}
_COSTLY = re.compile("[" + "".join(_PLAINER) + "]")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’]?\s+(?=\S)")


def is_quiet(segment: Segment, about: About) -> bool:
    """Whether no rule of this file can have anything to say, as far as can be seen at a glance. False decides nothing."""
    low, high = about.surroundings.limits.best_seconds
    if not low <= segment.estimated_s <= high:
        return False
    text = _text(segment)
    if text.count("(") > 1:
        return False
    return _sent_bytes(segment, text) + prompt_bytes(segment, about) <= about.surroundings.limits.max_text_bytes


def prompt_bytes(segment: Segment, about: About) -> int:
    """How many bytes the transcripts of the voices' samples take from the model's limit."""
    if not about.surroundings.voices or not about.front.cast:
        return 0
    return sum(_transcript_bytes(name, about) for name in {turn.character for turn in segment.turns})


def overhead(about: About) -> dict[str, int]:
    """The bytes that each member of the cast costs in every segment, as the planner wants to know them."""
    costs = {name: _transcript_bytes(name, about) for name in about.front.cast}
    return {name: cost for name, cost in costs.items() if cost}


def _transcript_bytes(name: str, about: About) -> int:
    entry = about.front.cast.get(name)
    voice = (about.surroundings.voices or {}).get(entry.voice) if entry else None
    sample = voice.sample(entry.style) if voice and entry else None
    return len(sample.transcript.encode("utf-8", "replace")) + 1 if sample else 0


def text_bytes(segment: Segment) -> int:
    """The bytes of the transcript that is sent, speaker tags included."""
    return _sent_bytes(segment, _text(segment))


def _sent_bytes(segment: Segment, text: str) -> int:
    turns = len(segment.turns)
    tags = 5 * turns + (5 if turns > 1 else 0)
    return (len(text) if text.isascii() else len(text.encode("utf-8", "replace"))) + tags + turns - 1


def _text(segment: Segment) -> str:
    """All that is spoken, run together."""
    return "".join(map(_TURN_TEXT, segment.turns))


def _whole(message: str) -> Finding:
    """A finding about a segment as such; lint knows where it lies."""
    return Finding(0, 0, 0, 0, message)


def _nonverbal_density(segment: Segment, about: About) -> Iterator[Finding]:
    sounds = sum(len(_SOUND.findall(turn.text)) for turn in segment.turns if "(" in turn.text)
    if not sounds:
        return
    if any(_TWO_SOUNDS.search(turn.text) for turn in segment.turns):
        yield _whole("Two sounds in a row run into each other. Put words between them, or keep one.")
    elif sounds > 1 and sounds * SECONDS_PER_SOUND > segment.estimated_s:
        message = f"{sounds} sounds in {segment.estimated_s:.0f} s are too many. Keep one for every {SECONDS_PER_SOUND:.0f} s."
        yield _whole(message)


def _segment_too_short(segment: Segment, about: About) -> Iterator[Finding]:
    low = about.surroundings.limits.best_seconds[0]
    if segment.estimated_s < low:
        yield _whole(
            f"About {segment.estimated_s:.1f} s is short for the model ({low:g} s is safe). Write more here, or cut less."
        )


def _segment_too_long(segment: Segment, about: About) -> Iterator[Finding]:
    high = about.surroundings.limits.best_seconds[1]
    if segment.estimated_s > high:
        yield _whole(f"About {segment.estimated_s:.0f} s in one piece is long ({high:g} s is safe). End a sentence earlier.")


def _text_too_long(segment: Segment, about: About) -> Iterator[Finding]:
    limit = about.surroundings.limits.max_text_bytes
    total = text_bytes(segment) + prompt_bytes(segment, about)
    if total > limit:
        yield _whole(
            f"{total:,} bytes are sent, {limit:,} are read: the end would be lost. Shorten it, or start a new paragraph."
        )


def shorter(script: Script, plan: Plan, index: int, about: About, lines: list[str]) -> Fix | None:
    """The fix for text that is too long: plainer punctuation if that is enough, else a new paragraph near the middle. `lines`
    are those that the segment lies on."""
    start, end = plan.starts[index], plan.ends[index]
    segment = plan.segments[index]
    over = text_bytes(segment) + prompt_bytes(segment, about) - about.surroundings.limits.max_text_bytes
    edits, ends = [], []
    for number, text in enumerate(lines, start.line):
        first = start.column if number == start.line else 0
        last = end.column if number == end.line else len(text)
        edits += [
            TextEdit(number, match.start(), number, match.end(), _PLAINER[match[0]])
            for match in _COSTLY.finditer(text, first, last)
        ]
        ends += [(number, match.start(), match.end()) for match in _SENTENCE_END.finditer(text, first, last)]
    if sum(len(lines[edit.line - start.line][edit.column].encode()) - 1 for edit in edits) >= over:
        return Fix("Use plainer punctuation", tuple(edits))
    if not ends:
        return None
    number, column, stop = ends[len(ends) // 2]
    newline = "\r\n\r\n" if lines[number - start.line].endswith("\r") else "\n\n"
    return Fix("Start a new paragraph", (TextEdit(number, column, number, stop, newline),))


NONVERBAL_DENSITY = Rule(
    "nonverbal-density",
    "warning",
    "More sounds than the speech can carry.",
    "More than one sound for every three seconds, or two in a row, make the model stumble: it repeats them, or speaks them. "
    "Spread them out.",
    segment=_nonverbal_density,
)
SEGMENT_TOO_SHORT = Rule(
    "segment-too-short",
    "warning",
    "A segment under five seconds by estimate.",
    "Very short pieces come out as noise or in a strange voice. A chapter, a direction or a third speaker nearby forces "
    "the cut; a few more words, or a direction at another place, give the segment something to live on.",
    segment=_segment_too_short,
)
SEGMENT_TOO_LONG = Rule(
    "segment-too-long",
    "warning",
    "A segment that could not be cut under twenty seconds.",
    "Long pieces are spoken faster and faster, and their end may be lost. The planner found no place to cut: end a sentence "
    "earlier, or begin a new paragraph.",
    segment=_segment_too_long,
)
TEXT_TOO_LONG = Rule(
    "text-too-long",
    "error",
    "More bytes than the model reads.",
    "The model reads a fixed number of bytes (Dia: 1,024), the transcript of the voice sample included, and silently drops the "
    "rest. A curly quote costs three bytes, a plain one costs one.",
    segment=_text_too_long,
)
