"""Where voices are used, as far as whoever opened or rendered a project noted it. Functions over an open transaction."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from studio.store import layout, models, places, rows
from studio.store.library_rows import name_key
from studio.store.rows import Row

SHOWN = 3  # projects named in a sentence, before "and 2 more"


@dataclass(frozen=True, slots=True)
class Use:
    """One project in which a voice speaks: its folder and title, whom the voice speaks for, and when that was noted (seconds
    since 1970)."""

    project: Path
    title: str
    characters: tuple[str, ...]
    noted_at: float

    def __str__(self) -> str:
        return f"“{self.title}” ({self.project})" if self.title else str(self.project)


def note(connection: Connection, project: Path, title: str, characters: Mapping[str, Collection[str]], now: float) -> None:
    """Note all uses of one project: voice -> characters. What was noted of it before is forgotten."""
    folder = str(project.resolve())
    table = models.USES
    old = connection.scalars(select(table.c.voice).where(table.c.project == folder)).all()
    rows.remove(connection, models.LIBRARY_COUNTS, table, [{"project": folder, "voice": voice} for voice in old])
    new = [_row(folder, voice, title, names, now) for voice, names in characters.items()]
    rows.put(connection, models.LIBRARY_COUNTS, table, new)


def put(connection: Connection, voice: str, uses: Collection[Use]) -> None:
    """Note these uses of a voice again."""
    new = [_row(str(one.project), voice, one.title, one.characters, one.noted_at) for one in uses]
    rows.put(connection, models.LIBRARY_COUNTS, models.USES, new)


def of_voice(connection: Connection, key: str) -> list[Use]:
    """The projects that use a voice and are still there, the newest first."""
    return of_all(connection, key).get(key, [])


def of_all(connection: Connection, key: str = "") -> dict[str, list[Use]]:
    """Such projects for every voice, by key; or for that voice alone."""
    table = models.USES
    statement = select(table).order_by(table.c.noted_at.desc())
    found, _ = rows.split(table, connection.execute(statement.where(table.c.voice == key) if key else statement))
    uses: dict[str, list[Use]] = {}
    for row in found:
        folder = Path(row["project"])
        if _holds_project(folder):
            names = tuple(map(str, json.loads(row["characters"])))
            uses.setdefault(row["voice"], []).append(Use(folder, str(row["title"]), names, float(row["noted_at"])))
    return uses


def forget(connection: Connection, key: str) -> None:
    """Drop what was noted of a voice."""
    table = models.USES
    projects = connection.scalars(select(table.c.project).where(table.c.voice == key)).all()
    rows.remove(connection, models.LIBRARY_COUNTS, table, [{"project": one, "voice": key} for one in projects])


def drop_gone(connection: Connection) -> None:
    """Drop what was noted of projects that no longer exist."""
    table = models.USES
    found = connection.execute(select(table.c.project, table.c.voice)).all()
    gone = [{"project": project, "voice": voice} for project, voice in found if not _holds_project(Path(project))]
    rows.remove(connection, models.LIBRARY_COUNTS, table, gone)


def counts(project: Path) -> bool:
    """Whether a project is one of the user's: those in the cache may be gone tomorrow."""
    return not project.resolve().is_relative_to(places.cache().resolve())


def listed(uses: Sequence[Use]) -> str:
    """The projects, for a sentence."""
    names = ", ".join(map(str, uses[:SHOWN]))
    return names if len(uses) <= SHOWN else f"{names} and {len(uses) - SHOWN:,} more"


def _row(folder: str, voice: str, title: str, characters: Collection[str], now: float) -> Row:
    return {
        "project": folder,
        "voice": name_key(voice),
        "title": title,
        "characters": json.dumps(sorted(characters)),
        "noted_at": now,
    }


def _holds_project(folder: Path) -> bool:
    return (folder / layout.DATABASE).is_file()
