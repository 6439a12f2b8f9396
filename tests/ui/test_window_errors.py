"""What goes wrong is said in sentences, in a quiet bar; what nobody foresaw leaves a report and the program lives on."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.core.errors import ProjectError
from studio.ui.errors import CrashGuard, Notice, sentence


@pytest.fixture
def notice(qtbot: QtBot) -> Notice:
    notice = Notice()
    qtbot.addWidget(notice)
    return notice


def test_an_error_is_laid_out_in_its_parts(notice: Notice) -> None:
    notice.show_error(ProjectError("the disk is full", where="/home/show", kept="nothing was lost", todo="free some space"))
    assert notice.text() == "/home/show: The disk is full. Nothing was lost. Free some space."
    assert notice.accessibleName() == notice.text()
    assert not notice.isHidden()


def test_markup_in_a_file_name_is_only_text(notice: Notice) -> None:
    notice.show_error(ProjectError("it cannot be read", where="<b>x</b>"))
    assert "<b>x</b>" in notice.text()


def test_a_message_may_offer_one_thing_to_do(notice: Notice) -> None:
    done: list[bool] = []
    notice.say("It is open elsewhere.", button="Read only", act=lambda: done.append(True))
    notice.act()
    assert done == [True]
    assert notice.isHidden()


@pytest.mark.parametrize(("part", "shown"), [("a b", "A b."), ("Done!", "Done!"), ("", ""), (" x… ", "X…")])
def test_parts_become_sentences(part: str, shown: str) -> None:
    assert sentence(part) == shown


def test_what_nobody_foresaw_is_kept_and_told(qtbot: QtBot, tmp_path: Path) -> None:
    guard = CrashGuard(tmp_path)
    with qtbot.waitSignal(guard.caught) as caught:
        error = ValueError("surprise")
        guard.handle(ValueError, error, None)
    said, report = caught.args
    assert str(report) in said
    assert "surprise" in Path(report).read_text()


def test_threads_are_guarded_too(qtbot: QtBot, tmp_path: Path) -> None:
    guard = CrashGuard(tmp_path)
    guard.install()
    try:
        with qtbot.waitSignal(guard.caught):
            thread = threading.Thread(target=lambda: 1 // 0)
            thread.start()
            thread.join()
    finally:
        guard.remove()
