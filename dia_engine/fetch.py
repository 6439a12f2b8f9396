"""Gets a model of the hub onto this machine: only the files that are needed, resumed after a break, hashed, checked, recorded.

What is complete here is used without any connection. Nothing counts as there before its hashes, names and shapes are right.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dia_engine import manifest
from dia_engine.errors import BadRequest, EngineError, FetchFailed, WeightsDamaged, WeightsMissing
from dia_engine.filenames import CONFIG, choose
from dia_engine.hub import places
from dia_engine.hub.client import Hub, Listing, Passing, RemoteFile, is_offline, offline
from dia_engine.hub.download import Download, Patience, Stopped, disk_error, never, refuse_if, sha256_if_right
from dia_engine.hub.known import id_of
from dia_engine.hub.layout import Cache, Layout, OwnFolder, end_note, free_bytes, note_of
from dia_engine.hub.pace import Pace, Plan, Progress, Told, in_bytes
from dia_engine.verify import check_config, verify

MARGIN_BYTES = 16 << 20  # left free beside the model, for notes and for the system
LOCK = ".dia_engine.fetch.lock"


@dataclass(frozen=True, slots=True)
class Means:
    """What a fetch works with; tests put others in place. `again` is what the user types to go on."""

    endpoint: str | None = None
    patience: Patience = field(default_factory=Patience)
    free: Callable[[Path], int] = free_bytes
    again: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A model that is here, whole and verified. `bytes_fetched` is what came over the network for it now.

    `pinned`: its hashes are known and right; False only for a folder without a manifest while offline.
    """

    id: str
    commit: str
    place: Path
    bytes_fetched: int
    pinned: bool = True


def fetch(
    model: str,
    *,
    revision: str | None = None,
    to: Path | None = None,
    told: Told = lambda _: None,
    stopped: Stopped = never,
    means: Means | None = None,
) -> Fetched:
    """Fetch a model, by short name or id, into the folder `to` or into the hub's cache.

    `told` hears a Plan before anything is written and a Progress about ten times a second; `stopped` is asked at every piece
    that comes. Both are called on the caller's thread, which this blocks. Raises `EngineError`: `FetchStopped` when stopped,
    else `FetchFailed`, `WeightsMissing`, `WeightsDamaged` or `BadRequest`. What came before a failure is kept and used by the
    next call; a file whose hash is wrong is not.
    """
    model, means = id_of(model), means or Means()
    if not places.ID.fullmatch(model):
        raise WeightsMissing("This is no id of a model on the hub", where=model, todo="write it as owner/name")
    to = to.expanduser().absolute() if to else None
    here = _complete(model, revision, to, told)
    if here is not None:
        return here
    if is_offline():
        raise offline(model)
    again = means.again or _command(model, revision, to)
    listing = _listing(Hub(means.endpoint), model, revision, means.patience, stopped, again)
    return _fetched(listing, revision, to, told, stopped, means, again)


def needed(listing: Listing) -> tuple[RemoteFile, ...]:
    """The files of a repository that this engine reads: config and weights, never code. Small ones come first.

    Raises `WeightsMissing`.
    """
    by_name = {file.name: file for file in listing.files}
    if CONFIG not in by_name:
        raise WeightsMissing(f"The repository has no {CONFIG}", where=listing.id, todo="name the id of a Dia model")
    names = {CONFIG, *choose(by_name, listing.id, "name another model")}
    return tuple(sorted((by_name[name] for name in names), key=lambda file: file.size))


def _complete(model: str, revision: str | None, to: Path | None, told: Told) -> Fetched | None:
    """The model as it lies here, if it is whole. Asks nobody."""
    folder = to or places.cached(model, revision)
    if folder is None or not folder.is_dir() or places.unfinished(folder):
        return None
    source = manifest.source(folder)
    if source and to and (source.get("id") != model or revision not in (None, source.get("commit"), source.get("revision"))):
        what = f"The folder holds {source.get('id')} at {source.get('revision') or source.get('commit')}; nothing was changed"
        raise BadRequest(what, where=folder, todo="name another folder, or a new one")
    try:
        if source:
            return Fetched(model, source.get("commit", ""), folder, 0) if manifest.check(folder) else None
        if to and not is_offline():
            return None  # the hub knows the hashes
        told(Progress(model, "checking", folder.name, 0, 0))
        if to is None:
            return _adopted(model, revision, folder)
        return Fetched(model, "", folder, 0, pinned=verify(folder).pinned)
    except (WeightsMissing, WeightsDamaged):
        if is_offline():
            raise
        return None  # what is wrong or missing is fetched


def _adopted(model: str, revision: str | None, folder: Path) -> Fetched | None:
    """A model that another program put into the hub's cache, where files are called by their hashes; None if one is not."""
    digests = {}
    for name in (CONFIG, *choose((entry.name for entry in folder.iterdir()), folder)):
        kept = (folder / name).resolve()
        if not kept.is_file():
            raise WeightsMissing("A file of the model is not there", where=folder / name, todo="fetch the model again")
        sha256, git = (kept.name, "") if len(kept.name) == len(hashlib.sha256().hexdigest()) else ("", kept.name)
        digests[name] = sha256_if_right(kept, RemoteFile(name, kept.stat().st_size, sha256, git))
        if not digests[name]:
            raise WeightsDamaged("The file does not have the hash it is called by", where=kept, todo="fetch the model again")
    _record(folder, {"id": model, "commit": folder.name, "revision": revision or ""}, digests)
    return Fetched(model, folder.name, folder, 0)


