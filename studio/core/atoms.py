"""Utterances -> atoms: the smallest pieces that a segment may be made of, each with the kind of cut before it.

Owns where a text may be cut: after sentences and clauses, never inside a word, a sound or a number. Owns no preference
between the places (cost.py) and no choice of them (cut.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from studio.core.cost import TICKS, Cut, Terms
from studio.core.estimate import seconds
from studio.core.script import Gap, Utterance

TAG_BYTES = len("[S1] ")
LEAST_ROOM = 16  # bytes left for words, however long the prompt's transcript is
LEAST_CLAUSE = 20  # characters; a shorter clause is no piece of its own

# What may end a sentence or a clause. Round brackets are taken whole, so that nothing is found inside them.
_CLOSERS = "\"'”’»›)\\]"
_PLACE = re.compile(
    rf"\([^()]*\)"
    rf"|[.!?…]+[{_CLOSERS}]*(?=\s)"
    rf"|[,;:–][{_CLOSERS}]*(?=\s)"
    rf"|—[{_CLOSERS}]*"
    rf"|[。！？]+[”’」』）]*"
    rf"|[，、；：]"
)
_SOUNDS_AFTER = re.compile(r"(?:\s+\([^()\W\d]+(?: [^()\W\d]+){0,2}\))+(?=\s|$)")
_WORD = re.compile(r"\([^()\W\d]+(?: [^()\W\d]+){0,2}\)\S*|\S+")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'“‘\[])(?:(?:[^\W\d_]\.)*[^\W\d_]|Mr|Mrs|Ms|Mx|Dr|Prof|Rev|Fr|Sr|Jr|St|Mt|Gen|Col|Maj|Capt|Lt|Sgt|Cpl|Gov|Sen"
    r"|Rep|Hon|Pres|vs|cf|ca|approx|Fig|fig|Vol|vol|Ch|ch|pp|Nos|al)\.$"
)
_NUMBER_SIGN = re.compile(r"(?:^|\W)(?:[Nn]o|[Pp]|\d+)\.$")
_STOPS_AT_END = re.compile(rf"([.!?…。！？]|[,;:—–，、；：])[{_CLOSERS}」』）]*$")
_SOUNDS_AT_END = re.compile(r"(?:\s*\([^()\W\d]+(?: [^()\W\d]+){0,2}\))+$")


class Atom(NamedTuple):
    """`utterance.text[start:end]`, stripped. A named tuple, because a book has tens of thousands of them."""

    utterance: Utterance
    line: int  # absolute, of the utterance
    at: int  # where its first character stands in the stream: all texts in order, one space behind each
    start: int
    end: int
    cut: Cut  # what a cut before it would be
    asks: bool  # a cut before it would part a question from the answer of another character
    size: int  # bytes
    space: int  # bytes between it and the next atom, if no change of speaker stands between
    ticks: int  # estimated hundredths of a second

    @property
    def stop(self) -> int:
        """Where it ends in the stream."""
        return self.at + self.end - self.start


def atoms(utterances: Iterable[tuple[int, Utterance]], terms: Terms, before: Utterance | None = None) -> list[Atom]:
    """The atoms of utterances in speaking order; utterances without a word have none. `before` is the utterance before them."""
    result: list[Atom] = []
    origin = following = 0
    for line, utterance in utterances:
        pieces = _pieces(utterance, terms)
        origin, following = following, following + len(utterance.text) + 1
        if not pieces:
            continue
        cut = Cut.HARD if before is None else cut_between(before, utterance)
        asks = before is not None and before.character != utterance.character and asks_at_end(before.text)
        text = utterance.text
        last = len(pieces) - 1
        for number, (start, end, kind, size, ticks) in enumerate(pieces):
            space = 1 if number == last else pieces[number + 1][0] - end
            if space > 1 and number != last:
                space = len(text[end : pieces[number + 1][0]].encode("utf-8", "surrogatepass"))
            cut_here, asks_here = (kind, False) if number else (cut, asks)
            result.append(Atom(utterance, line, origin + start, start, end, cut_here, asks_here, size, space, ticks))
        before = utterance
    return result


def ticks_of(atoms: Sequence[Atom], terms: Terms) -> int:
    """Estimated hundredths of a second of a segment made of these atoms."""
    turns = 1 + sum(one.utterance.character != other.utterance.character for one, other in pairwise(atoms))
    return sum(atom.ticks for atom in atoms) + turns * terms.turn_ticks


def cut_between(before: Utterance, after: Utterance) -> Cut:
    """What a cut between two neighbouring utterances would be. What cannot share a request cannot share a segment."""
    if after.gap is Gap.HARD or not same_manner(before, after):
        return Cut.HARD
    if after.gap is Gap.PARAGRAPH:
        return Cut.PARAGRAPH
    if after.character != before.character:
        return Cut.TURN
    return _cut_at_end(before.text, after.text)


def same_manner(one: Utterance, other: Utterance) -> bool:
    """Whether the two may be spoken in one request."""
    return one.pace == other.pace and one.voice == other.voice and one.seed == other.seed and one.solo == other.solo


def asks_at_end(text: str) -> bool:
    """Whether the text ends with a question, sounds after it left aside."""
    stop = _STOPS_AT_END.search(_SOUNDS_AT_END.sub("", text.rstrip()))
    return stop is not None and ("?" in stop[0] or "？" in stop[0])


def _cut_at_end(text: str, following: str) -> Cut:
    """The kind of cut where one line of a turn ends and the next, `following`, begins."""
    text = _SOUNDS_AT_END.sub("", text.rstrip())
    stop = _STOPS_AT_END.search(text)
    if stop is None:
        return Cut.WORD
    if stop[1] in ".!?…。！？":
        return _after_stop(f"{text} {following}", stop.start(), len(text), len(text) + 1) or Cut.WORD
    return Cut.CLAUSE


def _pieces(utterance: Utterance, terms: Terms) -> list[tuple[int, int, Cut, int, int]]:
    """Start, end, kind of the cut before, bytes and ticks of each atom of one utterance."""
    text = utterance.text
    limit = terms.limits.max_text_bytes - TAG_BYTES - terms.overhead.get(utterance.character, 0)
    room = max(limit, LEAST_ROOM)
    result: list[tuple[int, int, Cut, int, int]] = []
    for start, end, kind in _spans(text, int(terms.limits.best_seconds[0] * terms.rate.characters_per_second)):
        piece = text[start:end]
        size = len(piece) if piece.isascii() else len(piece.encode("utf-8", "surrogatepass"))
        ticks = round(seconds(piece, terms.rate) * TICKS)
        if size <= room and ticks + terms.turn_ticks <= terms.max_ticks:
            result.append((start, end, kind, size, ticks))
        else:
            result += _forced(text, start, end, kind, room, terms)
    return result


def _forced(text: str, start: int, end: int, kind: Cut, room: int, terms: Terms) -> Iterator[tuple[int, int, Cut, int, int]]:
    """The words of a piece that is too long for any segment; a word too long even so is cut between code points."""
    for match in _WORD.finditer(text, start, end):
        kind_here = kind if match.start() == start else Cut.WORD
        for low, high in _fitting(text, *match.span(), room):
            piece = text[low:high]
            ticks = round(seconds(piece, terms.rate) * TICKS)
            size = len(piece.encode("utf-8", "surrogatepass"))
            yield low, high, kind_here if low == match.start() else Cut.LETTER, size, ticks


def _fitting(text: str, start: int, end: int, room: int) -> Iterator[tuple[int, int]]:
    """One word, whole if it fits into `room` bytes and a tenth of it else: pieces that leave the cutter a choice."""
    if len(text[start:end].encode("utf-8", "surrogatepass")) <= room and end - start <= room // 4:
        yield start, end
        return
    step = max(room // 40, 1)  # code points; none has more than four bytes
    for low in range(start, end, step):
        yield low, min(low + step, end)


def _spans(text: str, clause_from: int) -> list[tuple[int, int, Cut]]:
    """Sentences, and the clauses of sentences of `clause_from` characters and more, as (start, end, kind of the cut before)."""
    start = _skip_space(text, 0)
    stop = len(text.rstrip())
    if start >= stop:
        return []
    result: list[tuple[int, int, Cut]] = []
    kind = Cut.SENTENCE  # of the cut before the current sentence; the caller replaces the first
    clauses: list[tuple[int, int]] = []
    for end, following, cut in _places(text, stop):
        if cut is Cut.CLAUSE:
            clauses.append((end, following))
            continue
        result += _sentence(start, end, kind, clauses, clause_from)
        start, kind, clauses = following, Cut.SENTENCE, []
    result += _sentence(start, stop, kind, clauses, clause_from)
    return result


def _sentence(
    start: int, end: int, kind: Cut, clauses: Sequence[tuple[int, int]], clause_from: int
) -> Iterator[tuple[int, int, Cut]]:
    if end - start >= clause_from:
        for clause_end, following in clauses:
            if clause_end - start >= LEAST_CLAUSE and end - following >= LEAST_CLAUSE:
                yield start, clause_end, kind
                start, kind = following, Cut.CLAUSE
    yield start, end, kind


def _places(text: str, stop: int) -> Iterator[tuple[int, int, Cut]]:
    """Each allowed place within a text: where the piece before it ends, where the next begins, and its kind."""
    for match in _PLACE.finditer(text, 0, stop):
        sign = match[0][0]
        if sign == "(":
            continue
        end = match.end()
        if sign in ".!?…。！？":
            sounds = _SOUNDS_AFTER.match(text, end)
            if sounds is not None:
                end = sounds.end()
        following = _skip_space(text, end)
        if following >= stop:
            return
        if sign in ".!?…。！？":
            cut = _after_stop(text, match.start(), match.end(), following)
            if cut is not None:
                yield end, following, cut
        elif not (sign == ":" and text[following].isdigit()):
            yield end, following, Cut.CLAUSE


def _after_stop(text: str, start: int, end: int, following: int) -> Cut | None:
    """What the place after the stop `text[start:end]` is: a sentence's end, a clause's, or nothing ("Dr. Smith")."""
    stop = text[start:end]
    first = text[following]
    if first.islower():
        return Cut.CLAUSE if stop.startswith(("...", "…")) else None
    if stop == ".":
        before = text[max(0, start - 12) : start + 1]
        if _ABBREVIATION.search(before) and not before.endswith((" I.", "\nI.")):
            return None
        if first.isdigit() and _NUMBER_SIGN.search(before):
            return None
    return Cut.SENTENCE


def _skip_space(text: str, index: int) -> int:
    length = len(text)
    while index < length and text[index].isspace():
        index += 1
    return index
