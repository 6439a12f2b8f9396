"""The commands, one table for each menu."""
