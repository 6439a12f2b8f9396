"""The user's voices: a database of their own, with the sample files beside it under the digest of their content.

A voice may be a living person's, so files are for their owner alone and removing a voice removes its bytes at once. What
`remove` and `replace` return holds them in memory, so that a slip can be undone as long as the program runs, and no longer. A
VoiceLibrary belongs to one thread; several programs may have the library open at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection

from studio.core import seeds
from studio.core.errors import VoiceError
from studio.core.voices import Voice
from studio.store import db, durable, library_rows, library_uses, models, rows
from studio.store.findings import Finding
from studio.store.library_files import SampleFiles, sample_digest
from studio.store.library_rows import checked_key, name_key
from studio.store.library_search import Index, needed_words
from studio.store.library_uses import Use
from studio.store.rows import Row

__all__ = ["SAMPLES", "Former", "Use", "VoiceLibrary", "name_key", "sample_digest"]

SAMPLES = "samples"
UNCHANGED = "the library is unchanged"
FEW = 20  # voices, up to which they are read one by one

Files = Mapping[str, Path | bytes]


@dataclass(frozen=True, slots=True)
class Former:
    """A voice as it was before it was removed or replaced, with the files that are wiped since and what was noted of its uses.
    Held in memory only; see `VoiceLibrary.restore`."""

    voice: Voice
    files: Mapping[str, bytes] = field(default_factory=dict)
    uses: Sequence[Use] = ()


class VoiceLibrary:
    """An open library. Use `open`, and close it (or use it in a `with`)."""

    def __init__(self, path: Path, *, write: bool = True) -> None:
        """For `open` only."""
        self.path = path
        self._files = SampleFiles(path.parent / SAMPLES)
        self._index: Index | None = None
        self._index_version = -1
        self._database = db.Database(path, db.LIBRARY, write=write, live=True)
        if write and self._unused():
            self.wipe_unused()  # a removal was cut short: the voice is gone, its bytes are not yet

    @classmethod
    def open(cls, path: Path, *, write: bool = True) -> VoiceLibrary:
        """Open the library at `path`; a missing one is made, an older one brought up to date. Raises ProjectError for one that
        is damaged or newer."""
        if not path.exists() and write:
            durable.make_folder(path.parent, mode=0o700)
            with suppress(PermissionError):
                path.parent.chmod(0o700)
            db.create(path, db.LIBRARY, mode=0o600)
        library = cls(path, write=write)
        if library._database.version < db.LIBRARY.version:  # only a reader leaves it old, and cannot read the new columns
            library.close()
            cls(path).close()
            library = cls(path, write=write)
        return library

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> VoiceLibrary:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # what there is

    def list(self) -> list[Voice]:
        """All voices that are sound, by name; see `damage` for the others."""
        return [*self._current().voices]

    def search(self, text: str = "", tags: Collection[str] = (), folder: str = "", language: str = "") -> Sequence[Voice]:
        """The voices that fit, by name; see `library_search.Index`. What other programs changed is seen."""
        words = needed_words(text, tags, folder, language)
        with self._database.begin() as connection:
            is_known = not words or self._is_current(connection)
            if not is_known and library_rows.count_with(connection, words) <= library_rows.FEW:
                found = library_rows.read_with(connection, words)  # thousands need not be read to find a few
                return Index(found).search(text, tags, folder, language)
        return self._current().search(text, tags, folder, language)

    def get(self, name: str) -> Voice:
        """One voice; upper and lower case are the same. Raises VoiceError when there is none of that name."""
        with self._database.begin() as connection:
            voice = library_rows.get(connection, name_key(name))
        if voice is None:
            raise VoiceError(f"there is no voice called {name!r}", todo="list the voices, or add this one")
        return voice

    def has(self, name: str) -> bool:
        """Whether there is a voice of that name that is sound."""
        with self._database.begin() as connection:
            return library_rows.get(connection, name_key(name)) is not None

    def sample_path(self, digest: str) -> Path:
        """The audio file of a sample or of a consent's recording, or the file of a sample's codes, verified the first time.
        Raises VoiceError when it is missing or damaged."""
        return self._files.path(digest)

    def sample_codes(self, digest: str) -> bytes:
        """The codes of a sample, by their own digest. Raises VoiceError when they are missing or damaged."""
        return self._files.codes(digest)

    def holds(self, digest: str) -> bool:
        """Whether that recording is there, sound."""
        try:
            return self._files.path(digest).is_file()
        except VoiceError:
            return False

    def uses(self, name: str) -> Sequence[Use]:
        """The projects that use a voice and are still there, the newest first."""
        with self._database.begin() as connection:
            return library_uses.of_voice(connection, name_key(name))

    def all_uses(self) -> Mapping[str, Sequence[Use]]:
        """The same for every voice that is used, by `name_key`."""
        with self._database.begin() as connection:
            return library_uses.of_all(connection)

    # what changes it

    def add(self, voice: Voice, files: Files | None = None) -> None:
        """Add a voice. `files` gives, for each recording's digest, its FLAC or WAV file or the bytes of it, and likewise
        codes; those that the library holds already need not be given. Raises VoiceError for a taken or empty name and samples
        that do not fit."""
        self.add_all([voice], files)

    def add_all(self, voices: Sequence[Voice], files: Files | None = None) -> None:
        """Add voices, all of them or, where one cannot be added, none. See `add`."""
        with self._changing() as connection:
            keyed = {}
            for voice in voices:
                key = checked_key(voice.name)
                if key in keyed or library_rows.exists(connection, key):
                    raise _taken(voice.name)
                keyed[key] = voice
            self._put(connection, keyed, files or {})

    def replace(self, name: str, voice: Voice, files: Files | None = None, *, force: bool = False) -> Former:
        """Put `voice` in the place of the one called `name`, and return that one. Samples it no longer has are wiped. It may
        have another name; where projects cast the old one, that takes `force`."""
        with self._changing() as connection:
            old, new = name_key(name), checked_key(voice.name, former=name)
            former = self._former(connection, name)
            if new != old and library_rows.exists(connection, new):
                raise _taken(voice.name)
            if voice.name.strip() != former.voice.name and not force:
                _refuse_used(connection, former.voice.name, "renamed", "give it its new name with --force")
            self._wipe_copies()
            library_rows.remove(connection, old)
            if new != old:
                library_uses.forget(connection, old)
            self._put(connection, {new: voice}, files or {})
        self.wipe_unused()
        return former

    def remove(self, name: str, *, force: bool = False) -> Former:
        """Remove a voice and its bytes: from the tables, from the log, from the disk. Samples that another voice uses stay.
        Raises VoiceError while projects use it, unless with `force`. For undo, the voice is returned."""
        with self._changing() as connection:
            former = self._former(connection, name)
            if not force:
                _refuse_used(connection, former.voice.name, "removed", "remove it all the same with --force")
            self._wipe_copies()
            library_rows.remove(connection, name_key(name))
            library_uses.forget(connection, name_key(name))
        self.wipe_unused()
        return former

    def restore(self, former: Former, instead_of: str = "") -> None:
        """Undo `remove`, or with the name that the voice has now, `replace`. Raises VoiceError as `add` does."""
        if instead_of:
            self.replace(instead_of, former.voice, former.files, force=True)
        else:
            self.add(former.voice, former.files)
        with self._database.begin() as connection:
            library_uses.put(connection, former.voice.name, former.uses)

    def duplicate(self, name: str, new_name: str) -> Voice:
        """Another voice with the same samples, seeds and settings. Raises VoiceError."""
        copy = replace(self.get(name), name=new_name)
        self.add(copy)
        return copy

    def edit(self, names: Iterable[str], change: Callable[[Voice], Voice]) -> Sequence[Voice]:
        """Change many voices at once, all or none: tags, folder, notes and the like, not their names or recordings. Returns
        them as they were; to undo, let `change` give those back. Raises VoiceError for an unknown name."""
        with self._changing() as connection:
            before = self._named(connection, tuple(names))
            after = [change(voice) for voice in before]
            pairs = list(zip(before, after, strict=True))
            if any((old.name, *_digests(old)) != (new.name, *_digests(new)) for old, new in pairs):
                raise ValueError("names and recordings are changed by `replace`")
            library_rows.put(connection, {name_key(new.name): new for old, new in pairs if old != new})
        return before

    def note_seed(self, name: str, seed: int, *, won: bool) -> None:
        """Note that a seed was tried for a voice and did well, or not; see `studio.core.seeds`. Raises VoiceError."""
        self.edit([name], lambda voice: seeds.noted(voice, seed, won=won))

    def note_uses(self, project: Path, title: str, characters: Mapping[str, Collection[str]]) -> None:
        """Note which voices a project uses: voice -> characters, all of them, so that none means no more. What was noted of
        projects that no longer exist is dropped. A project in the user's cache does not count."""
        if library_uses.counts(project):
            with self._database.begin() as connection:
                library_uses.drop_gone(connection)
                library_uses.note(connection, project, title, characters, time.time())

    def wipe_unused(self) -> None:
        """Wipe samples that no voice has, also those that an interrupted removal left behind, and what the log still holds."""
        self._files.doubt()
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
            for table in (models.VOICES, models.SAMPLES, models.USES):
                _, bad = rows.read(connection, table)
                findings += [
                    Finding("bad-row", f"a row of {table.name} was changed or damaged", str(row[0])) for row in map(_first, bad)
                ]
                if rows.missing(connection, models.LIBRARY_COUNTS, table):
                    findings.append(Finding("row-count", f"rows of {table.name} are missing", table.name))
        self._files.doubt()
        for voice in self.list():
            for digest in voice.files:
                try:
                    self._files.path(digest)
                except VoiceError as error:
                    findings.append(Finding("bad-sample", error.what, voice.name))
        return findings

    def _current(self) -> Index:
        """The voices of now: read again only after a change, by whomever."""
        with self._database.begin() as connection:
            if self._index is None or not self._is_current(connection):
                self._index_version = _version(connection)
                self._index = Index(library_rows.read_all(connection))
            return self._index

    def _is_current(self, connection: Connection) -> bool:
        return self._index is not None and self._index_version == _version(connection)

    def _changing(self) -> AbstractContextManager[Connection]:
        """A transaction that changes voices."""
        self._index = None
        return self._database.begin()

    def _former(self, connection: Connection, name: str) -> Former:
        """What there is now. Raises VoiceError."""
        key = name_key(name)
        voice = library_rows.get(connection, key)
        if voice is None and not library_rows.exists(connection, key):
            raise _unknown(name)
        if voice is None:  # damaged: it can be removed, and nothing is left to restore
            return Former(Voice(name))
        files = {}
        for digest in voice.files:
            with suppress(VoiceError, OSError):
                files[digest] = self._files.path(digest).read_bytes()
        return Former(voice, files, library_uses.of_voice(connection, key))

    def _named(self, connection: Connection, names: Sequence[str]) -> Sequence[Voice]:
        """The voices of these names. Raises VoiceError."""
        if len(names) > FEW:
            found = {name_key(voice.name): voice for voice in library_rows.read_all(connection)}
        else:
            found = {key: voice for key in map(name_key, names) if (voice := library_rows.get(connection, key)) is not None}
        lost = next((name for name in names if name_key(name) not in found), None)
        if lost is not None:
            raise _unknown(lost)
        return [found[name_key(name)] for name in names]

    def _wipe_copies(self) -> None:
        """Wipe the copy that was made of the library before it was brought up to date: it holds what is to be gone."""
        for path in self.path.parent.glob(f"{self.path.name}.bak-*"):
            durable.wipe(path)

    def _put(self, connection: Connection, voices: Mapping[str, Voice], files: Files) -> None:
        for voice in voices.values():
            coded = {one.codes: one for one in voice.samples}
            for digest in voice.files:
                self._files.keep(digest, files.get(digest), coded.get(digest))
        library_rows.put(connection, voices)

    def _unused(self, connection: Connection | None = None) -> Sequence[Path]:
        if connection is None:
            with self._database.begin() as connection:
                return self._unused(connection)
        return self._files.unused(library_rows.used_files(connection))


def _version(connection: Connection) -> int:
    """Moved by what other connections write, and by that alone."""
    return int(connection.exec_driver_sql("PRAGMA data_version").scalar_one())


def _taken(name: str) -> VoiceError:
    return VoiceError(f"there is a voice called {name!r} already", kept=UNCHANGED, todo="choose another name")


def _unknown(name: str) -> VoiceError:
    return VoiceError(f"there is no voice called {name!r}", kept=UNCHANGED, todo="list the voices")


def _digests(voice: Voice) -> Sequence[str]:
    return [*(one for sample in voice.samples for one in (sample.digest, sample.codes)), voice.consent.recording]


def _refuse_used(connection: Connection, name: str, done: str, otherwise: str) -> None:
    uses = library_uses.of_voice(connection, name_key(name))
    if uses:
        raise VoiceError(
            f'the voice "{name}" cannot be {done} while it is used in {library_uses.listed(uses)}',
            kept=UNCHANGED,
            todo=f"give the characters another voice there, or {otherwise}",
        )


def _first(row: Row) -> tuple[object, ...]:
    return tuple(row.values())
