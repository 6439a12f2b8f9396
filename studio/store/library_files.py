"""The recordings of the library, and codes of them: a file for each, under the digest of its content, for the owner's eyes
alone."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from studio.core import codes
from studio.core.errors import VoiceError, reason
from studio.core.voices import Sample
from studio.store import durable

SUFFIXES = {b"fLaC": ".flac", b"RIFF": ".wav"}  # by content, never by name
CODES = ".codes"  # no code is as large as these four bytes
_KEPT = "the library is unchanged"


class SampleFiles:
    """The folder of recordings and codes. Which of them are used, the tables know."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._verified: set[str] = set()

    def path(self, digest: str) -> Path:
        """The file of a recording or of codes, verified the first time. Raises VoiceError when it is missing or damaged."""
        path = next((path for path in self._candidates(digest) if path.is_file()), None)
        if path is None:
            raise VoiceError("the sample of this voice is missing", where=self.folder, todo="add the voice again")
        if digest not in self._verified:
            if sample_digest(path.read_bytes()) != digest:
                raise VoiceError("the sample of this voice was changed or damaged", where=path, todo="add the voice again")
            self._verified.add(digest)
        return path

    def codes(self, digest: str) -> bytes:
        """The codes of that digest, verified. Raises VoiceError when they are missing or damaged."""
        path = self.folder / digest[:2] / f"{digest}{CODES}"
        try:
            data = path.read_bytes() if is_digest(digest) else b""
        except OSError as error:
            what = f"the codes of this voice's sample cannot be read ({reason(error)})"
            raise VoiceError(what, where=self.folder, kept="nothing was rendered", todo="add the voice again") from error
        if sample_digest(data) != digest:
            what = "the codes of this voice's sample were changed or damaged"
            raise VoiceError(what, where=path, kept="nothing was rendered", todo="add the voice again")
        return data

    def keep(self, digest: str, file: Path | bytes | None, coded: Sample | None = None) -> None:
        """Have the recording of that digest, or the codes of the sample `coded`: written from a file or from bytes; with None
        they have to be there. Raises VoiceError for what is no FLAC or WAV file, no such codes, or has another digest."""
        if file is None:
            self.path(digest)
            return
        try:
            data = file if isinstance(file, bytes) else file.read_bytes()
        except OSError as error:
            raise VoiceError(f"the sample cannot be read ({reason(error)})", where=str(file), kept=_KEPT) from error
        wrong = "" if coded is None else codes.fault(data, coded.codec, coded.seconds)
        if wrong:
            raise VoiceError(f"these are not the codes of the sample ({wrong})", kept=_KEPT)
        suffix = SUFFIXES.get(data[:4]) if coded is None else CODES
        if suffix is None or sample_digest(data) != digest:
            raise VoiceError(
                "this is not the FLAC or WAV file that the sample names",
                where="" if isinstance(file, bytes) else file,
                kept=_KEPT,
            )
        path = self.folder / digest[:2] / f"{digest}{suffix}"
        if not path.exists() or path.read_bytes() != data:
            durable.make_folder(path.parent, mode=0o700)
            durable.write_bytes(path, data, mode=0o600)

    def unused(self, used: Collection[str]) -> list[Path]:
        """The files that belong to no recording in use; what an interrupted write left is among them once nobody uses it."""
        return [path for path in self._files() if path.name.partition(".")[0] not in used]

    def doubt(self) -> None:
        """Verify every file anew from now on."""
        self._verified.clear()

    def _files(self) -> Iterator[Path]:
        with suppress(FileNotFoundError):
            for folder in os.scandir(self.folder):
                yield from (Path(entry.path) for entry in os.scandir(folder))

    def _candidates(self, digest: str) -> Iterator[Path]:
        if is_digest(digest):
            yield from (self.folder / digest[:2] / f"{digest}{suffix}" for suffix in (*SUFFIXES.values(), CODES))


def sample_digest(data: bytes) -> str:
    """The digest by which a recording, or its codes, are known."""
    return hashlib.sha256(data).hexdigest()


def is_digest(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")
