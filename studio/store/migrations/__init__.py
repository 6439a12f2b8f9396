"""The steps from one version of a database to the next, one folder per database. Alembic loads them by path."""
