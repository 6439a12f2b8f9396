"""One line of script -> spans that cover it. Total, and linear in the line's length; knows nothing of other lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping

from studio.core.script import Line, Span, SpanKind
from studio.core.sounds import SOUND_SET, SOUNDS, normalised

TEXT, SPACE, SPEAKER, MALFORMED = SpanKind.TEXT, SpanKind.SPACE, SpanKind.SPEAKER, SpanKind.MALFORMED

NEIGHBOURHOOD = 48  # characters to each side; longer than any name

# A plain name: a letter, then letters, digits, spaces, and the marks that names hold.
_NAME = re.compile(r"[^\W\d_][\w '’.\-]{0,38}[\w.]|[^\W\d_]")
_LEADING_NAME = re.compile(r"\s*([^\W\d_][\w '’.\-]{0,39}):(?=\s|\Z)")
_HEADING = re.compile(r"\s{0,3}#{1,6}(?=\s|\Z)\s*")
_COMMENT = re.compile(r"(?<!\S)//")
# Where any construct begins. Everything else on a line is text.
_SPECIAL = re.compile(r"[\[({\\\]/]")
_ESCAPED = frozenset("[](){}#\\/")

# What makes a line worth more than a glance: any character but plain letters and stops; capitals in a row or before a colon,
# marks in a row, abbreviations; round brackets that hold no sound. One set of characters comes first, because that is what
# makes a search fast; what may follow a capital or a stop comes next, each by its first letter. Whatever a construct begins
# with, and whatever a line rule looks for, is found by this; a test holds the rules to it.
_ROUGH = re.compile(
    rf"""[^a-zß-öø-ÿ ,?;:'"’“”…—–\-]
    (?: (?<![A-Z!.()])
      | [:A-Z!] | ['’]+[A-Z] | (?:rs?|s|rof|t|apt|gt|e[nv]|ov)\.
      | (?<=\()(?!(?:{"|".join(map(re.escape, SOUNDS))})\))
      | (?<=[cegstx]\.)(?: (?<=etc\.) | (?<=vs\.) | (?<=e\.g\.) | (?<=i\.e\.) | (?<=approx\.) | (?<=dept\.) | (?<=est\.))
    )""",
    re.VERBOSE,
)
_rough = _ROUGH.search
_RAW_TAGS = {f"[{name}] ": (Span(SPEAKER, 0, 4, name), Span(SPACE, 4, 5)) for name in ("S1", "S2")}


def _shapes(tag: tuple[Span, ...]) -> tuple[int, tuple[tuple[Span, ...], ...]]:
    """Where words begin behind a raw tag or none, and the spans of the line by its length: words and nothing else."""
    first = tag[-1].end if tag else 0
    return first, tuple((*tag, Span(TEXT, first, length)) for length in range(_SHAPED))


_SHAPED = 200  # characters; most lines are shorter, and share their spans with every line of their shape
_UNTAGGED = _shapes(())
_TAGGED = {written: _shapes(tag) for written, tag in _RAW_TAGS.items()}

_BLANK, _BLANK_FRONT = Line("", ()), Line("", (), True)

# Each stops at the next bracket, so that a line of a hundred thousand brackets is still read in linear time.
_SQUARE = re.compile(r"\[([^\[\](){}\\]*)\](:(?=\s|\Z))?")
_ROUND = re.compile(r"\(([^()\[\]{}\\/]*(?:/(?!/)[^()\[\]{}\\/]*)*)\)")
_CURLY = re.compile(r"\{([^{}]*)\}")
_SAY = re.compile(r"\s*say\s+[\"“]([^\"“”]*)[\"”]\s+as\s+[\"“]([^\"“”]*)[\"”]\s*")
# [s1], [ S1 ], (S1), [S1):, [S1 and the like: any bracket, S, a number, any bracket or none.
_LOOSE_TAG = re.compile(r"[\[({]\s?[Ss]\s?([0-9]{1,2})(?:\s?[\])}]:?|:|(?!\w))")
_LOOSE_NAME = re.compile(r"[Ss] ?[0-9]{1,2}(?!\w)")
_RAW_NAME = re.compile(r"S[0-9]{1,2}")
_OPENLESS_TAG = re.compile(r"(?<![\w\[({])[Ss]([0-9]{1,2})\]:?")
_PROSE = re.compile(r"[^\w\s'’\-]|[\d_]")


def parse_line(text: str, in_front: bool = False) -> Line:
    """The spans of one line (without its line feed). Depends on `text` and `in_front` only, and never raises."""
    if not text:
        return _BLANK_FRONT if in_front else _BLANK
    if in_front:
        return Line(text, _front(text), True)
    # Nine lines in ten: a raw tag or none, then plain words.
    first, shapes = _TAGGED.get(text[:5], _UNTAGGED)
    if text[first : first + 1].isalpha() and not _rough(text, first) and "  " not in text and text[-1] != " ":
        if ")" not in text:
            end = len(text)
            return Line(text, shapes[end] if end < _SHAPED else (*shapes[0][:-1], Span(TEXT, first, end)), False, True)
        # Every bracket that opens is a sound's; a further one that closes may belong to the line before.
        return Line(text, _spans(text), False, text.count("(") == text.count(")"))
    return Line(text, _spans(text))


def _front(text: str) -> tuple[Span, ...]:
    """The spans of a line of front matter that is not empty."""
    end = len(text) - 1 if text[-1] == "\r" else len(text)
    words = (Span(SpanKind.FRONT, 0, end),) if end else ()
    return words if end == len(text) else (*words, Span(SPACE, end, end + 1))


def _spans(text: str) -> tuple[Span, ...]:
    """The spans of any other line that is not empty."""
    end = len(text) - 1 if text[-1] == "\r" else len(text)
    tag = _RAW_TAGS.get(text[:5], ()) if not text[5:6].isspace() else ()
    spans = [*tag]
    done = 5 if tag else _line_start(text, end, spans)
    _inline(text, done, end, spans)
    if end < len(text):
        spans.append(Span(SPACE, end, end + 1))
    return tuple(spans)


def same_shape(text: str, start: int, end: int, new: str, gone: SpanKind | None = None) -> bool:
    """Whether a line keeps its constructs when `new` takes the place of `start` to `end`, the one construct excepted that is to
    go. A fix must not make a comment, a heading, a name or an aside of what was words before. Looks at the neighbourhood
    only, so that a line with a thousand faults is not read a thousand times."""
    left, right = text[max(0, start - NEIGHBOURHOOD) : start], text[end : end + NEIGHBOURHOOD]
    before, after = _constructs(left + text[start:end] + right), _constructs(left + new + right)
    if gone is not None:
        before[gone, text[start:end].strip()] -= 1
    return +before == after


def _constructs(text: str) -> Counter[tuple[SpanKind, str]]:
    """Every construct of a line, with its text: a comment that starts earlier is another comment."""
    spans = parse_line(text).spans
    return Counter((span.kind, text[span.start : span.end]) for span in spans if span.kind not in (TEXT, SPACE))


def is_name(written: str) -> bool:
    """Whether `[written]` is a speaker tag as it should be."""
    return _NAME.fullmatch(written) is not None and "_" not in written


def _line_start(text: str, end: int, spans: list[Span]) -> int:
    """Read what may stand at line start only, a heading or `MAYA:`. Returns the column where it ends."""
    if ":" in text and (match := _LEADING_NAME.match(text, 0, end)):
        name = match[1]
        if name.isupper() and "_" not in name and name == name.rstrip():
            if match.start(1):
                spans.append(Span(SPACE, 0, match.start(1)))
            spans.append(Span(SPEAKER, match.start(1), match.end(), name))
            return match.end()
    elif "#" in text and (match := _HEADING.match(text, 0, end)):
        start = text.index("#")
        comment = _COMMENT.search(text, match.end(), end)
        stop = comment.start() if comment else end
        title = text[match.end() : stop].strip()
        close = match.end() + len(title) if title else text.rindex("#", 0, match.end()) + 1
        if start:
            spans.append(Span(SPACE, 0, start))
        spans.append(Span(SpanKind.HEADING, start, close, title))
        if close < stop:
            spans.append(Span(SPACE, close, stop))
        if comment:
            spans.append(Span(SpanKind.COMMENT, stop, end))
        return end
    return 0


def _inline(text: str, done: int, end: int, spans: list[Span]) -> None:
    """Read everything from column `done` to `end`."""
    at = done
    while match := _SPECIAL.search(text, at, end):
        begin = match.start()
        span = _READERS[text[begin]](text, begin, done, end)
        if span is None:
            at = begin + 1
            continue
        if done < span.start:
            _plain(text, done, span.start, spans)
        spans.append(span)
        done = at = span.end
    if done < end:
        _plain(text, done, end, spans)


def _plain(text: str, start: int, end: int, spans: list[Span]) -> None:
    """Text between constructs; the white space at its ends stands apart."""
    words = text[start:end].lstrip()
    first = end - len(words)
    if start < first:
        spans.append(Span(SPACE, start, first))
    words = words.rstrip()
    last = first + len(words)
    if words:
        spans.append(Span(TEXT, first, last))
        if last < end:
            spans.append(Span(SPACE, last, end))


def _escape(text: str, begin: int, done: int, end: int) -> Span | None:
    if begin + 1 < end and text[begin + 1] in _ESCAPED:
        return Span(SpanKind.ESCAPE, begin, begin + 2, text[begin + 1])
    return None


def _comment(text: str, begin: int, done: int, end: int) -> Span | None:
    return Span(SpanKind.COMMENT, begin, end) if _COMMENT.match(text, begin, end) else None


def _square(text: str, begin: int, done: int, end: int) -> Span | None:
    match = _SQUARE.match(text, begin, end)
    if match is None:
        return _loose_tag(text, begin, end)
    written = match[1]
    if is_name(written) and not match[2] and not _is_loose(written):
        if written in SOUND_SET:
            return Span(MALFORMED, begin, match.end(), f"({written})")
        return Span(SPEAKER, begin, match.end(), written)
    return _loose_tag(text, begin, end) or Span(MALFORMED, begin, match.end(), _meant(written))


def _is_loose(written: str) -> bool:
    """Whether a name is S and a number that something is wrong with, as in `s1`, `S 1` or `S1 said`."""
    return _LOOSE_NAME.match(written) is not None and not _RAW_NAME.fullmatch(written)


def _meant(written: str) -> str:
    """What a wrong `[written]` was meant to be, or ""."""
    name = " ".join(written.split())
    if normalised(name) in SOUND_SET:
        return f"({normalised(name)})"
    return f"[{name}]" if is_name(name) else ""


def _loose_tag(text: str, begin: int, end: int) -> Span | None:
    match = _LOOSE_TAG.match(text, begin, end)
    return Span(MALFORMED, begin, match.end(), f"[S{int(match[1])}]") if match else None


def _openless_tag(text: str, begin: int, done: int, end: int) -> Span | None:
    """A stray `]`: perhaps the end of `S1]`."""
    for start in (begin - 2, begin - 3):
        if start >= done and (match := _OPENLESS_TAG.match(text, start, end)):
            return Span(MALFORMED, start, match.end(), f"[S{int(match[1])}]")
    return None


def _round(text: str, begin: int, done: int, end: int) -> Span | None:
    close = text.find(")", begin, min(end, begin + NEIGHBOURHOOD))
    if close > 0 and text[begin + 1 : close] in SOUND_SET:
        return Span(SpanKind.NONVERBAL, begin, close + 1, text[begin + 1 : close])
    match = _ROUND.match(text, begin, end)
    if match is None:
        return _loose_tag(text, begin, end)
    inside = match[1]
    loose = _loose_tag(text, begin, end)
    if loose is not None and loose.end >= match.end():
        return loose
    name = normalised(inside)
    if not name or _PROSE.search(name) or name.count(" ") > 2:
        return Span(SpanKind.ASIDE, begin, match.end())
    return Span(SpanKind.UNKNOWN_NONVERBAL, begin, match.end(), name)


def _curly(text: str, begin: int, done: int, end: int) -> Span | None:
    match = _CURLY.match(text, begin, end)
    if match is None or _LOOSE_TAG.fullmatch(text, begin, match.end()):
        return _loose_tag(text, begin, end)
    if say := _SAY.fullmatch(match[1]):
        return Span(SpanKind.SAY, begin, match.end(), say[2])
    return Span(SpanKind.DIRECTION, begin, match.end(), match[1].strip())


_READERS: Mapping[str, Callable[[str, int, int, int], Span | None]] = {
    "\\": _escape,
    "/": _comment,
    "[": _square,
    "]": _openless_tag,
    "(": _round,
    "{": _curly,
}
