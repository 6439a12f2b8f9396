"""Rules about speaker tags: who speaks, and whether anything is said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise, zip_longest

from studio.core.diagnostics import About, Finding, Fix, Rule, TextEdit, on_line, replacing
from studio.core.lines import same_shape
from studio.core.paragraphs import character, is_raw_name, tag_name
from studio.core.script import Line, Paragraph, Script, Span, SpanKind, Utterance
from studio.core.segments import Plan

_ONLY_SOUNDS = re.compile(r"[^\w(]*(?:\([^()]*\)[^\w(]*)+")
_MOST_SWAPPED = 1000
_RAW_SPEAKERS = ("S1", "S2")


@dataclass(frozen=True, slots=True)
class _Tag:
    """One speaker tag of a paragraph, in order of reading."""

    line: int
    span: Span
    name: str
    spoken_before: int  # utterances of the paragraph that come before it
    fresh: bool  # a direction stands between it and the tag before


def _tags(paragraph: Paragraph, about: About) -> list[_Tag]:
    tags = []
    spoken = 0
    fresh = paragraph.before.hard
    starts = [(one.line, one.start) for one in paragraph.utterances]
    for number, line in enumerate(paragraph.lines):
        for span in line.spans:
            if span.kind is SpanKind.DIRECTION:
                fresh = True
            name = tag_name(span)
            if name is not None:
                while spoken < len(starts) and starts[spoken] < (number, span.start):
                    spoken += 1
                tags.append(_Tag(number, span, character(name, about.defaults.names), spoken, fresh))
                fresh = False
    return tags


def _malformed_tag(line: Line, about: About) -> Iterator[Finding]:
    for span in line.spans:
        if span.kind is not SpanKind.MALFORMED:
            continue
        written = line.text[span.start : span.end]
        if span.value:
            text = _spaced(span.value, line.text, span.end)
            fix = replacing(f"Write {span.value}", 0, span.start, span.end, text)
            message = f"“{written[:20]}” is no speaker tag. Write {span.value[:40]}."
            if span.value.startswith("("):
                message = f"Sounds stand in round brackets. Write {span.value[:40]}."
            yield on_line(0, span.start, span.end, message, fix)
        else:
            text = f"\\[{written[1:-1].rstrip(':')}\\]" if written.endswith("]") else f"\\{written}"
            fix = replacing("Keep the brackets as plain text", 0, span.start, span.end, text)
            yield on_line(
                0, span.start, span.end, "Square brackets hold a speaker's name. For plain ones, write \\[ and \\].", fix
            )


def _spaced(tag: str, text: str, end: int) -> str:
    """The tag, with a space behind it if a word would touch it."""
    return tag if end >= len(text) or not text[end].isalnum() else f"{tag} "


def _unknown_speaker(paragraph: Paragraph, about: About) -> Iterator[Finding]:
    names = about.defaults.names
    unknown = [tag for tag in paragraph.tags if _is_unknown(tag, about)]
    if not unknown:
        return
    for tag in _tags(paragraph, about):
        if tag.name not in unknown or tag.span.kind is not SpanKind.SPEAKER:
            continue
        span = tag.span
        if names:
            near = get_close_matches(tag.name.casefold(), names, n=1, cutoff=0.6)
            message = f"{tag.name[:40]} is not in the cast. Add the name there, or use one that is."
            fix = _renamed(paragraph.lines[tag.line].text, tag, names[near[0]]) if near else None
        else:
            message = f"[{tag.name}] is no speaker: the model knows [S1] and [S2]. For more people, give them names."
            fix = None
        yield on_line(tag.line, span.start, span.end, message, fix)


def _is_unknown(name: str, about: About) -> bool:
    names = about.defaults.names
    if names:
        return name.casefold() not in names
    return name not in _RAW_SPEAKERS and is_raw_name(name)


def _renamed(text: str, tag: _Tag, name: str) -> Fix:
    brackets = text[tag.span.start] == "["
    written = f"[{name}]" if brackets else f"{name.upper()}:"
    return replacing(f"Write {written}"[:60], tag.line, tag.span.start, tag.span.end, written, safe=False)


def _speaker_alternation(paragraph: Paragraph, about: About) -> Iterator[Finding]:
    if not paragraph.odd_tags:
        return
    before = paragraph.before.character
    spoken = -1
    tags = _tags(paragraph, about)
    for tag, following in zip_longest(tags, tags[1:]):
        empty = following is not None and following.spoken_before == tag.spoken_before
        repeats = tag.name == before and not tag.fresh and tag.name in _RAW_SPEAKERS
        if repeats and empty:
            continue  # another rule deletes it, and then the next tag is the one to look at
        if repeats and tag.spoken_before > spoken:
            fix = _deletion("Merge the two turns", paragraph, tag)
            message = f"[{tag.name}] speaks twice in a row. Merge the turns, or give one to the other speaker."
            yield on_line(tag.line, tag.span.start, tag.span.end, message, fix)
        before, spoken = tag.name, tag.spoken_before


def _empty_turn(paragraph: Paragraph, about: About) -> Iterator[Finding]:
    if not paragraph.odd_tags:
        return
    tags = _tags(paragraph, about)
    for tag, following in pairwise(tags):
        if tag.spoken_before == following.spoken_before:
            fix = _deletion("Delete the tag", paragraph, tag)
            message = f"{tag.name[:40]} says nothing here. Delete the tag, or write what is said."
            yield on_line(tag.line, tag.span.start, tag.span.end, message, fix)


def _deletion(title: str, paragraph: Paragraph, tag: _Tag) -> Fix | None:
    """Takes a tag out, and the white space that parted it from what follows; None where that would change what follows."""
    text = paragraph.lines[tag.line].text
    start, end = tag.span.start, tag.span.end
    while end < len(text) and text[end] in " \t":
        end += 1
    gap = ""
    if end == len(text) - text.endswith("\r"):  # nothing follows on the line: the space before it goes, too
        start = len(text[:start].rstrip(" \t"))
    elif start and not text[start - 1].isspace():  # what followed the tag must not run into what came before
        gap = " "
    if not same_shape(text, start, end, gap, tag.span.kind):
        return None
    return replacing(title, tag.line, start, end, gap)


def _nonverbal_only(paragraph: Paragraph, about: About) -> Iterator[Finding]:
    if paragraph.plain or not paragraph.tags:
        return
    if not any(")" in one.text and _ONLY_SOUNDS.fullmatch(one.text) for one in paragraph.utterances):
        return
    tags = _tags(paragraph, about)
    ends = [tag.spoken_before for tag in tags[1:]] + [len(paragraph.utterances)]
    for tag, end in zip(tags, ends, strict=True):
        turn = paragraph.utterances[tag.spoken_before : end]
        if turn and all(_ONLY_SOUNDS.fullmatch(one.text) for one in turn):
            message = "A turn of nothing but sounds comes out as noise. Add a word, or give the sound to the turn before."
            yield _across(turn, message)


def _across(turn: Sequence[Utterance], message: str) -> Finding:
    return Finding(turn[0].line, turn[0].start, turn[-1].line, turn[-1].end, message)


def _first_speaker(paragraph: Paragraph, about: About) -> Iterator[Finding]:
    """Words at the start of a stretch that no tag has been given for."""
    if paragraph.before.character or not paragraph.before.hard or not paragraph.utterances:
        return
    first = paragraph.utterances[0]
    tag = next(iter(_tags(paragraph, about)), None) if paragraph.tags else None
    if tag is not None and tag.spoken_before == 0:
        return
    # Two slashes behind a space would begin a comment, and not be spoken any more.
    written = "[S1]" if paragraph.lines[first.line].text.startswith("//", first.start) else "[S1] "
    fix = replacing("Begin with [S1]", first.line, first.start, first.start, written)
    message = "Nobody is named for these words. Begin with [S1]."
    yield on_line(first.line, first.start, first.end, message, fix)


def _first_tag(script: Script, plan: Plan, about: About) -> Iterator[Finding]:
    """The first tag of a script in raw form is [S1]; whatever stands before it is another rule's matter."""
    if not script.raw:
        return
    found: list[tuple[int, _Tag]] = []
    for start, paragraph in zip(script.starts, script.paragraphs, strict=True):
        if not paragraph.tags:
            continue
        found.extend((start, tag) for tag in _tags(paragraph, about)[:2])
        if len(found) > 1 or found[0][1].name == "S1":
            break
    if not found or found[0][1].name != "S2":
        return
    line, tag = found[0][0] + found[0][1].line, found[0][1]
    fix: Fix | None
    if len(found) == 1 or found[1][1].name != "S1":
        fix = replacing("Change it to [S1]", line, tag.span.start, tag.span.end, "[S1]")
    else:  # changed alone, it would make the two one speaker
        fix = _swapped(script, about)
    message = "The model expects [S1] to speak first. Change the tag, and swap the two from here on."
    yield on_line(line, tag.span.start, tag.span.end, message, fix)


