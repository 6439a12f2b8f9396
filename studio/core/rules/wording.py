"""Rules about words that a model reads badly: sounds it does not know, shouting, characters it never learned, figures."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from studio.core.diagnostics import About, Finding, Rule, on_line, replacing
from studio.core.lines import same_shape
from studio.core.numbers import figures, spelled
from studio.core.script import Line, Span, SpanKind
from studio.core.sounds import SOUNDS, nearest

_WORDS = (SpanKind.TEXT, SpanKind.ASIDE)

# Latin letters with their marks, punctuation, currency; what a model that reads UTF-8 bytes has met often.
_ODD = r"[^\t -~\u00a0-\u024f\u02b0-\u036f\u1e00-\u1eff\u2010-\u2027\u2030-\u205e\u20a0-\u20cf\u2116\u2122\u2150-\u215f\u2212]"
_ODD_RUN = re.compile(rf"{_ODD}+")
_BANGS = re.compile(r"!{2,}")
_CAPITALS = re.compile(r"[A-Z][A-Z'’]*[A-Z](?:[ ][A-Z][A-Z'’]*)*(?![\w'’])")
_ACRONYMS = frozenset(
    (
    "ASAP", "DIY", "HTML", "HTTP", "JPEG", "JSON", "LGBT", "LGBTQ", "MIDI", "NASA", "NASDAQ", "NATO", "OPEC",
    "RSVP", "SCUBA", "UNESCO", "UNICEF", "YMCA",
    )
)  # fmt: skip

# How Cyrillic and Greek letters sound, one spelling for each letter; hard and soft signs have no sound.
_CYRILLIC = (
    "а=a б=b в=v г=g д=d е=e ё=yo ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh "
    "щ=shch ъ= ы=y ь= э=e ю=yu я=ya"
)
_GREEK = "α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=y φ=f χ=ch ψ=ps ω=o"
_LATIN = {letter: latin for letter, _, latin in (pair.partition("=") for pair in f"{_CYRILLIC} {_GREEK}".split(" "))}


def _stretches(line: Line) -> Iterator[Span]:
    return (span for span in line.spans if span.kind in _WORDS)


def _unknown_nonverbal(line: Line, about: About) -> Iterator[Finding]:
    for span in line.spans:
        if span.kind is not SpanKind.UNKNOWN_NONVERBAL or span.value in about.surroundings.sounds:
            continue
        near = nearest(span.value)
        if near:
            fix = replacing(f"Write ({near})", 0, span.start, span.end, f"({near})")
            yield on_line(0, span.start, span.end, f"({span.value[:30]}) is no sound that is known. Write ({near}).", fix)
        else:
            message = f"({span.value[:30]}) is no sound that is known. Choose one from the list, or take the brackets away."
            yield on_line(0, span.start, span.end, message)


def _exclamation_run(line: Line, about: About) -> Iterator[Finding]:
    for span in _stretches(line):
        for match in _BANGS.finditer(line.text, span.start, span.end):
            fix = replacing("Keep one exclamation mark", 0, match.start(), match.end(), "!")
            yield on_line(0, match.start(), match.end(), "Several exclamation marks make the model scream. Keep one.", fix)
        for match in _CAPITALS.finditer(line.text, span.start, span.end):
            if _inside_word(line.text, match.start()) or not _shouts(match[0], line.text[match.end() : match.end() + 1]):
                continue
            text = _lowered(match[0], line.text[max(span.start, match.start() - 20) : match.start()])
            fix = replacing("Write it in lower case", 0, match.start(), match.end(), text)
            yield on_line(
                0, match.start(), match.end(), "Words in capitals make the model shout. Write them in lower case.", fix
            )


def _inside_word(text: str, at: int) -> bool:
    return at > 0 and (text[at - 1].isalnum() or text[at - 1] in "_'’&")


def _shouts(words: str, after: str) -> bool:
    """Whether capitals are meant as shouting: two words of them, a long one, or a short one with an exclamation mark."""
    letters = [word.strip("'’") for word in words.split()]
    long = [word for word in letters if len(word) > 1]
    if all(word in _ACRONYMS for word in long):
        return False
    return sum(map(len, long)) > 4 or (len(long) == 1 and len(long[0]) > 3) or after == "!"


def _lowered(words: str, before: str) -> str:
    """Lower case; a capital where a sentence starts, and for I."""
    text = re.sub(r"\bi\b", "I", words.lower())
    starts = not before.strip() or before.rstrip()[-1:] in ".!?…"
    return text[:1].upper() + text[1:] if starts else text


def _unsupported_character(line: Line, about: About) -> Iterator[Finding]:
    for span in line.spans:
        if span.kind not in _WORDS and span.kind is not SpanKind.SAY:
            continue
        for match in _ODD_RUN.finditer(line.text, span.start, span.end):
            yield _odd(line, match)


def _odd(line: Line, match: re.Match[str]) -> Finding:
    run = match[0]
    first = run[0]
    if not any(unicodedata.category(letter)[0] in "LN" for letter in run):
        name = unicodedata.name(first, f"U+{ord(first):04X}").lower()[:40]
        # A picture between two words parts them; an invisible character within a word does not.
        gap = _parted(line.text, match.start(), match.end()) if unicodedata.category(first) != "Cf" else ""
        fix = replacing("Delete it", 0, match.start(), match.end(), gap)
        if not same_shape(line.text, match.start(), match.end(), gap):
            fix = replacing("Put a dash in its place", 0, match.start(), match.end(), "–")
        return on_line(0, match.start(), match.end(), f"The model cannot read this character ({name}). Delete it.", fix)
    latin = transliterated(run)
    message = "The model knows Latin letters only. Spell this as it sounds."
    if latin is None:
        return on_line(0, match.start(), match.end(), message)
    return on_line(
        0, match.start(), match.end(), message, replacing(f"Write {latin[:20]}", 0, match.start(), match.end(), latin)
    )


def _parted(text: str, start: int, end: int) -> str:
    """A space, where taking out a stretch would make one word of two."""
    return " " if text[max(start - 1, 0) : start].isalnum() and text[end : end + 1].isalnum() else ""


def _spaced(words: str, text: str, start: int, end: int) -> str:
    """Words in the place of a figure, kept apart from letters that touched it."""
    before = " " if words[:1].isalnum() and text[max(start - 1, 0) : start].isalnum() else ""
    after = " " if words[-1:].isalnum() and text[end : end + 1].isalnum() else ""
    return f"{before}{words}{after}"


def transliterated(text: str) -> str | None:
    """Latin letters for Cyrillic, Greek and decorated ones; None when there is one that has no such spelling here."""
    result = []
    for letter in text:
        plain = unicodedata.normalize("NFKD", letter)
        latin = _LATIN.get(letter.lower(), _LATIN.get(plain[0].lower()))
        if plain.isascii() and plain.isprintable():
            result.append(plain)
        elif latin is not None:
            result.append(latin.capitalize() if letter.isupper() else latin)
        elif unicodedata.category(letter)[0] in "LN":
            return None
    return "".join(result) or None


def _unexpanded_number(line: Line, about: About) -> Iterator[Finding]:
    for span in _stretches(line):
        text = line.text[span.start : span.end]
        for match in figures(text):
            start, end = span.start + match.start(), span.start + match.end()
            words = _spaced(spelled(match), line.text, start, end)
            message = "Figures and abbreviations are read in surprising ways. Spell them out."
            yield on_line(
                0, start, end, message, replacing(f"Write “{words.strip()}”"[:60], 0, start, end, words) if words else None
            )


UNKNOWN_NONVERBAL = Rule(
    "unknown-nonverbal",
    "warning",
    "A sound in round brackets that the model does not know.",
    "The model was trained on 21 sounds, such as (laughs) and (clears throat). Any other word in round brackets is skipped, "
    "spoken, or turned into noise. Use a sound from the list; for a remark that is to be spoken, take the brackets away.",
    re.compile(rf"\((?!(?:{'|'.join(map(re.escape, SOUNDS))})\))"),
    line=_unknown_nonverbal,
)
EXCLAMATION_RUN = Rule(
    "exclamation-run",
    "info",
    "Several exclamation marks, or words in capitals.",
    "The model takes “!!” and capitals for screaming, and the take is often distorted. One mark and lower case are enough; "
    "what is said and who says it carry the rest.",
    re.compile(r"!!|[A-Z][A-Z'’]*[A-Z]"),
    line=_exclamation_run,
)
UNSUPPORTED_CHARACTER = Rule(
    "unsupported-character",
    "warning",
    "An emoji, a control character, or a letter that is not Latin.",
    "The model reads English in Latin letters. Emoji and control characters become noise, other scripts are guessed at. "
    "Invisible characters often come along when text is pasted.",
    re.compile(_ODD),
    line=_unsupported_character,
)
UNEXPANDED_NUMBER = Rule(
    "unexpanded-number",
    "info",
    "Figures, money, units or abbreviations.",
    "How a model reads “1,024”, “£5” or “Dr.” is a matter of luck. Written out, it is not. Dates and codes that can be read in "
    "several ways are pointed at, but left to you.",
    re.compile(
        r"[0-9&½¼¾⅓⅔⅛.](?:(?<=[0-9&½¼¾⅓⅔⅛])(?<!\[S[0-9])|(?<=[MDJS]r\.)|(?<=Mrs\.)|(?<=Ms\.)|(?<=Prof\.)|(?<=St\.)|(?<=Capt\.)"
        r"|(?<=Lt\.)|(?<=Sgt\.)|(?<=Gen\.)|(?<=Gov\.)|(?<=Sen\.)|(?<=Rev\.)|(?<=vs\.)|(?<=etc\.)|(?<=e\.g\.)|(?<=i\.e\.)"
        r"|(?<=approx\.)|(?<=dept\.)|(?<=est\.))"
    ),
    line=_unexpanded_number,
)
