"""Searching the script: a bounded pattern over the whole text, positions of the document back. Knows no widget."""

from __future__ import annotations

import re
from dataclasses import dataclass

from PySide6.QtCore import QRegularExpression

from studio.i18n import _

MOST = 100_000  # matches that are counted; more serve nobody
_GROUP = re.compile(r"\\(\d|\\|n|t)")


class BadPatternError(ValueError):
    """The regular expression cannot be read; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for and how. `words` is text, or a regular expression (Perl's) where `is_pattern`."""

    words: str
    match_case: bool = False
    whole_words: bool = False
    is_pattern: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """UTF-16 positions of the document, and the text of the whole match and of each group."""

    start: int
    end: int
    groups: tuple[str, ...]


def find_all(text: str, query: Query) -> tuple[Match, ...]:
    """Every match in order; empty ones are left out. PCRE gives up on a pattern that runs away, so this always ends.
    Raises BadPatternError."""
    if not query.words:
        return ()
    walk = _expression(query).globalMatch(text)
    found: list[Match] = []
    while walk.hasNext() and len(found) < MOST:
        match = walk.next()
        if match.capturedLength():
            groups = tuple(match.captured(index) for index in range(match.lastCapturedIndex() + 1))
            found.append(Match(match.capturedStart(), match.capturedEnd(), groups))
    return tuple(found)


def replacement(match: Match, by: str, query: Query) -> str:
    r"""The text to put in a match's place; in a pattern's, \1 to \9 are its groups, \0 all of it, \n a new line."""
    if not query.is_pattern:
        return by

    def filled(found: re.Match[str]) -> str:
        what = found[1]
        if what.isdecimal():
            return match.groups[int(what)] if int(what) < len(match.groups) else ""
        return {"n": "\n", "t": "\t"}.get(what, what)

    return _GROUP.sub(filled, by)


def _expression(query: Query) -> QRegularExpression:
    words = query.words if query.is_pattern else QRegularExpression.escape(query.words)
    if query.whole_words:
        words = rf"(?<!\w)(?:{words})(?!\w)"
    option = QRegularExpression.PatternOption
    options = option.MultilineOption | option.UseUnicodePropertiesOption
    if not query.match_case:
        options |= option.CaseInsensitiveOption
    made = QRegularExpression(words, options)
    if not made.isValid():
        at = max(0, made.patternErrorOffset() - (len(r"(?<!\w)(?:") if query.whole_words else 0))
        raise BadPatternError(
            _("This pattern cannot be read at character {at}: {why}.").format(at=at + 1, why=made.errorString())
        )
    return made
