"""Sound files that are let go over the window: which they are. They become voices; nothing is read here."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData

BUNDLE = ".diavoice"
SOUNDS = (".wav", ".flac", ".mp3", ".m4a", ".ogg", ".opus", ".aac", ".aif", ".aiff", ".wma", ".mka", ".webm", ".mp4")


def dropped_files(data: QMimeData) -> list[Path]:
    """The sound files and voice bundles among what is dragged, by their names."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return [path for path in paths if path.suffix.lower() in (*SOUNDS, BUNDLE)]


def sound_filter() -> str:
    """The endings for a file chooser."""
    return " ".join(f"*{suffix}" for suffix in SOUNDS)
