"""A canary for the binding between Python and Qt: one release lost references to None and ended programs after seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

CALLS = 300


class Emitter(QObject):
    told = Signal(object)


def drift(act: Callable[[], object]) -> dict[str, float]:
    """How many references to each singleton one call leaves behind, or loses."""
    watched = {"None": None, "True": True, "False": False}
    for _ in range(20):
        act()
    before = {name: sys.getrefcount(value) for name, value in watched.items()}
    for _ in range(CALLS):
        act()
    return {name: (sys.getrefcount(value) - before[name]) / CALLS for name, value in watched.items()}


@pytest.mark.parametrize("value", [None, True, False], ids=repr)
def test_emitting_loses_no_references(qapp: object, value: object) -> None:
    emitter = Emitter()
    emitter.told.connect(lambda told: told)
    assert max(map(abs, drift(lambda: emitter.told.emit(value)).values())) < 0.01 + 1 / CALLS


def test_handling_events_loses_no_references(qapp: object) -> None:
    assert max(map(abs, drift(QCoreApplication.processEvents).values())) < 0.01 + 1 / CALLS


def test_timers_lose_no_references(qapp: object) -> None:
    fired = [0]

    def fire() -> None:
        fired[0] += 1

    def once() -> None:
        QTimer.singleShot(0, fire)
        QCoreApplication.processEvents()

    found = drift(once)
    assert fired[0] == CALLS + 20
    assert max(map(abs, found.values())) < 0.01 + 1 / CALLS
