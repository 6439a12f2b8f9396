"""Rules about brackets and what stands in curly ones."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice
from operator import attrgetter

from studio.core.diagnostics import About, Finding, Rule, on_line, replacing
from studio.core.directions import BadDirection, Direction, read
from studio.core.lines import parse_line
from studio.core.script import Line, Paragraph, Script, SpanKind
from studio.core.sounds import nearest

_CLOSERS = {"(": ")", "[": "]", "{": "}"}
_WORD_END = re.compile(r"(?<=\S)(?=\s|\Z)")
MAX_WORDS_INSIDE = 9  # the longest direction, and the longest names
_REMARKS = (SpanKind.ASIDE, SpanKind.NONVERBAL)
_ODD = re.compile(r"[^\w -~‘’“”…–—]")  # what another rule takes out, so that it must not decide here
_BRACKET = re.compile(r"[\[\](){}]")


def _unclosed_bracket(paragraph: Paragraph, about: About) -> Iterator[Finding]:
    """Brackets may be closed on a later line of the paragraph, so that an aside can run on."""
    waiting: list[tuple[str, int, int]] = []
    for number, line in enumerate(paragraph.lines):
        if not line.plain and not line.in_front:
            _match_brackets(number, line, waiting)
    for bracket, number, column in waiting:
        place = _closing_place(bracket, paragraph.lines[number], column, about)
        if place is None:
            fix = replacing(f"Write a plain \\{bracket}", number, column, column, "\\")
        else:
            fix = replacing(f"Close it with {_CLOSERS[bracket]}", number, place, place, _CLOSERS[bracket])
        yield on_line(
            number, column, column + 1, f"This {bracket} is never closed. Close it, or write \\{bracket} for a plain one.", fix
        )


def _match_brackets(number: int, line: Line, waiting: list[tuple[str, int, int]]) -> None:
    for span in line.spans:
        if span.kind is not SpanKind.TEXT:
            continue
        for match in _BRACKET.finditer(line.text, span.start, span.end):
            if match[0] in _CLOSERS:
                waiting.append((match[0], number, match.start()))
            elif waiting and _CLOSERS[waiting[-1][0]] == match[0]:
                waiting.pop()


def _closing_place(bracket: str, line: Line, column: int, about: About) -> int | None:
    """Where the missing bracket goes; None where closing it would take words out of what is spoken."""
    span = line.spans[bisect_right(line.spans, column, key=attrgetter("start")) - 1]
    inner = _BRACKET.search(line.text, column + 1, span.end)
    words = line.text[column + 1 : inner.start() if inner else span.end].rstrip()
    if bracket == "(":
        return column + 1 + len(words) if _is_remark(words) else None
    for match in islice(_WORD_END.finditer(words), MAX_WORDS_INSIDE):
        inside = words[: match.start()]
        if bracket == "[" and inside.casefold() in about.defaults.names:
            return column + 1 + len(inside)
        if bracket == "{" and isinstance(read(inside), Direction) and not _goes_on(words[match.start() :]):
            return column + 1 + len(inside)
    return None


def _is_remark(words: str) -> bool:
    """Whether words in round brackets are an aside, or near enough to a sound."""
    spans = parse_line(f"({_ODD.sub('', words)})").spans
    return len(spans) == 1 and (spans[0].kind in _REMARKS or nearest(spans[0].value) is not None)


def _goes_on(rest: str) -> bool:
    """Whether the words behind a direction still belong to it."""
    return rest.split()[:1] in (["fade"], ["duck"], ["gain"])


def _unknown_direction(line: Line, about: About) -> Iterator[Finding]:
    for span in line.spans:
        if span.kind is not SpanKind.DIRECTION:
            continue
        direction = read(span.value)
        if isinstance(direction, BadDirection):
            good = direction.better and isinstance(read(direction.better), Direction)
            good = good or direction.better.startswith('say "')
            text = f"{{{direction.better}}}"
            fix = replacing(f"Write {text}"[:60], 0, span.start, span.end, text) if good else None
            yield on_line(0, span.start, span.end, direction.message, fix)


def _missing_file(paragraph: Paragraph, about: About) -> Iterator[Finding]:
    for cue in paragraph.cues:
        if cue.stop or about.surroundings.exists(cue.file):
            continue
        for span in paragraph.lines[cue.line].spans:
            if span.kind is SpanKind.DIRECTION:
                direction = read(span.value)
                if isinstance(direction, Direction) and (direction.name, direction.word) == (cue.kind, cue.file):
                    yield on_line(cue.line, span.start, span.end, _missing(cue.file))
                    break


def _missing_front_file(script: Script, about: About) -> Iterator[Finding]:
    places = {key: (line, column) for key, line, column in script.front.keys}
    for key, file in (("music", script.front.music), ("cover", script.front.cover)):
        if file and not about.surroundings.exists(file):
            line, column = places.get(key, (0, 0))
            yield on_line(line, column, column + len(key), _missing(file))


def _missing(file: str) -> str:
    return f"“{file[:60]}” cannot be found beside the script. Put it there, or correct its name."


UNCLOSED_BRACKET = Rule(
    "unclosed-bracket",
    "error",
    "A bracket that is not closed within its paragraph.",
    "Round brackets hold sounds and asides, square ones speakers, curly ones directions. One that stays open swallows what "
    "follows or is read aloud. For a plain bracket, write a backslash before it.",
    paragraph=_unclosed_bracket,
)
UNKNOWN_DIRECTION = Rule(
    "unknown-direction",
    "error",
    "Curly brackets that hold no direction, or a wrong value in one.",
    "Directions are pause, pace, voice, seed, segments, music, sfx and say. One that cannot be read changes nothing, and that "
    "would be heard only after rendering.",
    re.compile(r"\{"),
    line=_unknown_direction,
)
MISSING_FILE = Rule(
    "missing-file",
    "error",
    "Music or an effect whose file cannot be found.",
    "Files are looked for beside the script. Without the file there is silence where the sound should be.",
    paragraph=_missing_file,
    script=lambda script, plan, about: _missing_front_file(script, about),
)
