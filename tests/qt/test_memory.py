"""The garbage collector leaves an open project alone, and takes a closed one."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path

from pytestqt.qtbot import QtBot

from studio.qt.memory import Frozen
from studio.qt.workspace import Workspace


def test_an_open_project_is_set_aside_until_it_is_closed(
    workspace: Workspace, make_project: Callable[..., Path], qtbot: QtBot
) -> None:
    gc.unfreeze()
    Frozen(workspace, settle_ms=50)
    assert workspace.open(make_project())
    assert gc.get_freeze_count() > 0
    gc.unfreeze()
    qtbot.waitUntil(lambda: gc.get_freeze_count() > 0)
    workspace.close_project()
    assert gc.get_freeze_count() == 0
