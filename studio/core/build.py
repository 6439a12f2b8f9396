"""Atoms -> segments: turns merged, speakers numbered, and every character's way back into the script kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import groupby

from studio.core.atoms import Atom, ticks_of
from studio.core.cost import TICKS, Cut, Terms
from studio.core.plans import Place, Segment, SegmentTurn
from studio.core.script import Gap, Utterance

ID_DIGITS = 12

_GAPS = {Cut.HARD: Gap.HARD, Cut.PARAGRAPH: Gap.PARAGRAPH, Cut.TURN: Gap.TURN}


def segment_of(atoms: Sequence[Atom], terms: Terms) -> Segment:
    """The segment that speaks these atoms, without an id."""
    head = atoms[0]
    speakers: dict[str, int] = {}
    turns = []
    for character, spoken in groupby(atoms, key=_character):
        speaker = speakers.setdefault(character, len(speakers) + 1)
        text, anchors = _joined(list(spoken), head.line)
        turns.append(SegmentTurn(speaker, character, text, head.utterance.voice, anchors))
    return Segment(
        id="",
        turns=tuple(turns),
        gap=_GAPS.get(head.cut, Gap.NONE),
        pause_s=head.utterance.pause_s if starts_utterance(head) else 0.0,
        pace=head.utterance.pace,
        seed=head.utterance.seed,
        estimated_s=ticks_of(atoms, terms) / TICKS,
    )


def starts_utterance(atom: Atom) -> bool:
    """Whether nothing is spoken before the atom in its utterance."""
    return not atom.utterance.text[: atom.start].strip()


def start_of(atom: Atom) -> Place:
    """Where the atom's first character stands in the script."""
    return Place(atom.line, atom.utterance.column(atom.start))


def end_of(atom: Atom) -> Place:
    """Just behind the atom's last character."""
    return Place(atom.line, atom.utterance.column(atom.end))


class Ids:
    """Gives ids to new segments: the hash of their content and of how many live ids that content has already given."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._given: dict[object, int] = {}  # how far each content has got: a refrain is not counted from its start

    def new(self, segment: Segment) -> str:
        """An id that no live segment has."""
        content = segment.content
        occurrence = self._given.get(content, 0)
        while (name := _hashed(content, occurrence)) in self._taken:
            occurrence += 1
        self._taken.add(name)
        self._given[content] = occurrence + 1
        return name


def _hashed(content: tuple[object, ...], occurrence: int) -> str:
    return hashlib.sha256(repr((content, occurrence)).encode("utf-8", "surrogatepass")).hexdigest()[:ID_DIGITS]


def _character(atom: Atom) -> str:
    return atom.utterance.character


def _joined(atoms: Sequence[Atom], first_line: int) -> tuple[str, tuple[tuple[int, int, int], ...]]:
    """The text of one turn, and its anchors. Atoms of one utterance are joined as they stand, others with a space."""
    parts: list[str] = []
    anchors: list[tuple[int, int, int]] = []
    length = 0
    for _, group in groupby(atoms, key=_origin):
        spoken = list(group)
        head, start, end = spoken[0], spoken[0].start, spoken[-1].end
        anchors += _anchors(head.utterance, start, end, length, head.line - first_line)
        parts.append(head.utterance.text[start:end])
        length += end - start + 1
    return " ".join(parts), tuple(anchors)


def _origin(atom: Atom) -> int:
    return atom.at - atom.start


def _anchors(utterance: Utterance, start: int, end: int, index: int, line: int) -> list[tuple[int, int, int]]:
    """Anchors of `text[start:end]` that begins at `index` of the turn: one, and one wherever the columns do not run on."""
    if utterance.columns is None:
        return [(index, line, utterance.start + start)]
    columns = utterance.columns
    return [
        (index + here - start, line, columns[here])
        for here in range(start, end)
        if here == start or columns[here] != columns[here - 1] + 1
    ]
