"""A script that is being edited: parsed, planned and checked, kept current at the cost of what an edit touches."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from operator import is_not
from typing import Protocol

from studio.core.diagnostics import About, Diagnostic, Surroundings
from studio.core.lint import Checked, check_paragraph, check_script, check_segment, gather
from studio.core.parse import Splice, parse, splice
from studio.core.script import Script
from studio.core.segments import Plan


class Planner(Protocol):
    """How a script is cut: at first, and again after an edit."""

    def plan(self, script: Script) -> Plan: ...

    def replan(self, old: Plan, old_script: Script, script: Script) -> Plan: ...


@dataclass(frozen=True, slots=True)
class Change:
    """What an edit did. Old lines `first_line` to `old_end_line` became `first_line` to `new_end_line`; findings on them are
    replaced by `diagnostics`, and those below move by the difference. Where `elsewhere` is true, findings on other lines
    differ as well, and views read `LiveScript.diagnostics()` again. Segments are replaced as paragraphs are."""

    first_line: int
    old_end_line: int
    new_end_line: int
    diagnostics: tuple[Diagnostic, ...]
    elsewhere: bool
    paragraphs: Splice
    segments: Splice


class LiveScript:
    """Script, plan and diagnostics of one text. Belongs to one thread; the values it hands out belong to anyone."""

    def __init__(self, text: str, surroundings: Surroundings, planner: Planner) -> None:
        self._planner = planner
        self._surroundings = surroundings
        self.script = parse(text)
        self.plan = planner.plan(self.script)
        self._diagnostics: list[Diagnostic] | None = None
        self._whole: tuple[Diagnostic, ...] = ()
        self._check_all()

    def diagnostics(self) -> list[Diagnostic]:
        """All findings, sorted by place: what `lint.check` gives for the same script and plan."""
        if self._diagnostics is None:
            self._diagnostics = gather(self.script, self.plan, self._about, self._paragraphs, self._segments, self._whole)
        return self._diagnostics

    def text(self) -> str:
        """The whole text."""
        return "\n".join([line.text for paragraph in self.script.paragraphs for line in paragraph.lines])

    def set_surroundings(self, surroundings: Surroundings) -> None:
        """Check everything against other limits, voices or files."""
        self._surroundings = surroundings
        self._check_all()

    def edit(self, first: int, removed: int, new_lines: Sequence[str]) -> Change:
        """Replace lines `first` to `first + removed`. Raises ValueError, and changes nothing, when there are no such lines."""
        old_script, old_plan = self.script, self.plan
        script, touched = splice(old_script, first, removed, new_lines)
        self.plan = self._planner.replan(old_plan, old_script, script)
        self.script = script
        self._diagnostics = None
        if script.front != old_script.front:
            self._check_all()
            segments = Splice(0, len(old_plan.segments), len(self.plan.segments), 0)
            return self._change(old_script, touched, segments, elsewhere=True)
        old_whole = self._whole
        checked = [check_paragraph(one, self._about) for one in script.paragraphs[touched.start : touched.new_end]]
        self._paragraphs[touched.start : touched.old_end] = checked
        segments = _difference(old_plan, self.plan)
        found = [check_segment(one, self._about) for one in self.plan.segments[segments.start : segments.new_end]]
        spoke = any(self._segments[segments.start : segments.old_end]) or any(found)
        self._segments[segments.start : segments.old_end] = found
        self._whole = check_script(script, self.plan, self._about)
        spoke = spoke or self._segments_speak(touched)
        elsewhere = spoke or script.raw != old_script.raw or bool(old_whole) or bool(self._whole)
        return self._change(old_script, touched, segments, elsewhere=elsewhere)

    def _segments_speak(self, touched: Splice) -> bool:
        """Whether there are findings about segments that lie, at least in part, on the touched paragraphs."""
        starts = self.plan.lines
        first = bisect_left(starts, self.script.starts[touched.start]) if touched.start < len(self.script.starts) else 0
        last = bisect_left(starts, _end_line(self.script, touched.new_end))
        return any(self._segments[max(first - 1, 0) : last])

    def _check_all(self) -> None:
        self._diagnostics = None
        self._about = About.of(self._surroundings, self.script.front)
        self._paragraphs: list[Checked] = [check_paragraph(one, self._about) for one in self.script.paragraphs]
        self._segments: list[tuple[Diagnostic, ...]] = [check_segment(one, self._about) for one in self.plan.segments]
        self._whole = check_script(self.script, self.plan, self._about)

    def _change(self, old: Script, touched: Splice, segments: Splice, *, elsewhere: bool) -> Change:
        first = old.starts[touched.start] if touched.start < len(old.starts) else 0
        old_end = _end_line(old, touched.old_end)
        new_end = _end_line(self.script, touched.new_end)
        checked = self._paragraphs[touched.start : touched.new_end]
        part = gather(_part(self.script, touched), Plan(), self._about, checked, (), ()) if not elsewhere else ()
        return Change(first, old_end, new_end, tuple(part), elsewhere, touched, segments)


def _part(script: Script, touched: Splice) -> Script:
    """The touched paragraphs alone, where they lie."""
    stretch = slice(touched.start, touched.new_end)
    return Script(script.front, script.paragraphs[stretch], script.starts[stretch], (), script.raw)


def _end_line(script: Script, paragraph: int) -> int:
    if paragraph < len(script.starts):
        return script.starts[paragraph]
    return script.starts[-1] + len(script.paragraphs[-1].lines)


def _difference(old: Plan, new: Plan) -> Splice:
    """Which segments are other objects than before. `map` over `is_not` runs through thousands of them in microseconds."""
    before, after = old.segments, new.segments
    shorter = min(len(before), len(after))
    start = next((index for index, differs in enumerate(map(is_not, before, after)) if differs), shorter)
    reversed_pairs = map(is_not, reversed(before[start:]), reversed(after[start:]))
    same = next((index for index, differs in enumerate(reversed_pairs) if differs), shorter - start)
    return Splice(start, len(before) - same, len(after) - same, 0)