def _listing(hub: Hub, model: str, revision: str | None, patience: Patience, stopped: Stopped, again: str) -> Listing:
    tries = 0
    while True:
        refuse_if(stopped, model, again)
        try:
            return hub.listing(model, revision)
        except Passing as failure:
            tries += 1
            patience.over(failure, tries, model, stopped, again)


def _fetched(
    listing: Listing, revision: str | None, to: Path | None, told: Told, stopped: Stopped, means: Means, again: str
) -> Fetched:
    files = needed(listing)
    layout: Layout = OwnFolder(to) if to else Cache(listing, revision)
    ready = {file.name: found for file in files if (found := sha256_if_right(layout.whole(file), file, stopped))}
    layout.refuse_strangers(files, ready)
    plan = _plan(listing, layout, files, ready)
    _demand_room(plan, layout, means, again)
    told(plan)
    with _alone(layout, again):
        pace = Pace(plan, told)
        source = Hub(means.endpoint)
        download = Download(source, listing, lambda file, size: pace.grew(file.name, size), stopped, means.patience, again)
        with _disk_errors(layout, again):
            places.write_note(layout.owner, note_of(listing, revision, files))
        for file in files:
            if file.name not in ready:
                ready[file.name] = download.fetch(file, layout.part(file))
                _refuse_foreign_config(file, layout, listing)
                with _disk_errors(layout, again):
                    layout.put(file)
            pace.finished(file.size)
        _settle(listing, revision, files, ready, layout, pace, again)
    return Fetched(listing.id, listing.commit, layout.folder, plan.missing)


def _plan(listing: Listing, layout: Layout, files: Sequence[RemoteFile], ready: dict[str, str]) -> Plan:
    missing = 0
    for file in files:
        part = layout.part(file)
        if file.name not in ready:
            missing += max(file.size - (part.stat().st_size if part.is_file() else 0), 0)
    names = tuple(file.name for file in files)
    return Plan(listing.id, listing.commit, layout.folder, names, sum(file.size for file in files), missing)


def _demand_room(plan: Plan, layout: Layout, means: Means, again: str) -> None:
    """Refuse before anything is written what the disk has no room for."""
    if plan.missing == 0:
        return
    free, wanted = means.free(layout.folder), plan.missing + MARGIN_BYTES
    if free < wanted:
        what = f"The disk has {in_bytes(free)} free and {in_bytes(wanted)} are needed; nothing was written"
        raise FetchFailed(what, where=layout.folder, todo=f"make room, then go on with: {again}")


@contextmanager
def _alone(layout: Layout, again: str) -> Iterator[None]:
    """Two that fetch into one place would write into the same files."""
    from filelock import FileLock, Timeout  # comes with huggingface_hub

    with _disk_errors(layout, again):
        layout.make()
        lock = FileLock(layout.owner / LOCK, timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            what = "Another program is fetching this model already"
            raise FetchFailed(what, where=layout.owner, todo=f"let it finish, or stop it and go on with: {again}") from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _disk_errors(layout: Layout, again: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise disk_error(error, layout.folder, again) from error


def _refuse_foreign_config(file: RemoteFile, layout: Layout, listing: Listing) -> None:
    """Look at the config before gigabytes come for it. It goes again if it is that of another model."""
    if file.name != CONFIG:
        return
    try:
        check_config(layout.part(file))
    except EngineError as error:
        layout.part(file).unlink()
        end_note(layout)
        raise type(error)(error.what, where=listing.id, todo="name the id of a Dia model") from error


def _settle(
    listing: Listing,
    revision: str | None,
    files: Sequence[RemoteFile],
    digests: dict[str, str],
    layout: Layout,
    pace: Pace,
    again: str,
) -> None:
    """Check what lies on the disk, and only then let it count as there."""
    with _disk_errors(layout, again):
        layout.link(files)
        end_note(layout)
    pace.checking(layout.folder.name)
    _record(layout.folder, {"id": listing.id, "commit": listing.commit, "revision": revision or ""}, digests)


def _record(folder: Path, source: Mapping[str, str], digests: Mapping[str, str]) -> None:
    """Let a model count as there, if its names, its shapes and all bytes on the disk are right."""
    (folder / manifest.NAME).unlink(missing_ok=True)
    verify(folder)
    manifest.record(folder, [folder / name for name in digests], source=source, digests=digests)
    try:
        manifest.check(folder, afresh=True)
    except EngineError:
        (folder / manifest.NAME).unlink(missing_ok=True)
        raise


def _command(model: str, revision: str | None, to: Path | None) -> str:
    return places.command(places.Note(model, revision, "", {}), to or places.storage(model))
