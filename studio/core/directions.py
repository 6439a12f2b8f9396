"""What stands in curly brackets, as `{pause 1.5s}` or `{music intro.wav fade 2s}` -> values, or what is wrong with it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from difflib import get_close_matches

NAMES = ("pause", "pace", "voice", "seed", "segments", "music", "sfx", "say")

PAUSE_RANGE_S = (0.0, 60.0)
PACE_RANGE = (0.5, 2.0)
FADE_RANGE_S = (0.0, 60.0)
DUCK_RANGE_DB = (-60.0, 0.0)
GAIN_RANGE_DB = (-60.0, 12.0)
SEED_RANGE = (0, 2**31 - 1)

_WORD = re.compile(r'"([^"]*)"|“([^“”]*)”|(\S+)')
_NUMBER = re.compile(r"([+\-−]?\d{1,9}(?:\.\d{0,9})?|[+\-−]?\.\d{1,9})\s*([a-zA-Z%]*)")


@dataclass(frozen=True, slots=True)
class Direction:
    """One well-formed direction. `number` is seconds for a pause, the factor for a pace, the seed for a seed; `word` is the
    voice, `solo` or `dialogue`, or the file of music and effects."""

    name: str
    number: float = 0.0
    word: str = ""
    fade_s: float = 0.0
    duck_db: float = 0.0
    gain_db: float = 0.0
    stop: bool = False


@dataclass(frozen=True, slots=True)
class BadDirection:
    """A direction that cannot be followed: why, and the whole inside as it was probably meant ("" when nobody can tell)."""

    message: str
    better: str = ""


def read(inside: str) -> Direction | BadDirection:
    """The direction that the text between curly brackets gives. Never raises."""
    words = _words(inside)
    if not words:
        return BadDirection("An empty direction says nothing. Write one, as in {pause 1s}, or delete the brackets.")
    name, rest = words[0], words[1:]
    if name not in NAMES:
        return _unknown(name, inside)
    if name == "say":
        return BadDirection('Write {say "the word" as "its sound"}, both in double quotes.', _say(inside))
    if name in ("music", "sfx"):
        return _cue(name, rest, inside)
    if name == "voice":
        return Direction(name, word=rest[0]) if len(rest) == 1 else BadDirection("Name one voice, as in {voice Maya/angry}.")
    if name == "segments":
        if rest in (["solo"], ["dialogue"]):
            return Direction(name, word=rest[0])
        return BadDirection("Segments are solo or dialogue.", _nearest_word("segments", " ".join(rest), ("solo", "dialogue")))
    return _measured(name, rest)


def _words(inside: str) -> list[str]:
    return [next(part for part in match.groups() if part is not None) for match in _WORD.finditer(inside)]


def _unknown(name: str, inside: str) -> BadDirection:
    near = get_close_matches(name.lower().rstrip(":"), NAMES, n=1, cutoff=0.6) if len(name) < 20 else []
    if not near:
        return BadDirection(f"There is no direction “{name[:20]}”. Known are {', '.join(NAMES)}.")
    return BadDirection(
        f"There is no direction “{name[:20]}”. Perhaps {near[0]} is meant.", inside.strip().replace(name, near[0], 1)
    )


def _nearest_word(name: str, written: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(written.lower(), known, n=1, cutoff=0.5) if len(written) < 20 else []
    return f"{name} {near[0]}" if near else ""


def _say(inside: str) -> str:
    """`say Nguyen as win`, quotes forgotten or single."""
    match = re.fullmatch(r"\s*say\s+(\S[^\"“”]*?)\s+as\s+(\S[^\"“”]*?)\s*", inside)
    return f'say "{match[1].strip(chr(39))}" as "{match[2].strip(chr(39))}"' if match else ""


def _measured(name: str, rest: list[str]) -> Direction | BadDirection:
    """pause, pace and seed: one number each."""
    example, unit, (low, high) = {
        "pause": ("1.5s", "s", PAUSE_RANGE_S),
        "pace": ("0.9", "", PACE_RANGE),
        "seed": ("42", "", SEED_RANGE),
    }[name]
    value = number("".join(rest), unit)
    if value is None or (name == "seed" and not value.is_integer()):
        kind = "a whole number" if name == "seed" else "a number of seconds" if unit else "a number"
        return BadDirection(f"A {name} needs {kind}, as in {{{name} {example}}}.")
    if not low <= value <= high:
        near = min(max(value, low), high)
        return BadDirection(f"A {name} lies between {low:g}{unit} and {high:.10g}{unit}.", f"{name} {near:.10g}{unit}")
    return Direction(name, number=value)


def _cue(name: str, rest: list[str], inside: str) -> Direction | BadDirection:
    """music and sfx: a file (or stop), then pairs of a word and a number."""
    options = {"fade": ("s", FADE_RANGE_S), "duck": ("dB", DUCK_RANGE_DB), "gain": ("dB", GAIN_RANGE_DB)}
    if name == "sfx":
        options = {"gain": options["gain"]}
    if not rest:
        return BadDirection(f"Name the file, as in {{{name} {'intro' if name == 'music' else 'door'}.wav}}.")
    stop = name == "music" and rest[0] == "stop"
    if stop:
        options = {"fade": options["fade"]}
    read_options: dict[str, float] = {}
    at = 1
    while at < len(rest):
        word = rest[at]
        if word not in options:
            near = get_close_matches(word.lower(), options, n=1, cutoff=0.5) if len(word) < 20 else []
            better = inside.strip().replace(f" {word} ", f" {near[0]} ", 1) if near else ""
            return BadDirection(f"After the file may stand {', '.join(options)}; “{word[:20]}” is none of them.", better)
        unit, (low, high) = options[word]
        text = rest[at + 1] if at + 1 < len(rest) else ""
        at += 2
        if at < len(rest) and rest[at].lower() == unit.lower():  # "2 s" as two words
            at += 1
        value = number(text, unit)
        if value is None or not low <= value <= high:
            return BadDirection(f"A {word} needs a number from {low:g}{unit} to {high:g}{unit}, as in {word} {_example(word)}.")
        read_options[f"{word}_{unit.lower()}"] = value
    return Direction(name, word="" if stop else rest[0], stop=stop, **read_options)


def _example(word: str) -> str:
    return {"fade": "2s", "duck": "-12dB", "gain": "-6dB"}[word]


def number(text: str, unit: str) -> float | None:
    """`text` as a finite number, with or without its unit; milliseconds are understood where seconds are asked for."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    value = float(match[1].replace("−", "-"))
    written = match[2].lower()
    if unit == "s" and written == "ms":
        value /= 1000
    elif unit == "s" and written in ("sec", "secs", "second", "seconds"):
        pass
    elif written not in ("", unit.lower()):
        return None
    return value if math.isfinite(value) else None
