"""Copies of a project's database, kept beside it: the ten newest, and the newest of each of the last seven days."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from itertools import count
from pathlib import Path

from studio.core.errors import StudioError
from studio.store import db, durable

FOLDER = "backups"
NEWEST = 10
DAYS = 7

_NAME = re.compile(r"project (\d{4}-\d\d-\d\d) \d{6}( \d+)?\.db")


def keep(database: db.Database, folder: Path, *, now: float | None = None) -> Path:
    """Copy the open database of the project in `folder`, and drop copies that are too many. Returns the copy."""
    durable.make_folder(folder / FOLDER)
    stamp = time.strftime("%Y-%m-%d %H%M%S", time.localtime(now))
    names = (f"project {stamp}.db" if number == 1 else f"project {stamp} {number}.db" for number in count(1))
    target = next(path for path in (folder / FOLDER / name for name in names) if not path.exists())
    database.backup(target)
    for old in _too_many(found(folder)):
        durable.remove(old)
    return target


def found(folder: Path) -> list[Path]:
    """The copies, newest first. Those made before a migration come last: they are the oldest in content."""
    with suppress(OSError):
        regular = [path for path in (folder / FOLDER).iterdir() if _NAME.fullmatch(path.name)]
        return sorted(regular, key=_age_key, reverse=True) + _before_migrations(folder)
    return _before_migrations(folder)


def newest_good(folder: Path) -> Path | None:
    """The newest copy that opens."""
    for path in found(folder):
        with suppress(StudioError):
            db.look(path, db.PROJECT)
            return path
    return None


def _before_migrations(folder: Path) -> list[Path]:
    return sorted(folder.glob("project.db.bak-*"), reverse=True)


def _age_key(path: Path) -> tuple[str, int]:
    _, date, clock, *number = path.stem.split(" ")
    return f"{date} {clock}", int(number[0]) if number else 1


def _too_many(copies: list[Path]) -> list[Path]:
    regular = [path for path in copies if _NAME.fullmatch(path.name)]
    kept = set(regular[:NEWEST])
    days: dict[str, Path] = {}
    for path in regular:  # newest first, so the newest of a day stays
        days.setdefault(path.name[len("project ") :][:10], path)
    kept.update(list(days.values())[:DAYS])
    return [path for path in regular if path not in kept]
