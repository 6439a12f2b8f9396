"""The user's voices: a database of their own, with the sample files beside it under the digest of their content.

A voice may be a living person's, so files are for their owner alone and removing a voice removes its bytes. A VoiceLibrary
belongs to one thread; several programs may have the library open at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection, select

from studio.core.errors import VoiceError, reason
from studio.core.voices import Sample, Voice
from studio.store import db, durable, models, rows
from studio.store.findings import Finding
from studio.store.rows import Row

SAMPLES = "samples"

_SUFFIXES = {b"fLaC": ".flac", b"RIFF": ".wav"}  # by content, never by name


class VoiceLibrary:
    """An open library. Use `open`, and close it (or use it in a `with`)."""

    def __init__(self, path: Path, *, write: bool = True) -> None:
        """For `open` only."""
        self.path = path
        self._samples = path.parent / SAMPLES
        self._verified: set[str] = set()
        self._database = db.Database(path, db.LIBRARY, write=write, live=True)
        if write and self._unused():
            self.wipe_unused()  # a removal was cut short: the voice is gone, its bytes are not yet

    @classmethod
    def open(cls, path: Path, *, write: bool = True) -> VoiceLibrary:
        """Open the library at `path`; a missing one is made. Raises ProjectError for one that is damaged or newer."""
        if not path.exists() and write:
            durable.make_folder(path.parent, mode=0o700)
            with suppress(PermissionError):
                path.parent.chmod(0o700)
            db.create(path, db.LIBRARY, mode=0o600)
        return cls(path, write=write)

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> VoiceLibrary:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def list(self) -> list[Voice]:
        """All voices that are sound, by name; see `damage` for the others."""
        with self._database.begin() as connection:
            good, _ = rows.read(connection, models.VOICES, order=models.VOICES.c.name_key)
            samples, _ = rows.read(connection, models.SAMPLES, order=models.SAMPLES.c.position)
        of_voice: dict[str, list[Row]] = {}
        for row in samples:
            of_voice.setdefault(row["voice"], []).append(row)
        found = (_voice(row, of_voice.get(row["name_key"], [])) for row in good)
        return [voice for voice in found if voice is not None]

    def get(self, name: str) -> Voice:
        """One voice; upper and lower case are the same. Raises VoiceError when there is none of that name."""
        with self._database.begin() as connection:
            voice = _get(connection, name_key(name))
        if voice is None:
            raise VoiceError(f"there is no voice called {name!r}", todo="list the voices, or add this one")
        return voice

    def add(self, voice: Voice, files: Mapping[str, Path | bytes] | None = None) -> None:
        """Add a voice. `files` gives, for each sample's digest, its FLAC or WAV file or the bytes of it; those that the library
        holds already need not be given. Raises VoiceError for a taken or empty name and for samples that do not fit."""
        with self._database.begin() as connection:
            key = _checked_key(voice.name)
            if _row(connection, key) is not None:
                raise VoiceError(
                    f"there is a voice called {voice.name!r} already",
                    kept="the library is unchanged",
                    todo="choose another name",
                )
            self._put(connection, key, voice, files or {})

    def replace(self, name: str, voice: Voice, files: Mapping[str, Path | bytes] | None = None) -> None:
        """Put `voice` in the place of the one called `name`; it may have another name. Samples it no longer has are wiped."""
        with self._database.begin() as connection:
            old, new = name_key(name), _checked_key(voice.name)
            if _row(connection, old) is None:
                raise VoiceError(f"there is no voice called {name!r}", kept="the library is unchanged")
            if new != old and _row(connection, new) is not None:
                raise VoiceError(f"there is a voice called {voice.name!r} already", kept="the library is unchanged")
            _remove(connection, old)
            self._put(connection, new, voice, files or {})
        self.wipe_unused()

    def remove(self, name: str) -> None:
        """Remove a voice and its bytes: from the tables, from the log, from the disk. Samples that another voice uses stay."""
        with self._database.begin() as connection:
            key = name_key(name)
            if _row(connection, key) is None:
                raise VoiceError(f"there is no voice called {name!r}", kept="the library is unchanged")
            _remove(connection, key)
        self.wipe_unused()

    def sample_path(self, digest: str) -> Path:
        """The audio file of a sample, verified the first time. Raises VoiceError when it is missing or damaged."""
        path = next((path for path in self._candidates(digest) if path.is_file()), None)
        if path is None:
            raise VoiceError("the sample of this voice is missing", where=self._samples, todo="add the voice again")
        if digest not in self._verified:
            if sample_digest(path.read_bytes()) != digest:
                raise VoiceError("the sample of this voice was changed or damaged", where=path, todo="add the voice again")
            self._verified.add(digest)
        return path

    def wipe_unused(self) -> None:
        """Wipe samples that no voice has, also those that an interrupted removal left behind, and what the log still holds."""
        self._verified.clear()
        with self._database.begin() as connection:  # nobody can add a sample meanwhile: that takes the same transaction
            for path in self._unused(connection):
                durable.wipe(path)
        if not self._database.truncate_log():
            raise VoiceError(
                "the voice was removed, but another program is reading the library, so traces of it remain in its log",
                where=self.path,
                todo="close the other program; the traces go with it",
            )

    def damage(self) -> Sequence[Finding]:
        """Rows that were changed or damaged, and samples that are missing or changed."""
        findings = []
        with self._database.begin() as connection:
            for table in (models.VOICES, models.SAMPLES):
                _, bad = rows.read(connection, table)
                findings += [
                    Finding("bad-row", f"a row of {table.name} was changed or damaged", str(row[0])) for row in map(_first, bad)
                ]
                if rows.missing(connection, models.LIBRARY_COUNTS, table):
                    findings.append(Finding("row-count", f"rows of {table.name} are missing", table.name))
        for voice in self.list():
            for sample in voice.samples:
                try:
                    self._verified.discard(sample.digest)
                    self.sample_path(sample.digest)
                except VoiceError as error:
                    findings.append(Finding("bad-sample", error.what, voice.name))
        return findings

    def _put(self, connection: Connection, key: str, voice: Voice, files: Mapping[str, Path | bytes]) -> None:
        for sample in voice.samples:
            self._keep(sample.digest, files.get(sample.digest))
        rows.put(connection, models.LIBRARY_COUNTS, models.VOICES, [_voice_row(key, voice)])
        new = [_sample_row(key, position, sample) for position, sample in enumerate(voice.samples)]
        rows.put(connection, models.LIBRARY_COUNTS, models.SAMPLES, new)

    def _keep(self, digest: str, file: Path | bytes | None) -> None:
        if file is None:
            self.sample_path(digest)
            return
        try:
            data = file if isinstance(file, bytes) else file.read_bytes()
        except OSError as error:
            raise VoiceError(
                f"the sample cannot be read ({reason(error)})", where=str(file), kept="the library is unchanged"
            ) from error
        suffix = _SUFFIXES.get(data[:4])
        if suffix is None or sample_digest(data) != digest:
            raise VoiceError(
                "this is not the FLAC or WAV file that the sample names",
                where="" if isinstance(file, bytes) else file,
                kept="the library is unchanged",
            )
        path = self._samples / digest[:2] / f"{digest}{suffix}"
        if not path.exists() or path.read_bytes() != data:
            durable.make_folder(path.parent, mode=0o700)
            durable.write_bytes(path, data, mode=0o600)

    def _unused(self, connection: Connection | None = None) -> Sequence[Path]:
        if connection is None:
            with self._database.begin() as connection:
                return self._unused(connection)
        used = set(connection.scalars(select(models.SAMPLES.c.file)))
        return [path for path in self._files() if path.name.partition(".")[0] not in used]

    def _files(self) -> Iterator[Path]:
        with suppress(FileNotFoundError):
            for folder in os.scandir(self._samples):
                yield from (Path(entry.path) for entry in os.scandir(folder))

    def _candidates(self, digest: str) -> Iterator[Path]:
        if len(digest) == 64 and set(digest) <= set("0123456789abcdef"):
            yield from (self._samples / digest[:2] / f"{digest}{suffix}" for suffix in _SUFFIXES.values())


def name_key(name: str) -> str:
    """What makes two names the same: case, width and surrounding space do not count."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def sample_digest(data: bytes) -> str:
    """The digest by which a sample's file is known."""
    return hashlib.sha256(data).hexdigest()


