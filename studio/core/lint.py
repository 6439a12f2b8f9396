"""Lint: every rule over a script and its plan. Findings are made per paragraph, per segment and per script, so that an edit
needs only those of what it touched (`studio.core.live`); `check` is the plain full pass."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress, count
from types import MappingProxyType

from studio.core.diagnostics import About, Diagnostic, Fix, Rule, Severity, Surroundings, TextEdit
from studio.core.rules import ALL
from studio.core.rules.marks import UNCLOSED_BRACKET
from studio.core.rules.pieces import TEXT_TOO_LONG, is_quiet, shorter
from studio.core.rules.tags import NONVERBAL_ONLY
from studio.core.script import Line, Paragraph, Script, SpanKind
from studio.core.segments import Plan, Segment

__all__ = [
    "RULES",
    "About",
    "Checked",
    "Diagnostic",
    "Fix",
    "Rule",
    "Severity",
    "Surroundings",
    "TextEdit",
    "check",
    "check_paragraph",
    "check_script",
    "check_segment",
    "gather",
    "is_calm",
]

RULES: Mapping[str, Rule] = MappingProxyType({rule.id: rule for rule in ALL})

_LINE_RULES = tuple(rule for rule in ALL if rule.line is not None and rule.trigger is not None)
_PARAGRAPH_RULES = tuple(rule for rule in ALL if rule.paragraph is not None)
# The paragraph rules that look at what is written; the others look at tags and cues alone.
_BRACKET_RULES = (NONVERBAL_ONLY, UNCLOSED_BRACKET)
_SEGMENT_RULES = tuple(rule for rule in ALL if rule.segment is not None)
_SCRIPT_RULES = tuple(rule for rule in ALL if rule.script is not None)
_RAW_ONLY = frozenset(rule.id for rule in ALL if rule.raw_only)
# Rules about how words are written; a word that the lexicon respells is in good hands already.
_WORDING = frozenset(("unexpanded-number", "unsupported-character", "exclamation-run"))

_IGNORE = re.compile(r"//\s*lint:\s*ignore[\s:]+([\w\-]+(?:[\s,]+[\w\-]+)*)")
_NO_NAMES = frozenset(("S1", "S2"))


@dataclass(frozen=True, slots=True)
class Checked:
    """The findings of one paragraph, lines counted from its first, and which rules its comments silence on which line."""

    diagnostics: tuple[Diagnostic, ...] = ()
    ignores: tuple[tuple[int, frozenset[str]], ...] = ()


NOTHING = Checked()


def check(script: Script, plan: Plan, surroundings: Surroundings) -> list[Diagnostic]:
    """Everything that lint has to say about a script, sorted by place. Never raises."""
    about = About.of(surroundings, script.front)
    paragraphs = [check_paragraph(paragraph, about) for paragraph in script.paragraphs]
    segments = [check_segment(segment, about) for segment in plan.segments]
    return gather(script, plan, about, paragraphs, segments, check_script(script, plan, about))


def check_paragraph(paragraph: Paragraph, about: About) -> Checked:
    """The findings of the line rules and paragraph rules; those of raw form, too (`gather` drops them if need be)."""
    calm = is_calm(paragraph, about)
    if calm and paragraph.plain:
        return NOTHING
    found: list[Diagnostic] = []
    ignores: list[tuple[int, frozenset[str]]] = []
    for number, line in enumerate(paragraph.lines):
        if line.plain or line.in_front or not line.text:
            continue
        found.extend(_check_line(number, line, about))
        if "lint:" in line.text:
            ignores.extend(_ignores(number, paragraph.lines))
    for rule in _BRACKET_RULES if calm else _PARAGRAPH_RULES:
        assert rule.paragraph is not None
        found.extend(map(rule.diagnostic, rule.paragraph(paragraph, about)))
    return Checked(tuple(found), tuple(ignores)) if found or ignores else NOTHING


def check_segment(segment: Segment, about: About) -> tuple[Diagnostic, ...]:
    """The findings of the segment rules, without their place."""
    if is_quiet(segment, about):
        return ()
    return tuple(rule.diagnostic(found) for rule in _SEGMENT_RULES if rule.segment for found in rule.segment(segment, about))


def check_script(script: Script, plan: Plan, about: About) -> tuple[Diagnostic, ...]:
    """The findings of the rules that look at the script as a whole."""
    return tuple(rule.diagnostic(found) for rule in _SCRIPT_RULES if rule.script for found in rule.script(script, plan, about))


def gather(
    script: Script,
    plan: Plan,
    about: About,
    paragraphs: Sequence[Checked],
    segments: Sequence[tuple[Diagnostic, ...]],
    whole: Iterable[Diagnostic],
) -> list[Diagnostic]:
    """All findings in their places, sorted, without those that the script silences or that do not concern its form."""
    result = list(whole)
    ignores: dict[int, frozenset[str]] = {}
    for start, checked in zip(script.starts, paragraphs, strict=True):
        if checked is not NOTHING:
            result.extend([one.moved(start) for one in checked.diagnostics])
            for line, rules in checked.ignores:
                ignores[start + line] = ignores.get(start + line, frozenset()) | rules
    for index in compress(count(), segments):
        result.extend(_placed(one, script, plan, index, about) for one in segments[index])
    if not script.raw:
        result = [one for one in result if one.rule not in _RAW_ONLY]
    if ignores:
        result = [one for one in result if one.rule not in ignores.get(one.line, ())]
    return sorted(result, key=Diagnostic.order)


def is_calm(paragraph: Paragraph, about: About) -> bool:
    """Whether no paragraph rule but those about brackets can have anything to say, as far as can be seen at a glance. Those
    have nothing to say about plain lines, which hold no bracket but those of sounds among words."""
    known = _NO_NAMES.issuperset(paragraph.tags) and not about.defaults.names
    return (
        known
        and not paragraph.odd_tags
        and not paragraph.cues
        and (paragraph.before.character != "" or not paragraph.utterances)
    )


def _check_line(number: int, line: Line, about: About) -> list[Diagnostic]:
    found = []
    for rule in _LINE_RULES:
        assert rule.line is not None and rule.trigger is not None
        if rule.trigger.search(line.text):
            found.extend([rule.diagnostic(finding, number) for finding in rule.line(line, about)])
    if found and about.defaults.lexicon is not None:
        respelled = [match.span() for match in about.defaults.lexicon.pattern.finditer(line.text)]
        found = [one for one in found if one.rule not in _WORDING or not _within(one, respelled)]
    return found


def _within(diagnostic: Diagnostic, stretches: Sequence[tuple[int, int]]) -> bool:
    return any(start < diagnostic.end_column and diagnostic.column < end for start, end in stretches)


def _ignores(number: int, lines: Sequence[Line]) -> list[tuple[int, frozenset[str]]]:
    """What a comment silences: the rules it names, on its own line, or on the next one if it stands alone."""
    for span in lines[number].spans:
        match = _IGNORE.match(lines[number].text, span.start, span.end) if span.kind is SpanKind.COMMENT else None
        if match:
            rules = frozenset(re.split(r"[\s,]+", match[1]))
            below = number
            while below < len(lines) and _is_comment(lines[below]):
                below += 1
            return [(number, rules), (below, rules)] if below != number else [(number, rules)]
    return []


def _is_comment(line: Line) -> bool:
    kinds = {span.kind for span in line.spans} - {SpanKind.SPACE}
    return kinds == {SpanKind.COMMENT}


def _placed(diagnostic: Diagnostic, script: Script, plan: Plan, index: int, about: About) -> Diagnostic:
    """A segment's finding where the segment lies, with the fix that depends on it."""
    start, end = plan.starts[index], plan.ends[index]
    fix = diagnostic.fix
    if diagnostic.rule == TEXT_TOO_LONG.id:
        fix = shorter(script, plan, index, about, _lines(script, start.line, end.line))
    return replace(diagnostic, line=start.line, column=start.column, end_line=end.line, end_column=end.column, fix=fix)


def _lines(script: Script, first: int, last: int) -> list[str]:
    """The text of lines `first` to `last`, both included."""
    result: list[str] = []
    for start, paragraph in zip(script.starts, script.paragraphs, strict=True):
        if start <= last and start + len(paragraph.lines) > first:
            result.extend(line.text for number, line in enumerate(paragraph.lines, start) if first <= number <= last)
    return result
