"""What is heard of one segment: each word of its turns in its take and on the timeline, or why not. Pure; see `ledger`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from studio.core.render import Word
from studio.core.segments import Segment
from studio.core.timeline import Clip
from studio.i18n import N_

_TOKEN = re.compile(r"\S+")
_SAYABLE = re.compile(r"[^\W_]")
_SLACK_S = 1.0  # how far a word may lie from where an even pace would have it, in a take whose words are not known


class Reason(StrEnum):
    """What became of a character. The value is the stable name, for programs."""

    SPOKEN = "spoken"
    SPACE = "space"
    FRONT = "front-matter"
    HEADING = "heading"
    COMMENT = "comment"
    DIRECTION = "direction"
    TAG = "tag"
    MARKUP = "markup"  # brackets, backslashes: how something is written
    SILENT = "nothing-to-say"  # a row of asterisks
    UNPLANNED = "no-segment"
    UNRENDERED = "no-take"
    OTHER_WORDS = "other-words"
    UNSAYABLE = "unspoken"
    UNHEARD = "missing"
    TRIMMED = "trimmed"
    MUTED = "muted"


LOST: Mapping[Reason, str] = {
    Reason.UNPLANNED: N_("in no segment"),
    Reason.UNRENDERED: N_("not rendered"),
    Reason.OTHER_WORDS: N_("its take has other words"),
    Reason.UNSAYABLE: N_("the engine cannot say it"),
    Reason.UNHEARD: N_("missing in its take"),
    Reason.TRIMMED: N_("trimmed off"),
    Reason.MUTED: N_("muted"),
}


@dataclass(frozen=True, slots=True)
class Voiced:
    """What a take is known to say. `texts`: its turns, as they were asked for. `words`: when each is heard, none where that is
    not known; one without length is missing. `unspoken`: (turn, start, end) that the engine did not say."""

    texts: tuple[str, ...]
    seconds: float
    words: tuple[Word, ...] = ()
    unspoken: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Fate:
    reason: Reason
    segment: str = ""
    take: str = ""
    start_sample: int = 0
    end_sample: int = 0


class Hearing:
    """What is heard of one segment."""

    def __init__(self, segment: Segment, clip: tuple[Clip | None, bool], takes: Mapping[str, Voiced], rate: int) -> None:
        self._segment, (self._clip, self._is_audible), self._rate = segment, clip, rate
        found = self._clip is not None and takes.get(self._clip.source)
        self._take = found or None
        self._has_words = bool(found and found.words)
        self._texts = [turn.text for turn in segment.turns]
        is_other = found and list(found.texts) != self._texts
        self._moved = _moved(found.texts, self._texts) if found and is_other else None
        self._before = [sum(map(len, self._texts[:turn])) for turn in range(len(self._texts))]

    def fates(self, turn: int) -> Iterator[Fate | None]:
        """Of each code point of a turn; None for white space."""
        text = self._texts[turn]
        at = 0
        last: Fate | None = None
        for token in _TOKEN.finditer(text):
            yield from [None] * (token.start() - at)
            at = token.end()
            here = self._token(turn, token.start(), at, last)
            last = here[-1]
            yield from here
        yield from [None] * (len(text) - at)

    def _token(self, turn: int, start: int, end: int, before: Fate | None) -> list[Fate]:
        """Of each code point of what stands between two spaces. What makes no sound by nature goes with what is before it."""
        clip, take = self._clip, self._take
        if clip is None or not clip.source or take is None:
            return [Fate(Reason.UNRENDERED, self._segment.id)] * (end - start)
        origin = self._origin(turn, start, end)
        if origin is None:
            return [self._fate(Reason.OTHER_WORDS)] * (end - start)
        there, moved = origin
        unsaid = [_overlaps(take.unspoken, there, index + moved) for index in range(start, end)]
        is_sayable = _SAYABLE.search(self._texts[turn], start, end) is not None
        words = [word for word in take.words if word.turn == there and word.start < end + moved and word.end > start + moved]
        if self._has_words and not words and is_sayable and not all(unsaid) and not self._is_sound(turn, start):
            whole = self._fate(Reason.UNHEARD)
        elif not words and before is not None and self._has_words:
            whole = before if before.reason is Reason.SPOKEN else self._placed(0.0, take.seconds)
        elif words and max(word.end_s for word in words) <= min(word.start_s for word in words):
            whole = self._fate(Reason.UNHEARD)
        elif words:
            whole = self._placed(min(word.start_s for word in words), max(word.end_s for word in words))
        else:
            whole = self._somewhere(turn, start, end)
        return [self._fate(Reason.UNSAYABLE) if is_unsaid else whole for is_unsaid in unsaid]

    def _origin(self, turn: int, start: int, end: int) -> tuple[int, int] | None:
        """The turn of the take that says this token, and how far the token is from its place there; None where nothing does."""
        assert self._take is not None
        return (turn, 0) if self._moved is None else self._moved.get((turn, start, end))

    def _is_sound(self, turn: int, start: int) -> bool:
        """Whether a sound such as (laughs) stands here, which aligned words leave out."""
        text = self._texts[turn]
        opened = text.rfind("(", 0, start + 1)
        return opened >= 0 and ")" not in text[opened:start]

    def _fate(self, reason: Reason, start: int = 0, end: int = 0) -> Fate:
        assert self._clip is not None
        return Fate(reason, self._segment.id, self._clip.source, start, end)

    def _placed(self, start_s: float, end_s: float) -> Fate:
        """Of a stretch of the take: where it is in the mix, if more than half of it is there."""
        assert self._clip is not None
        clip = self._clip
        shift = clip.start - clip.offset
        start, end = round(start_s * self._rate) + shift, round(end_s * self._rate) + shift
        low, high = max(start, clip.start), min(end, clip.end)
        if high - low <= (end - start) / 2:
            return self._fate(Reason.TRIMMED)
        return self._fate(Reason.SPOKEN if self._is_audible else Reason.MUTED, low, high)

    def _somewhere(self, turn: int, start: int, end: int) -> Fate:
        """Of a token in a take whose words are not timed: it is in the clip, unless all of where it can be was trimmed off."""
        assert self._clip is not None and self._take is not None
        clip, whole = self._clip, max(sum(map(len, self._texts)), 1)
        shares = [(self._before[turn] + index) / whole * self._take.seconds for index in (start, end)]
        early, late = (round((share + slack) * self._rate) for share, slack in zip(shares, (-_SLACK_S, _SLACK_S), strict=True))
        if clip.length <= 0 or late <= clip.offset or early >= clip.offset + clip.length:
            return self._fate(Reason.TRIMMED)
        return self._fate(Reason.SPOKEN if self._is_audible else Reason.MUTED, clip.start, clip.end)


def _overlaps(spans: Iterable[tuple[int, int, int]], turn: int, index: int) -> bool:
    return any(one == turn and start <= index < end for one, start, end in spans)


def _moved(old: Sequence[str], new: Sequence[str]) -> dict[tuple[int, int, int], tuple[int, int]]:
    """For each token (turn, start, end) of the new texts that the old ones hold too, in the same order: the turn there, and how
    far further on."""
    before, after = _tokens(old), _tokens(new)
    matcher = SequenceMatcher(None, [word for word, *_ in before], [word for word, *_ in after], autojunk=False)
    found = {}
    for block in matcher.get_matching_blocks():
        for step in range(block.size):
            _, there, at, _ = before[block.a + step]
            _, turn, start, end = after[block.b + step]
            found[(turn, start, end)] = (there, at - start)
    return found


def _tokens(texts: Sequence[str]) -> list[tuple[str, int, int, int]]:
    return [(match[0], turn, *match.span()) for turn, text in enumerate(texts) for match in _TOKEN.finditer(text)]
