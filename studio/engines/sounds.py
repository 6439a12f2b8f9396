"""Where non-verbal sounds stand in a text, and which of them engines make. Owns no audio."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from studio.core.sounds import SOUND_SET, normalised

DIA_SOUNDS = SOUND_SET  # what a script may ask for is what Dia was trained on

_IN_BRACKETS = re.compile(r"\(\s*([A-Za-z]+(?:\s+[A-Za-z]+)?)\s*\)")


@dataclass(frozen=True, slots=True)
class SoundTag:
    """`(laughs)` in a text: its name and its code points, brackets included."""

    name: str
    start: int
    end: int


def sound_tags(text: str, known: frozenset[str] = DIA_SOUNDS) -> Iterator[SoundTag]:
    """The tags of known sounds in the order of the text. Other words in brackets are ordinary speech."""
    for match in _IN_BRACKETS.finditer(text):
        name = normalised(match[1])
        if name in known:
            yield SoundTag(name, match.start(), match.end())


def spoken_words(text: str) -> int:
    """How many words of a turn are spoken; sounds are none."""
    for tag in reversed(list(sound_tags(text))):
        text = f"{text[: tag.start]} {text[tag.end :]}"
    return sum(any(character.isalnum() for character in word) for word in text.split())
