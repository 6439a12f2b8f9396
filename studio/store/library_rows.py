"""Voices as rows of the library's tables, and back."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from studio.core.errors import VoiceError
from studio.core.voices import Consent, Sample, SeedRank, Voice
from studio.store import models, rows
from studio.store.library_search import stored_words
from studio.store.rows import Row

LONGEST_NAME = 100
FEW = 500  # voices, up to which their samples are asked for by name


def name_key(name: str) -> str:
    """What makes two names the same: case, width and surrounding space do not count."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def checked_key(name: str, former: str = "") -> str:
    """The key of a name that a voice may have. A new one has no slash: after it, a cast names the style. Raises VoiceError."""
    key = name_key(name)
    if "/" in key and key != name_key(former):
        todo = "leave the slash out: after it, a cast names the style"
        raise VoiceError(f"{name[:40]!r} cannot be a voice's name", kept="the library is unchanged", todo=todo)
    if not key or len(key) > LONGEST_NAME or any(unicodedata.category(character).startswith("C") for character in name):
        raise VoiceError(
            f"{name[:40]!r} cannot be a voice's name", kept="the library is unchanged", todo="use 1 to 100 visible characters"
        )
    return key


def read_all(connection: Connection) -> list[Voice]:
    """All voices that are sound, by name."""
    return read_with(connection, ())


def read_with(connection: Connection, words: Sequence[str]) -> list[Voice]:
    """The sound voices whose stored words hold all of these, by name."""
    table = models.VOICES
    good, _ = rows.split(table, connection.execute(select(table).where(*_holding(words)).order_by(table.c.name_key)))
    wanted = select(models.SAMPLES).order_by(models.SAMPLES.c.position)
    if len(good) <= FEW:
        wanted = wanted.where(models.SAMPLES.c.voice.in_([row["name_key"] for row in good]))
    samples, _ = rows.split(models.SAMPLES, connection.execute(wanted))
    of_voice: dict[str, list[Row]] = {}
    for row in samples:
        of_voice.setdefault(row["voice"], []).append(row)
    found = (_voice(row, of_voice.get(row["name_key"], ())) for row in good)
    return [voice for voice in found if voice is not None]


def count_with(connection: Connection, words: Sequence[str]) -> int:
    """How many rows `read_with` would look at."""
    return connection.scalar(select(func.count()).select_from(models.VOICES).where(*_holding(words))) or 0


def exists(connection: Connection, key: str) -> bool:
    """Whether there is a row of that key, sound or not."""
    return _row(connection, key) is not None


def get(connection: Connection, key: str) -> Voice | None:
    """One voice; None where there is none, or a damaged one."""
    row = _row(connection, key)
    if row is None or not rows.is_sound(models.VOICES, row):
        return None
    statement = select(models.SAMPLES).where(models.SAMPLES.c.voice == key).order_by(models.SAMPLES.c.position)
    samples, _ = rows.split(models.SAMPLES, connection.execute(statement))
    return _voice(row, samples)


def put(connection: Connection, voices: Mapping[str, Voice]) -> None:
    """Write voices, by key, whose samples are not there yet."""
    sealed = [_voice_row(key, voice) for key, voice in voices.items()]
    rows.put(connection, models.LIBRARY_COUNTS, models.VOICES, sealed)
    rows.put(
        connection,
        models.LIBRARY_COUNTS,
        models.SAMPLES,
        [_sample_row(key, at, sample) for key, voice in voices.items() for at, sample in enumerate(voice.samples)],
    )


def remove(connection: Connection, key: str) -> None:
    """Take a voice and its samples out of the tables."""
    positions = connection.scalars(select(models.SAMPLES.c.position).where(models.SAMPLES.c.voice == key)).all()
    gone = [{"voice": key, "position": position} for position in positions]
    rows.remove(connection, models.LIBRARY_COUNTS, models.SAMPLES, gone)
    rows.remove(connection, models.LIBRARY_COUNTS, models.VOICES, [{"name_key": key}])


def used_files(connection: Connection) -> set[str]:
    """The digests of all files that any voice has, damaged ones included."""
    columns = (models.SAMPLES.c.file, models.SAMPLES.c.codes, models.VOICES.c.consent_recording)
    return {digest for column in columns for digest in connection.scalars(select(column)) if digest}


def _holding(words: Sequence[str]) -> list[ColumnElement[bool]]:
    return [func.instr(models.VOICES.c.words, word) > 0 for word in words]


def _row(connection: Connection, key: str) -> Row | None:
    return connection.execute(select(models.VOICES).where(models.VOICES.c.name_key == key)).mappings().first()


def _voice_row(key: str, voice: Voice) -> Row:
    return {
        "name_key": key,
        "name": voice.name.strip(),
        "seed": voice.seed,
        "settings": json.dumps(voice.settings),
        "tags": json.dumps(voice.tags),
        "language": voice.language,
        "notes": voice.notes,
        "licence": voice.licence,
        "consent": voice.consent.statement,
        "consent_by": voice.consent.by,
        "consent_at": voice.consent.at,
        "consent_recording": voice.consent.recording,
        "colour": voice.colour,
        "folder": voice.folder,
        "seeds": json.dumps([(one.seed, one.wins, one.tries) for one in voice.seeds]),
        "words": stored_words(voice.name.strip(), voice.tags, voice.notes, voice.folder, voice.language),
    }


def _sample_row(key: str, position: int, sample: Sample) -> Row:
    return {
        "voice": key,
        "position": position,
        "file": sample.digest,
        "seconds": float(sample.seconds),
        "transcript": sample.transcript,
        "style": sample.style,
        "codes": sample.codes,
        "codec": sample.codec,
    }


def _voice(row: Row, samples: Sequence[Row]) -> Voice | None:
    """None for values that no program of ours would write."""
    try:
        return Voice(
            name=str(row["name"]),
            seed=None if row["seed"] is None else int(row["seed"]),
            samples=tuple(_sample(one) for one in samples),
            settings=tuple((str(name), str(value)) for name, value in _listed(row["settings"])),
            tags=tuple(str(tag) for tag in _listed(row["tags"])),
            language=str(row["language"]),
            notes=str(row["notes"]),
            licence=str(row["licence"]),
            consent=Consent(str(row["consent"]), str(row["consent_by"]), str(row["consent_at"]), str(row["consent_recording"])),
            colour=str(row["colour"]),
            folder=str(row["folder"]),
            seeds=tuple(SeedRank(int(seed), int(wins), int(tries)) for seed, wins, tries in _listed(row["seeds"])),
        )
    except (TypeError, ValueError, RecursionError):
        return None


def _sample(row: Row) -> Sample:
    file, seconds, codes = str(row["file"]), float(row["seconds"]), str(row["codes"])
    return Sample(file, seconds, str(row["transcript"]), str(row["style"]), codes, str(row["codec"]))


def _listed(text: str) -> Iterable[Any]:
    return [] if text == "[]" else json.loads(text)  # most lists are empty, and thousands of voices are read at once
