"""From what is written to what is spoken: escapes, respellings, brackets and white space, with a column for every character.

The brackets of an aside would be read by a model as a sound to make, so they become commas where a comma fits, else nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from studio.core.script import Span, SpanKind

_PIECE = re.compile(r"\s+|[\[\](){}]|[^\s\[\](){}]+")
_WORD = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Respellings of whole words. A key in lower case is found in any case; any other exactly as it is written."""

    pattern: re.Pattern[str]
    respellings: dict[str, str]

    @classmethod
    def of(cls, entries: Sequence[tuple[str, str]]) -> Lexicon | None:
        """A lexicon of (written, spoken) pairs; None when there are none. Longer keys win over shorter ones."""
        if not entries:
            return None
        keys = sorted((key for key, _ in entries), key=len, reverse=True)
        choices = "|".join(f"(?i:{_escaped(key)})" if key.islower() else _escaped(key) for key in keys)
        return cls(re.compile(rf"(?<!\w)(?:{choices})(?!\w)"), dict(entries))

    def respelling(self, written: str) -> str:
        key = " ".join(written.split())
        return self.respellings.get(key) or self.respellings[key.lower()]


def _escaped(key: str) -> str:
    return r"\s+".join(map(re.escape, key.split()))


def is_plain(text: str, sounds: int) -> bool:
    """Whether a stretch of text that holds so many sounds is spoken exactly as it is written."""
    return (
        "  " not in text
        and text.isprintable()
        and text.count("(") == sounds
        and text.count(")") == sounds
        and "]" not in text
        and "}" not in text
        and "[" not in text
        and "{" not in text
    )


def has_word(text: str) -> bool:
    """Whether there is anything in it that can be spoken: a row of asterisks is silence."""
    return text[:1].isalpha() or _WORD.search(text) is not None


def spoken(line: str, spans: Sequence[Span], lexicon: Lexicon | None) -> tuple[str, tuple[int, ...] | None]:
    """What the spans of one line (spoken ones only, in order) sound like, and the column of each of its characters. None for
    the columns says that they run on from the first span."""
    start, end = spans[0].start, spans[-1].end
    kinds = [span.kind for span in spans]
    sounds = kinds.count(SpanKind.NONVERBAL) + kinds.count(SpanKind.UNKNOWN_NONVERBAL)
    if kinds.count(SpanKind.TEXT) + sounds == len(kinds):
        text = line[start:end]
        if is_plain(text, sounds) and (lexicon is None or not lexicon.pattern.search(text)):
            return text, None
    speech = _Speech(lexicon)
    at = start
    for span in spans:
        if at < span.start:
            speech.space(at)
        speech.span(line, span)
        at = span.end
    text, columns = "".join(speech.pieces), tuple(speech.columns)
    return (text, None) if text == line[start:end] and columns == tuple(range(start, end)) else (text, columns)


class _Speech:
    """Text under construction, with the column of each character. One use each."""

    def __init__(self, lexicon: Lexicon | None) -> None:
        self.lexicon = lexicon
        self.pieces: list[str] = []
        self.columns: list[int] = []
        self._space = -1  # column of white space that the next word will need
        self._comma = -1  # column of a closed bracket that becomes a comma if a word follows

    def span(self, line: str, span: Span) -> None:
        if span.kind in (SpanKind.TEXT, SpanKind.ASIDE):
            self.text(line[span.start : span.end], span.start)
        elif span.kind is SpanKind.SAY:
            self.stand_in(span.value, span.start)
        elif span.kind is SpanKind.ESCAPE:
            self.add(span.value, range(span.start + 1, span.end))
        elif span.kind is SpanKind.MALFORMED:
            if span.value:
                self.stand_in(span.value, span.start)
            else:
                self.text(line[span.start : span.end], span.start)
        else:
            self.add(line[span.start : span.end], range(span.start, span.end))

    def text(self, text: str, column: int) -> None:
        """Written text: the lexicon first, then white space and brackets."""
        done = 0
        if self.lexicon is not None:
            for match in self.lexicon.pattern.finditer(text):
                self.plain(text[done : match.start()], column + done)
                self.stand_in(self.lexicon.respelling(match[0]), column + match.start())
                done = match.end()
        self.plain(text[done:], column + done)

    def plain(self, text: str, column: int) -> None:
        for match in _PIECE.finditer(text):
            piece, at = match[0], column + match.start()
            if piece.isspace():
                self.space(at)
            elif piece in "([{":
                self._open(at)
            elif piece in ")]}":
                self._close(at)
            else:
                self.add(piece, range(at, at + len(piece)))

    def stand_in(self, text: str, column: int) -> None:
        """Text that the script does not hold: all of it comes from one column."""
        text = " ".join(text.split())
        self.add(text, [column] * len(text))

    def space(self, column: int) -> None:
        if self._space < 0:
            self._space = column

    def _open(self, column: int) -> None:
        if self.pieces and self.pieces[-1][-1].isalnum():
            self._put(",", column if self._space < 0 else self._space)
        self.space(column)

    def _close(self, column: int) -> None:
        if self.pieces and self.pieces[-1][-1].isalnum():
            self._comma = column if self._space < 0 else self._space
        self.space(column)

    def add(self, text: str, columns: Sequence[int]) -> None:
        if not text:
            return
        closes = text[0] in ".,;:!?…”’"
        if self._comma >= 0 and not closes and text[0] not in "-–—":
            self._put(",", self._comma)
        if self._space >= 0 and self.pieces and not (closes and self._comma >= 0):
            self._put(" ", self._space)
        self._comma = self._space = -1
        self.pieces.append(text)
        self.columns.extend(columns)

    def _put(self, mark: str, column: int) -> None:
        self.pieces.append(mark)
        self.columns.append(column)
