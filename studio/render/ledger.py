"""No word is lost: every character of a script leads to a segment, a take and samples of the mix, or to the reason why it is
not heard. Pure; `accounts` fills it from a project.

Characters are code points of the script's text, lines parted by one line feed. Samples are the timeline's.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, groupby, pairwise

from studio.audio.ducking import audible
from studio.core.script import Line, Script, Span, SpanKind
from studio.core.segments import Plan, Segment
from studio.core.spoken import Lexicon, has_word
from studio.core.timeline import Clip, Timeline
from studio.render.arrange import MUTED_DB
from studio.render.hearing import LOST, Fate, Hearing, Reason, Voiced

_NOT_SPOKEN = {
    SpanKind.FRONT: Reason.FRONT,
    SpanKind.HEADING: Reason.HEADING,
    SpanKind.COMMENT: Reason.COMMENT,
    SpanKind.DIRECTION: Reason.DIRECTION,
    SpanKind.SPEAKER: Reason.TAG,
    SpanKind.SPACE: Reason.SPACE,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """Characters `start` to `end` have one fate. `segment`, `take` and the samples are there as far as it got."""

    start: int
    end: int
    reason: Reason
    segment: str = ""
    take: str = ""
    start_sample: int = 0
    end_sample: int = 0

    @property
    def is_lost(self) -> bool:
        """It was to be heard and is not."""
        return self.reason in LOST


@dataclass(frozen=True, slots=True)
class Ledger:
    """Entries that tile the text. Raises ValueError for any that do not: a gap in the book would be a word that is lost."""

    text: str
    entries: tuple[Entry, ...]
    _lines: tuple[int, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        edges = [0, *(entry.end for entry in self.entries)]
        starts = [entry.start for entry in self.entries]
        if starts != edges[:-1] or edges[-1] != len(self.text) or any(one >= other for one, other in pairwise(edges)):
            raise ValueError("the ledger does not account for every character exactly once")
        lines = accumulate((len(line) + 1 for line in self.text.split("\n")), initial=0)
        object.__setattr__(self, "_lines", tuple(lines)[:-1])

    def counts(self) -> Counter[Reason]:
        """How many characters share each fate."""
        found: Counter[Reason] = Counter()
        for entry in self.entries:
            found[entry.reason] += entry.end - entry.start
        return found

    def problems(self) -> tuple[Entry, ...]:
        """What was to be heard and is not, in the script's order: neighbours of one fate in one segment taken together."""
        found: list[Entry] = []
        gap = False
        for entry in self.entries:
            if entry.is_lost:
                last = found[-1] if found and not gap else None
                if last is not None and (last.reason, last.segment) == (entry.reason, entry.segment):
                    found[-1] = replace(last, end=entry.end)
                else:
                    found.append(entry)
                gap = False
            elif entry.reason is not Reason.SPACE:
                gap = True
        return tuple(found)

    def line(self, entry: Entry) -> int:
        """The line an entry starts in, from 1."""
        return bisect_right(self._lines, entry.start)


def ledger(script: Script, plan: Plan, timeline: Timeline, takes: Mapping[str, Voiced]) -> Ledger:
    """The book of a script. `plan` is the script's; `takes` has what is known of each take on the timeline."""
    lines = [line for paragraph in script.paragraphs for line in paragraph.lines]
    text = "\n".join(line.text for line in lines)
    starts = list(accumulate((len(line.text) + 1 for line in lines), initial=0))
    fates: list[Fate | None] = [None] * len(text)
    clips = _clips(timeline)
    for segment, first_line in zip(plan.segments, plan.lines, strict=True):
        heard = Hearing(segment, clips.get(segment.id, (None, False)), takes, timeline.rate)
        for turn in range(len(segment.turns)):
            for at, fate in zip(_places(segment, turn, first_line, starts), heard.fates(turn), strict=True):
                if fate is not None:
                    fates[at] = _both(fates[at], fate)
    lexicon = Lexicon.of(script.front.lexicon)
    settled: list[Fate] = []
    for number, line in enumerate(lines):
        settled += _line_fates(line, fates[starts[number] : starts[number] + len(line.text)], lexicon)
        settled.append(_PLAIN[Reason.SPACE])
    return Ledger(text, tuple(_entries(settled[: len(text)])))