def _swapped(script: Script, about: About) -> Fix | None:
    """[S1] becomes [S2] and the other way round, in the whole script: nobody loses a word, or who answers whom. None for a
    book, where it would be made anew at every key."""
    if sum(len(paragraph.tags) for paragraph in script.paragraphs) > _MOST_SWAPPED:
        return None
    edits = []
    for start, paragraph in zip(script.starts, script.paragraphs, strict=True):
        for tag in _tags(paragraph, about) if paragraph.tags else ():
            if tag.name in _RAW_SPEAKERS:
                written = "[S2]" if tag.name == "S1" else "[S1]"
                line = start + tag.line
                edits.append(TextEdit(line, tag.span.start, line, tag.span.end, written))
    return Fix("Swap [S1] and [S2] in the whole script", tuple(edits))


_FIRST_SPEAKER_WORDS = (
    "Raw form that does not begin with [S1].",
    "The model was trained on transcripts that begin with [S1]. Words before the first tag, and a first tag that is [S2], make "
    "it guess who speaks. In a script with named speakers the studio sees to this by itself.",
)
FIRST_SPEAKER = Rule(
    "first-speaker", "error", *_FIRST_SPEAKER_WORDS, paragraph=_first_speaker, script=_first_tag, raw_only=True
)
SPEAKER_ALTERNATION = Rule(
    "speaker-alternation",
    "error",
    "Raw form: the same tag twice in a row.",
    "The model expects [S1] and [S2] to take turns. The same tag twice in a row makes it change the voice, or lose a turn. "
    "Merge the two turns (the words stay as they are), or give one of them to the other speaker.",
    paragraph=_speaker_alternation,
    raw_only=True,
)
UNKNOWN_SPEAKER = Rule(
    "unknown-speaker",
    "error",
    "A speaker whom nobody knows.",
    "When a cast is given, every speaker is in it, so that a slip of the keyboard does not create a new person. "
    "Without names there are two speakers, [S1] and [S2].",
    paragraph=_unknown_speaker,
)
MALFORMED_TAG = Rule(
    "malformed-tag",
    "error",
    "A speaker tag that is written wrong.",
    "A tag is a name in square brackets: [S1], [Maya]. Written in any other way, as [s1], (S1) or S1], a model reads it aloud. "
    "Plain square brackets are written with a backslash.",
    re.compile(r"\[(?!S[12]\](?!:))|[({]\s?[Ss]\s?[0-9]|\](?<!\[S[12]\])"),
    line=_malformed_tag,
)
EMPTY_TURN = Rule(
    "empty-turn",
    "warning",
    "A tag with nothing spoken before the next one.",
    "A turn without words makes the model invent some, or skip the turn that follows. Delete the tag. One at the very end is "
    "fine: the model's authors advise it.",
    paragraph=_empty_turn,
)
NONVERBAL_ONLY = Rule(
    "nonverbal-only",
    "warning",
    "A turn with nothing but sounds.",
    "A laugh needs a voice to belong to. With no word in the turn, the sound often becomes noise or music, or is left out.",
    paragraph=_nonverbal_only,
)
