"""Where models of the hub lie on this machine, and what is noted about one whose download has not come to its end.

Reads the hub's cache by its documented layout, so that neither huggingface_hub nor a connection is needed to find a model.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dia_engine import manifest
from dia_engine.errors import WeightsMissing
from dia_engine.hub.known import CODEC

NOTE = ".dia_engine.fetch.json"  # lies beside the files while a download is under way, and after it broke off
INCOMPLETE = ".incomplete"
CODEC_FOLDER = "codec"  # below the folder of the model that it speaks for
CODEC_FILES = ("weights.pth", "weights_44khz_8kbps_0.0.1.pth")  # the package's, laid there
CODEC_OF_PACKAGE = "~/.cache/descript/dac/weights_44khz_8kbps_0.0.1.pth"  # where descript-audio-codec keeps it
KEY_SHOWN = 12  # letters of a content's hash in the name of its part
LARGEST_NOTE = 1 << 20  # bytes
ID = re.compile(r"[\w.-]+/[\w.-]+")
COMMIT = re.compile(r"[0-9a-f]{40}")


def hub_cache() -> Path:
    """The cache that all programs of the hub share, by the rules that huggingface_hub documents."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if os.environ.get(name):
            return Path(os.path.expandvars(os.environ[name])).expanduser()
    general = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface"
    return Path(os.path.expandvars(os.environ.get("HF_HOME") or general)).expanduser() / "hub"


def storage(model: str, cache: Path | None = None) -> Path:
    """The folder of the cache that holds a model's files, revisions and what is not finished."""
    return (cache or hub_cache()) / f"models--{model.replace('/', '--')}"


def cached(model: str, revision: str | None = None, cache: Path | None = None) -> Path | None:
    """The folder of the cache with a revision's files, whether all are there or not; None if it has none."""
    folder = storage(model, cache)
    revision = revision or "main"
    try:
        commit = (folder / "refs" / revision).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        commit = revision
    found = folder / "snapshots" / commit
    return found if commit == Path(commit).name and found.is_dir() else None


def codecs(folder: Path, *others: Path) -> Iterator[Path]:
    """Where the codec of a model in `folder` may lie, best first; whether there is one must be looked at.

    `others` are places where a program keeps what it fetched; they come after what lies beside the model.
    """
    yield from (folder / name for name in (CODEC_FOLDER, *CODEC_FILES))
    yield from others
    fetched = cached(CODEC.id)
    if fetched is not None:
        yield fetched
    yield Path(CODEC_OF_PACKAGE).expanduser()


@dataclass(frozen=True, slots=True)
class Note:
    """What a download wrote down before its first byte: the model, its commit, and for each file its size and key.

    The key names the content: SHA-256 of large files, git's hash of small ones.
    """

    id: str
    revision: str | None
    commit: str
    files: Mapping[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A download that broke off: `done` of `total` bytes are there."""

    note: Note
    done: int
    total: int


def part_name(name: str, key: str) -> str:
    """What a file of that content is called while it grows."""
    return f"{name}.{key[:KEY_SHOWN]}{INCOMPLETE}"


def unfinished(place: Path) -> Unfinished | None:
    """The download that was begun in a folder, or in the cache for it, and has not come to its end."""
    owner = place.parent.parent if place.parent.name == "snapshots" else place
    note = read_note(owner)
    if note is None or (owner != place and note.commit != place.name):
        return None
    done = sum(max(map(_size, _places(owner, name, key))) for name, (_, key) in note.files.items())
    return Unfinished(note, done, sum(size for size, _ in note.files.values()))


def refuse_unfinished(place: Path, go_on: str = "") -> None:
    """Raise `WeightsMissing` where a download has not come to its end, with the command that goes on."""
    found = unfinished(place)
    if found is not None:
        what = f"The download of {found.note.id} is not finished ({found.done} of {found.total} bytes are there)"
        raise WeightsMissing(what, where=place, todo=f"go on with: {go_on or command(found.note, place)}")


def command(note: Note, place: Path) -> str:
    """What to type to go on with a download."""
    words = ["python -m dia_engine fetch", note.id]
    if note.revision:
        words += ["--revision", note.revision]
    if place.parent.name != "snapshots" and not place.name.startswith("models--"):
        words += ["--to", f'"{place}"' if " " in str(place) else str(place)]
    return " ".join(words)


def write_note(owner: Path, note: Note) -> None:
    """Raises OSError."""
    files = {name: {"size": size, "key": key} for name, (size, key) in note.files.items()}
    manifest.write_json(owner / NOTE, {"id": note.id, "revision": note.revision, "commit": note.commit, "files": files})


def read_note(owner: Path) -> Note | None:
    """The note in a folder; None if there is none, or none that can be read: it is only a memory."""
    try:
        if (owner / NOTE).stat().st_size > LARGEST_NOTE:
            return None
        data = json.loads((owner / NOTE).read_text(encoding="utf-8"))
        files = {str(name): (int(entry["size"]), str(entry["key"])) for name, entry in data["files"].items()}
        revision = data["revision"]
        if any(part != Path(part).name for name, (_, key) in files.items() for part in (name, key)):
            return None
        return Note(str(data["id"]), str(revision) if revision else None, str(data["commit"]), files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _places(owner: Path, name: str, key: str) -> Iterable[Path]:
    """Where a file may lie, whole or in part."""
    yield owner / name
    yield owner / part_name(name, key)
    yield owner / "blobs" / key
    yield owner / "blobs" / f"{key}{INCOMPLETE}"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
