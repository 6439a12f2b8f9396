"""Voices in the window, worked by keys: found, made of a file and of a take, changed, removed, cast; refusals in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QAccessible, QAccessibleInterface, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from studio.core.errors import AudioError
from studio.core.prompts import Trait
from studio.core.voices import Consent, Voice
from studio.qt.remembered import Remembered
from studio.qt.session import Session
from studio.qt.workspace import Workspace
from studio.store.library import VoiceLibrary
from studio.store.project import ProjectStore
from studio.ui.theme import ThemeSwitch
from studio.ui.voices import recorder
from studio.ui.voices.chooser import VoiceChooser
from studio.ui.voices.compare import CompareDialog
from studio.ui.voices.consenting import ConsentDialog
from studio.ui.voices.dialog import VoiceDialog
from studio.ui.voices.recorder import RecordStrip
from studio.ui.voices.seeds import SeedSearchDialog
from studio.ui.voices.sorting import SortDialog
from studio.ui.window import MainWindow

SCRIPT = """---
title: The Lily Pod
cast:
  Maya: {}
  Tom: {}
---

# One

[Maya] They found the boat on a Thursday, upright, with the lamp still warm.
[Tom] And nobody in it. I remember my father saying that was the part he could not put down.

# Two

[Maya] We will be right back, after some seconds of the sea.
"""
SAID = "This is the voice of my aunt, who never agreed with anybody and was right."
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


HOME = {"HOME": "", "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data", "XDG_CACHE_HOME": "cache"}


@pytest.fixture(scope="module")
def shared(themes: ThemeSwitch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[MainWindow, Path]]:
    """One window for all: to make and open one takes longer than most of the tests."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name, folder in HOME.items():
            patch.setenv(name, str(home / folder))
        window = MainWindow(Workspace(Remembered(home / "window.ini"), engine="fake"), themes)
        window.show()
        ProjectStore.create(home / "show", SCRIPT).close()
        window.desk.open_path(home / "show")
    yield window, home
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def window(shared: tuple[MainWindow, Path], monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[MainWindow]:
    """The window as it was in the beginning: no voices of one's own, nobody cast, no dialog open."""
    window, home = shared
    for name, folder in HOME.items():
        monkeypatch.setenv(name, str(home / folder))
    session, edits = session_of(window), window.workspace.voice_edits
    qtbot.waitUntil(lambda: session.caps is not None)
    window.desk.go_to("voices")
    window.shown.refresh()  # type: ignore[union-attr]
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield window
    for dialog in window.findChildren(QDialog):
        dialog.close()
        dialog.close()  # what is not saved is let go of by the second one
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qtbot.waitUntil(lambda: not edits.is_busy and not session.rendering.running)
    session.undo_stack.setIndex(0)
    left = list(window.workspace.voices.all())
    if left:
        edits.remove(left)
        qtbot.waitUntil(lambda: not window.workspace.voices.all() and not edits.is_busy)
    window.voices.show_all()
    window.notice.hide()


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve seconds that rise and fall like speech, in a file with silence around it."""
    rate, rng = 16_000, np.random.default_rng(7)
    parts = [np.zeros(rate)]
    for _ in range(30):
        t = np.arange(int(rate * rng.uniform(0.15, 0.35))) / rate
        pitch = rng.uniform(110, 150)
        tone = sum(np.sin(2 * np.pi * pitch * n * t) / n for n in range(1, 20))
        parts += [0.2 * tone * np.hanning(len(t)), np.zeros(int(rate * rng.uniform(0.02, 0.25)))]
    path = tmp_path_factory.mktemp("voices") / "aunt_rosa.wav"
    soundfile.write(path, np.concatenate([*parts, np.zeros(rate)]), rate)
    return path


def session_of(window: MainWindow) -> Session:
    assert window.workspace.session is not None
    return window.workspace.session


def listed(window: MainWindow) -> list[str]:
    return [row.name for row in window.voices.model.rows]


def render_all(session: Session, qtbot: QtBot) -> None:
    session.render_needed()
    qtbot.waitUntil(lambda: not session.rendering.running and not session.states.wanting)


def line_of(window: MainWindow, words: str) -> int:
    return next(number for number, text in enumerate(session_of(window).text().split("\n")) if words in text)


def put(window: MainWindow, qtbot: QtBot, *voices: Voice) -> None:
    for voice in voices:
        window.workspace.voice_edits.add(voice, {})
    qtbot.waitUntil(lambda: all(voice.name in window.workspace.voices.all() for voice in voices))
    window.shown.refresh()  # type: ignore[union-attr]


def opened(window: MainWindow, kind: type[QDialog]) -> QDialog:
    found = window.findChildren(kind)
    assert len(found) == 1
    return found[0]  # type: ignore[no-any-return]


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    target = QApplication.focusWidget()
    assert target is not None
    QTest.keyClick(target, key, modifiers)


def test_the_list_narrows_with_every_key_and_by_tag_and_folder(window: MainWindow, qtbot: QtBot) -> None:
    zoe = Voice("Zoë", tags=("warm", "low"), language="en-IE")
    put(window, qtbot, Voice("Rosa", tags=("warm",), folder="Show/Guests"), zoe, Voice("Bert"))
    panel = window.voices
    qtbot.keyClicks(panel._search, "warm lo")
    qtbot.waitUntil(lambda: listed(window) == ["Zoë"])
    qtbot.keyClicks(panel._search, "x")
    qtbot.waitUntil(lambda: listed(window) == [])
    assert panel._empty.isVisible()
    assert "warm lox" in panel._empty.text()
    panel._all.click()
    assert {"Rosa", "Bert", "Annie"} <= set(listed(window))
    panel._filter.setCurrentIndex(panel._filter.findText("in Show"))
    assert listed(window) == ["Rosa"]
    panel._filter.setCurrentIndex(panel._filter.findText("tag warm"))
    assert listed(window) == ["Rosa", "Zoë"]
    panel._filter.setCurrentIndex(panel._filter.findText("language en-IE"))
    assert listed(window) == ["Zoë"]


def test_a_file_becomes_a_voice_by_keys(
    window: MainWindow, recording: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(recording))])
    drop = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    window.voices.dropEvent(drop)
    dialog = opened(window, VoiceDialog)
    assert isinstance(dialog, VoiceDialog)
    editor = dialog.sound.editor
    qtbot.waitUntil(lambda: editor.draft.diagnosis is not None)
    assert dialog.name.text() == "aunt rosa"
    assert any(row.check.trait is Trait.TRANSCRIPT and row.word == "bad" for row in editor.checks.model.rows)
    dialog.activateWindow()
    editor.words.setFocus()
    qtbot.keyClicks(editor.words, SAID)
    assert not any(row.check.trait is Trait.TRANSCRIPT and row.word == "bad" for row in editor.checks.model.rows)
    editor.best.setFocus()
    qtbot.keyClick(editor.best, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: 5.0 <= editor.draft.seconds <= 10.0)
    at = editor.draft.start_s
    qtbot.keyClick(editor.wave, Qt.Key.Key_Right)
    assert editor.draft.start_s == pytest.approx(at + 0.05)
    assert editor.start.value() == pytest.approx(at + 0.05, abs=0.01)
    qtbot.waitUntil(lambda: editor.draft.diagnosis is not None)
    heard: list[float] = []
    monkeypatch.setattr(window.workspace.previewing, "hear_file", lambda path, seconds: heard.append(seconds))
    qtbot.keyClick(editor.hear, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: heard == [pytest.approx(editor.draft.seconds, abs=0.01)])
    editor.checks.list.setFocus()
    tags = next(n for n, row in enumerate(editor.checks.model.rows) if row.check.trait is Trait.TAGS)
    editor.checks.list.setCurrentIndex(editor.checks.model.index(tags, 0))
    qtbot.keyClick(editor.checks.list, Qt.Key.Key_Return)
    assert editor.draft.transcript == f"[S1] {SAID}"
    qtbot.keyClick(editor.words, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: "aunt rosa" in window.workspace.voices.all())
    voice = window.workspace.voices.all()["aunt rosa"]
    assert voice.samples[0].transcript == f"[S1] {SAID}"
    assert 4.5 <= voice.samples[0].seconds <= 10.0
    with VoiceLibrary.open(window.workspace.voices.path, write=False) as library:
        sound, rate = soundfile.read(library.sample_path(voice.samples[0].digest))
    assert len(sound) / rate == pytest.approx(voice.samples[0].seconds, abs=0.01)
    window.shown.refresh()  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: window.voices.current() == "aunt rosa")
    window.notice.act()
    qtbot.waitUntil(lambda: "aunt rosa" not in window.workspace.voices.all())


def test_what_is_no_sound_is_one_sentence_and_makes_no_voice(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "list.wav").write_text("#EXTM3U\nhttp://example.org/stream\n")
    window.desk.new_voice_of(tmp_path / "list.wav")
    dialog = opened(window, VoiceDialog)
    assert isinstance(dialog, VoiceDialog)
    qtbot.waitUntil(dialog.notice.isVisible)
    assert dialog.notice.text().startswith("list.wav:")
    assert dialog.sound.drafts == []
    dialog.name.clear()
    dialog.save()
    assert dialog.notice.text() == "The voice needs a name."
    dialog.consent.by.setText("Rosa")
    dialog.reject()
    assert dialog.isVisible(), "what was written is not lost by one key"
    dialog.consent.by.setText("Aunt Rosa")
    assert not window.close(), "nor with the window"
    assert window.workspace.session is not None
    assert "not saved" in dialog.notice.text()
    dialog.reject()
    assert not dialog.isVisible()
    assert dict(window.workspace.voices.all()) == {}


def test_a_sample_without_words_is_not_saved_and_says_so(window: MainWindow, recording: Path, qtbot: QtBot) -> None:
    window.desk.new_voice_of(recording)
    dialog = opened(window, VoiceDialog)
    assert isinstance(dialog, VoiceDialog)
    qtbot.waitUntil(lambda: len(dialog.sound.drafts) == 1)
    dialog.save()
    qtbot.waitUntil(dialog.notice.isVisible)
    assert "transcript" in dialog.notice.text()
    assert dialog.save_button.isEnabled()
    assert dict(window.workspace.voices.all()) == {}


def test_a_take_becomes_a_voice_with_its_words(window: MainWindow, qtbot: QtBot) -> None:
    session = session_of(window)
    render_all(session, qtbot)
    line = line_of(window, "[Maya] We will")
    window.editor.reveal(line, 10)
    window.desk.save_take_as_voice()
    dialog = opened(window, VoiceDialog)
    assert isinstance(dialog, VoiceDialog)
    qtbot.waitUntil(lambda: len(dialog.sound.drafts) == 1)
    assert dialog.name.text() == "Maya"
    assert dialog.sound.drafts[0].transcript == "[S1] We will be right back, after some seconds of the sea."
    dialog.save()
    qtbot.waitUntil(lambda: "Maya" in window.workspace.voices.all())
    assert window.workspace.voices.all()["Maya"].samples[0].seconds > 1.0


def test_a_voice_is_edited_in_place_and_renamed(window: MainWindow, recording: Path, qtbot: QtBot) -> None:
    put(window, qtbot, Voice("Rosa", seed=4, tags=("warm",)))
    window.voices.choose("Rosa")
    window.actions_["voice.edit"].trigger()
    dialog = opened(window, VoiceDialog)
    assert isinstance(dialog, VoiceDialog)
    qtbot.waitUntil(lambda: dialog.details.uses() == "No project uses it yet.")
    dialog.name.setText("Aunt Rosa")
    dialog.details.tags.setText("warm, deep ,warm")
    dialog.details.folder.setEditText(" Show / Guests ")
    dialog.bring_consent(recording)
    qtbot.waitUntil(lambda: "what was agreed" in dialog.notice.text())
    dialog.consent.statement.setText("I agree.")
    dialog.bring_consent(recording)
    qtbot.waitUntil(dialog.consent.drop.isEnabled)
    dialog.consent.at.setText("yesterday")
    dialog.save()
    assert "no date" in dialog.notice.text()
    dialog.consent.at.setText("2026-11-21")
    dialog.bank.own.setValue(9)
    dialog.save()
    qtbot.waitUntil(lambda: "Aunt Rosa" in window.workspace.voices.all())
    voice = window.workspace.voices.all()["Aunt Rosa"]
    agreed = Consent("I agree.", "", "2026-11-21", voice.consent.recording)
    assert voice == Voice("Aunt Rosa", 9, tags=("warm", "deep"), folder="Show/Guests", consent=agreed)
    with VoiceLibrary.open(window.workspace.voices.path, write=False) as library:
        assert library.sample_path(agreed.recording).is_file()
    assert "Rosa" not in window.workspace.voices.all()


def test_removing_says_where_it_is_used_and_undo_brings_it_back(window: MainWindow, qtbot: QtBot) -> None:
    put(window, qtbot, Voice("Rosa", seed=4), Voice("Bert", seed=5))
    window.casting.cast_voice("Maya", "Rosa")
    window.workspace._voice_uses.note()  # type: ignore[union-attr]
    window.shown.refresh()  # type: ignore[union-attr]
    window.voices.choose("Bert")
    window.voices.list.setFocus()
    press(Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: "Bert" not in window.workspace.voices.all())
    qtbot.waitUntil(lambda: "removed" in window.notice.text())
    window.voices.choose("Rosa")

    def asked() -> bool:
        press(Qt.Key.Key_Delete)
        QTest.qWait(50)
        return "“The Lily Pod” (Maya)" in window.notice.text()

    qtbot.waitUntil(asked)
    assert "Rosa" in window.workspace.voices.all()
    window.notice.act_otherwise()
    assert "Rosa" in window.workspace.voices.all()
    window.desk.remove_voices()
    qtbot.waitUntil(lambda: "“The Lily Pod” (Maya)" in window.notice.text())
    window.notice.act()
    qtbot.waitUntil(lambda: "Rosa" not in window.workspace.voices.all())
    window.voices.list.setFocus()
    press(Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: "Rosa" in window.workspace.voices.all())


def test_no_take_without_its_voice_and_the_status_line_says_why(window: MainWindow, qtbot: QtBot) -> None:
    session = session_of(window)
    put(window, qtbot, Voice("Rosa", seed=77))  # of its own: the others count on what they have not rendered
    window.casting.cast_voice("Maya", "Rosa")
    render_all(session, qtbot)
    window.workspace.voice_edits.remove(["Rosa"])
    qtbot.waitUntil(lambda: "Rosa" not in window.workspace.voices.all())
    segment = next(one for one in session.plan.segments if one.turns[0].character == "Maya")
    qtbot.waitUntil(lambda: bool(session.states.problem(segment.id)))
    start = session.plan.starts[session.plan.segments.index(segment)]
    window.editor.reveal(start.line, start.column)
    for act in (window.desk.new_take, window.desk.render_segment):
        window.status.say("")
        act()
        assert "Rosa" in window.status.text()


def test_a_voice_is_cast_in_a_style_and_says_what_that_makes_stale(window: MainWindow, qtbot: QtBot) -> None:
    session = session_of(window)
    put(window, qtbot, Voice("Rosa", seed=4), Voice("Bert", seed=5))
    render_all(session, qtbot)
    window.shown.refresh()  # type: ignore[union-attr]
    window.voices.choose("Rosa")
    window.voices.point_to("Maya")
    window.voices.give.show_effect()
    qtbot.waitUntil(lambda: window.voices.give.effect == "This makes 2 segments stale.")
    before = session.states.wanting
    window.voices.give._give.click()
    assert session.cast["Maya"].voice == "Rosa"
    assert session.states.wanting - before == 2
    qtbot.waitUntil(lambda: "2 segments stale" in window.status._said.text())
    session.undo_stack.undo()
    assert session.cast["Maya"].voice == ""


def test_styles_are_in_the_menu_of_a_character(window: MainWindow, qtbot: QtBot) -> None:
    from tests.store.voices import flac, voice

    sounds = (flac(1), flac(2))
    window.workspace.voice_edits.add(voice("Rosa", *sounds), _files(*sounds))
    qtbot.waitUntil(lambda: "Rosa" in window.workspace.voices.all())
    window.shown.refresh()  # type: ignore[union-attr]
    menu = window.outline.voice_menu(window.outline.cast.rows[1])
    next(action for action in menu.actions() if action.text() == "Rosa / angry").trigger()
    cast = session_of(window).cast["Tom"]
    assert (cast.voice, cast.style) == ("Rosa", "angry")
    next(action for action in menu.actions() if action.text() == "All voices…").trigger()
    assert window.voices.give.character == "Tom"
    menu.deleteLater()


def _files(*sounds: bytes) -> dict[str, bytes]:
    from studio.store.library import sample_digest

    return {sample_digest(one): one for one in sounds}


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_one_line_is_said_with_another_voice_by_keys(window: MainWindow, qtbot: QtBot) -> None:
    session = session_of(window)
    before = session.text()
    line = line_of(window, "[Tom]")
    window.editor.reveal(line, 12)
    window.editor.setFocus()
    press(Qt.Key.Key_L, CTRL | SHIFT)
    chooser = opened(window, VoiceChooser)
    assert isinstance(chooser, VoiceChooser)
    qtbot.keyClicks(chooser.field, "annie")
    assert [row.title for row in chooser.model.rows] == ["Annie"]
    qtbot.keyClick(chooser, Qt.Key.Key_Return)
    session.settle()
    assert session.text().split("\n")[line].startswith("[Tom] {voice Annie} And nobody")
    assert "Annie" in window.workspace.voices.all()
    assert {one.turns[0].voice for one in session.plan.segments if one.turns[0].character == "Tom"} == {"Annie"}
    window.desk.undo()
    session.settle()
    assert session.text() == before


def test_many_voices_are_changed_at_once(window: MainWindow, qtbot: QtBot) -> None:
    put(window, qtbot, Voice("Rosa", tags=("old",)), Voice("Bert"))
    window.voices.choose("Bert", "Rosa")
    assert set(window.voices.chosen()) == {"Bert", "Rosa"}
    window.actions_["voice.sort"].trigger()
    dialog = opened(window, SortDialog)
    assert isinstance(dialog, SortDialog)
    dialog.add_tags.setText("guest")
    dialog.drop_tags.setText("OLD")
    dialog.change()
    qtbot.waitUntil(lambda: window.workspace.voices.all()["Rosa"].tags == ("guest",))
    assert window.workspace.voices.all()["Bert"].tags == ("guest",)


def test_seeds_are_heard_as_they_come_and_one_is_kept(window: MainWindow, qtbot: QtBot) -> None:
    window.desk.new_voice_by_seed()
    dialog = opened(window, SeedSearchDialog)
    assert isinstance(dialog, SeedSearchDialog)
    dialog.amount.setValue(3)
    dialog.first.setValue(7)
    qtbot.keyClick(dialog.start_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: dialog.model.rowCount() == 3)
    qtbot.waitUntil(lambda: not dialog.search.is_searching)
    dialog.list.setCurrentIndex(dialog.model.index(1, 0))
    seed = dialog.model.rows[1].seed
    qtbot.keyClick(dialog.keep, Qt.Key.Key_Space)
    made = opened(window, VoiceDialog)
    assert isinstance(made, VoiceDialog)
    made.name.setText("Found")
    made.save()
    qtbot.waitUntil(lambda: "Found" in window.workspace.voices.all())
    assert window.workspace.voices.all()["Found"].seed == seed


class RefusedMicrophones:
    def __init__(self, *_args: object) -> None:
        raise AudioError("the microphone cannot be opened", kept="nothing was recorded", todo="allow it in the settings")


def test_a_microphone_that_is_absent_or_refused_says_so(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.qt.recording import Device, Recording

    def none() -> list[Device]:
        raise AudioError("there is no microphone", todo="connect one")

    recording = Recording(RefusedMicrophones)
    monkeypatch.setattr(recording, "devices", none)
    strip = RecordStrip(recording)
    qtbot.addWidget(strip)
    strip.open()
    assert strip.said() == "There is no microphone. Connect one."
    assert not strip.button.isEnabled()
    monkeypatch.setattr(recording, "devices", lambda: [Device(b"1", "Desk")])
    strip.open()
    qtbot.keyClick(strip.button, Qt.Key.Key_Space)
    assert strip.said().startswith("The microphone cannot be opened.")
    assert strip.button.text() == "Record"


class Tape:
    """A microphone that hears a tone."""

    rate = 16_000

    def __init__(self, *_args: object) -> None:
        self.time = 0

    def read(self) -> np.ndarray:
        t = np.arange(self.time, self.time + 1_600) / self.rate
        self.time += 1_600
        return (0.3 * np.sin(2 * np.pi * 200 * t)).astype(np.float32)

    def close(self) -> None:
        pass


def test_what_is_recorded_becomes_a_sample(window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    from studio.qt.recording import Device, Recording

    monkeypatch.setattr(Recording, "devices", lambda self: [Device(b"1", "Desk")])
    monkeypatch.setattr(recorder, "Recording", lambda parent=None: Recording(Tape, parent))
    window.desk.new_voice_from_microphone()
    dialog = opened(window, VoiceDialog)
    assert isinstance(dialog, VoiceDialog)
    strip = dialog.sound.strip
    assert strip.isVisible()
    qtbot.keyClick(strip.button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: "Recording… 0." in strip.said() or "Recording… 1." in strip.said())
    assert "dB" in strip.meter.words()
    qtbot.waitUntil(lambda: "Recording… 1." in strip.said())
    qtbot.keyClick(strip.button, Qt.Key.Key_Space)
    assert strip.use.isEnabled()
    qtbot.keyClick(strip.use, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: len(dialog.sound.drafts) == 1)
    assert dialog.sound.drafts[0].seconds > 0.9


def test_handing_on_a_recording_asks_for_consent_first(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    from tests.store.voices import flac, voice

    sound = flac(5)
    window.workspace.voice_edits.add(voice("Rosa", sound), _files(sound))
    qtbot.waitUntil(lambda: "Rosa" in window.workspace.voices.all())
    window.casting.cast_voice("Maya", "Rosa")
    window.desk.export_cast_to(tmp_path / "cast")
    dialog = opened(window, ConsentDialog)
    assert isinstance(dialog, ConsentDialog)
    dialog.give()
    assert dialog.isVisible()
    dialog.form.statement.setText("I agree.")
    dialog.give()
    path = tmp_path / "cast.diavoice"
    qtbot.waitUntil(path.exists)
    qtbot.waitUntil(lambda: bool(window.workspace.voices.all()["Rosa"].consent))
    session = session_of(window)
    session.undo_stack.undo()
    assert session.cast["Maya"].voice == ""
    window.desk.import_cast_from(path)
    qtbot.waitUntil(lambda: session.cast["Maya"].voice == "Rosa")


def in_box(item: QAccessibleInterface) -> bool:
    """The field inside a combo box, which is hit as a whole."""
    above = item.parent()
    return above is not None and above.role() == QAccessible.Role.ComboBox


VIEWS: dict[str, Callable[[MainWindow], None]] = {
    "voice": lambda window: window.desk.new_voice(),
    "seeds": lambda window: window.desk.new_voice_by_seed(),
    "compare": lambda window: window.desk.compare_voices(),
    "sort": lambda window: window.desk.sort_voices(),
    "line": lambda window: window.desk.say_line_with_voice(),
}


@pytest.mark.qt_log_ignore("This plugin does not support")
@pytest.mark.parametrize("view", VIEWS)
def test_all_that_takes_the_focus_has_a_name_and_a_size(window: MainWindow, recording: Path, qtbot: QtBot, view: str) -> None:
    from tests.ui.test_window_access import described, items

    window.voices.choose("Annie")
    window.editor.reveal(line_of(window, "[Maya] They"), 12)
    VIEWS[view](window)
    dialog = opened(window, QDialog)
    if isinstance(dialog, VoiceDialog):
        dialog.bring(recording)
        qtbot.waitUntil(lambda: dialog.sound.editor.draft.diagnosis is not None)
        dialog.record()
    pages = range(dialog.tabs.count()) if isinstance(dialog, VoiceDialog) else range(1)
    for page in pages:
        if isinstance(dialog, VoiceDialog):
            dialog.tabs.setCurrentIndex(page)
        QApplication.processEvents()
        found = [item for item in items(QAccessible.queryAccessibleInterface(dialog)) if item.state().focusable]
        nameless = [described(one) for one in found if not any(c.isalnum() for c in one.text(QAccessible.Text.Name))]
        assert nameless == []
        assert [described(one) for one in found if one.role() == QAccessible.Role.NoRole] == []
        buttons = (QAccessible.Role.Button, QAccessible.Role.ComboBox, QAccessible.Role.EditableText, QAccessible.Role.SpinBox)
        seen = [one for one in found if one.role() in buttons and not one.state().offscreen and not in_box(one)]
        assert [described(one) for one in seen if 0 < min(one.rect().width(), one.rect().height()) < 24] == []


def test_two_voices_side_by_side(window: MainWindow, qtbot: QtBot) -> None:
    put(window, qtbot, Voice("Rosa", seed=4), replace(Voice("Bert", seed=4), tags=("low",)))
    window.voices.choose("Bert", "Rosa")
    window.desk.compare_voices()
    dialog = opened(window, CompareDialog)
    assert isinstance(dialog, CompareDialog)
    assert {(row.what, row.one, row.other) for row in dialog.model.rows} == {("tags", "low", "")}
