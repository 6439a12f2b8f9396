"""Takes: rendered sound, one FLAC file per content key with a JSON sidecar. A take is whole or absent, and never rewritten.

Beside it lie the codes that an engine's codec made the sound of, where it has any: with them a take is decoded again, or lent
as a voice, without its engine. Sidecar and codes are durable before the FLAC gets its name, so the presence of the FLAC is the
commit. Knows no database. May be used from any one thread at a time.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
from collections.abc import Iterator, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile

from studio.core.errors import AudioError, ProjectError, reason
from studio.core.render import Word
from studio.store import durable

RESERVE_BYTES = 500_000_000  # kept free for the rest of the computer
BYTES_PER_SECOND = 60_000  # of 44.1 kHz mono speech as 16-bit FLAC; an upper middle, speech measured 45 to 62 thousand

_KEY = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Take:
    """One take as its sidecar describes it. `digest` is the SHA-256 of the FLAC file, `size` its bytes."""

    key: str
    seconds: float
    frames: int
    rate: int
    words: tuple[Word, ...]
    recipe: str  # canonical JSON of the request; "" when unknown
    digest: str
    size: int
    unspoken: tuple[tuple[int, int, int], ...] = ()
    ended: str = "complete"  # "limit" where the engine was cut off before it had come to an end
    codec: str = ""  # what can decode its codes; "" where it has none
    codes_digest: str = ""  # SHA-256
    codes_size: int = 0


class TakeStore:
    """The folder `takes` of a project, or any other folder that holds takes."""

    def __init__(self, folder: Path, *, sync: bool = True) -> None:
        self.folder = folder
        self._sync = sync
        self._verified: set[str] = set()

    def contains(self, key: str) -> bool:
        return self._flac(key).is_file()

    def path(self, key: str) -> Path:
        """The FLAC file of a take. Its digest is verified the first time. Raises ProjectError when missing or damaged."""
        if key not in self._verified:
            fault = self.fault(key)
            if fault:
                raise ProjectError(
                    fault, where=self._flac(key), kept="other takes are untouched", todo="render this line again"
                )
            self._verified.add(key)
        return self._flac(key)

    def info(self, key: str) -> Take:
        """What the sidecar says, without reading the sound. Raises ProjectError when the take is missing or its sidecar bad."""
        if not self.contains(key):
            raise ProjectError(f"take {key} is missing", where=self._flac(key), todo="render this line again")
        sidecar = self._sidecar(key)
        try:
            return _from_json(key, json.loads(sidecar.read_bytes()))
        except (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
            raise ProjectError(
                f"the description of take {key} cannot be read",
                where=sidecar,
                kept="other takes are untouched",
                todo="check the project",
            ) from error

    def words(self, key: str) -> tuple[Word, ...]:
        return self.info(key).words

    def write(
        self,
        key: str,
        pcm: npt.NDArray[np.float32] | bytes | bytearray,
        rate: int,
        words: Sequence[Word] = (),
        recipe: str = "",
        unspoken: Sequence[tuple[int, int, int]] = (),
        ended: str = "complete",
        *,
        codes: bytes = b"",
        codec: str = "",
    ) -> Take:
        """Store mono float32 sound (an array of [frames], or little-endian bytes) at `rate` Hz; durable when it returns.
        `codes` are kept beside it, with the name of the `codec` they are for.

        A take that is already there and intact is kept as it is. Samples beyond full scale are clipped. Raises
        StorageFullError when the disk refuses and AudioError for samples that are not numbers; either leaves nothing behind.
        """
        if self.contains(key) and not self.fault(key):
            return self.info(key)
        data, frames = _flac_bytes(pcm, rate)
        digest = hashlib.sha256(data).hexdigest()
        take = Take(key, frames / rate, frames, rate, tuple(words), recipe, digest, len(data), tuple(unspoken), ended)
        flac = self._flac(key)
        durable.make_folder(flac.parent, sync=self._sync)
        if codes:
            take = replace(take, codec=codec, codes_digest=hashlib.sha256(codes).hexdigest(), codes_size=len(codes))
            durable.write_bytes(self._codes(key), codes, sync=self._sync)
        durable.write_bytes(self._sidecar(key), _to_json(take), sync=self._sync)
        durable.write_bytes(flac, data, sync=self._sync)
        self._verified.add(key)
        return take

    def keys(self) -> Iterator[str]:
        """The keys of all takes, in no order."""
        for path in self._files():
            if path.suffix == ".flac" and _KEY.fullmatch(path.stem):
                yield path.stem

    def fault(self, key: str, *, deep: bool = True) -> str:
        """What is wrong with a take, or "". Shallow looks at the sizes, deep reads the sound too."""
        try:
            take = self.info(key)
            size = self._flac(key).stat().st_size
            if size != take.size:
                return f"take {key} has {size:,} bytes instead of {take.size:,}"
            if deep and hashlib.sha256(self._flac(key).read_bytes()).hexdigest() != take.digest:
                return f"the sound of take {key} was changed or damaged"
        except ProjectError as error:
            return error.what
        except OSError as error:
            return f"take {key} cannot be read ({reason(error)})"
        return ""

    def codes(self, key: str) -> tuple[bytes, str] | None:
        """The codes of a take and the codec they are for; None where it has none, or they are damaged."""
        take = self.info(key)
        if not take.codes_size or self.codes_fault(key):
            return None
        return self._codes(key).read_bytes(), take.codec

    def codes_fault(self, key: str, *, deep: bool = True) -> str:
        """What is wrong with a take's codes, or "": its sound needs them not."""
        try:
            take = self.info(key)
            if not take.codes_size:
                return ""
            size = self._codes(key).stat().st_size
            if size != take.codes_size:
                return f"the codes of take {key} have {size:,} bytes instead of {take.codes_size:,}"
            if deep and hashlib.sha256(self._codes(key).read_bytes()).hexdigest() != take.codes_digest:
                return f"the codes of take {key} were changed or damaged"
        except ProjectError as error:
            return error.what
        except OSError as error:
            return f"the codes of take {key} cannot be read ({reason(error)})"
        return ""

    def drop_codes(self, key: str) -> None:
        """Move a take's codes to the bin; it has none then."""
        take = replace(self.info(key), codec="", codes_digest="", codes_size=0)
        durable.write_bytes(self._sidecar(key), _to_json(take), sync=self._sync)
        if self._codes(key).exists():
            durable.move(self._codes(key), self.bin / self._codes(key).name, sync=self._sync)

    def stray(self) -> list[Path]:
        """Unfinished files of an interrupted run, sidecars and codes whose sound never came."""
        found = []
        for path in self._files():
            is_lone = path.suffix in (".json", ".codes") and not path.with_suffix(".flac").exists()
            if path.name.endswith(durable.TEMPORARY) or is_lone:
                found.append(path)
        return found

    def sweep(self, referenced: Set[str] | None = None) -> list[str]:
        """Remove stray files and, when `referenced` is given, move every take not in it to the bin. Returns the keys moved."""
        for path in self.stray():
            durable.remove(path, sync=self._sync)
        if referenced is None:
            return []
        unused = [key for key in self.keys() if key not in referenced]
        for key in unused:
            self.set_aside(key)
        return unused

    def set_aside(self, key: str) -> None:
        """Move a take to the bin, whatever state it is in. The FLAC goes first, so that it is absent or whole throughout."""
        self._verified.discard(key)
        for path in (self._flac(key), self._codes(key), self._sidecar(key)):
            if path.exists():
                durable.move(path, self.bin / path.name, sync=self._sync)

    def empty_bin(self) -> int:
        """Delete for good what lies in the bin; returns the bytes freed."""
        freed = 0
        for path in sorted(self.bin.glob("*")) if self.bin.is_dir() else []:
            freed += path.stat().st_size
            durable.remove(path, sync=self._sync)
        return freed

    @property
    def bin(self) -> Path:
        return self.folder.parent / "bin"

    def check_space(self, seconds: float) -> None:
        """Raise StorageFullError unless so many seconds of sound fit, with a reserve left for the rest of the computer."""
        durable.require_space(self.folder, int(seconds * BYTES_PER_SECOND) + RESERVE_BYTES)

    def _flac(self, key: str) -> Path:
        return self.folder / _checked(key)[:2] / f"{key}.flac"

    def _sidecar(self, key: str) -> Path:
        return self._flac(key).with_suffix(".json")

    def _codes(self, key: str) -> Path:
        return self._flac(key).with_suffix(".codes")

    def _files(self) -> Iterator[Path]:
        with suppress(FileNotFoundError):
            for folder in os.scandir(self.folder):
                if folder.is_dir(follow_symlinks=False):
                    yield from (Path(entry.path) for entry in os.scandir(folder))


