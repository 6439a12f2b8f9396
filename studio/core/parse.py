"""Text -> Script, whole or again after an edit. Both ways give equal scripts; neither ever raises.

A paragraph starts at every line that is not blank and follows a blank one, at a heading, and after a heading or the front
matter. That is decided by two neighbouring lines, which is what keeps an edit local.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from studio.core.front import is_fence, read_front
from studio.core.lines import parse_line
from studio.core.paragraphs import Defaults, build, is_raw_name
from studio.core.script import Chapter, Context, FrontMatter, Line, Paragraph, Script, SpanKind, Utterance

__all__ = ["Splice", "line_count", "parse", "parse_line", "reparse", "splice", "utterances"]

_RAW_PAIR = frozenset(("S1", "S2"))


@dataclass(frozen=True, slots=True)
class Splice:
    """What a re-parse replaced: old paragraphs `start` to `old_end` gave way to new ones `start` to `new_end`; every paragraph
    after them is the same object as before, `lines` lines further down."""

    start: int
    old_end: int
    new_end: int
    lines: int


def parse(text: str) -> Script:
    """Parse a whole script."""
    return _whole(text.split("\n"))


def reparse(script: Script, first: int, removed: int, new_lines: Sequence[str]) -> Script:
    """The script after lines `first` to `first + removed` were replaced by `new_lines`; equal to `parse` of the new text."""
    return splice(script, first, removed, new_lines)[0]


def splice(script: Script, first: int, removed: int, new_lines: Sequence[str]) -> tuple[Script, Splice]:
    """`reparse`, and which paragraphs it touched. Raises ValueError when the script has no such lines."""
    total = line_count(script)
    if not 0 <= first <= first + removed <= total:
        raise ValueError(f"lines {first} to {first + removed} of a script of {total}")
    if _touches_front(script, first, removed, new_lines):
        return _respliced_front(script, first, removed, new_lines)
    defaults = Defaults.of(script.front)
    old = script.paragraphs
    start = max(0, bisect_right(script.starts, max(first - 1, 0)) - 1)
    after = first + removed
    old_end = bisect_right(script.starts, after) if after < total else len(old)
    begin = script.starts[start]
    lines = [line for paragraph in old[start:old_end] for line in paragraph.lines]
    lines[first - begin : after - begin] = map(parse_line, new_lines)
    if not lines and len(old) == old_end - start:
        lines = [parse_line("")]
    context = old[start].before
    new: list[Paragraph] = []
    for group in _groups(lines, script.front.end if start == 0 else 0):
        paragraph = build(group, context, defaults)
        new.append(paragraph)
        context = paragraph.after
    while old_end < len(old) and old[old_end].before != context:
        paragraph = build(old[old_end].lines, context, defaults)
        new.append(paragraph)
        context = paragraph.after
        old_end += 1
    change = Splice(start, old_end, start + len(new), len(new_lines) - removed)
    return _replaced(script, new, change), change


def line_count(script: Script) -> int:
    """The number of lines; an empty script has one."""
    return script.starts[-1] + len(script.paragraphs[-1].lines)


def utterances(script: Script) -> Iterator[tuple[int, Utterance]]:
    """Everything that is spoken, in order: (line of the script, utterance)."""
    for start, paragraph in zip(script.starts, script.paragraphs, strict=True):
        for utterance in paragraph.utterances:
            yield start + utterance.line, utterance


def _whole(texts: Sequence[str]) -> Script:
    front = read_front(texts)
    lines = [parse_line(text, True) for text in texts[: front.end]]
    lines.extend(map(parse_line, texts[front.end :]))
    return _assembled(front, lines)


def _assembled(front: FrontMatter, lines: Sequence[Line]) -> Script:
    defaults = Defaults.of(front)
    context = Context(solo=front.solo)
    paragraphs = []
    for group in _groups(lines, front.end):
        paragraph = build(group, context, defaults)
        paragraphs.append(paragraph)
        context = paragraph.after
    return _script(front, tuple(paragraphs), *_counts(paragraphs))


def _groups(lines: Sequence[Line], front_end: int) -> Iterator[Sequence[Line]]:
    """The lines of each paragraph."""
    begin = 0
    was_open = front_end == 0  # the line before forbids a new paragraph here
    for number, line in enumerate(lines[front_end:] if front_end else lines, front_end):
        if line.plain:
            if not was_open:
                was_open = True
                if number > begin:
                    yield lines[begin:number]
                    begin = number
        elif not line.text or line.text.isspace():
            was_open = False
        else:
            heads = _is_heading(line)
            if number > begin and (heads or not was_open):
                yield lines[begin:number]
                begin = number
            was_open = not heads
    yield lines[begin:]


def _is_heading(line: Line) -> bool:
    return line.spans[0].kind is SpanKind.HEADING or (len(line.spans) > 1 and line.spans[1].kind is SpanKind.HEADING)


def _counts(paragraphs: Sequence[Paragraph]) -> tuple[int, int]:
    """How many paragraphs hold a speaker tag, and how many hold a name."""
    tagged = named = 0
    for paragraph in paragraphs:
        if paragraph.tags:
            tagged += 1
            if not _RAW_PAIR.issuperset(paragraph.tags) and not all(map(is_raw_name, paragraph.tags)):
                named += 1
    return tagged, named


def _script(front: FrontMatter, paragraphs: tuple[Paragraph, ...], tagged: int, named: int) -> Script:
    starts = tuple(accumulate((len(paragraph.lines) for paragraph in paragraphs[:-1]), initial=0))
    raw = tagged > 0 and named == 0 and not front.cast
    return Script(front, paragraphs, starts, _chapters(paragraphs, starts), raw, tagged, named)


def _chapters(paragraphs: tuple[Paragraph, ...], starts: tuple[int, ...]) -> tuple[Chapter, ...]:
    headed = _headed(paragraphs, starts, 0, len(paragraphs))
    return (*_untitled(paragraphs, starts, headed), *headed)


def _headed(paragraphs: Sequence[Paragraph], starts: Sequence[int], start: int, end: int) -> list[Chapter]:
    """The chapters that paragraphs `start` to `end` open."""
    return [
        Chapter(title, starts[index], index)
        for index, title in enumerate((paragraph.heading for paragraph in paragraphs[start:end]), start)
        if title is not None
    ]


def _untitled(paragraphs: Sequence[Paragraph], starts: Sequence[int], headed: Sequence[Chapter]) -> tuple[Chapter, ...]:
    """The chapter without a title, if anything is spoken before the first heading."""
    end = headed[0].paragraph if headed else len(paragraphs)
    index = next((index for index in range(end) if paragraphs[index].utterances), None)
    return () if index is None else (Chapter("", starts[index], index),)


def _replaced(script: Script, new: Sequence[Paragraph], change: Splice) -> Script:
    """The script with the paragraphs of `change` replaced by `new`; costs no more than copying a few lists of references."""
    old = script.paragraphs
    paragraphs = (*old[: change.start], *new, *old[change.old_end :])
    kept = script.starts[: change.start]
    begin = script.starts[change.start] if change.start < len(script.starts) else 0
    lengths = [len(paragraph.lines) for paragraph in new]
    middle = list(accumulate(lengths, initial=begin))[:-1]
    tail = script.starts[change.old_end :]
    if change.lines:
        tail = tuple([start + change.lines for start in tail])
    starts = (*kept, *middle, *tail)
    shift = change.new_end - change.old_end
    headed = [chapter for chapter in script.chapters if old[chapter.paragraph].heading is not None]
    after = [chapter for chapter in headed if chapter.paragraph >= change.old_end]
    if shift or change.lines:
        after = [Chapter(one.title, one.line + change.lines, one.paragraph + shift) for one in after]
    headed = [
        *(chapter for chapter in headed if chapter.paragraph < change.start),
        *_headed(paragraphs, starts, change.start, change.new_end),
        *after,
    ]
    tagged_before, named_before = _counts(old[change.start : change.old_end])
    tagged_now, named_now = _counts(new)
    tagged, named = script.tagged - tagged_before + tagged_now, script.named - named_before + named_now
    raw = tagged > 0 and named == 0 and not script.front.cast
    chapters = (*_untitled(paragraphs, starts, headed), *headed)
    return Script(script.front, paragraphs, starts, chapters, raw, tagged, named)


def _touches_front(script: Script, first: int, removed: int, new_lines: Sequence[str]) -> bool:
    """Whether an edit may change where the front matter lies or what it says."""
    end = script.front.end
    if end:
        return first < end
    was_open = is_fence(script.paragraphs[0].lines[0].text)  # a fence that nothing closes
    if first == 0:
        top = new_lines[0] if new_lines else _line_text(script, removed)
        return was_open or is_fence(top)
    return was_open and any(map(is_fence, new_lines))


def _line_text(script: Script, number: int) -> str:
    """The text of one line, "" behind the last one."""
    index = bisect_right(script.starts, number) - 1
    lines = script.paragraphs[index].lines
    at = number - script.starts[index]
    return lines[at].text if at < len(lines) else ""


def _respliced_front(script: Script, first: int, removed: int, new_lines: Sequence[str]) -> tuple[Script, Splice]:
    """Everything again, lines that are the same excepted: who speaks, and how words are said, may have changed anywhere."""
    old = [line for paragraph in script.paragraphs for line in paragraph.lines]
    texts = [line.text for line in old]
    texts[first : first + removed] = new_lines
    front = read_front(texts or [""])
    old[first : first + removed] = [parse_line(text) for text in new_lines]
    lines = old or [parse_line("")]
    for number, line in enumerate(lines):
        in_front = number < front.end
        if line.in_front != in_front:
            lines[number] = parse_line(line.text, in_front)
        elif not in_front and number >= max(script.front.end, first + len(new_lines)):
            break
    new = _assembled(front, lines)
    return new, Splice(0, len(script.paragraphs), len(new.paragraphs), len(new_lines) - removed)
