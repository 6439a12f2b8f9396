"""Runs the Alembic migrations of one database from code, on a connection and in a transaction that the caller owns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

if TYPE_CHECKING:
    from studio.store.db import Schema


def config(schema: Schema, connection: Connection | None = None) -> Config:
    """Alembic's configuration without an ini file; works from a checkout and from a wheel."""
    result = Config()
    result.set_main_option("script_location", str(schema.migrations / schema.name).replace("%", "%%"))
    result.attributes["connection"] = connection
    return result


def upgrade(connection: Connection, schema: Schema) -> None:
    """Bring a database to the newest version. The header's version moves in the same transaction. Raises ValueError where the
    database names a migration that never was."""
    try:
        command.upgrade(config(schema, connection), "head")
    except CommandError as error:
        raise ValueError(f"its version is unknown: {error}") from error
    connection.exec_driver_sql(f"PRAGMA user_version={schema.version}")
