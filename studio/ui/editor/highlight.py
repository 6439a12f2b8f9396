"""Spans of a line -> the formats Qt lays it out with. Formats are made once per theme and size; a line costs microseconds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from PySide6.QtGui import QColor, QFont, QTextCharFormat, QTextFormat, QTextLayout

from studio.core.script import Line, Span, SpanKind
from studio.ui.editor.positions import to_units
from studio.ui.theme import Theme

# Past this many code points a line is shown plain: colours there would cost more than they tell.
LONGEST = 4_000
RAW = {"S1": 0, "S2": 1}
SMALL, LARGE = 0.88, 1.36  # of the script's size: sounds, headings


class Highlighter:
    """Knows the theme, the size and who has which colour."""

    def __init__(self, theme: Theme, pixels: int) -> None:
        self._speakers: Mapping[str, int] = {}
        self.set_look(theme, pixels)

    def set_look(self, theme: Theme, pixels: int) -> None:
        self._theme = theme
        self._tags: dict[str, QTextCharFormat] = {}
        color = theme.color
        self._faint = _format(color("faint"))
        self._bracket = _format(color("faint"), pixels=round(pixels * SMALL))
        self._formats = {
            SpanKind.NONVERBAL: _format(color("muted"), pixels=round(pixels * SMALL)),
            SpanKind.UNKNOWN_NONVERBAL: _format(color("muted"), pixels=round(pixels * SMALL)),
            SpanKind.DIRECTION: _format(color("muted")),
            SpanKind.SAY: _format(color("muted")),
            SpanKind.COMMENT: _format(color("muted"), italic=True),
            SpanKind.HEADING: _format(color("text"), pixels=round(pixels * LARGE), bold=True),
            SpanKind.FRONT: _format(color("muted"), pixels=round(pixels * SMALL)),
            SpanKind.MALFORMED: _format(color("failed"), bold=True),
        }

    def set_speakers(self, speakers: Mapping[str, int]) -> None:
        """Name -> index of the speaker's colour."""
        self._speakers = dict(speakers)
        self._tags = {}

    @property
    def speakers(self) -> Mapping[str, int]:
        return self._speakers

    def ranges(self, line: Line) -> list[QTextLayout.FormatRange]:
        """The formats of one line, in UTF-16 units."""
        if len(line.text) > LONGEST:
            return []
        plain = line.text.isascii()
        return [
            _range(start if plain else to_units(line.text, start), end if plain else to_units(line.text, end), shape)
            for span in line.spans
            for start, end, shape in self._parts(line.text, span)
        ]

    def _parts(self, text: str, span: Span) -> Iterator[tuple[int, int, QTextCharFormat]]:
        kind, start, end = span.kind, span.start, span.end
        if kind is SpanKind.SPEAKER:
            inside = start + (text[start] == "[")
            yield start, inside, self._faint
            yield inside, end - 1, self._tag(span.value)
            yield end - 1, end, self._faint
        elif kind in (SpanKind.NONVERBAL, SpanKind.UNKNOWN_NONVERBAL):
            yield start, start + 1, self._bracket
            yield start + 1, end - 1, self._formats[kind]
            yield end - 1, end, self._bracket
        elif kind is SpanKind.ESCAPE:
            yield start, start + 1, self._faint
        elif kind in self._formats:
            yield start, end, self._formats[kind]

    def _tag(self, name: str) -> QTextCharFormat:
        found = self._tags.get(name)
        if found is None:
            index = self._speakers.get(name, RAW.get(name))
            color = self._theme.color("text") if index is None else self._theme.speaker(index)
            found = self._tags[name] = _format(color, bold=True)
            if index is not None and self._theme.repeats(index):
                found.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
        return found


def _format(color: QColor, pixels: int = 0, bold: bool = False, italic: bool = False) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setForeground(color)
    if pixels:
        made.setProperty(QTextFormat.Property.FontPixelSize, pixels)
    if bold:
        made.setFontWeight(QFont.Weight.Bold)
    if italic:
        made.setFontItalic(True)
    return made


def _range(start: int, end: int, shape: QTextCharFormat) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    made.start, made.length, made.format = start, end - start, shape
    return made
