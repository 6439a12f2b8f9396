"""Voices in one file, to be handed on: a zip of a manifest, the recordings and their codes, in exactly one form.

There is one way to write a bundle: a canonical manifest first, then recordings and codes under their digests, sorted, stored as
they are, dated 1980. So equal voices make equal files, and a reader needs to trust nothing: it reads the manifest, works out
what the whole file has to be, and compares it byte by byte. Other names, links, compressed or overlapping entries, more
entries, other headers: none of that is looked at, and none of it can pass. Nothing is ever unpacked to a name that a bundle
chose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from studio.core import codes
from studio.core.errors import VoiceError, reason
from studio.core.voicefields import canonical
from studio.core.voices import Cast, Voice
from studio.store import bundle_manifest, durable
from studio.store.bundle_manifest import MAX_FILE, SUFFIX, changed, entry_name
from studio.store.library_files import CODES, SUFFIXES, sample_digest
from studio.store.plain_zip import END, LOCAL, zipped

MANIFEST = "manifest.json"
MAX_MANIFEST = 4_000_000
MAX_TOTAL = 256_000_000
MAX_FILES = 1_000
UNCHANGED = "nothing was imported"


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a bundle holds. `content` is the SHA-256 over all of it, `files` the recordings and codes by digest, read when asked
    for."""

    path: Path
    voices: Sequence[Voice]
    cast: Cast = field(default_factory=Cast)
    title: str = ""  # of the show whose cast this is
    content: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)


def write(path: Path, voices: Sequence[Voice], find: Callable[[str], Path], cast: Cast | None = None, title: str = "") -> str:
    """Write a bundle, whole or not at all, for the owner's eyes; returns its content hash. `find` gives the file of a
    recording or of codes. Raises VoiceError for files that are missing or damaged and for what a bundle has no room for."""
    names = {digest: entry_name(digest, find(digest)) for voice in voices for digest in voice.files}
    sizes = {names[digest]: find(digest).stat().st_size for digest in names}
    if len(names) > MAX_FILES or sum(sizes.values()) > MAX_TOTAL or any(size > MAX_FILE for size in sizes.values()):
        most = f"{durable.megabytes(MAX_TOTAL)} in {MAX_FILES:,} recordings of {durable.megabytes(MAX_FILE)}"
        raise VoiceError(f"these voices are too much for one bundle (at most {most})", todo="export them one by one")
    manifest = bundle_manifest.made(
        voices, cast or Cast(), title, {names[digest]: (digest, sizes[names[digest]]) for digest in names}
    )
    by_name = {name: digest for digest, name in names.items()}
    entries = ((name, find(by_name[name]).read_bytes()) for name in sorted(by_name))
    durable.write_chunks(path, zipped(_first(canonical(manifest), entries)), mode=0o600)
    return str(manifest["content"])


def may_replace(path: Path) -> bool:
    """Whether a file that is there may give way to a bundle: it is one by its beginning, or holds nothing."""
    with suppress(OSError):
        if path.is_file():
            with path.open("rb") as file:
                head = file.read(LOCAL.size + len(MANIFEST))
            return not head or (head.startswith(b"PK\3\4") and head.endswith(MANIFEST.encode()))
    return False


def read(path: Path) -> Bundle:
    """Look through a bundle and at every byte of it. Raises VoiceError for one that is not as `write` writes it."""
    if not path.is_file():
        raise VoiceError("there is no such bundle", where=path, kept=UNCHANGED, todo="check the file's name")
    try:
        with path.open("rb") as file:
            return _read(path, file)
    except OSError as error:
        raise VoiceError(f"the bundle cannot be read ({reason(error)})", where=path, kept=UNCHANGED) from error
    except VoiceError as error:
        raise VoiceError(error.what, where=path, kept=UNCHANGED, todo=error.todo) from None


