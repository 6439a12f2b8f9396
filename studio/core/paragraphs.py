"""One paragraph's lines -> utterances and cues. A pure function of the lines, the defaults and what went before."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from studio.core.directions import Direction, read
from studio.core.script import Context, Cue, FrontMatter, Gap, Line, Paragraph, Span, SpanKind, Utterance
from studio.core.spoken import Lexicon, has_word, spoken

_TEXT, _SPACE, _SPEAKER, _COMMENT = SpanKind.TEXT, SpanKind.SPACE, SpanKind.SPEAKER, SpanKind.COMMENT
_DIRECTION, _HEADING, _MALFORMED = SpanKind.DIRECTION, SpanKind.HEADING, SpanKind.MALFORMED
_NONE, _TURN = Gap.NONE, Gap.TURN
_RAW_NAME = re.compile(r"S[0-9]{1,2}")


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the front matter decides for every paragraph."""

    narrator: str
    names: Mapping[str, str]  # the cast: case-folded -> as written there
    lexicon: Lexicon | None
    solo: bool

    @classmethod
    def of(cls, front: FrontMatter) -> Defaults:
        names = {name.casefold(): name for name in front.cast}
        narrator = front.narrator or next(iter(front.cast), "S1")
        return cls(character(narrator, names), names, Lexicon.of(front.lexicon), front.solo)


def character(written: str, names: Mapping[str, str]) -> str:
    """Who is meant by a name in a tag: the cast's spelling, else the name as written, with capitals at its words when it is
    all in one case (so that `MAYA:` and `[Maya]` are one)."""
    name = " ".join(written.split())
    known = names.get(name.casefold())
    if known is not None:
        return known
    if _RAW_NAME.fullmatch(name):
        return name
    return name.title() if name.isupper() or name.islower() else name


def is_raw_name(name: str) -> bool:
    """Whether a character is S1, S2, …: no name, but a model's own tag."""
    return _RAW_NAME.fullmatch(name) is not None


def tag_name(span: Span) -> str | None:
    """The name in a speaker tag, one written wrong included; None for every other span."""
    if span.kind is _SPEAKER:
        return span.value
    if span.kind is _MALFORMED and span.value.startswith("["):
        return span.value[1:-1]
    return None


def build(lines: Sequence[Line], before: Context, defaults: Defaults) -> Paragraph:
    """The paragraph that these lines make."""
    if defaults.lexicon is None:
        paragraph = _plain(lines, before, defaults)
        if paragraph is not None:
            return paragraph
    builder = _Builder(before, defaults)
    plain = True
    for number, line in enumerate(lines):
        if line.plain and defaults.lexicon is None:
            builder.plain(number, line)
        elif line.text:
            builder.line(number, line)
            plain = plain and line.plain
    return Paragraph(
        tuple(lines),
        before,
        builder.after(),
        tuple(builder.utterances),
        tuple(builder.cues),
        builder.heading,
        tuple(builder.tags),
        plain,
        builder.odd_tags,
    )


def _plain(lines: Sequence[Line], before: Context, defaults: Defaults) -> Paragraph | None:
    """The paragraph, if all its lines are plain or blank: what `_Builder` makes of it, in one loop, because nine paragraphs in
    ten are of this kind. None if it is not; a test holds the two together."""
    names = defaults.names
    tagged = before.character
    who = tagged or defaults.narrator
    pause_s, solo = before.pause_s, before.solo
    gap = Gap.HARD if before.hard else Gap.PARAGRAPH
    utterances: list[Utterance] = []
    tags: list[str] = []
    odd_tags = False
    for number, line in enumerate(lines):
        text = line.text
        if line.plain:
            start = 0
            written = line.spans[0].value
            if written:
                start = 5
                text = text[5:]
                name = character(written, names) if names else written
                if name not in tags:
                    tags.append(name)
                if name == tagged:
                    odd_tags = True
                elif gap is _NONE and name != who:
                    gap = _TURN
                tagged = who = name
            utterances.append(Utterance(number, start, start + len(text), text, who, gap, pause_s, 1.0, "", None, solo, None))
            gap = _NONE
            pause_s = 0.0
        elif text:
            return None
    hard = gap is Gap.HARD
    after = before
    if before.character != tagged or before.pause_s != pause_s or before.hard != hard:
        after = Context(tagged, solo, pause_s, hard)
    return Paragraph(tuple(lines), before, after, tuple(utterances), (), None, tuple(tags), True, odd_tags)


