"""Threads, signals, undo, item models, player. No widgets."""
