"""How fast the window is: start to editable, key to repaint with the whole session attached, gaps while takes pour in.

Each figure is taken in fresh processes, offscreen, with a home of their own. Prints JSON. Goals: start <= 1.5 s without torch,
key to repaint p99 <= 16 ms at 10,000 lines, no gap > 100 ms while the fake engine finishes 50 segments a second.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from itertools import pairwise
from pathlib import Path
from typing import Any

LINES = 10_000
PLACES = (
    "amber",
    "birch",
    "cedar",
    "dusk",
    "ember",
    "fern",
    "gull",
    "heron",
    "iris",
    "juniper",
    "kelp",
    "lark",
    "moss",
    "north",
)
PLACES += ("oak", "pine", "quartz", "reed", "slate", "tide")


def script(lines: int) -> str:
    """A raw dialogue with chapters and paragraphs."""
    text = []
    for number in range(lines):
        if number % 400 == 0:
            text.append(f"# Chapter {number // 400 + 1}")
        elif number % 8 == 7:
            text.append("")
        else:
            names = (PLACES[number % 13], PLACES[number // 13 % 17], PLACES[number // 221 % 19])
            text.append(f"[{('Maya', 'Tom')[number % 2]}] They found {' and '.join(names)} by the water.")
    return "\n".join(text)


def own_home() -> dict[str, str]:
    home = tempfile.mkdtemp(prefix="bench-window-")
    names = {"HOME": "", "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data", "XDG_CACHE_HOME": "cache"}
    return {name: os.path.join(home, folder) for name, folder in names.items()}  # noqa: PTH118


def in_fresh_process(part: str, *arguments: str) -> dict[str, Any]:
    # The fake engine makes its tones in plain Python: at a low rate it is fast enough to flood the window.
    fake = json.dumps({"caps": {"sample_rate": 4000}})
    environment = {**os.environ, **own_home(), "QT_QPA_PLATFORM": "offscreen", "DIA_STUDIO_FAKE_ENGINE": fake}
    command = [sys.executable, __file__, "--part", part, *arguments]
    began = time.monotonic()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    whole_s = time.monotonic() - began
    return {**json.loads(done.stdout.strip().splitlines()[-1]), "process_s": whole_s}


def start(project: str) -> None:
    """From the process's start to a window whose script can be typed into."""
    began = time.monotonic()
    started_at = _process_start()
    window, app = _window()
    window.begin(Path(project))
    app.processEvents()
    window.editor.setFocus()
    app.processEvents()
    ready = time.monotonic()
    found = {
        "start_s": time.time() - started_at,
        "cpu_s": time.process_time(),
        "in_main_s": ready - began,
        "has_torch": "torch" in sys.modules,
        "has_numpy": "numpy" in sys.modules,
        "editable": not window.editor.isReadOnly() and bool(window.editor.text()),
    }
    window.close()
    print(json.dumps(found))


