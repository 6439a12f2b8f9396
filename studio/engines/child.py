"""A child process of ours and the frames that go to and fro. Knows no engine; says exactly how a child ended.

Three threads per child write, read and drain stderr, so that nobody who calls ever blocks on a pipe. What is on its way is
bounded by what was asked for and, for each session, by its credit.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue

from studio.engines.wire import Frame, WireError, frame_bytes, read_frame

_STDERR_LINES = 200
_STDERR_LINE = 2_000


class ChildEnded(Exception):  # noqa: N818 - what happened, in the words of `str()`
    """The child is gone. The text is the end of a sentence: "was killed by signal 9 …"."""


class ChildSilent(Exception):  # noqa: N818 - an outcome, too
    """Nothing came within the time."""


class Child:
    """One process of ours. Built, used and closed on one thread, save for `send` and `wake`, which any thread may call."""

    def __init__(self, module: str, *arguments: str) -> None:
        """Start `python -m module`. Raises OSError when the system starts no process."""
        self._outgoing: SimpleQueue[bytes | None] = SimpleQueue()
        self._incoming: SimpleQueue[Frame | WireError | None] = SimpleQueue()
        self._stderr: deque[str] = deque(maxlen=_STDERR_LINES)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", module, str(os.getpid()), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(),
            start_new_session=True,  # Ctrl-C in a terminal is the parent's to answer
        )
        self._threads = [
            threading.Thread(target=work, name=f"{module}-{work.__name__.strip('_')}", daemon=True)
            for work in (self._write, self._read, self._drain)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, frame: Frame) -> None:
        """Queue a frame. Whether it arrives shows in the answer, or in the lack of one. Raises TypeError for fields
        that are no JSON values."""
        self._outgoing.put(frame_bytes(frame))

    def wake(self) -> None:
        """Make a waiting `receive` return None at once."""
        self._incoming.put(Frame(""))

    def has_news(self) -> bool:
        """`receive` would not wait."""
        return not self._incoming.empty()

    def receive(self, timeout_s: float) -> Frame | None:
        """The next frame, or None after `wake`. Raises ChildSilent, ChildEnded, WireError."""
        try:
            answer = self._incoming.get(timeout=max(timeout_s, 0.0))
        except Empty:
            raise ChildSilent from None
        if answer is None:
            self._incoming.put(None)  # for whoever asks again
            raise ChildEnded(self._ending())
        if isinstance(answer, WireError):
            raise answer
        return answer if answer.kind else None

    def diagnosis(self) -> str:
        """The last lines that the child wrote to stderr."""
        return "".join(self._stderr)

    def kill(self) -> None:
        """End the child at once, and what it has started in its own process group."""
        if not self.alive():
            return
        if sys.platform == "win32":
            self._process.kill()
        else:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def close(self, grace_s: float = 2.0) -> None:
        """End the child, kindly for `grace_s`, then not. Nothing is left: no process, no zombie, no thread, no pipe."""
        self._outgoing.put(None)  # closes stdin, which is how a child is told to go
        try:
            self._process.wait(grace_s)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()
        for thread in self._threads:
            thread.join()

    def _ending(self) -> str:
        try:
            code = self._process.wait(2.0)
        except subprocess.TimeoutExpired:
            self.kill()
            return "closed its output"
        if code >= 0:
            return f"ended with exit code {code}"
        if code == -signal.SIGTERM or (sys.platform != "win32" and code == -signal.SIGKILL):
            return f"was killed from outside (signal {-code}), as happens when the computer runs out of memory"
        return f"crashed (signal {-code})"

    def _write(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        try:
            while (data := self._outgoing.get()) is not None:
                pipe.write(data)
                pipe.flush()
        except OSError:
            pass  # it is gone: the reader sees that too, and says it
        finally:
            with suppress(OSError):
                pipe.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        try:
            with self._process.stdout as pipe:
                while (frame := read_frame(pipe)) is not None:  # type: ignore[arg-type]
                    self._incoming.put(frame)
        except WireError as error:
            self._incoming.put(error)
        self._incoming.put(None)

    def _drain(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as pipe:
            while line := pipe.readline(_STDERR_LINE):
                self._stderr.append(line.decode("utf-8", "replace"))


def _environment() -> dict[str, str]:
    """This environment, with this very copy of the studio first on the child's path."""
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join(part for part in (root, os.environ.get("PYTHONPATH", "")) if part)
    return {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
