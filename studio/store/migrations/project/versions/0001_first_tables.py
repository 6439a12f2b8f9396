"""The first tables of a project."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "boundaries",
        sa.Column("segment", sa.Text, primary_key=True, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("line_step", sa.Integer, nullable=False),
        sa.Column("column", sa.Integer, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "cast_entries",
        sa.Column("character", sa.Text, primary_key=True, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("voice", sa.Text, nullable=False),
        sa.Column("style", sa.Text, nullable=False),
        sa.Column("seed", sa.Integer),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "chosen_takes",
        sa.Column("segment", sa.Text, primary_key=True, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "clips",
        sa.Column("segment", sa.Text, primary_key=True, nullable=False),
        sa.Column("shift_s", sa.REAL, nullable=False),
        sa.Column("gain_db", sa.REAL, nullable=False),
        sa.Column("trim_head_s", sa.REAL, nullable=False),
        sa.Column("trim_tail_s", sa.REAL, nullable=False),
        sa.Column("is_muted", sa.Integer, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer, primary_key=True, nullable=False),
        sa.Column("segment", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("crashes", sa.Integer, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("position", sa.REAL, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )
    op.create_index("jobs_by_state", "jobs", ["state", "position"])
    op.create_table(
        "plan",
        sa.Column("id", sa.Integer, primary_key=True, nullable=False),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sa.Column("last_line", sa.Integer, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "row_counts",
        sa.Column("name", sa.Text, primary_key=True, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "settings",
        sa.Column("name", sa.Text, primary_key=True, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "takes",
        sa.Column("segment", sa.Text, primary_key=True, nullable=False),
        sa.Column("key", sa.Text, primary_key=True, nullable=False),
        sa.Column("engine", sa.Text, nullable=False),
        sa.Column("seed", sa.Integer, nullable=False),
        sa.Column("seconds", sa.REAL, nullable=False),
        sa.Column("created_at", sa.REAL, nullable=False),
        sa.Column("recipe_digest", sa.Text, nullable=False),
        sa.Column("is_draft", sa.Integer, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "tracks",
        sa.Column("name", sa.Text, primary_key=True, nullable=False),
        sa.Column("gain_db", sa.REAL, nullable=False),
        sa.Column("mute", sa.Integer, nullable=False),
        sa.Column("solo", sa.Integer, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )
