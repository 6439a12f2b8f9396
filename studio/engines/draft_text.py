"""A turn's text as eSpeak NG should read it: plain, with the way back to every code point, and what it cannot say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from studio.engines.sounds import sound_tags

_TOKEN = re.compile(r"\S+")
_REPLACED = {
    **dict.fromkeys("‘’‚‛ʼ′`´", "'"),
    **dict.fromkeys('“”„‟«»″"', " "),  # word events go wrong at quotes
    **dict.fromkeys("—―–", ", "),
    **dict.fromkeys("‐‑−", "-"),
    "…": "... ",
    # Marks that are written, not said; brackets and angles could be commands to a synthesiser.
    **dict.fromkeys("[]{}<>|\\^~_*", " "),
    **dict.fromkeys("¡¿", ""),
}
_SAID_SYMBOLS = frozenset("£€¥¢©®™°½¼¾²³¹±×÷§µ")
_LAST_LATIN = 0x24F


@dataclass(frozen=True, slots=True)
class Token:
    """A stretch without spaces in the turn's text (`start`, `end`: code points), and where it stands in the plain text."""

    start: int
    end: int
    plain_start: int
    plain_end: int


@dataclass(frozen=True, slots=True)
class Utterance:
    """Something to say in one go. `plain` holds nothing but characters that eSpeak NG reads as they are meant."""

    plain: str
    tokens: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Sound:
    """A non-verbal in its place: the code points of `(laughs)` with its brackets."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A turn, read: what to utter in order, and the code points (start, end) that no English voice can say."""

    pieces: tuple[Utterance | Sound, ...]
    unspoken: tuple[tuple[int, int], ...]


def read_turn(text: str) -> Reading:
    """Total: whatever the text holds ends in a piece, in `unspoken`, or is punctuation and space."""
    plain = _plain_characters(text)
    pieces: list[Utterance | Sound] = []
    spans: list[tuple[int, int]] = []
    at = 0
    for tag in sound_tags(text):
        pieces += _utterances(text, plain, at, tag.start)
        spans += _unspoken(text, plain, at, tag.start)
        pieces.append(Sound(tag.name, tag.start, tag.end))
        at = tag.end
    pieces += _utterances(text, plain, at, len(text))
    spans += _unspoken(text, plain, at, len(text))
    return Reading(tuple(pieces), tuple(spans))


def _utterances(text: str, plain: list[str | None], start: int, end: int) -> Iterator[Utterance]:
    """The text between two sounds, as one utterance, if a word is in it."""
    said = ""
    tokens = []
    at = start
    for match in _TOKEN.finditer(text, start, end):
        said += "".join(plain[index] or "" for index in range(at, match.start()))
        before = len(said)
        said += "".join(plain[index] or "" for index in range(*match.span()))
        at = match.end()
        if any(_is_said(character) for character in said[before:]):
            tokens.append(Token(*match.span(), before, len(said)))
    if tokens:
        yield Utterance(said, tuple(tokens))


def _unspoken(text: str, plain: list[str | None], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Runs of characters without a reading; joiners and the like between them belong to them."""
    first = last = -1
    for index in range(start, end):
        if plain[index] is None:
            first = index if first < 0 else first
            last = index
        elif first >= 0 and plain[index] != "":
            yield first, last + 1
            first = -1
    if first >= 0:
        yield first, last + 1


def _plain_characters(text: str) -> list[str | None]:
    """How each code point is read. An accent that stands apart is read with the letter before it."""
    plain = [_plain(character) for character in text]
    for index in range(len(text) - 1):
        if unicodedata.combining(text[index + 1]):
            composed = unicodedata.normalize("NFC", text[index : index + 2])
            plain[index] = _plain(composed) if len(composed) == 1 else plain[index]
    return plain


def _plain(character: str) -> str | None:
    """How one character is read: "" is silent by nature, None cannot be said."""
    if character in _REPLACED:
        return _REPLACED[character]
    if character.isascii():
        return character if character.isprintable() else " "
    category = unicodedata.category(character)
    if character in _SAID_SYMBOLS or (ord(character) <= _LAST_LATIN and category in ("Lu", "Ll")):
        return character
    if category in ("Cf", "Mn", "Me"):
        return ""  # joiners, direction marks; accents, see above
    if category in ("Zs", "Zl", "Zp", "Cc"):
        return " "
    if category.startswith("P"):
        return ", "
    return _compatible(character)


def _compatible(character: str) -> str | None:
    """The ASCII letters or digits that a character stands for: ﬁ, Ａ, ①, ٣, ṇ."""
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    letters = "".join(part for part in unicodedata.normalize("NFKD", character) if part.isascii())
    return letters if letters and letters.isalnum() else None


def _is_said(character: str) -> bool:
    return character.isalnum() or character in "&%$#@+=/" or character in _SAID_SYMBOLS
