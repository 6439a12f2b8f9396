"""The script editor."""
