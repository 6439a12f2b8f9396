"""What is said of takes: marks, pickups, reviews, and which of several is heard."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "take_marks",
        sa.Column("segment", sa.Text, primary_key=True, nullable=False),
        sa.Column("key", sa.Text, primary_key=True, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("is_favourite", sa.Integer, nullable=False),
        sa.Column("is_locked", sa.Integer, nullable=False),
        sa.Column("is_binned", sa.Integer, nullable=False),
        sa.Column("is_accepted", sa.Integer, nullable=False),
        sa.Column("binned_at", sa.REAL, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "pickups",
        sa.Column("segment", sa.Text, primary_key=True, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at_s", sa.REAL, nullable=False),
        sa.Column("made_at", sa.REAL, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "take_reviews",
        sa.Column("key", sa.Text, primary_key=True, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("findings", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("words_per_minute", sa.REAL, nullable=False),
        sa.Column("level_db", sa.REAL, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "take_picks",
        sa.Column("key", sa.Text, primary_key=True, nullable=False),
        sa.Column("take", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )
