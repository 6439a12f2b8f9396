"""Says in one sentence which system package is missing. Runs on the bare system Python, before anything is installed.

python3 packaging/system_check.py python | offscreen | window
"""

import ctypes
import sys

# Library -> Debian package; other distributions carry them under like names.
OFFSCREEN = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
SCREEN = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


def missing(libraries):
    """The packages of those libraries that the loader cannot find."""
    packages = []
    for library, package in libraries.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            packages.append(package)
    return packages


def python_problem():
    """What is wrong with this Python, as a sentence, or ""."""
    if not (3, 11) <= sys.version_info[:2] < (3, 15):
        found = ".".join(map(str, sys.version_info[:2]))
        return f"Dia Studio needs Python 3.11 to 3.14 and this is {found}; try: make PYTHON=python3.12 …"
    try:
        import ensurepip  # noqa: F401 - only whether it is there
        import venv  # noqa: F401
    except ImportError:
        return "This Python cannot make virtual environments; install the package python3-venv and try again."
    return ""


def main(what):
    if what == "python":
        problem = python_problem()
    elif not sys.platform.startswith("linux"):
        problem = ""  # Qt's wheels carry all they need elsewhere
    else:
        packages = missing(OFFSCREEN | (SCREEN if what == "window" else {}))
        problem = (
            f"Qt needs system packages that are missing here; on Debian or Ubuntu: apt install {' '.join(packages)}"
            if packages
            else ""
        )
    if problem:
        print(problem, file=sys.stderr)
    return 2 if problem else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "python"))