def _checked_key(name: str) -> str:
    key = name_key(name)
    if not key or len(key) > 100 or any(unicodedata.category(character).startswith("C") for character in name):
        raise VoiceError(
            f"{name[:40]!r} cannot be a voice's name", kept="the library is unchanged", todo="use 1 to 100 visible characters"
        )
    return key


def _row(connection: Connection, key: str) -> Row | None:
    return connection.execute(select(models.VOICES).where(models.VOICES.c.name_key == key)).mappings().first()


def _get(connection: Connection, key: str) -> Voice | None:
    row = _row(connection, key)
    if row is None or not rows.is_sound(models.VOICES, row):
        return None
    statement = select(models.SAMPLES).where(models.SAMPLES.c.voice == key).order_by(models.SAMPLES.c.position)
    samples, _ = rows.split(models.SAMPLES, connection.execute(statement))
    return _voice(row, samples)


def _remove(connection: Connection, key: str) -> None:
    positions = connection.scalars(select(models.SAMPLES.c.position).where(models.SAMPLES.c.voice == key)).all()
    gone = [{"voice": key, "position": position} for position in positions]
    rows.remove(connection, models.LIBRARY_COUNTS, models.SAMPLES, gone)
    rows.remove(connection, models.LIBRARY_COUNTS, models.VOICES, [{"name_key": key}])


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
        "consent": voice.consent,
    }


def _sample_row(key: str, position: int, sample: Sample) -> Row:
    return {
        "voice": key,
        "position": position,
        "file": sample.digest,
        "seconds": float(sample.seconds),
        "transcript": sample.transcript,
        "style": sample.style,
    }


def _voice(row: Row, samples: Sequence[Row]) -> Voice | None:
    """None for values that no program of ours would write."""
    try:
        return Voice(
            name=str(row["name"]),
            seed=None if row["seed"] is None else int(row["seed"]),
            samples=tuple(
                Sample(str(one["file"]), float(one["seconds"]), str(one["transcript"]), str(one["style"])) for one in samples
            ),
            settings=tuple((str(name), str(value)) for name, value in json.loads(row["settings"])),
            tags=tuple(str(tag) for tag in json.loads(row["tags"])),
            language=str(row["language"]),
            notes=str(row["notes"]),
            licence=str(row["licence"]),
            consent=str(row["consent"]),
        )
    except (TypeError, ValueError, RecursionError):
        return None


def _first(row: Row) -> tuple[object, ...]:
    return tuple(row.values())
