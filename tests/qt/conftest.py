"""A workspace with real parts: real folders, a real engine process that makes tones, pools with threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.qt.remembered import Remembered
from studio.qt.session import Session
from studio.qt.workspace import Workspace
from studio.store.project import ProjectStore

SCRIPT = """---
title: The Lily Pod
cast:
  Maya: {}
  Tom: {}
---

# Cold open

[Maya] They found the boat on a Thursday, upright, with the lamp still warm.
[Tom] And nobody in it. I remember my father saying that was the part he could not put down.

# The tide took

[Maya] So what did the keeper write in the book that night?
[Tom] The names of seven ships, and under the seventh he drew a line, as if he had been called away.

[Maya] We will be right back, after some seconds of the sea.
"""


@pytest.fixture
def workspace(qtbot: QtBot, tmp_path: Path) -> Iterator[Workspace]:
    workspace = Workspace(Remembered(tmp_path / "window.ini"), engine="fake")
    yield workspace
    workspace.close()


@pytest.fixture
def make_project(tmp_path: Path) -> Callable[[str], Path]:
    def make(text: str = SCRIPT) -> Path:
        folder = tmp_path / "show"
        ProjectStore.create(folder, text).close()
        return folder

    return make


@pytest.fixture
def session(workspace: Workspace, make_project: Callable[..., Path], qtbot: QtBot) -> Session:
    """An open project whose engine is known."""
    folder = make_project()
    with qtbot.waitSignal(workspace.engine.ready, timeout=20_000):
        assert workspace.open(folder)
    assert workspace.session is not None
    return workspace.session
