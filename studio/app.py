"""The door to the window, and the only wiring of it. Looks at the machine before Qt does, for Qt would end the process."""

from __future__ import annotations

import ctypes.util
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

EXIT_MISSING = 2

# Library -> the Debian package that brings it: for any Qt window, and for one on an X screen.
_ALWAYS = {
    "EGL": "libegl1",
    "GL": "libgl1",
    "xkbcommon": "libxkbcommon0",
    "dbus-1": "libdbus-1-3",
    "fontconfig": "libfontconfig1",
    "glib-2.0": "libglib2.0-0",
}
_ON_X = {
    "xcb-cursor": "libxcb-cursor0",
    "xcb-icccm": "libxcb-icccm4",
    "xcb-keysyms": "libxcb-keysyms1",
    "xcb-shape": "libxcb-shape0",
    "xkbcommon-x11": "libxkbcommon-x11-0",
}


@dataclass(frozen=True, slots=True)
class Machine:
    """What the launcher looks at: the platform, the environment, which libraries there are."""

    platform: str
    environment: dict[str, str]
    has_library: Callable[[str], bool]

    @classmethod
    def this(cls) -> Machine:
        return cls(sys.platform, dict(os.environ), lambda name: ctypes.util.find_library(name) is not None)


def why_no_window(machine: Machine) -> str:
    """One sentence that says what a window lacks here and what to do, or ""."""
    if not machine.platform.startswith("linux"):
        return ""
    wanted = dict(_ALWAYS)
    platform = machine.environment.get("QT_QPA_PLATFORM", "").split(":")[0]
    is_bare = platform in ("offscreen", "minimal", "vnc", "linuxfb", "eglfs")
    has_wayland = bool(machine.environment.get("WAYLAND_DISPLAY"))
    if not is_bare and not has_wayland and not machine.environment.get("DISPLAY"):
        return (
            "No window can be opened: there is no screen (DISPLAY and WAYLAND_DISPLAY are not set); nothing was changed; "
            "start it on a desktop, or use “dia-studio render”, which needs no screen."
        )
    if platform == "xcb" or (not is_bare and not has_wayland):
        wanted |= _ON_X
    missing = [package for name, package in wanted.items() if not machine.has_library(name)]
    if not missing:
        return ""
    return (
        f"No window can be opened: the system libraries {', '.join(missing)} are missing; nothing was changed; "
        f"install them with: sudo apt install {' '.join(missing)}."
    )


def main(argv: Sequence[str] = ()) -> int:
    """Open the window with a project, a script, the last project, or the welcome page. Returns the exit status."""
    why = why_no_window(Machine.this())
    if why:
        sys.stderr.write(f"dia-studio: {why}\n")
        return EXIT_MISSING
    return _run(Path(argv[0]) if argv else None)


def _run(path: Path | None) -> int:
    from studio import log
    from studio.qt import places
    from studio.qt.memory import Frozen
    from studio.qt.remembered import Remembered
    from studio.qt.workspace import Workspace
    from studio.ui.application import application
    from studio.ui.errors import CrashGuard, open_folder
    from studio.ui.theme import SYSTEM, ThemeSwitch
    from studio.ui.window import MainWindow

    app = application(sys.argv[:1])
    folder = places.log_folder()
    log.set_up(folder)
    guard = CrashGuard(folder, app)
    guard.install()
    remembered = Remembered(places.window_file())
    workspace = Workspace(remembered)
    window = MainWindow(workspace, ThemeSwitch(app, remembered.text("window/theme", SYSTEM)))
    Frozen(workspace)  # after the window, which is to have built its panels by then
    guard.caught.connect(
        lambda sentence, report: window.notice.say(sentence, button="…", act=lambda: open_folder(report.parent))
    )
    window.show()
    window.begin(path)
    status = app.exec()
    guard.remove()
    return status
