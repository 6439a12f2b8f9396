"""The log and the crash report: they hold what a developer needs, and never stop the program."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from studio import log


def failure() -> Exception:
    try:
        raise KeyError("missing part")
    except KeyError as error:
        return error


def test_a_report_tells_versions_what_was_done_and_the_traceback(tmp_path: Path) -> None:
    path = log.keep_report(tmp_path / "logs", failure(), "render")
    report = path.read_text(encoding="utf-8")
    assert path.parent == tmp_path / "logs"
    assert "Dia Studio 0." in report
    assert "while: render" in report
    assert "KeyError: 'missing part'" in report


def test_a_report_finds_another_place_where_its_folder_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert log.keep_report(Path("/proc/logs"), failure(), "render").parent == tmp_path


def test_messages_reach_the_log_file(tmp_path: Path) -> None:
    handler = log.set_up(tmp_path / "logs")
    assert handler is not None
    logger = logging.getLogger("studio")
    try:
        logging.getLogger("studio.test").info("a line for the log")
    finally:
        logger.removeHandler(handler)
        handler.close()
    assert "a line for the log" in (tmp_path / "logs" / "dia-studio.log").read_text(encoding="utf-8")


def test_a_log_that_cannot_be_written_stops_nobody() -> None:
    assert log.set_up(Path("/proc/logs")) is None
