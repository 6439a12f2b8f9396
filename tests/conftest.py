"""What every test gets: an offscreen Qt, plain English, a home of its own, patience, one thread, hypothesis profiles."""

from __future__ import annotations

import itertools
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["LC_ALL"] = "C.UTF-8"  # Qt asks for the desktop's language, and from then on the C library answers in it
os.environ.pop("LANGUAGE", None)
os.environ["OMP_NUM_THREADS"] = "1"  # for torch and numpy, here and in children: workers share the cores among them already
# Modules are compiled once, and not by each process that tests start, even where the environment forbids to keep that.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

import pytest  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402
from pytestqt.qtbot import QtBot  # noqa: E402

# The same examples in every run, so that a run that passed passes again; `make explore` looks for new ones.
_COMMON = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("repeat", _COMMON, max_examples=100, derandomize=True, database=None)
settings.register_profile("explore", _COMMON, max_examples=500, print_blob=True)
settings.load_profile(os.environ.get("DIA_STUDIO_TEST_PROFILE", "repeat"))


PATIENCE_MS = 30_000
ROOMY = 512 * 1024 * 1024  # bytes free in memory


class PatientQtBot(QtBot):  # type: ignore[misc]
    """Waits for as long as a busy machine may need. Nothing is proved by a shorter limit: what comes, comes at once."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:
        super().waitUntil(callback, timeout=max(timeout, PATIENCE_MS))

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE_MS, **options: Any) -> Any:
        return super().waitSignal(signal, timeout=max(timeout, PATIENCE_MS), **options)


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> PatientQtBot:
    return PatientQtBot(request)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones first, so that no core waits in the end for a test that another has just begun."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Path]:
    """A folder like `tmp_path`, in memory where the system has that: for tests that sync a great deal and pull no plug."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK) or shutil.disk_usage(memory).free < ROOMY:
        yield tmp_path
        return
    with TemporaryDirectory(dir=memory, prefix="dia-studio-test-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folders that nobody has used. Under one roof: pytest looks through all that it has made before it makes another one."""
    roof = tmp_path_factory.mktemp("homes")
    return (roof / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def own_home(homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the real user's library, settings or caches."""
    home = next(homes)
    home.mkdir()
    for name, folder in {"HOME": "", "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data", "XDG_CACHE_HOME": "cache"}.items():
        monkeypatch.setenv(name, str(home / folder))