def keys(project: str) -> None:
    """From a key to its repaint, with everything attached."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    window, app = _window()
    window.begin(Path(project))
    _wait(app, lambda: window.workspace.engine.caps is not None, 30)
    _wait(app, lambda: False, 2)
    window.desk.go_to_place(LINES // 2, 8)
    _wait(app, lambda: False, 1)
    times, used = [], []
    for number in range(400):
        began, cpu = time.perf_counter(), time.thread_time()
        QTest.keyClick(window.editor, Qt.Key.Key_A if number % 7 else Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier)
        window.editor.viewport().repaint()
        app.processEvents()
        times.append((time.perf_counter() - began) * 1000)
        used.append((time.thread_time() - cpu) * 1000)
        _wait(app, lambda: False, 0.06)
    window.close()
    print(json.dumps({"wall_ms": spread(times), "cpu_ms": spread(used), "load": os.getloadavg()[0]}))


def gaps(project: str, pace: str) -> None:
    """The longest time without an event while takes come in."""
    window, app = _window()
    window.begin(Path(project))
    _wait(app, lambda: window.workspace.engine.caps is not None, 30)
    _wait(app, lambda: False, 5)
    session = window.workspace.session
    assert session is not None
    with Pulse() as pulse:
        window.desk.render_changed()
        began = time.monotonic()
        _wait(app, lambda: False, 12)
        took = time.monotonic() - began
        done = session.rendering.done_and_total()[0]
    with Pulse() as stopping:
        session.rendering.stop()
        _wait(app, lambda: False, 1)
    window.close()
    found = {"segments_per_s": done / took, "wanted_per_s": float(pace), "segments": done, "load": os.getloadavg()[0]}
    print(json.dumps({**found, "rendering": pulse.found(), "stopping": stopping.found()}))


class Pulse:
    """Notes when the event loop came round, and what the GUI thread did while it did not."""

    def __enter__(self) -> Pulse:
        from PySide6.QtCore import Qt, QTimer

        self._beats = [(time.perf_counter(), time.thread_time())]
        self._seen: dict[int, str] = {}
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(2)
        self._is_over = threading.Event()
        self._watch = threading.Thread(target=self._look, args=(threading.get_ident(),), daemon=True)
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._beat()
        self._timer.stop()
        self._is_over.set()
        self._watch.join()

    def found(self) -> dict[str, object]:
        walls = [(later[0] - earlier[0]) * 1000 for earlier, later in pairwise(self._beats)]
        used = [(later[1] - earlier[1]) * 1000 for earlier, later in pairwise(self._beats)]
        largest = sorted(range(len(walls)), key=walls.__getitem__)[-3:]
        ran = [
            {"wall_ms": round(walls[at], 1), "cpu_ms": round(used[at], 1), "ran": self._seen.get(at, "")}
            for at in reversed(largest)
        ]
        return {"gap_wall_ms": spread(walls), "gap_cpu_ms": spread(used), "largest": ran}

    def _beat(self) -> None:
        self._beats.append((time.perf_counter(), time.thread_time()))

    def _look(self, thread: int) -> None:
        """From a thread of its own: where the GUI thread stands when it has been away for a while."""
        while not self._is_over.wait(0.004):
            if time.perf_counter() - self._beats[-1][0] > 0.02:
                frames = traceback.extract_stack(sys._current_frames()[thread])
                names = [f"{Path(one.filename).stem}.{one.name}" for one in frames if "studio" in one.filename]
                self._seen[len(self._beats) - 1] = " > ".join(names[-5:])


def spread(values: list[float]) -> dict[str, float]:
    """Percentiles of at least one value."""
    ordered = sorted(values)
    at = {"p50": 0.50, "p95": 0.95, "p99": 0.99}
    return {**{name: round(ordered[int(len(ordered) * share)], 2) for name, share in at.items()}, "max": round(ordered[-1], 2)}


def _window() -> tuple:
    from studio.qt import places
    from studio.qt.memory import Frozen
    from studio.qt.remembered import Remembered
    from studio.qt.workspace import Workspace
    from studio.ui.application import application
    from studio.ui.theme import ThemeSwitch
    from studio.ui.window import MainWindow

    app = application(["bench"])
    workspace = Workspace(Remembered(places.window_file()), engine="fake")
    window = MainWindow(workspace, ThemeSwitch(app, "dark"))
    Frozen(workspace)
    window.resize(1440, 900)
    window.show()
    return window, app


def _wait(app: object, until: object, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and not until():  # type: ignore[operator]
        app.processEvents()  # type: ignore[attr-defined]
        time.sleep(0.001)


def _process_start() -> float:
    """When this process was started, in seconds since 1970 (Linux; elsewhere: now)."""
    try:
        ticks = float(Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()[19])
        uptime = float(Path("/proc/uptime").read_text().split()[0])
        return time.time() - (uptime - ticks / os.sysconf("SC_CLK_TCK"))
    except (OSError, ValueError, IndexError):
        return time.time()


def make_project(text: str) -> str:
    from studio.store.project import ProjectStore

    folder = Path(tempfile.mkdtemp(prefix="bench-window-")) / "show"
    ProjectStore.create(folder, text).close()
    return str(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=("start", "keys", "gaps"))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("arguments", nargs="*")
    options = parser.parse_args()
    if options.part:
        {"start": start, "keys": keys, "gaps": gaps}[options.part](*options.arguments)
        return
    small, large = make_project(script(200)), make_project(script(LINES))
    starts = [in_fresh_process("start", small) for _ in range(options.runs)]
    start_large = [in_fresh_process("start", large) for _ in range(max(1, options.runs // 2))]
    found = {
        "start_s": statistics.median(one["start_s"] for one in starts),
        "start_cpu_s": statistics.median(one["cpu_s"] for one in starts),
        "start_has_torch": any(one["has_torch"] for one in starts),
        "start_10000_lines_s": statistics.median(one["start_s"] for one in start_large),
        "start_load": os.getloadavg()[0],
        "keys": in_fresh_process("keys", large),
        "gaps": in_fresh_process("gaps", large, "50"),
    }
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main()