def _entries(fates: Sequence[Fate]) -> Iterator[Entry]:
    start = 0
    for fate, group in groupby(fates):
        end = start + sum(1 for _ in group)
        yield Entry(start, end, fate.reason, fate.segment, fate.take, fate.start_sample, fate.end_sample)
        start = end


def _places(segment: Segment, turn: int, first_line: int, starts: Sequence[int]) -> Iterator[int]:
    """The code point of the script that each code point of a turn comes from."""
    spoken = segment.turns[turn]
    for (index, line, column), (after, _, _) in pairwise((*spoken.anchors, (len(spoken.text), 0, 0))):
        origin = starts[first_line + line] + column - index
        yield from range(origin + index, origin + after)


def _both(one: Fate | None, other: Fate) -> Fate:
    """Where one character stands for several spoken ones, as in a respelling: all of them have to be heard."""
    if one is None or (one.reason is Reason.SPOKEN and other.reason is not Reason.SPOKEN):
        return other
    if one.reason is Reason.SPOKEN and one.take == other.take:
        return replace(one, end_sample=max(one.end_sample, other.end_sample))
    return one


def _clips(timeline: Timeline) -> dict[str, tuple[Clip, bool]]:
    """The spoken clips by their segments, and whether each can be heard."""
    found: dict[str, tuple[Clip, bool]] = {}
    for track in timeline.tracks:
        if track.name in ("speech", "overlap"):
            is_heard = audible(track, timeline.tracks) and track.gain_db > MUTED_DB
            found |= {clip.id: (clip, is_heard and clip.gain_db > MUTED_DB) for clip in track.clips}
    return found


def _line_fates(line: Line, spoken: Sequence[Fate | None], lexicon: Lexicon | None) -> Iterator[Fate]:
    """Of each character of a line: what was spoken of it, and why the rest was not."""
    at = 0
    for span in line.spans:
        yield from [_PLAIN[Reason.SPACE]] * (span.start - at)
        yield from _span_fates(line.text, span, spoken, lexicon)
        at = span.end
    yield from [_PLAIN[Reason.SPACE]] * (len(line.text) - at)


def _span_fates(text: str, span: Span, spoken: Sequence[Fate | None], lexicon: Lexicon | None) -> Iterator[Fate]:
    is_tag = span.kind is SpanKind.MALFORMED and span.value.startswith("[")
    reason = Reason.TAG if is_tag else _NOT_SPOKEN.get(span.kind)
    stands_in = span.kind is SpanKind.SAY or (span.kind is SpanKind.MALFORMED and span.value != "")
    if reason is None and stands_in:
        said = spoken[span.start]
        yield from [said or _PLAIN[Reason.UNPLANNED if has_word(span.value) else Reason.DIRECTION]] * (span.end - span.start)
        return
    respelled = _respelled(text, span, lexicon) if reason is None else {}
    for index in range(span.start, span.end):
        if reason is not None:
            yield _PLAIN[reason]
        else:
            yield spoken[respelled.get(index, index)] or _PLAIN[_why(text[index])]


def _why(character: str) -> Reason:
    """Why a character of the words themselves is not spoken."""
    if character.isspace():
        return Reason.SPACE
    if character in "()[]{}\\":
        return Reason.MARKUP
    return Reason.UNPLANNED if has_word(character) else Reason.SILENT


def _respelled(text: str, span: Span, lexicon: Lexicon | None) -> dict[int, int]:
    """Where the spoken form of each character stands whose word the lexicon respells: all of it comes from the first one."""
    if lexicon is None or span.kind not in (SpanKind.TEXT, SpanKind.ASIDE, SpanKind.MALFORMED):
        return {}
    matches = lexicon.pattern.finditer(text[span.start : span.end])
    return {span.start + index: span.start + match.start() for match in matches for index in range(*match.span())}


_PLAIN = {reason: Fate(reason) for reason in Reason}
