"""Rules about the script as a whole: its front matter, its cast's voices, and whether there is anything to speak."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from itertools import pairwise

from studio.core.diagnostics import About, Finding, Fix, Rule, on_line, replacing
from studio.core.front import KEYS
from studio.core.script import Script
from studio.core.segments import Plan
from studio.core.voices import Sample

_TAG = re.compile(r"\[(S[12])\]")
_BRACKETED = re.compile(r"\[[^\]]*\]?|\]")
BEST_PROMPT_S = (5.0, 10.0)
USABLE_PROMPT_S = (1.0, 30.0)


def _front_matter(script: Script, plan: Plan, about: About) -> Iterator[Finding]:
    lines = script.paragraphs[0].lines
    keys = {(line, column): key for key, line, column in script.front.keys}
    for line, column, message, is_error in script.front.problems:
        width = len(lines[line].text.rstrip("\r")) if line < len(lines) else column
        fix = None if is_error else _known_key(keys.get((line, column), ""), line, column, set(keys.values()))
        yield Finding(line, min(column, width), line, max(width, column), message, fix, "error" if is_error else "warning")


def _known_key(key: str, line: int, column: int, used: set[str]) -> Fix | None:
    """The key that was meant by one that is not known, unless it is there already."""
    near = get_close_matches(key, KEYS, n=1, cutoff=0.6) if 0 < len(key) < 20 else []
    if not near or near[0] in used:
        return None
    return replacing(f"Write {near[0]}", line, column, column + len(key), near[0], safe=False)


def _empty_script(script: Script, plan: Plan, about: About) -> Iterator[Finding]:
    if not any(paragraph.utterances for paragraph in script.paragraphs):
        yield on_line(0, 0, 0, "There is nothing to speak. Write a line that somebody says.")


def _samples(script: Script, about: About) -> Iterator[tuple[int, int, int, str, Sample]]:
    """(line, column, end column, character, sample) for each member of the cast whose voice has one."""
    voices = about.surroundings.voices or {}
    for name, line, column in script.front.places:
        entry = script.front.cast.get(name)
        voice = voices.get(entry.voice) if entry else None
        sample = voice.sample(entry.style) if voice and entry else None
        if sample is not None:
            yield line, column, column + len(name), name, sample


def _prompt_transcript(script: Script, plan: Plan, about: About) -> Iterator[Finding]:
    for line, column, end, name, sample in _samples(script, about):
        fault = transcript_fault(sample.transcript)
        if fault:
            yield on_line(line, column, end, f"The sample of {name[:20]}'s voice: {fault}")


def transcript_fault(transcript: str) -> str:
    """What is wrong with the transcript of a voice sample, with what to do about it; "" if nothing is."""
    if not transcript.strip():
        return "its transcript is empty. Write down what is said in it."
    tags = _TAG.findall(transcript)
    if not tags:
        return "its transcript has no speaker tag. Begin it with [S1]."
    if not transcript.lstrip().startswith("[S1]"):
        return "its transcript begins with something else. Begin it with [S1]."
    if any(_TAG.fullmatch(found) is None for found in _BRACKETED.findall(transcript)):
        return "its transcript holds other tags than [S1] and [S2]. Correct them."
    if any(first == second for first, second in pairwise(tags)):
        return "its transcript has the same tag twice in a row. Merge the turns."
    if not _TAG.sub("", transcript).strip():
        return "its transcript has tags but no words. Write down what is said in it."
    return ""


def _prompt_duration(script: Script, plan: Plan, about: About) -> Iterator[Finding]:
    for line, column, end, name, sample in _samples(script, about):
        if BEST_PROMPT_S[0] <= sample.seconds <= BEST_PROMPT_S[1]:
            continue
        message = f"The sample of {name[:20]}'s voice lasts {sample.seconds:.1f} s. Choose one of 5 to 10 s."
        usable = USABLE_PROMPT_S[0] <= sample.seconds <= USABLE_PROMPT_S[1]
        yield Finding(line, column, line, end, message, None, None if usable else "error")


FRONT_MATTER = Rule(
    "front-matter",
    "error",
    "Front matter that cannot be read.",
    "The block between the two lines of dashes is YAML: “name: value” lines, indented by spaces. What cannot be read there is "
    "ignored, and the cast with it. A key that is not known is kept and only warned about.",
    script=_front_matter,
)
PROMPT_TRANSCRIPT = Rule(
    "prompt-transcript",
    "error",
    "A voice sample whose transcript lacks its tags.",
    "The transcript of a sample is put before the text that is spoken. It begins with [S1], has no other tags than [S1] and "
    "[S2], and holds exactly the words of the sample; otherwise the sample leaks into the take, or words are lost.",
    script=_prompt_transcript,
)
PROMPT_DURATION = Rule(
    "prompt-duration",
    "warning",
    "A voice sample that is too short or too long.",
    "Five to ten seconds of clean speech make the best voice. Under one second there is no voice to hear; over thirty it "
    "leaves no room for the text.",
    script=_prompt_duration,
)
EMPTY_SCRIPT = Rule(
    "empty-script",
    "error",
    "A script with nothing to speak.",
    "There are no words outside comments, headings and directions, so there is nothing to render.",
    script=_empty_script,
)
