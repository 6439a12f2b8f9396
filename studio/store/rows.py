"""Reading and writing rows with their digests, and keeping the recorded row counts true. Knows tables, not their meaning.

SQLite's own checks do not see a changed value: of 745 harmful single-bit flips its integrity check reported 13.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Table, Update, and_, bindparam, delete, func, insert, or_, select, update

Row = Mapping[Any, Any]  # column name -> value

_CHUNK = 200  # rows per statement, far below SQLite's limit of variables


def digest(table: Table, row: Row) -> bytes:
    """8 bytes over the row's canonical content, the table's name included."""
    return _digest(table.name, [row[column.name] for column in table.columns if column.name != "digest"])


def put(connection: Connection, counts: Table, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows, or replace those with the same primary key."""
    sealed = [{**row, "digest": digest(table, row)} for row in rows]
    if len(sealed) == 1 and _replace(connection, table, sealed):
        return
    present = set()
    for chunk in _chunks(rows):
        present |= {tuple(one) for one in connection.execute(select(*table.primary_key).where(_is_one_of(table, chunk)))}
    _insert(connection, counts, table, [row for row in sealed if _key(table, row) not in present])
    _replace(connection, table, [row for row in sealed if _key(table, row) in present])


def add(connection: Connection, counts: Table, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that are not there yet, in one statement."""
    _insert(connection, counts, table, [{**row, "digest": digest(table, row)} for row in rows])


def remove(connection: Connection, counts: Table, table: Table, keys: Iterable[Row]) -> None:
    """Delete rows by primary key; those that are not there are passed over."""
    for chunk in _chunks(list(keys)):
        gone = connection.execute(delete(table).where(_is_one_of(table, chunk))).rowcount
        _count(connection, counts, table, -gone)


def read(connection: Connection, table: Table, *, order: Column[Any] | None = None) -> tuple[list[Row], list[Row]]:
    """All rows of a table: the good ones, and those whose digest does not match."""
    statement = select(table)
    if order is not None:
        statement = statement.order_by(order)
    return split(table, connection.execute(statement))


def split(table: Table, result: Iterable[Sequence[Any]]) -> tuple[list[Row], list[Row]]:
    """The rows with the right digest, and the others. `result` has all columns of the table, the digest last."""
    names = [column.name for column in table.columns]
    good: list[Row] = []
    bad: list[Row] = []
    for values in result:
        row = dict(zip(names, values, strict=True))
        (good if _digest(table.name, values[:-1]) == values[-1] else bad).append(row)
    return good, bad


def is_sound(table: Table, row: Row) -> bool:
    """Whether the row is as it was written."""
    return bool(digest(table, row) == row["digest"])


def missing(connection: Connection, counts: Table, table: Table) -> int:
    """Rows recorded less rows found: positive when some were lost."""
    found = connection.scalar(select(func.count()).select_from(table)) or 0
    return _recorded(connection, counts, table) - found


def recount(connection: Connection, counts: Table, table: Table) -> None:
    """Record the number of rows that are there now."""
    found = connection.scalar(select(func.count()).select_from(table)) or 0
    _record(connection, counts, table, found)


def _digest(name: str, values: Iterable[Any]) -> bytes:
    """Each value with its kind, texts with their length, so that no two rows are written alike. Done for every row at every
    opening: this is four times as fast as JSON."""
    parts = [name]
    for value in values:
        if isinstance(value, str):
            parts.append(f"s{len(value)}:{value}")
        elif isinstance(value, float):
            parts.append(f"f{value + 0.0!r}")  # SQLite does not keep the sign of zero
        elif value is None:
            parts.append("n")
        else:
            parts.append(f"b{value.hex()}" if isinstance(value, bytes) else f"i{value:d}")
    return hashlib.blake2b("\n".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).digest()


@cache
def _replacing(table: Table) -> Update:
    """The statement that replaces a row. Building it takes longer than running it, and there is one for each of our tables."""
    return update(table).where(and_(*(column == bindparam(f"key_{column.name}") for column in table.primary_key)))


def _replace(connection: Connection, table: Table, sealed: Sequence[Row]) -> int:
    """How many of these rows were there."""
    if not sealed:
        return 0
    names = [column.name for column in table.primary_key]
    found = connection.execute(_replacing(table), [{**row, **{f"key_{name}": row[name] for name in names}} for row in sealed])
    return int(found.rowcount)


def _insert(connection: Connection, counts: Table, table: Table, sealed: Sequence[Row]) -> None:
    if sealed:
        connection.execute(insert(table), sealed)
        _count(connection, counts, table, len(sealed))


def _count(connection: Connection, counts: Table, table: Table, change: int) -> None:
    if change:
        _record(connection, counts, table, _recorded(connection, counts, table) + change)


def _recorded(connection: Connection, counts: Table, table: Table) -> int:
    """The recorded number; 0 before the first row, -1 when the record itself is damaged."""
    row = connection.execute(select(counts).where(counts.c.name == table.name)).mappings().first()
    if row is None:
        return 0
    return int(row["rows"]) if digest(counts, row) == row["digest"] else -1


def _record(connection: Connection, counts: Table, table: Table, number: int) -> None:
    row = {"name": table.name, "rows": number}
    sealed = {**row, "digest": digest(counts, row)}
    if connection.execute(update(counts).where(counts.c.name == table.name).values(**sealed)).rowcount == 0:
        connection.execute(insert(counts), [sealed])


def _key(table: Table, row: Row) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key)


def _is_one_of(table: Table, rows: Sequence[Row]) -> Any:
    columns = list(table.primary_key)
    if len(columns) == 1:
        return columns[0].in_([row[columns[0].name] for row in rows])
    return or_(*(and_(*(column == row[column.name] for column in columns)) for row in rows))


def _chunks(rows: Sequence[Row]) -> Iterable[Sequence[Row]]:
    return (rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK))
