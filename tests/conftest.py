"""What every test gets: an offscreen Qt, plain English, a home of its own, patience, hypothesis profiles."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["LC_ALL"] = "C.UTF-8"  # Qt asks for the desktop's language, and from then on the C library answers in it
os.environ.pop("LANGUAGE", None)

import pytest
from hypothesis import HealthCheck, settings

# The same examples in every run, so that a run that passed passes again; `make explore` looks for new ones.
_COMMON = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("repeat", _COMMON, max_examples=100, derandomize=True, database=None)
settings.register_profile("explore", _COMMON, max_examples=500, print_blob=True)
settings.load_profile(os.environ.get("DIA_STUDIO_TEST_PROFILE", "repeat"))


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the real user's library, settings or caches."""
    home = tmp_path_factory.mktemp("home")
    for name, folder in {"HOME": "", "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data", "XDG_CACHE_HOME": "cache"}.items():
        monkeypatch.setenv(name, str(home / folder))
