"""SQLite and take files. Rows never leave this package; core values do."""
