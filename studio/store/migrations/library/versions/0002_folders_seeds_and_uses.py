"""Colour, folder, a bank of seeds and who consented when; and where a voice is used.

Digests are over all columns, so they are made anew; a row whose digest was wrong keeps it, and stays a damaged one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

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


def _words(row: rows.Row) -> str:
    return stored_words(row["name"], json.loads(row["tags"]), row["notes"], "", row["language"])


def upgrade() -> None:
    connection = op.get_bind()
    old, new = _voices("voices"), _voices("voices", *NEW, WORDS)
    good, bad = rows.read(connection, old)
    old.drop(connection)
    new.create(connection)
    moved = [{**row, **NEW, WORDS: _words(row)} for row in good]
    moved = [{**row, "digest": rows.digest(new, row)} for row in moved] + [{**row, **NEW, WORDS: ""} for row in bad]
    if moved:
        connection.execute(sa.insert(new), moved)
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
