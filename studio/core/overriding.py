"""Who says one line: puts a `{voice …}` before the turn at a place of the script, and the cast's word behind it. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from studio.core.diagnostics import TextEdit
from studio.core.script import Gap, Line, Paragraph, Script, SpanKind, Utterance

BACK = '{voice ""}'  # the cast's voice again, for what follows in the paragraph


@dataclass(frozen=True, slots=True)
class Said:
    """An utterance of the script: the line it stands in, who speaks, and the voice that a direction gives it ("" is none)."""

    line: int
    text: str
    character: str
    voice: str


def utterance_at(script: Script, line: int, column: int) -> Said | None:
    """What is spoken at a place: the utterance there, else the nearest one on that line."""
    found = _at(script, line, column)
    if found is None:
        return None
    _paragraph, _number, one = found
    return Said(line, one.text, one.character, one.voice)


def say_with(script: Script, line: int, column: int, voice: str) -> tuple[TextEdit, ...]:
    """The edits that let the turn at a place be said with another voice, `Name`, `Name/style` or `/style`; with "" as the
    cast says. What follows in the paragraph keeps the voice it has. Nothing where nothing is spoken."""
    found = _at(script, line, column)
    if found is None or found[2].voice == voice:
        return ()
    paragraph, number, _there = found
    first, last = _turn(paragraph, number)
    start = script.starts[bisect_right(script.starts, line) - 1]
    edits = [edit.moved(start) for edit in (*_begun(paragraph, first, voice), *_ended(paragraph, last, voice))]
    return tuple(sorted(edits, key=lambda edit: (edit.line, edit.column)))


def _turn(paragraph: Paragraph, number: int) -> tuple[int, int]:
    """The first and the last utterance of the turn that one belongs to: lines that go on without a tag or a direction."""
    said = paragraph.utterances
    first = last = number
    while first and said[first].gap is Gap.NONE:
        first -= 1
    while last + 1 < len(said) and said[last + 1].gap is Gap.NONE:
        last += 1
    return first, last


def _begun(paragraph: Paragraph, number: int, voice: str) -> Iterator[TextEdit]:
    """A direction before the turn, in place of the one it has; none where the voice is that of what stands before."""
    one = paragraph.utterances[number]
    before = paragraph.utterances[number - 1].voice if number else ""
    own = _direction_before(paragraph.lines[one.line], one)
    said = "" if voice == before else f"{_written(voice)} "
    if said or own is not None:
        yield TextEdit(one.line, own[0] if own is not None else one.start, one.line, one.start, said)


def _ended(paragraph: Paragraph, number: int, voice: str) -> Iterator[TextEdit]:
    """What follows the turn keeps the voice it has, by a direction of its own where it needs one."""
    if number + 1 >= len(paragraph.utterances):
        return
    one, line = paragraph.utterances[number + 1], paragraph.lines[paragraph.utterances[number + 1].line]
    own = _direction_before(line, one)
    if own is None and one.voice != voice:
        yield TextEdit(one.line, one.start, one.line, one.start, f"{_written(one.voice)} ")
    elif own is not None and one.voice == voice and line.text[own[0] : own[1]] == BACK:
        yield TextEdit(one.line, own[0], one.line, one.start, "")


def _written(voice: str) -> str:
    if '"' in voice:
        return f"{{voice “{voice}”}}"
    return f'{{voice "{voice}"}}' if not voice or voice.split() != [voice] else f"{{voice {voice}}}"


def _direction_before(line: Line, one: Utterance) -> tuple[int, int] | None:
    """Where the voice direction stands that was written for this utterance, with nothing spoken between."""
    found = None
    for span in line.spans:
        if span.start >= one.start:
            break
        if span.kind is SpanKind.DIRECTION and span.value.split(maxsplit=1)[:1] == ["voice"]:
            found = (span.start, span.end)
        elif span.kind is not SpanKind.SPACE and found is not None:
            found = None
    return found


def _at(script: Script, line: int, column: int) -> tuple[Paragraph, int, Utterance] | None:
    number = bisect_right(script.starts, line) - 1
    if number < 0:
        return None
    paragraph = script.paragraphs[number]
    there = [(at, one) for at, one in enumerate(paragraph.utterances) if one.line == line - script.starts[number]]
    if not there:
        return None
    at, one = min(there, key=lambda pair: max(pair[1].start - column, column - pair[1].end, 0))
    return paragraph, at, one
