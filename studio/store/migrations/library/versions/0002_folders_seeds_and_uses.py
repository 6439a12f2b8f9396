"""Colour, folder, a bank of seeds and who consented when; codes of samples; and where a voice is used.

Digests are over all columns, so they are made anew; a row whose digest was wrong keeps it, and stays a damaged one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import sqlalchemy as sa
from alembic import op

from studio.store import rows
from studio.store.library_search import stored_words

revision = "0002"
down_revision = "0001"

NEW: Mapping[str, str] = {
    "consent_by": "",
    "consent_at": "",
    "consent_recording": "",
    "colour": "",
    "folder": "",
    "seeds": "[]",
}
WORDS = "words"
CODED: Mapping[str, str] = {"codes": "", "codec": ""}


def _voices(name: str, *new: str) -> sa.Table:
    return sa.Table(
        name,
        sa.MetaData(),
        sa.Column("name_key", sa.Text, primary_key=True, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("seed", sa.Integer),
        *(sa.Column(one, sa.Text, nullable=False) for one in ("settings", "tags", "language", "notes", "licence", "consent")),
        *(sa.Column(one, sa.Text, nullable=False) for one in new),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )


def _samples(*new: str) -> sa.Table:
    return sa.Table(
        "samples",
        sa.MetaData(),
        sa.Column("voice", sa.Text, primary_key=True, nullable=False),
        sa.Column("position", sa.Integer, primary_key=True, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("seconds", sa.REAL, nullable=False),
        *(sa.Column(one, sa.Text, nullable=False) for one in ("transcript", "style", *new)),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Index("samples_by_file", "file"),
    )


def _replace(
    connection: sa.Connection, old: sa.Table, new: sa.Table, none: Mapping[str, str], add: Callable[[rows.Row], rows.Row]
) -> None:
    """The new table in the place of the old one: sound rows with what `add` gives for each, the others with `none`."""
    good, bad = rows.read(connection, old)
    old.drop(connection)
    new.create(connection)
    moved = [{**row, **add(row)} for row in good]
    moved = [{**row, "digest": rows.digest(new, row)} for row in moved] + [{**none, **row} for row in bad]
    if moved:
        connection.execute(sa.insert(new), moved)


def _words(row: rows.Row) -> str:
    return stored_words(row["name"], json.loads(row["tags"]), row["notes"], "", row["language"])


def upgrade() -> None:
    connection = op.get_bind()
    _replace(
        connection,
        _voices("voices"),
        _voices("voices", *NEW, WORDS),
        {**NEW, WORDS: ""},
        lambda row: {**NEW, WORDS: _words(row)},
    )
    _replace(connection, _samples(), _samples(*CODED), CODED, lambda row: CODED)
    op.create_table(
        "uses",
        sa.Column("project", sa.Text, primary_key=True, nullable=False),
        sa.Column("voice", sa.Text, primary_key=True, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("characters", sa.Text, nullable=False),
        sa.Column("noted_at", sa.REAL, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )
    op.create_index("uses_by_voice", "uses", ["voice"])
