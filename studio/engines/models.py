"""Weights of speech models, for window and terminal: which are known, which are here, getting and checking them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from dia_engine import manifest
from dia_engine.errors import EngineError, FetchStopped, WeightsMissing
from dia_engine.filenames import CONFIG, choose
from dia_engine.hub import places
from dia_engine.hub.known import CODEC, KNOWN, Known, id_of, known
from dia_engine.hub.pace import Plan, Progress, Steps, in_bytes, in_words, plan_in_words
from studio.core.errors import Cancelled, ModelError
from studio.engines.dia import models_folder

__all__ = [
    "Model",
    "Plan",
    "Progress",
    "Steps",
    "fetch",
    "fetch_command",
    "in_bytes",
    "in_words",
    "listed",
    "plan_in_words",
    "unfinished_command",
    "verify",
]

CACHE = "cache"  # in place of a folder: the cache that all programs of the hub share
State = Literal["missing", "unfinished", "here"]
Told = Callable[[Plan | Progress], None]


@dataclass(frozen=True, slots=True)
class Model:
    """A model as a list shows it. `bytes` of its weights, `bytes_here` of its files; `verified` means that hashes, names and
    shapes were right, and that no file changed since."""

    name: str
    id: str
    title: str
    bytes: int
    state: State
    place: Path | None = None
    bytes_here: int = 0
    verified: bool = False


def listed() -> list[Model]:
    """The models that the studio knows, and others that were fetched into its folder."""
    found = [_known(one) for one in KNOWN]
    seen = {model.place for model in found}
    try:
        folders = sorted(entry for entry in models_folder().iterdir() if entry.is_dir())
    except OSError:
        folders = []
    others = [_at(folder, None) for folder in folders if folder not in seen]
    return [*found, *(model for model in others if model.state != "missing")]


def fetch(
    name: str,
    *,
    revision: str | None = None,
    to: str | None = None,
    codec: bool = True,
    told: Told = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
) -> list[Path]:
    """Fetch a model, and with a model of Dia its codec; returns where they lie. `to` is a folder, "cache", or the studio's own.

    Raises ModelError, and Cancelled after `stopped` answered yes. What came is kept in both cases.
    """
    _demand_packages()
    wanted = [(id_of(name), revision)]
    one = known(name)
    if codec and (one is None or one.kind == "dia"):
        wanted.append((CODEC.id, None))
    with _translated():
        from dia_engine.fetch import Means
        from dia_engine.fetch import fetch as fetch_one

        means = Means(again=fetch_command(name, revision=revision, to=to, codec=codec))
        return [
            fetch_one(model, revision=rev, to=_place(model, to), told=told, stopped=stopped, means=means).place
            for model, rev in wanted
        ]


def verify(name: str) -> str:
    """Check a model by its short name, id or folder: sizes, hashes, names and shapes; returns what it is. Raises ModelError."""
    _demand_packages()
    with _translated():
        from dia_engine.verify import verify as verify_one

        one = known(name)
        place = _known(one).place if one else None
        if one and place is None:
            raise ModelError(f"{one.title} is not on this computer", todo=f"fetch it with: {fetch_command(one.name)}")
        where = place or Path(name).expanduser()
        half = places.unfinished(where)
        checked = verify_one(where if where.exists() else name, go_on=_command_of(half.note, where) if half else "")
        pinned = "hashes as recorded" if checked.pinned else "no hashes recorded, so changed values would go unnoticed"
        return f"{checked.place}: {checked.told}; names and shapes are right, {pinned}"


def fetch_command(name: str, *, revision: str | None = None, to: str | None = None, codec: bool = True) -> str:
    """What to type to fetch a model, or to go on fetching it."""
    words = ["dia-studio model fetch", name]
    words += ["--revision", revision] if revision else []
    words += ["--to", f'"{to}"' if " " in to else to] if to else []
    return " ".join([*words, *([] if codec else ["--no-codec"])])


def unfinished_command(model: Model) -> str:
    """What to type to go on with a model whose download broke off."""
    half = places.unfinished(model.place) if model.place else None
    return _command_of(half.note, model.place) if half and model.place else fetch_command(model.name)


def _command_of(note: places.Note, place: Path) -> str:
    one = known(note.id)
    own = place == _place(note.id, None)
    in_cache = place.parent.name == "snapshots" or place == places.storage(note.id)
    to = None if own else CACHE if in_cache else str(place)
    return fetch_command(one.name if one else note.id, revision=note.revision, to=to)


def _place(model: str, to: str | None) -> Path | None:
    """The folder for a model; None for the hub's cache."""
    if to == CACHE:
        return None
    if to is None:
        return models_folder() / model.rpartition("/")[2]
    return Path(to) / places.CODEC_FOLDER if model == CODEC.id else Path(to)


def _known(one: Known) -> Model:
    """The studio's own folder first, then the hub's cache."""
    tried = (_place(one.id, None), places.cached(one.id), places.storage(one.id))
    found = [_at(place, one) for place in tried if place is not None]
    return next((model for state in ("here", "unfinished") for model in found if model.state == state), _missing(one))


def _missing(one: Known) -> Model:
    return Model(one.name, one.id, one.title, one.bytes, "missing")


def _at(place: Path, one: Known | None) -> Model:
    """What lies in a folder."""
    half = places.unfinished(place)
    source = manifest.source(place)
    id_ = one.id if one else half.note.id if half else source.get("id", place.name)
    size = sum(entry.stat().st_size for entry in place.iterdir() if entry.is_file()) if place.is_dir() else 0
    name, title, full = (one.name, one.title, one.bytes) if one else (place.name, place.name, half.total if half else size)
    if half:
        return Model(name, id_, title, full, "unfinished", place, half.done)
    if not _has_weights(place):
        return Model(name, id_, title, full, "missing")
    return Model(name, id_, title, full, "here", place, size, bool(source) and manifest.was_checked(place))


def _has_weights(place: Path) -> bool:
    try:
        names = [entry.name for entry in place.iterdir() if entry.is_file()]
        return CONFIG in names and bool(choose(names, place))
    except (OSError, WeightsMissing):
        return False


def _demand_packages() -> None:
    """Refuse before gigabytes come what could not be read afterwards."""
    missing = [name for name in ("torch", "safetensors", "huggingface_hub") if find_spec(name) is None]
    if missing:
        what = f"speech models need {' and '.join(missing)}, which this Python lacks"
        raise ModelError(what, kept="nothing was fetched", todo="install it with: pip install dia-studio[dia]")


@contextmanager
def _translated() -> Iterator[None]:
    """The engine's errors as the studio's."""
    try:
        yield
    except FetchStopped as error:
        raise Cancelled(str(error)) from error
    except EngineError as error:
        raise ModelError(error.what, where=error.where, todo=error.todo) from error
