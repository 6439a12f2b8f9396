"""Nothing of the user's lands where nobody looks."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.store import places


def test_places_follow_the_users_settings_and_make_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    named = [places.library(), places.settings(), places.projects(), places.logs(), places.cache()]
    assert len(set(named)) == 5
    assert all("ia" in str(path) for path in named)
    assert list(tmp_path.iterdir()) == []
