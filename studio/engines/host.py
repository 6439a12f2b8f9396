"""The child process that hosts an engine: `python -m studio.engines.host PARENT`, frames on stdin and stdout.

Three threads: the main thread alone touches the engine, one reads (so that cancel arrives within a step), one says every
second that the process lives. When stdin ends the parent is gone, and so is this process soon after.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from queue import SimpleQueue
from typing import BinaryIO

from studio.core.errors import Cancelled, EngineError, StudioError
from studio.core.render import Engine, Session
from studio.engines.checked import out_of_memory
from studio.engines.messages import caps_fields, error_frame, event_frame, request_from
from studio.engines.parent import die_with_parent, take_pipes
from studio.engines.registry import build_here
from studio.engines.wire import Frame, WireError, read_frame, write_frame

_BEAT_S = 1.0
_GOODBYE_S = 2.0  # for the engine to close in when the parent is gone


class _Host:
    """The state of this process: its pipes, its engine, the session that runs."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source = source
        self._sink = sink
        self._writing = threading.Lock()
        self._commands: SimpleQueue[Frame | None] = SimpleQueue()
        self._session_lock = threading.Lock()
        self._session: tuple[int, Session] | None = None
        self._cancelled = 0  # the newest session that is not wanted any more
        self._engine: Engine | None = None
        self._busy = threading.Event()  # signs of life are for somebody who waits

    def run(self) -> None:
        """Answer frames until the parent closes the pipe."""
        for work in (self._read, self._beat):
            threading.Thread(target=work, daemon=True).start()
        while (command := self._commands.get()) is not None:
            self._busy.set()
            self._guarded(command)
            self._busy.clear()
        if self._engine is not None:
            self._engine.close()

    def _guarded(self, command: Frame) -> None:
        """The one place of this process where everything is caught: what goes wrong is an answer."""
        number = int(command.fields.get("number", 0))
        try:
            self._answer(command, number)
        except Cancelled:
            self._send(Frame("cancelled", {"number": number}))
        except MemoryError:
            self._send(error_frame(out_of_memory(self._engine.caps.id if self._engine else "speech"), number))
        except StudioError as error:
            self._send(error_frame(EngineError(error.what, where=error.where, kept=error.kept, todo=error.todo), number))
        except Exception as error:
            traceback.print_exc()
            what = f"the speech engine stopped with {type(error).__name__}: {error}"
            self._send(error_frame(EngineError(what, todo="render the segment again"), number))

    def _answer(self, command: Frame, number: int) -> None:
        if command.kind == "build":
            self._engine = build_here(command.fields["engine"], command.fields["options"])
            self._send(Frame("built", {"caps": caps_fields(self._engine.caps)}))
            return
        assert self._engine is not None
        if command.kind == "load":
            self._engine.load(lambda text: self._send(Frame("note", {"text": text})))
            self._send(Frame("loaded"))
        elif command.kind == "open":
            self._render(self._engine, command, number)

    def _render(self, engine: Engine, command: Frame, number: int) -> None:
        session = engine.open(request_from(command))
        with self._session_lock:
            self._session = (number, session)
            if self._cancelled >= number:
                session.cancel()
        try:
            for event in session:
                self._send(event_frame(event, number))
        finally:
            with self._session_lock:
                self._session = None
        self._send(Frame("end", {"number": number}))

    def _read(self) -> None:
        try:
            while (frame := read_frame(self._source)) is not None:
                if frame.kind == "cancel":
                    self._cancel(int(frame.fields["number"]))
                else:
                    self._commands.put(frame)
        except (WireError, OSError):
            pass  # the parent was cut off in the middle
        self._commands.put(None)
        self._cancel(sys.maxsize)
        time.sleep(_GOODBYE_S)
        os._exit(0)

    def _cancel(self, number: int) -> None:
        with self._session_lock:
            self._cancelled = number
            if self._session is not None and self._session[0] <= number:
                self._session[1].cancel()

    def _beat(self) -> None:
        while True:
            time.sleep(_BEAT_S)
            self._busy.wait()
            self._send(Frame("alive"))

    def _send(self, frame: Frame) -> None:
        try:
            with self._writing:
                write_frame(self._sink, frame)
        except OSError:
            os._exit(0)  # nobody reads


def main() -> None:
    """Take the pipes before any engine can write to them, then serve."""
    pipes = take_pipes()
    die_with_parent(int(sys.argv[1]))
    _Host(*pipes).run()
    os._exit(0)  # not through daemon threads and the exit handlers of large libraries


if __name__ == "__main__":
    main()
