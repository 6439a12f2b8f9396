"""The decisions of a project as rows, and back. Knows nothing of connections being opened or of files."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from sqlalchemy import Connection, Table

from studio.core.project import ClipDecision, Pickup, Project, TakeMark, TrackDecision
from studio.core.voices import Cast, CastEntry
from studio.store import models, rows
from studio.store.findings import Finding
from studio.store.rows import Row

K = TypeVar("K")
V = TypeVar("V")

TABLES = (models.CAST, models.CHOSEN, models.CLIPS, models.TRACKS, models.SETTINGS, models.MARKS, models.PICKUPS)

_FLAGS = ("is_favourite", "is_locked", "is_binned", "is_accepted")  # of a take's mark


def load(connection: Connection) -> tuple[Project, list[Finding]]:
    """The decisions whose rows are sound, and what is wrong with the others."""
    findings: list[Finding] = []
    cast = _read(connection, models.CAST, _cast_pair, findings)
    cast.sort(key=lambda pair: pair[1][0])
    project = Project(
        cast=Cast(tuple((name, entry) for name, (_, entry) in cast)),
        chosen=dict(_read(connection, models.CHOSEN, _chosen_pair, findings)),
        clips=dict(_read(connection, models.CLIPS, _clip_pair, findings)),
        tracks=dict(_read(connection, models.TRACKS, _track_pair, findings)),
        settings=dict(_read(connection, models.SETTINGS, _setting_pair, findings)),
        marks=dict(_read(connection, models.MARKS, _mark_pair, findings)),
        pickups=dict(_read(connection, models.PICKUPS, _pickup_pair, findings)),
    )
    return project, findings


def save(connection: Connection, old: Project, new: Project) -> None:
    """Write the rows in which `new` differs from `old`, and no others."""
    if old.cast is not new.cast:
        _save(connection, models.CAST, _numbered(old.cast), _numbered(new.cast), _cast_row)
    _save(connection, models.CHOSEN, old.chosen, new.chosen, lambda segment, key: {"segment": segment, "key": key})
    _save(connection, models.CLIPS, old.clips, new.clips, _clip_row)
    _save(connection, models.TRACKS, old.tracks, new.tracks, _track_row)
    _save(connection, models.SETTINGS, old.settings, new.settings, lambda name, value: {"name": name, "value": value})
    _save(connection, models.MARKS, old.marks, new.marks, _mark_row)
    _save(connection, models.PICKUPS, old.pickups, new.pickups, _pickup_row)


def read_table(connection: Connection, table: Table, findings: list[Finding], order: Any = None) -> list[Row]:
    """The sound rows of any content table; damaged and missing ones are reported."""
    good, bad = rows.read(connection, table, order=order)
    findings.extend(bad_row(table, row) for row in bad)
    lost = rows.missing(connection, models.COUNTS, table)
    if lost:
        what = (
            f"{lost} rows of {table.name} are missing"
            if lost > 0
            else f"the number of rows of {table.name} is not what was saved"
        )
        findings.append(Finding("row-count", what, table.name))
    return good


def bad_row(table: Table, row: Row) -> Finding:
    name = " ".join(str(row[column.name])[:60] for column in table.primary_key)
    return Finding("bad-row", f"a row of {table.name} was changed or damaged", f"{table.name} {name}")


def is_readable(table: Table, row: Row) -> bool:
    """Whether the values of a row are of the kinds that we write; a stranger can put a sound digest over others."""
    convert = _READERS.get(table.name)
    try:
        if convert is not None:
            convert(row)
    except (TypeError, ValueError):
        return False
    return True


def _read(
    connection: Connection, table: Table, convert: Callable[[Row], tuple[K, V]], findings: list[Finding]
) -> list[tuple[K, V]]:
    result = []
    for row in read_table(connection, table, findings):
        try:
            result.append(convert(row))
        except (TypeError, ValueError):  # a sound digest over values no program of ours would write
            findings.append(bad_row(table, row))
    return result


def _save(connection: Connection, table: Table, old: Mapping[K, V], new: Mapping[K, V], row: Callable[[K, V], Row]) -> None:
    if old is new:
        return
    changed = [row(name, value) for name, value in new.items() if old.get(name) is not value and old.get(name) != value]
    names = [column.name for column in table.primary_key]
    gone: Iterable[Row] = [_place(names, key) for key in old if key not in new]
    rows.remove(connection, models.COUNTS, table, gone)
    rows.put(connection, models.COUNTS, table, changed)


def _place(names: list[str], key: object) -> Row:
    return dict(zip(names, key if isinstance(key, tuple) else (key,), strict=True))


def _numbered(cast: Cast) -> dict[str, tuple[int, CastEntry]]:
    return {name: (position, entry) for position, (name, entry) in enumerate(cast.entries)}


def _cast_row(name: str, value: tuple[int, CastEntry]) -> Row:
    position, entry = value
    return {"character": name, "position": position, "voice": entry.voice, "style": entry.style, "seed": entry.seed}


def _cast_pair(row: Row) -> tuple[str, tuple[int, CastEntry]]:
    seed = None if row["seed"] is None else _whole(row["seed"])
    return _text(row["character"]), (_whole(row["position"]), CastEntry(_text(row["voice"]), _text(row["style"]), seed))


def _chosen_pair(row: Row) -> tuple[str, str]:
    return _text(row["segment"]), _text(row["key"])


def _setting_pair(row: Row) -> tuple[str, str]:
    return _text(row["name"]), _text(row["value"])


def _clip_row(segment: str, clip: ClipDecision) -> Row:
    return {
        "segment": segment,
        "shift_s": float(clip.shift_s),
        "gain_db": float(clip.gain_db),
        "trim_head_s": float(clip.trim_head_s),
        "trim_tail_s": float(clip.trim_tail_s),
        "is_muted": int(clip.is_muted),
    }


def _clip_pair(row: Row) -> tuple[str, ClipDecision]:
    numbers = {name: _real(row[name]) for name in ("shift_s", "gain_db", "trim_head_s", "trim_tail_s")}
    return _text(row["segment"]), ClipDecision(**numbers, is_muted=bool(_whole(row["is_muted"])))


def _track_row(name: str, track: TrackDecision) -> Row:
    return {"name": name, "gain_db": float(track.gain_db), "mute": int(track.mute), "solo": int(track.solo)}


def _track_pair(row: Row) -> tuple[str, TrackDecision]:
    return _text(row["name"]), TrackDecision(_real(row["gain_db"]), bool(_whole(row["mute"])), bool(_whole(row["solo"])))


def _mark_row(place: tuple[str, str], mark: TakeMark) -> Row:
    flags = {name: int(getattr(mark, name)) for name in _FLAGS}
    return {"segment": place[0], "key": place[1], "note": mark.note, **flags, "binned_at": float(mark.binned_at)}


def _mark_pair(row: Row) -> tuple[tuple[str, str], TakeMark]:
    flags = {name: bool(_whole(row[name])) for name in _FLAGS}
    return (_text(row["segment"]), _text(row["key"])), TakeMark(_text(row["note"]), **flags, binned_at=_real(row["binned_at"]))


def _pickup_row(segment: str, pickup: Pickup) -> Row:
    return {"segment": segment, "note": pickup.note, "at_s": float(pickup.at_s), "made_at": float(pickup.made_at)}


def _pickup_pair(row: Row) -> tuple[str, Pickup]:
    return _text(row["segment"]), Pickup(_text(row["note"]), _real(row["at_s"]), _real(row["made_at"]))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("not a whole number")
    return value


def _real(value: object) -> float:
    if not isinstance(value, float) or not math.isfinite(value):
        raise TypeError("not a finite number")
    return value


_READERS: Mapping[str, Callable[[Row], object]] = {
    models.CAST.name: _cast_pair,
    models.CHOSEN.name: _chosen_pair,
    models.CLIPS.name: _clip_pair,
    models.TRACKS.name: _track_pair,
    models.SETTINGS.name: _setting_pair,
    models.MARKS.name: _mark_pair,
    models.PICKUPS.name: _pickup_pair,
}
