"""The record of which takes were made for which segment. The sound itself is in `takes`."""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from string import ascii_uppercase

from sqlalchemy import Connection, select

from studio.store import models, rows
from studio.store.rows import Row
from studio.store.takes import Take


@dataclass(frozen=True, slots=True)
class TakeRow:
    """A take that was made for a segment. `created_at` is seconds since 1970; `recipe_digest` tells whether the request is the
    same without reading it."""

    segment: str
    key: str
    engine: str
    seed: int
    seconds: float
    created_at: float
    recipe_digest: str
    is_draft: bool


def letter(number: int) -> str:
    """What the take with this number is called: A, B, … Z, A2, B2 …"""
    return ascii_uppercase[number % 26] + (str(number // 26 + 1) if number >= 26 else "")


def of_take(segment: str, take: Take, *, is_draft: bool, engine: str, seed: int | None, created_at: float | None) -> TakeRow:
    """The row for a stored take. Engine and seed come from its recipe where they are not given."""
    recipe = _fields(take.recipe)
    found = recipe.get("seed")
    return TakeRow(
        segment=segment,
        key=take.key,
        engine=engine or str(recipe.get("engine", "")),
        seed=seed if seed is not None else found if isinstance(found, int) else 0,
        seconds=take.seconds,
        created_at=time.time() if created_at is None else created_at,
        recipe_digest=hashlib.sha256(take.recipe.encode()).hexdigest()[:32],
        is_draft=is_draft,
    )


def put(connection: Connection, row: TakeRow) -> None:
    rows.put(connection, models.COUNTS, models.TAKES, [{**asdict(row), "is_draft": int(row.is_draft)}])


def forget(connection: Connection, segment: str, key: str) -> None:
    rows.remove(connection, models.COUNTS, models.TAKES, [{"segment": segment, "key": key}])


def load(connection: Connection, segment: str | None = None) -> list[TakeRow]:
    """The sound rows, of one segment or of all, oldest first."""
    statement = select(models.TAKES)
    if segment is not None:
        statement = statement.where(models.TAKES.c.segment == segment)
    good, _ = rows.split(models.TAKES, connection.execute(statement))
    found = [take for take in map(from_row, good) if take is not None]
    return sorted(found, key=lambda take: take.created_at)


def from_row(row: Row) -> TakeRow | None:
    """None for values that no program of ours would write."""
    fields = {name: row[name] for name in TakeRow.__slots__}
    kinds = (str, str, str, int, float, float, str, int)
    if not all(isinstance(value, kind) for value, kind in zip(fields.values(), kinds, strict=True)):
        return None
    return replace(TakeRow(**fields), is_draft=bool(fields["is_draft"]))


def _fields(recipe: str) -> dict[str, object]:
    with suppress(ValueError, RecursionError):
        fields = json.loads(recipe)
        if isinstance(fields, dict):
            return fields
    return {}
