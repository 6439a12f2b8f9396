"""The open project with Dia: a tiny random model in its real process. Slots, cancelling and what fails are the same for every
engine and tested with others: test_rendering_slots.py, test_render_thread.py."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pytestqt.qtbot import QtBot

if importlib.util.find_spec("torch") is None:
    pytest.skip("Dia needs torch", allow_module_level=True)

from dia_engine import manifest
from studio import cli
from studio.core.edits import SetSetting
from studio.core.errors import UnavailableError
from studio.core.render import Progress
from studio.engines import dia
from studio.qt.remembered import Remembered
from studio.qt.workspace import Workspace
from studio.store.project import ProjectStore
from tests.engines import tiny_dia

TALE = "This one is told at length, and nobody who was there could say how it ended, not even the keeper."
SCRIPT = f"""---
cast:
  Maya: {{}}
  Ben: {{voice: taped}}
---

[Maya] Yes.
[Ben] No.

{{pause 0.1s}} [Maya] {TALE}

{{pause 0.1s}} [Maya] Again: {TALE}
"""
ROWS = 1000  # the model never ends by itself: 5 s of speech for the short line, more than twice as much for the others


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a voice of a recording; the model, which never ends by itself, lies where models are looked for."""
    monkeypatch.setenv(dia.MODELS_VARIABLE, str(tmp_path / "models"))
    model = tiny_dia.write(tmp_path / "models" / "tiny", eager=0.0, rows=ROWS)
    manifest.record(model, [model / "config.json", model / "model.safetensors"])
    tape = tmp_path / "tape.wav"
    soundfile.write(tape, 0.3 * np.sin(np.arange(4 * 22_050) / 30), 22_050)
    assert cli.main(["voices", "add", "taped", "--audio", str(tape), "--transcript", "These were my words."]) == 0
    ProjectStore.create(tmp_path / "show", SCRIPT).close()
    return tmp_path / "show"


@pytest.fixture
def workspace(qtbot: QtBot, tmp_path: Path) -> Iterator[Workspace]:
    workspace = Workspace(Remembered(tmp_path / "window.ini"))
    yield workspace
    workspace.close()


@pytest.mark.slow
@pytest.mark.qt_log_ignore("PulseAudioService")
def test_dia_is_chosen_loaded_heard_and_stopped(workspace: Workspace, folder: Path, qtbot: QtBot, tmp_path: Path) -> None:
    loading: list[Progress | None] = []
    workspace.thread_.load_progress.connect(loading.append)
    with qtbot.waitSignal(workspace.engine.ready):
        assert workspace.open(folder)
    session = workspace.session
    assert session is not None and workspace.engine.info is not None and workspace.engine.caps is not None
    assert (workspace.engine.info.id, workspace.engine.caps.slots) == ("dia", 8)
    for name, value in (("retries", "0"), ("pace_governor", "off")):  # what random weights say is always doubtful
        session.do(SetSetting(name, value), name)
    rendering = session.rendering
    said: list[str] = []
    rendering.loading.connect(said.append)

    assert session.render_needed() == len(session.plan.segments) == 3
    with qtbot.waitSignal(rendering.took):
        qtbot.waitUntil(lambda: len(rendering.running) == 3)
    assert [one.phase for one in loading if one] == ["loading"] * (len(loading) - 1) and loading[-1] is None
    assert len(loading) >= 3 and said[0].startswith("Loading Dia: ")
    told = [rendering.progress_of(row.segment) for row in rendering.running]
    assert len(told) == 2 and all(one is not None and one.phase == "rendering" and one.done > 0 for one in told)
    rendering.stop()
    qtbot.waitUntil(lambda: rendering.count("waiting", "running") == 0)
    assert [str(session.states.of(one.id).state) for one in session.plan.segments] == ["rendered", "empty", "empty"]  # type: ignore[union-attr]
    [take] = session.takes.of(session.plan.segments[0].id)
    qtbot.waitUntil(lambda: [clip.source for clip in session.timeline.tracks[0].clips if clip.source] == [take.key])
    assert take.engine == "dia" and not take.is_draft

    with qtbot.waitSignal(workspace.player.playing_changed):
        workspace.previewing.hear_character(session, "Ben")  # the second speaker of his line, and alone here
    workspace.player.pause()

    workspace.thread_.release_engine()
    (tmp_path / "models" / "tiny" / "model.safetensors").unlink()
    with qtbot.waitSignal(rendering.trouble) as trouble:
        session.render_needed()
    assert isinstance(trouble.args[0], UnavailableError) and "nothing was rendered" in str(trouble.args[0])
    qtbot.waitUntil(lambda: rendering.count("waiting") == 2)
    assert rendering.is_paused and rendering.count("failed", "running") == 0
