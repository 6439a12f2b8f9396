"""What a voice bundle says of itself: voices, cast and recordings as canonical JSON with a hash over all of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from studio.core.errors import VoiceError
from studio.core.voicefields import as_fields, checked_seed, checked_text, digest_of, voice_of
from studio.core.voices import Cast, CastEntry, Voice
from studio.store.library_files import CODES, SUFFIXES
from studio.store.library_rows import name_key

SUFFIX = ".diavoice"
FORMAT = "dia-studio voices"
VERSION = 1
MAX_FILE = 32_000_000

Listed = Mapping[str, tuple[str, int]]  # the name of a recording, or of codes, in the archive -> its digest and its bytes


def made(voices: Sequence[Voice], cast: Cast, title: str, files: Listed) -> dict[str, Any]:
    """The manifest of these voices. Raises VoiceError for what could not be read again."""
    fields = [as_fields(voice) for voice in sorted(voices, key=lambda voice: name_key(voice.name))]
    for one in fields:
        voice_of(one)
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "voices": fields,
        "cast": [
            {"character": name, "voice": entry.voice, "style": entry.style, "seed": entry.seed} for name, entry in cast.items()
        ],
        "title": title,
        "files": [{"name": name, "sha256": files[name][0], "bytes": files[name][1]} for name in sorted(files)],
    }
    return {**manifest, "content": hash_of(manifest)}


def read(data: bytes) -> dict[str, Any]:
    """The manifest's fields, once it is clear that this version can read them."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise changed("its manifest cannot be read") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT or type(found.get("version")) is not int:
        raise VoiceError("this is not a voice bundle", todo=f"choose a {SUFFIX} file that Dia Studio has written")
    if found["version"] > VERSION:
        raise VoiceError("this bundle was made by a newer version of Dia Studio", todo="update Dia Studio")
    if found.keys() != {"format", "version", "voices", "cast", "title", "files", "content"} or found["version"] != VERSION:
        raise changed("its manifest is not complete")
    return found


def content_of(manifest: Mapping[str, Any]) -> tuple[list[Voice], Cast, str, Listed]:
    """Voices, cast, title, and the recordings: name -> digest and size, in the order of the file."""
    try:
        voices = [voice_of(fields) for fields in manifest["voices"]]
        cast = Cast(tuple(_cast_entry(fields) for fields in manifest["cast"]))
        title = checked_text(manifest["title"], "title")
        listed = {str(one["name"]): (str(one["sha256"]), int(one["bytes"])) for one in manifest["files"]}
    except (TypeError, KeyError, ValueError, AttributeError, OverflowError):
        raise changed("its manifest is not complete") from None
    if len({name_key(voice.name) for voice in voices}) != len(voices) or not voices:
        raise changed("two of its voices have one name" if voices else "it holds no voice")
    if not {entry.voice for entry in cast.values()} <= {"", *(voice.name for voice in voices)}:
        raise changed("its cast names a voice that it does not hold")
    recordings = {digest for voice in voices for digest in voice.recordings}
    coded = {sample.codes for voice in voices for sample in voice.samples if sample.codes}
    names = {name for digest in recordings for name in _names(digest, SUFFIXES.values())}
    names |= {name for digest in coded for name in _names(digest, [CODES])}
    wanted = recordings | coded
    is_named = all(name in names and digest in name for name, (digest, _) in listed.items())
    if not is_named or {digest for digest, _ in listed.values()} != wanted or len(listed) != len(wanted):
        raise changed("its recordings are not those of its voices")
    if any(not 0 < size <= MAX_FILE for _, size in listed.values()):
        raise changed("the size of a recording cannot be")
    return voices, cast, title, {name: listed[name] for name in sorted(listed)}


def hash_of(manifest: Mapping[str, Any]) -> str:
    return digest_of({name: value for name, value in manifest.items() if name != "content"})


def entry_name(digest: str, path: Path) -> str:
    return f"samples/{digest}{path.suffix}"


def changed(how: str) -> VoiceError:
    return VoiceError(f"this bundle was changed or damaged ({how})", todo="ask for it once more")


def _cast_entry(fields: Mapping[str, Any]) -> tuple[str, CastEntry]:
    if fields.keys() != {"character", "voice", "style", "seed"}:
        raise KeyError
    voice, style = (checked_text(fields[name], name) for name in ("voice", "style"))
    return checked_text(fields["character"], "character"), CastEntry(voice, style, checked_seed(fields["seed"]))


def _names(digest: str, suffixes: Iterable[str]) -> list[str]:
    return [f"samples/{digest}{suffix}" for suffix in suffixes]
