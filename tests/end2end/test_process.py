"""The program as a process: its doors, Ctrl-C, a terminal's bar, the child it starts."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end2end.conftest import ROOT, Run

LINE = "They found the boat on a Thursday, upright, with the lamp still warm, and nobody in it at all, and no one knew why."
SLOW, QUICK = '{"speed": 4}', '{"speed": 40}'  # times as fast as speech


def start(*arguments: str, engine: str, **options: object) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "DIA_STUDIO_FAKE_ENGINE": engine}
    command = [sys.executable, "-m", "studio", *arguments]
    # A shell's background job ignores Ctrl-C, and so would everything that the tests start from there.
    return subprocess.Popen(command, text=True, env=environment, preexec_fn=_heed_ctrl_c, **options)  # type: ignore[call-overload, no-any-return]


def _heed_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def until(condition: Callable[[], object], patience_s: float = 30.0) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


def test_ctrl_c_stops_with_130_keeps_what_is_finished_and_leaves_no_process(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    script = tmp_path / "long.txt"  # half a minute of work, so that a busy machine does not finish it before it is stopped
    begun = "[Maya] This is over soon.\n\n{pause 1s} "
    script.write_text(begun + "\n\n".join(f"[Maya] Number {one}. {LINE}\n\n[Tom] {LINE}" for one in range(6)), encoding="utf-8")
    with Path("told").open("w") as told:
        running = start("render", str(script), "-o", "y.wav", "--engine", "fake", engine=SLOW, stderr=told)
    until(lambda: "[1/" in Path("told").read_text(encoding="utf-8"))
    children = children_of(running.pid)
    asked = time.monotonic()
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=20) == 130
    assert time.monotonic() - asked < 10
    assert children
    until(lambda: not any(Path(f"/proc/{child}").exists() for child in children))
    said = Path("told").read_text(encoding="utf-8")
    assert "Traceback" not in said
    assert "cancelled" in said
    assert not Path("y.wav").exists()
    again = run("render", script, "-o", "y.wav", "--engine", "fake", "--format", "json").json()
    assert again["reused"] >= 1


def test_on_a_terminal_there_is_a_bar_that_ends_full(script: Path) -> None:
    ours, theirs = pty.openpty()
    running = start(
        "render", str(script), "-o", "y.wav", "--engine", "fake", engine=QUICK, stderr=theirs, stdout=subprocess.DEVNULL
    )
    os.close(theirs)
    said = b""
    while True:
        try:
            said += os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
    assert running.wait(timeout=20) == 0
    text = said.decode()
    assert "left" in text
    assert "100%" in text
    assert "[1/" not in text


def test_results_and_progress_never_mix(fresh: Run, script: Path) -> None:
    ran = fresh("render", script, "-o", "y.wav", "--engine", "fake", "--format", "json")
    assert ran.json()["output"] == "y.wav"
    assert "[1/" in ran.err
    quiet = fresh("render", script, "-o", "y.wav", "--engine", "fake", "--format", "json", "--quiet")
    assert (quiet.err, quiet.json()["reused"]) == ("", ran.json()["rendered"])


def test_names_outside_the_terminal_s_encoding_are_printed_somehow(fresh: Run, tmp_path: Path) -> None:
    path = tmp_path / "Gespräch.txt"
    path.write_text("[S1] Hello “there”, dear (laughing) friend, this is a script.\n[S2] So it is.\n", encoding="utf-8")
    narrow = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    assert "unknown-nonverbal" in fresh("lint", path, env=narrow).out
    assert fresh("lint", path, "--format", "json", env=narrow).json()[0]["file"] == str(path)


SLOW_NAMES = (pytest.param(name, marks=pytest.mark.slow) for name in ("a b.txt", "ünï.txt", "semi;colon.txt"))


@pytest.mark.parametrize("name", ["-rf.txt", "$(touch hacked).txt", *SLOW_NAMES])
def test_odd_file_names_are_file_names(fresh: Run, script: Path, name: str) -> None:
    odd = script.rename(script.with_name(name))
    ran = fresh("render", f"./{odd.name}", "--engine", "fake", "--quiet")
    assert (ran.status, ran.err) == (0, "")
    assert odd.with_suffix(".mp3").stat().st_size > 1000
    assert {path.name for path in script.parent.iterdir()} == {odd.name, odd.with_suffix(".mp3").name}


def test_the_window_is_asked_for_by_no_argument_or_a_project_and_by_nothing_else(fresh: Run, tmp_path: Path) -> None:
    ran = fresh("no-such-thing")
    assert (ran.status, len(ran.err.splitlines())) == (2, 1)
    ran = fresh(env={"QT_QPA_PLATFORM": "", "DISPLAY": "", "WAYLAND_DISPLAY": ""})
    assert (ran.status, len(ran.err.splitlines())) == (2, 1)
    assert "dia-studio render" in ran.err
    assert "Traceback" not in ran.err
