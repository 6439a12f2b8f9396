"""Where the user's library, settings, logs and projects live. Only names places; makes nothing."""

from __future__ import annotations

from pathlib import Path

import platformdirs

_APP = "dia-studio"


def library() -> Path:
    """The voice library's database; its samples lie beside it."""
    return Path(platformdirs.user_data_dir(_APP, appauthor=False)) / "library" / "library.db"


def settings() -> Path:
    """The user's settings, as JSON."""
    return Path(platformdirs.user_config_dir(_APP, appauthor=False)) / "settings.json"


def projects() -> Path:
    """Where new projects are offered to be made."""
    return Path(platformdirs.user_documents_dir()) / "Dia Studio"


def logs() -> Path:
    """The folder of log files and crash reports."""
    return Path(platformdirs.user_log_dir(_APP, appauthor=False))


def cache() -> Path:
    """What may be deleted at any time: waveform peaks, takes of scripts that belong to no project."""
    return Path(platformdirs.user_cache_dir(_APP, appauthor=False))


def previews() -> Path:
    """Takes that let a voice be heard, outside any project."""
    return cache() / "previews"


def renders() -> Path:
    """The projects of scripts that were rendered without one."""
    return cache() / "renders"


def peaks() -> Path:
    """Waveforms for drawing."""
    return cache() / "peaks"
