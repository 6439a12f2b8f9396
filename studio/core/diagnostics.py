"""What lint says: diagnostics with fixes, the rules that make them, and what rules may know beside the script.

Places are 0-based, in code points; whoever prints them adds one. Rules are values; `studio.core.rules` lists them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from studio.core.paragraphs import Defaults
from studio.core.render import Limits
from studio.core.script import FrontMatter, Line, Paragraph, Script, value
from studio.core.segments import Plan, Segment
from studio.core.sounds import SOUND_SET
from studio.core.voices import Voice

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True, order=True)
class TextEdit:
    """Replace what stands between two places by `text`."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str

    def moved(self, lines: int) -> TextEdit:
        """The same edit, `lines` further down."""
        return TextEdit(self.line + lines, self.column, self.end_line + lines, self.end_column, self.text)


@value
class Fix:
    """Edits that mend a fault. A safe one is applied without asking; one that guesses (who is meant) is not."""

    title: str
    edits: tuple[TextEdit, ...]
    safe: bool = True

    def moved(self, lines: int) -> Fix:
        """The same fix, `lines` further down."""
        return Fix(self.title, tuple([edit.moved(lines) for edit in self.edits]), self.safe) if lines else self


@value
class Diagnostic:
    """One finding: which rule, where, what to do about it, and the fix if a machine can do it."""

    rule: str
    severity: Severity
    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    fix: Fix | None = None

    def moved(self, lines: int) -> Diagnostic:
        """The same finding, `lines` further down."""
        if lines == 0:
            return self
        fix = self.fix and self.fix.moved(lines)
        return Diagnostic(
            self.rule, self.severity, self.line + lines, self.column, self.end_line + lines, self.end_column, self.message, fix
        )

    def order(self) -> tuple[int, int, int, int, str, str]:
        """Sorts findings by place."""
        return (self.line, self.column, self.end_line, self.end_column, self.rule, self.message)


def always(path: str) -> bool:
    """Stands in for a look at the disk where nobody asks for one."""
    return True


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What rules may know beside the script: the engine's limits and sounds, the voices of the library (None: not known), and
    whether a file named in the script can be read."""

    limits: Limits = field(default_factory=Limits)
    sounds: frozenset[str] = SOUND_SET
    voices: Mapping[str, Voice] | None = None
    exists: Callable[[str], bool] = always


@dataclass(frozen=True, slots=True)
class About:
    """Surroundings, and what the front matter settles: all that a rule may ask besides the thing it looks at."""

    surroundings: Surroundings
    front: FrontMatter
    defaults: Defaults

    @classmethod
    def of(cls, surroundings: Surroundings, front: FrontMatter) -> About:
        return cls(surroundings, front, Defaults.of(front))


@value
class Finding:
    """What a rule found, before it knows its own name; places as in Diagnostic, lines counted from the thing looked at."""

    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    fix: Fix | None = None
    severity: Severity | None = None  # None: the rule's own


def on_line(line: int, start: int, end: int, message: str, fix: Fix | None = None) -> Finding:
    """A finding within one line."""
    return Finding(line, start, line, end, message, fix)


def replacing(title: str, line: int, start: int, end: int, text: str, *, safe: bool = True) -> Fix:
    """A fix that replaces one stretch of one line."""
    return Fix(title, (TextEdit(line, start, line, end, text),), safe)


LineCheck = Callable[[Line, About], Iterable[Finding]]
ParagraphCheck = Callable[[Paragraph, About], Iterable[Finding]]
SegmentCheck = Callable[[Segment, About], Iterable[Finding]]
ScriptCheck = Callable[[Script, Plan, About], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its name and words, and one check, which decides how often it runs.

    A line check runs where `trigger` is found, and depends on that line only; a paragraph check on the paragraph, a segment
    check on the segment; only a script check sees everything, so it must be cheap. `raw_only` rules speak in raw form only.
    """

    id: str
    severity: Severity
    summary: str
    explanation: str
    trigger: re.Pattern[str] | None = None
    line: LineCheck | None = None
    paragraph: ParagraphCheck | None = None
    segment: SegmentCheck | None = None
    script: ScriptCheck | None = None
    raw_only: bool = False

    def diagnostic(self, found: Finding, line: int = 0) -> Diagnostic:
        """The finding under this rule's name, `line` lines further down."""
        return Diagnostic(
            self.id,
            found.severity or self.severity,
            found.line + line,
            found.column,
            found.end_line + line,
            found.end_column,
            found.message,
            found.fix and found.fix.moved(line),
        )
