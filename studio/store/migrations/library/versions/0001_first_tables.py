"""The first tables of a voice library."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "row_counts",
        sa.Column("name", sa.Text, primary_key=True, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "samples",
        sa.Column("voice", sa.Text, primary_key=True, nullable=False),
        sa.Column("position", sa.Integer, primary_key=True, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("seconds", sa.REAL, nullable=False),
        sa.Column("transcript", sa.Text, nullable=False),
        sa.Column("style", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )
    op.create_index("samples_by_file", "samples", ["file"])
    op.create_table(
        "voices",
        sa.Column("name_key", sa.Text, primary_key=True, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("seed", sa.Integer),
        sa.Column("settings", sa.Text, nullable=False),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("licence", sa.Text, nullable=False),
        sa.Column("consent", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )
