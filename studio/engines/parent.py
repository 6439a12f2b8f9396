"""What a child process does about its parent: take its pipes for frames, and never outlive it. Standard library only."""

from __future__ import annotations

import os
import signal
import sys
from typing import BinaryIO

_PR_SET_PDEATHSIG = 1


def take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The real stdin and stdout. What libraries print from now on goes to stderr, and whoever reads stdin finds it empty."""
    source = os.fdopen(os.dup(0), "rb")
    sink = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return source, sink


def die_with_parent(parent: int) -> None:
    """Ask Linux to kill this process when the thread that started it ends. Elsewhere the end of stdin has to do."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the call
        os._exit(0)
