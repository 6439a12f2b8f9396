"""A voice as plain fields, as bundles hold it, and back: strictly, because strangers write bundles."""

from __future__ import annotations

import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from studio.core.errors import VoiceError
from studio.core.voices import Consent, Sample, SeedRank, Voice

LONG, SHORT, MANY = 20_000, 400, 200  # characters of a text, of a name; members of a list
MAX_SAMPLE_S = 600.0
_DIGEST = re.compile(r"[0-9a-f]{64}")
_COLOUR = re.compile(r"(#[0-9a-f]{6})?")
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)?")
_CODEC = re.compile(r"[a-z0-9_.-]{0,80}")
_SETTING = re.compile(r"[a-z0-9_.]{1,80}")

T = TypeVar("T")


def as_fields(voice: Voice) -> dict[str, Any]:
    """The voice in values that JSON has."""
    return {
        "name": voice.name,
        "seed": voice.seed,
        "samples": [
            {
                "file": one.digest,
                "seconds": float(one.seconds),
                "transcript": one.transcript,
                "style": one.style,
                "codes": one.codes,
                "codec": one.codec,
            }
            for one in voice.samples
        ],
        "settings": [list(one) for one in voice.settings],
        "tags": list(voice.tags),
        "language": voice.language,
        "notes": voice.notes,
        "licence": voice.licence,
        "consent": voice.consent.statement,
        "consent_by": voice.consent.by,
        "consent_at": voice.consent.at,
        "consent_recording": voice.consent.recording,
        "colour": voice.colour,
        "folder": voice.folder,
        "seeds": [[one.seed, one.wins, one.tries] for one in voice.seeds],
    }


def voice_of(fields: object) -> Voice:
    """The voice of such fields. Raises VoiceError for anything else, be it one key too many."""
    given = _mapping(fields, as_fields(Voice("")).keys(), "a voice")
    seed = given["seed"]
    return Voice(
        name=_text(given["name"], "name", SHORT),
        seed=None if seed is None else _whole(seed, "seed"),
        samples=tuple(_list(given["samples"], "samples", _sample)),
        settings=tuple(_list(given["settings"], "settings", _setting)),
        tags=tuple(_list(given["tags"], "tags", lambda one: _text(one, "tags", SHORT))),
        language=_text(given["language"], "language", SHORT),
        notes=_text(given["notes"], "notes"),
        licence=_text(given["licence"], "licence"),
        consent=Consent(
            _text(given["consent"], "consent"),
            _text(given["consent_by"], "consent_by", SHORT),
            _shaped(given["consent_at"], "consent_at", _DATE),
            _shaped(given["consent_recording"], "consent_recording", _DIGEST) if given["consent_recording"] else "",
        ),
        colour=_shaped(given["colour"], "colour", _COLOUR),
        folder=_text(given["folder"], "folder", SHORT),
        seeds=tuple(_list(given["seeds"], "seeds", _rank)),
    )


def content_hash(voice: Voice) -> str:
    """SHA-256 over all that a voice is, its recordings by their own: equal voices have equal ones, everywhere."""
    return digest_of(as_fields(voice))


def digest_of(fields: object) -> str:
    """SHA-256 of fields as canonical JSON."""
    return hashlib.sha256(canonical(fields)).hexdigest()


def canonical(fields: object) -> bytes:
    """JSON with sorted keys, without white space, in ASCII: one way to write the same."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def checked_text(value: object, what: str, longest: int = LONG) -> str:
    """A text that may be stored and shown. Raises VoiceError."""
    return _text(value, what, longest)


def checked_seed(value: object) -> int | None:
    """A seed, or None. Raises VoiceError."""
    return None if value is None else _whole(value, "seed")


def checked_colour(value: str) -> str:
    """`#rrggbb` in lower case, or "". Raises VoiceError."""
    if not _COLOUR.fullmatch(value.lower()):
        raise VoiceError(f'"{value[:40]}" is no colour', kept="the library is unchanged", todo="write it like #3a86c8")
    return value.lower()


def _mapping(value: object, keys: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict) or set(value) != set(keys):
        raise _wrong(what)
    return value


def _list(value: object, what: str, read: Callable[[object], T]) -> list[T]:
    if not isinstance(value, list) or len(value) > MANY:
        raise _wrong(what)
    return [read(one) for one in value]


def _text(value: object, what: str, longest: int = LONG) -> str:
    """Control characters could write to a terminal, and half characters cannot be stored."""
    if not isinstance(value, str) or len(value) > longest:
        raise _wrong(what)
    if any(unicodedata.category(one) in ("Cc", "Cs") and one not in "\n\t" for one in value):
        raise _wrong(what)
    return value


def _shaped(value: object, what: str, shape: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise _wrong(what)
    return value


def _whole(value: object, what: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise _wrong(what)
    return value


def _sample(value: object) -> Sample:
    given = _mapping(value, ("file", "seconds", "transcript", "style", "codes", "codec"), "samples")
    seconds = given["seconds"]
    if not isinstance(seconds, float) or not math.isfinite(seconds) or not 0 < seconds <= MAX_SAMPLE_S:
        raise _wrong("seconds")
    if bool(given["codes"]) != bool(given["codec"]):
        raise _wrong("codes")
    return Sample(
        _shaped(given["file"], "file", _DIGEST),
        seconds,
        _text(given["transcript"], "transcript"),
        _text(given["style"], "style", SHORT),
        _shaped(given["codes"], "codes", _DIGEST) if given["codes"] else "",
        _shaped(given["codec"], "codec", _CODEC),
    )


def _setting(value: object) -> tuple[str, str]:
    if not isinstance(value, list) or len(value) != 2:
        raise _wrong("settings")
    return _shaped(value[0], "settings", _SETTING), _text(value[1], "settings", SHORT)


def _rank(value: object) -> SeedRank:
    if not isinstance(value, list) or len(value) != 3:
        raise _wrong("seeds")
    seed, wins, tries = (_whole(one, "seeds") for one in value)
    return SeedRank(seed, wins, tries)


def _wrong(what: str) -> VoiceError:
    return VoiceError(f"it describes no voice that can be ({what})")
