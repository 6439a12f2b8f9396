"""The script language: text -> lines of spans -> utterances. Never raises; what it cannot read is a span like any other.

Positions are 0-based and count Unicode code points. Every character of a line belongs to exactly one span of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import TypeVar, dataclass_transform

from studio.core.voices import Cast

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def value(cls: type[T]) -> type[T]:
    """A frozen dataclass to every reader and to the type checker, but not at run time: a script holds a hundred thousand of
    these, and a dataclass that freezes itself takes four times as long to make."""
    make: Callable[[type[T]], type[T]] = dataclass(slots=True, unsafe_hash=True)
    return make(cls)


class SpanKind(Enum):
    """What a stretch of a line is."""

    TEXT = "text"  # spoken as it stands
    SPEAKER = "speaker"  # [S1], [Maya], or `MAYA:` at line start; value is the name as written
    NONVERBAL = "nonverbal"  # (laughs); value is the sound's name
    UNKNOWN_NONVERBAL = "unknown-nonverbal"  # (laughing); short, looks like a sound, is none
    ASIDE = "aside"  # (which nobody believed, in 1912), spoken as it stands
    DIRECTION = "direction"  # {pause 1.5s}; value is the inside
    SAY = "say"  # {say "Nguyen" as "win"}; value is the respelling, spoken in its place
    ESCAPE = "escape"  # \[ and the like; value is the literal character, spoken
    COMMENT = "comment"  # // to the end of the line
    HEADING = "heading"  # `# Title`; value is the title
    FRONT = "front"  # a line of front matter, its fences included
    MALFORMED = "malformed"  # a speaker tag written wrong; value is the well-formed tag it was meant to be, or ""
    SPACE = "space"  # white space that separates other spans, and the carriage return of a CRLF line


@value
class Span:
    """Code points `start` to `end` of one line."""

    kind: SpanKind
    start: int
    end: int
    value: str = ""


@value
class Line:
    """One line without its line feed, and the spans that cover it. Depends on the line's own text and on `in_front` only,
    so that the editor parses one changed line alone."""

    text: str
    spans: tuple[Span, ...]
    in_front: bool = False
    plain: bool = False  # plain words and known sounds, a raw tag or none before: spoken as it stands, nothing to look at twice


class Gap(IntEnum):
    """How strongly two neighbouring utterances are parted; higher is a better place to cut."""

    NONE = 0  # same turn, same paragraph
    TURN = 1  # the speaker changes
    PARAGRAPH = 2  # a blank line
    HARD = 3  # a chapter or a direction that binds its own place: always cut here


@value
class Utterance:
    """What one character says on (part of) one line, with everything that holds there. The planner's only input.

    `line` counts from the first line of the paragraph. `text` is what an engine is to speak: escapes resolved, respellings and
    the lexicon applied, non-verbals in round brackets. `columns[i]` is the column that `text[i]` comes from; None: `start + i`.
    """

    line: int
    start: int
    end: int
    text: str
    character: str
    gap: Gap = Gap.NONE  # what parts it from the utterance before
    pause_s: float = 0.0  # silence asked for before it
    pace: float = 1.0
    voice: str = ""  # {voice …} in force; "" is the cast's
    seed: int | None = None  # {seed …} in force
    solo: bool = False  # `segments: solo` holds here
    columns: tuple[int, ...] | None = None

    def column(self, index: int) -> int:
        """Column of the line where `text[index]` comes from; `index == len(text)` gives `end`."""
        if index >= len(self.text):
            return self.end
        return self.start + index if self.columns is None else self.columns[index]


@dataclass(frozen=True, slots=True)
class Cue:
    """A `{music …}` or `{sfx …}` direction, anchored before utterance number `utterance` of its paragraph (or at its end)."""

    kind: str  # "music" | "sfx"
    file: str  # as written; relative to the script
    line: int
    utterance: int
    fade_s: float = 0.0
    duck_db: float = 0.0
    gain_db: float = 0.0
    stop: bool = False  # {music stop}
    lead_s: float = 0.0  # silence asked for by a {pause} that stands between the cue and that utterance


@value
class Context:
    """What one paragraph hands to the next. Pace, voice and seed directions end with their paragraph, so that no forgotten
    direction changes the rest of a book."""

    character: str = ""  # "" until a tag names one: the narrator speaks
    solo: bool = False
    pause_s: float = 0.0  # a {pause} that no utterance has followed yet
    hard: bool = True  # the next utterance starts a stretch of its own


@value
class Paragraph:
    """Lines up to and including the blank ones after them; a heading stands alone. A pure function of its lines, the front
    matter and `before`: that is what makes a one-line edit cheap. Line numbers count from its first line."""

    lines: tuple[Line, ...]
    before: Context
    after: Context
    utterances: tuple[Utterance, ...] = ()
    cues: tuple[Cue, ...] = ()
    heading: str | None = None
    tags: tuple[str, ...] = ()  # the characters that its tags name, each once
    plain: bool = False  # every line is plain or blank
    odd_tags: bool = False  # a tag names who speaks already, or nothing is spoken after it


@dataclass(frozen=True, slots=True)
class Chapter:
    """A `# Title` line. What stands before the first heading is a chapter without a title, if anything is spoken there."""

    title: str
    line: int
    paragraph: int


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What the YAML at the top says. `end` is the number of lines it takes, fences included; unknown keys stay in `extra`."""

    end: int = 0
    title: str = ""
    author: str = ""
    narrator: str = ""
    cast: Cast = field(default_factory=Cast)
    lexicon: tuple[tuple[str, str], ...] = ()
    solo: bool = False  # `segments: solo`
    music: str = ""
    cover: str = ""
    export: tuple[tuple[str, str], ...] = ()  # further settings of the export, as text
    extra: tuple[str, ...] = ()
    problems: tuple[tuple[int, int, str, bool], ...] = ()  # line, column, message, is_error
    places: tuple[tuple[str, int, int], ...] = ()  # where each member of the cast is named: name, line, column
    keys: tuple[tuple[str, int, int], ...] = ()  # where each key stands: key, line, column


@dataclass(frozen=True, slots=True)
class Script:
    """A parsed script. Equal text gives equal scripts, however it was reached by editing."""

    front: FrontMatter
    paragraphs: tuple[Paragraph, ...]  # the front matter is the first, when there is one
    starts: tuple[int, ...]  # line number of each paragraph's first line
    chapters: tuple[Chapter, ...]
    raw: bool  # speakers are [S1]/[S2] tags only, and no cast is given
    tagged: int = 0  # paragraphs that hold a speaker tag,
    named: int = 0  # and those that hold one which is not [S1], [S2], …: counted, so that an edit can tell `raw` at once