def _checked(key: str) -> str:
    """Keys become file names, and may come from a stranger's database."""
    if not _KEY.fullmatch(key):
        raise ProjectError(f"{key[:40]!r} is not the key of a take", todo="check the project")
    return key


def _flac_bytes(pcm: npt.NDArray[np.float32] | bytes | bytearray, rate: int) -> tuple[bytes, int]:
    samples = np.frombuffer(pcm, "<f4") if isinstance(pcm, bytes | bytearray) else np.asarray(pcm, np.float32)
    if samples.ndim != 1:
        raise AudioError(f"a take is mono; this sound has the shape {samples.shape}", kept="nothing was stored")
    if not len(samples):
        raise AudioError("the engine made no sound at all", kept="nothing was stored", todo="render this line again")
    if not np.isfinite(samples).all():
        raise AudioError(
            "the engine made samples that are not numbers", kept="nothing was stored", todo="render this line again"
        )
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format="FLAC", subtype="PCM_16")
    return buffer.getvalue(), len(samples)


def _to_json(take: Take) -> bytes:
    fields = {
        "version": 1,
        "frames": take.frames,
        "rate": take.rate,
        "words": [[word.turn, word.start, word.end, word.start_s, word.end_s] for word in take.words],
        "unspoken": [list(one) for one in take.unspoken],
        "digest": take.digest,
        "size": take.size,
        "recipe": take.recipe,
    }
    if take.ended != "complete":
        fields["ended"] = take.ended
    if take.codes_size:
        fields["codes"] = {"codec": take.codec, "digest": take.codes_digest, "size": take.codes_size}
    return json.dumps({**fields, "seal": _seal(fields)}, ensure_ascii=True).encode()


def _from_json(key: str, fields: Any) -> Take:
    if fields.pop("seal") != _seal(fields):
        raise ValueError("the description does not match its seal")
    frames, rate = int(fields["frames"]), int(fields["rate"])
    codes = fields.get("codes", {})
    return Take(
        key=key,
        seconds=frames / rate,
        frames=frames,
        rate=rate,
        words=tuple(Word(int(turn), int(a), int(b), float(x), float(y)) for turn, a, b, x, y in fields["words"]),
        recipe=str(fields["recipe"]),
        digest=str(fields["digest"]),
        size=int(fields["size"]),
        unspoken=tuple((int(turn), int(a), int(b)) for turn, a, b in fields["unspoken"]),
        ended=str(fields.get("ended", "complete")),
        codec=str(codes.get("codec", "")),
        codes_digest=str(codes.get("digest", "")),
        codes_size=int(codes.get("size", 0)),
    )


def _seal(fields: dict[str, Any]) -> str:
    """A digest of the description itself, so that a flipped bit in a word time is seen too."""
    return hashlib.blake2b(json.dumps(fields, sort_keys=True).encode(), digest_size=8).hexdigest()