class _Builder:
    """The state that runs through the lines of one paragraph. One use each."""

    __slots__ = (
        "before",
        "character",
        "cues",
        "defaults",
        "gap",
        "hard",
        "heading",
        "odd_tags",
        "overridden",
        "pace",
        "pause_s",
        "seed",
        "solo",
        "spoken_at_tag",
        "tagged",
        "tags",
        "utterances",
        "voice",
    )

    def __init__(self, before: Context, defaults: Defaults) -> None:
        self.before = before
        self.defaults = defaults
        self.utterances: list[Utterance] = []
        self.cues: list[Cue] = []
        self.heading: str | None = None
        self.tags: list[str] = []
        self.tagged = before.character
        self.character = before.character or defaults.narrator
        self.solo = before.solo
        self.pause_s = before.pause_s
        self.gap = Gap.HARD if before.hard else Gap.PARAGRAPH
        self.pace = 1.0
        self.voice = ""
        self.seed: int | None = None
        self.odd_tags = False
        self.spoken_at_tag = -1  # how many utterances there were when the last tag was read
        self.overridden = False  # pace, voice or seed differ from the rest of the book

    def after(self) -> Context:
        """What the next paragraph is told."""
        hard = self.overridden or self.gap is Gap.HARD
        before = self.before
        if (
            before.character == self.tagged
            and before.solo == self.solo
            and before.pause_s == self.pause_s
            and before.hard == hard
        ):
            return before
        return Context(self.tagged, self.solo, self.pause_s, hard)

    def line(self, number: int, line: Line) -> None:
        run: list[Span] = []
        for span in line.spans:
            kind = span.kind
            if kind is _TEXT:
                run.append(span)
            elif kind is _SPACE or kind is _COMMENT:
                continue
            elif kind is _SPEAKER or (kind is _MALFORMED and span.value[:1] == "["):
                if run:
                    self.speak(number, line, run)
                    run = []
                self.switch(span.value if kind is _SPEAKER else span.value[1:-1])
            elif kind is _DIRECTION:
                if run:
                    self.speak(number, line, run)
                    run = []
                self.direct(number, span)
            elif kind is _HEADING:
                self.head(span.value)
            elif kind is not SpanKind.FRONT:
                run.append(span)
        if run:
            self.speak(number, line, run)

    def speak(self, number: int, line: Line, run: list[Span]) -> None:
        """One utterance, unless there is no word in it."""
        text, columns = spoken(line.text, run, self.defaults.lexicon)
        if not has_word(text):
            return
        self.utter(number, run[0].start, run[-1].end, text, columns)

    def plain(self, number: int, line: Line) -> None:
        """A line that is plain: its tag or none, and its words."""
        text, tag = line.text, line.spans[0].value
        start = 5 if tag else 0
        if tag:
            self.switch(tag)
        self.utter(number, start, len(text), text[start:], None)

    def utter(self, number: int, start: int, end: int, text: str, columns: tuple[int, ...] | None) -> None:
        gap = self.gap
        who = self.character
        utterances = self.utterances
        if gap is _NONE and utterances[-1].character != who:
            gap = _TURN
        utterances.append(
            Utterance(number, start, end, text, who, gap, self.pause_s, self.pace, self.voice, self.seed, self.solo, columns)
        )
        self.gap = _NONE
        self.pause_s = 0.0

    def switch(self, written: str) -> None:
        """A speaker tag."""
        name = written if written in ("S1", "S2") and not self.defaults.names else character(written, self.defaults.names)
        spoken_now = len(self.utterances)
        if name == self.tagged or spoken_now == self.spoken_at_tag:
            self.odd_tags = True
        self.spoken_at_tag = spoken_now
        self.tagged = self.character = name
        if name not in self.tags:
            self.tags.append(name)

    def head(self, title: str) -> None:
        """A chapter starts: the narrator speaks, and nothing that the last chapter set holds."""
        self.heading = title
        self.tagged = ""
        self.character = self.defaults.narrator
        self.solo = self.defaults.solo
        self.gap = Gap.HARD

    def direct(self, number: int, span: Span) -> None:
        """A direction; one that cannot be followed changes nothing (lint reports it)."""
        direction = read(span.value)
        if not isinstance(direction, Direction):
            return
        self.gap = Gap.HARD
        if direction.name in ("music", "sfx"):
            self.cues.append(
                Cue(
                    direction.name,
                    direction.word,
                    number,
                    len(self.utterances),
                    direction.fade_s,
                    direction.duck_db,
                    direction.gain_db,
                    direction.stop,
                )
            )
        elif direction.name == "pause":
            self.pause_s += direction.number
            waiting = len(self.utterances)
            self.cues = [
                replace(cue, lead_s=cue.lead_s + direction.number) if cue.utterance == waiting else cue for cue in self.cues
            ]
        elif direction.name == "segments":
            self.solo = direction.word == "solo"
        else:
            self.override(direction)

    def override(self, direction: Direction) -> None:
        """pace, voice and seed, which end with the paragraph."""
        self.overridden = True
        if direction.name == "pace":
            self.pace = direction.number
        elif direction.name == "voice":
            self.voice = direction.word
        else:
            self.seed = int(direction.number)
