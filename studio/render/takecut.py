"""Which part of a take makes the best sample of one speaker's voice, what is said in it, and which codes are its own. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

import numpy as np

from studio.audio.files import Samples
from studio.audio.stretches import Span, stretches, with_margins
from studio.core.codes import CODEBOOKS, fault, frame_rate
from studio.core.errors import VoiceError
from studio.core.prompts import tagged
from studio.core.render import SpokenTurn, Word
from studio.core.rules.whole import BEST_PROMPT_S, USABLE_PROMPT_S

_CODE = np.dtype("<i2")
_NEAR_S = 0.2  # how far from the end of a word its pause may begin: engines and alignment are not exact
_STOPS = (".", "!", "?", "…")
_KEPT = "the take and the library are unchanged"


@dataclass(frozen=True, slots=True, eq=False)
class TakePart:
    """One speaker's part of a take: mono float32 [n] as it is in the take, what is said with its tag, where it lies there in
    seconds, and the codes of just these frames, where there are any: int16 [frames, 9]."""

    samples: Samples
    rate: int
    transcript: str
    speaker: int
    start_s: float
    end_s: float
    codes: bytes = b""
    codec: str = ""

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


@dataclass(frozen=True, slots=True)
class _Cut:
    """A place between words `index - 1` and `index` of a take. `end` and `start`: where the sound before it ends and that after
    it begins, in samples; `is_pause`: nobody is heard between them."""

    end: int
    start: int
    is_pause: bool
    is_free: bool = True  # no (sound) is written here, which might lie on either side
    is_stop: bool = True  # a sentence or a turn ends here


def sample_of_take(
    samples: Samples,
    rate: int,
    turns: Sequence[SpokenTurn],
    words: Sequence[Word] = (),
    speaker: int | None = None,
    codes: bytes = b"",
    codec: str = "",
    unspoken: Sequence[tuple[int, int, int]] = (),
) -> TakePart:
    """The longest run of one speaker that lasts 5 to 10 s, or the nearest to it, of a take of mono samples [n] at `rate`. Cut
    at pauses, whole sentences first; words must be told when several speak, or more than 30 s are spoken. `speaker`: 1-based,
    any when None. `codes` are int16 [frames, 9] of the whole take. Raises VoiceError; nothing is changed."""
    heard = stretches(samples, rate)
    speakers = {turn.speaker for turn in turns}
    if not heard or not speakers or (speaker is not None and speaker not in speakers):
        raise VoiceError("there is nothing of this speaker to hear in the take", kept=_KEPT, todo="choose another take")
    turns = [SpokenTurn(turn.speaker, _spoken(turn.text, at, unspoken)) for at, turn in enumerate(turns)]
    ordered = sorted((word for word in words if word.turn < len(turns)), key=lambda word: (word.turn, word.start))
    if ordered:
        span, said, who = _best(samples, rate, turns, ordered, speaker, heard)
    elif len(speakers) == 1:
        span = with_margins(Span(heard[0].start, heard[-1].end), rate, len(samples))
        said, who = " ".join(turn.text for turn in turns), turns[0].speaker
    else:
        what = "it is not known which part of this take each of its speakers says"
        raise VoiceError(what, kept=_KEPT, todo="choose a take of one speaker, or let its words be found first")
    _require_usable((span.end - span.start) / rate)
    span, own = _with_codes(span, len(samples), rate, codes, codec)
    part = samples[span.start : span.end]
    return TakePart(part, rate, tagged(said), who, span.start / rate, span.end / rate, own, codec if own else "")


def _require_usable(seconds: float) -> None:
    low, high = USABLE_PROMPT_S
    if seconds < low:
        what = f"the speaker says only {seconds:.1f} s at a time in this take"
        raise VoiceError(what, kept=_KEPT, todo=f"choose a take with {BEST_PROMPT_S[0]:g} s or more")
    if seconds > high:
        what = f"the take is {seconds:.0f} s long, and it is not known when its words are heard"
        raise VoiceError(what, kept=_KEPT, todo="choose a shorter take, or let its words be found first")


def _best(
    samples: Samples,
    rate: int,
    turns: Sequence[SpokenTurn],
    words: list[Word],
    speaker: int | None,
    heard: list[Span],
) -> tuple[Span, str, int]:
    """The span that suits best of all runs of a speaker, what is said in it, and who speaks."""
    cuts = _cuts(words, turns, rate, len(samples), heard)
    found: list[tuple[tuple[bool, bool, bool, float], int, int, Span]] = []
    low, high = BEST_PROMPT_S
    for first, last in _runs(words, turns, speaker):
        for only_pauses in (True, False):
            options = [
                (begin, end, Span(cuts[begin].start, cuts[end].end))
                for begin, end in _pairs(cuts, first, last, only_pauses)
                if 0 < cuts[end].end - cuts[begin].start <= high * rate
            ]
            for begin, end, span in options:
                seconds = (span.end - span.start) / rate
                stops = cuts[begin].is_stop and cuts[end].is_stop
                found.append(((seconds >= low, only_pauses, stops, seconds), begin, end, span))
            if any(rank[0] for rank, *_ in found):
                break  # a cut in the middle of speech is for those who never pause
    if not found:
        raise VoiceError("no part of this take can be cut out for a sample", kept=_KEPT, todo="choose another take")
    _, begin, end, span = max(found, key=lambda one: one[0])
    return span, _text(turns, words, begin, end), turns[words[begin].turn].speaker


def _runs(words: list[Word], turns: Sequence[SpokenTurn], speaker: int | None) -> Iterator[tuple[int, int]]:
    """The runs of words [first, last) of one speaker."""
    at = 0
    for who, group in groupby(words, key=lambda word: turns[word.turn].speaker):
        count = len(list(group))
        if speaker is None or who == speaker:
            yield at, at + count
        at += count


def _pairs(cuts: list[_Cut], first: int, last: int, only_pauses: bool) -> Iterator[tuple[int, int]]:
    """Where a part of the words [first, last) may begin and end."""

    def may_be(at: int) -> bool:
        return at in (first, last) or (cuts[at].is_free and (cuts[at].is_pause or not only_pauses))

    places = [at for at in range(first, last + 1) if may_be(at)]
    for index, begin in enumerate(places):
        for end in places[index + 1 :]:
            yield begin, end


def _cuts(words: list[Word], turns: Sequence[SpokenTurn], rate: int, length: int, heard: list[Span]) -> list[_Cut]:
    """The places before each word and after the last."""
    first, last = with_margins(Span(heard[0].start, heard[-1].end), rate, length)
    pauses = [Span(before.end, after.start) for before, after in pairwise(heard)]
    cuts = [_Cut(first, first, True)]
    for index in range(1, len(words)):
        before, after = words[index - 1], words[index]
        cut = _cut(round(before.end_s * rate), round(after.start_s * rate), pauses, rate)
        between = turns[before.turn].text[before.start : after.start] if before.turn == after.turn else "."
        is_stop = between.rstrip(" \"'”’)")[-1:] in _STOPS
        cuts.append(replace(cut, is_free="(" not in between, is_stop=is_stop))
    return [*cuts, _Cut(last, last, True)]


def _cut(end: int, start: int, pauses: list[Span], rate: int) -> _Cut:
    near = round(_NEAR_S * rate)
    touching = [pause for pause in pauses if pause.start < max(start, end) + near and pause.end > end - near]
    if not touching:
        middle = (end + max(start, end)) // 2
        return _Cut(middle, middle, False)
    pause = max(touching, key=lambda one: min(one.end, start + near) - max(one.start, end - near))
    margin = min(round(0.06 * rate), (pause.end - pause.start) // 2)
    return _Cut(pause.start + margin, pause.end - margin, True)


def _text(turns: Sequence[SpokenTurn], words: list[Word], begin: int, end: int) -> str:
    """What the words [begin, end) say, with the marks and sounds that belong to them."""
    first, last = words[begin], words[end - 1]
    pieces = []
    for turn in range(first.turn, last.turn + 1):
        text = turns[turn].text
        starts_here = turn == first.turn and begin > 0 and words[begin - 1].turn == turn
        ends_here = turn == last.turn and end < len(words) and words[end].turn == turn
        pieces.append(text[first.start if starts_here else 0 : words[end].start if ends_here else len(text)])
    return " ".join(piece.strip() for piece in pieces)


def _spoken(text: str, turn: int, unspoken: Sequence[tuple[int, int, int]]) -> str:
    """The text with blanks for what was not spoken, so that all places in it stay."""
    for at, start, end in unspoken:
        if at == turn:
            text = text[:start] + " " * (min(end, len(text)) - start) + text[end:]
    return text


def _with_codes(span: Span, length: int, rate: int, codes: bytes, codec: str) -> tuple[Span, bytes]:
    """The span narrowed to whole frames of the codec, and their codes; as it is, and none, where they do not fit the sound."""
    if not codec or fault(codes, codec, length / rate):
        return span, b""
    table = np.frombuffer(codes, _CODE).reshape(-1, CODEBOOKS)
    known = frame_rate(codec)
    hop = round(length / len(table)) if known is None else round(rate / known)
    first, last = -(-span.start // hop), min(span.end // hop, len(table))
    return Span(first * hop, last * hop), table[first:last].tobytes()
