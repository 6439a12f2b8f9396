"""Applying fixes: one fix, or all that are safe until nothing is left to mend."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from studio.core.diagnostics import Diagnostic, Surroundings, TextEdit
from studio.core.lint import check
from studio.core.parse import parse
from studio.core.script import Script
from studio.core.segments import Plan

MAX_ROUNDS = 50


def apply_edits(text: str, edits: Iterable[TextEdit]) -> str:
    """The text with all edits made at once; every place is one of the text before. Raises ValueError where edits overlap or
    leave the text."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    pieces = []
    done = 0
    for edit in sorted(edits):
        start, end = _offset(lines, starts, edit.line, edit.column), _offset(lines, starts, edit.end_line, edit.end_column)
        if not done <= start <= end:
            raise ValueError(f"overlapping edits at line {edit.line + 1}, column {edit.column + 1}")
        pieces += [text[done:start], edit.text]
        done = end
    return "".join((*pieces, text[done:]))


def fix_all(text: str, surroundings: Surroundings, plan_of: Callable[[Script], Plan]) -> str:
    """The text with every safe fix applied, again and again until none is left. Fixing the result changes nothing."""
    seen = {text}
    for _ in range(MAX_ROUNDS):
        script = parse(text)
        edits = compatible(check(script, plan_of(script), surroundings), text)
        if not edits:
            break
        text = apply_edits(text, edits)
        if text in seen:  # two rules that undo each other: any state of theirs will do, but always the same one
            return min(seen)
        seen.add(text)
    return text


def compatible(diagnostics: Sequence[Diagnostic], text: str) -> list[TextEdit]:
    """The edits of all safe fixes that do not get in each other's way; first come, first served.

    A fix was judged by what stands beside it. So of two on a line with nothing but white space between them, one waits for the
    next round: two tags deleted together may bring a word to the start of a line, where it is read as a name.
    """
    lines = text.split("\n")
    taken: list[TextEdit] = []
    end = (-1, -1)
    fixes = [one.fix for one in diagnostics if one.fix is not None and one.fix.safe and one.fix.edits]
    for fix in sorted(fixes, key=lambda fix: min(fix.edits)):
        edits = sorted(fix.edits)
        line, column = edits[0].line, edits[0].column
        is_beside = line == end[0] and not lines[line][end[1] : column].strip()
        if (line, column) > end and not is_beside:
            taken += edits
            end = (edits[-1].end_line, edits[-1].end_column)
    return taken


def _offset(lines: Sequence[str], starts: Sequence[int], line: int, column: int) -> int:
    if not (0 <= line < len(lines) and 0 <= column <= len(lines[line])):
        raise ValueError(f"the text has no line {line + 1}, column {column + 1}")
    return starts[line] + column
