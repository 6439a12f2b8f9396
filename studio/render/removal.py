"""Removing a voice: its bytes go from every cache and from the library, at once and for good.

The caches go first: whoever is stopped in between has a voice whose codes are computed again, and no bytes of one that is gone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from studio.core.errors import StudioError
from studio.core.voices import Voice
from studio.engines import dia
from studio.store import durable, places
from studio.store.library import Former, VoiceLibrary


def remove_voice(library: VoiceLibrary, name: str, *, force: bool = False) -> Former:
    """Remove a voice from the library and from the caches. What is returned holds it in memory, for undo. Raises VoiceError
    while projects use it, unless with `force`."""
    if library.has(name) and (force or not library.uses(name)):
        voice = library.get(name)
        for path in [path for digest in voice.files for path in _copies_of(library, digest)]:
            _wipe(path)
        sweep_caches(library, going=voice.name)
    former = library.remove(name, force=force)
    sweep_caches(library)  # what an engine or a preview has written meanwhile
    return former


def replace_voice(
    library: VoiceLibrary, name: str, voice: Voice, files: Mapping[str, Path | bytes] | None = None, *, force: bool = False
) -> Former:
    """Replace a voice as `VoiceLibrary.replace` does; what caches keep of samples that it gives up goes with them."""
    given_up = [digest for digest in library.get(name).files if digest not in voice.files]
    copies = [path for digest in given_up for path in _copies_of(library, digest)]
    former = library.replace(name, voice, files, force=force)
    for path in copies:
        _wipe(path)
    sweep_caches(library)
    return former


def sweep_caches(library: VoiceLibrary, going: str = "") -> None:
    """Wipe what caches keep of samples that no voice of the library has, other than one that is about to go: codes of
    engines, and takes outside the user's projects that were spoken in them."""
    kept = {digest for voice in library.list() for digest in voice.files if voice.name != going}
    for path in _codes():
        if path.parent.parent.name not in kept:
            _wipe(path)
    for folder in (places.previews(), places.renders()):
        for note in folder.rglob("*.json"):
            if not _samples_of(note) <= kept:
                for path in sorted(note.parent.glob(f"{note.stem}.*"), key=lambda path: path == note):
                    _wipe(path)  # the note last: it names the others


def sweep_leftovers(path: Path) -> None:
    """Sweep the caches by the library at `path`, from any thread: what an engine wrote after a voice was removed, or what an
    interrupted removal left. Nothing happens where there is no library, or none that can be read."""
    with suppress(StudioError):
        if path.exists():
            with VoiceLibrary.open(path, write=False) as library:
                sweep_caches(library)


def _codes() -> Iterator[Path]:
    """Those of each sample lie in a folder of its name."""
    yield from dia.voice_codes().rglob("*.codes*")


def _samples_of(note: Path) -> set[str]:
    """The samples that a take was spoken in, by what lies beside it."""
    with suppress(OSError, ValueError, LookupError, TypeError, RecursionError):
        recipe = json.loads(json.loads(note.read_bytes())["recipe"])
        return {str(voice["sample_digest"]) for voice in recipe["voices"]} - {""}
    return set()


def _copies_of(library: VoiceLibrary, digest: str) -> Iterator[Path]:
    """Where caches would keep a drawing or a decoded copy of a sample's file, which they know by path, size and time."""
    with suppress(StudioError, OSError):
        path = library.sample_path(digest)
        stat = path.stat()
        for place, folder, ending in ((path, places.peaks(), ".peaks"), (path.resolve(), places.cache() / "sounds", ".flac")):
            name = hashlib.sha256(f"{place}\0{stat.st_size}\0{stat.st_mtime_ns}".encode("utf-8", "surrogateescape"))
            yield folder / f"{name.hexdigest()[:32]}{ending}"


def _wipe(path: Path) -> None:
    with suppress(OSError, StudioError):
        durable.wipe(path)