class _Inside(Mapping[str, bytes]):
    """The recordings and codes of a bundle by digest, read from the file one at a time."""

    def __init__(self, path: Path, places: Mapping[str, tuple[int, int]]) -> None:
        self._path = path
        self._places = places

    def __getitem__(self, digest: str) -> bytes:
        start, size = self._places[digest]
        with self._path.open("rb") as file:
            file.seek(start)
            return file.read(size)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def _read(path: Path, file: BinaryIO) -> Bundle:
    given = _opened(file, path.stat().st_size)
    manifest = bundle_manifest.read(given)
    voices, cast, title, listed = bundle_manifest.content_of(manifest)
    if not _is_canonical(manifest, given):
        raise changed("its manifest does not match its hash")
    places = _places(len(given), {name: size for name, (_, size) in listed.items()})
    for name, (digest, size) in listed.items():
        data = _at(file, places[name], size)
        if sample_digest(data) != digest:
            raise changed("a recording does not match its hash")
        if SUFFIXES.get(data[:4], CODES) != Path(name).suffix:
            raise changed("a recording is neither FLAC nor WAV")
    entries = ((name, _at(file, places[name], size)) for name, (_, size) in listed.items())
    _compare(file, zipped(_first(given, entries)))
    found = _Inside(path, {digest: (places[name], size) for name, (digest, size) in listed.items()})
    for sample in (one for voice in voices for one in voice.samples if one.codes):
        wrong = codes.fault(found[sample.codes], sample.codec, sample.seconds)
        if wrong:
            raise changed(f"the codes of a sample are not its own: {wrong}")
    return Bundle(path, voices, cast, title, str(manifest["content"]), found)


def _is_canonical(manifest: Mapping[str, Any], given: bytes) -> bool:
    try:
        return canonical(manifest) == given and manifest["content"] == bundle_manifest.hash_of(manifest)
    except (ValueError, RecursionError):
        return False


def _opened(file: BinaryIO, size: int) -> bytes:
    """The manifest, after a look at what the file says of its own size."""
    if size > MAX_TOTAL + 2 * MAX_MANIFEST:
        raise VoiceError(f"it is too large for a voice bundle ({durable.megabytes(size)})", todo="choose another file")
    head = file.read(LOCAL.size)
    if len(head) < LOCAL.size or not head.startswith(b"PK\3\4"):
        raise VoiceError("this is not a voice bundle", todo=f"choose a {SUFFIX} file that Dia Studio has written")
    file.seek(max(0, size - END.size))
    end = file.read()
    count = int.from_bytes(end[10:12], "little") if end.startswith(b"PK\5\6") else 0
    if count > MAX_FILES + 1:
        more = f"{count:,}" if count < 0xFFFF else "65,535 or more"
        raise VoiceError(f"it holds {more} entries, and a voice bundle has at most {MAX_FILES + 1:,}", todo="do not trust it")
    _, _, _, method, _, _, _, _, length, name_length, extra_length = LOCAL.unpack(head)
    file.seek(LOCAL.size)
    if file.read(min(name_length, 100)) != MANIFEST.encode() or method or extra_length:
        raise VoiceError("this archive was not written by Dia Studio, or was packed again", todo="ask for the original file")
    if length > MAX_MANIFEST:
        raise VoiceError(f"its manifest is too large ({durable.megabytes(length)})", todo="do not trust it")
    return file.read(length)


def _compare(file: BinaryIO, chunks: Iterable[bytes]) -> None:
    at = 0
    for chunk in chunks:
        if _at(file, at, len(chunk)) != chunk:
            raise changed("it is not as Dia Studio writes it")
        at += len(chunk)
    if _at(file, at, 1):
        raise changed("something was added to its end")


def _first(manifest: bytes, others: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    yield MANIFEST, manifest
    yield from others


def _places(manifest: int, sizes: Mapping[str, int]) -> Mapping[str, int]:
    """Where the content of each recording begins, after a manifest of so many bytes."""
    places, at = {}, LOCAL.size + len(MANIFEST) + manifest
    for name, size in sizes.items():
        at += LOCAL.size + len(name)
        places[name] = at
        at += size
    return places


def _at(file: BinaryIO, start: int, size: int) -> bytes:
    file.seek(start)
    return file.read(size)
