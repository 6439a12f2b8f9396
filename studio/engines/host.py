"""The child process that hosts an engine: `python -m studio.engines.host PARENT`, frames on stdin and stdout.

Three threads: the main thread alone touches the engine, one reads (so that cancel arrives within a step), one says every
second that the process lives. Several sessions may be open: each is pulled while it has credit, so that one whose reader is
slow holds up nobody else and fills no memory. When stdin ends the parent is gone, and so is this process soon after.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import BinaryIO, TypeVar

from studio.core.errors import Cancelled, EngineError, StudioError
from studio.core.render import Engine, Event, Session
from studio.engines.checked import out_of_memory
from studio.engines.messages import CREDIT, caps_fields, error_frame, event_frame, loading_frame, request_from
from studio.engines.parent import die_with_parent, take_pipes
from studio.engines.registry import build_here
from studio.engines.turns import whose_turn
from studio.engines.wire import Frame, WireError, read_frame, write_frame

_BEAT_S = 1.0
_GOODBYE_S = 2.0  # for the engine to close in when the parent is gone


T = TypeVar("T")


@dataclass(eq=False, slots=True)
class _Wanted:
    """A session that the parent asked for, from then until it has ended. The reading thread only cancels it."""

    number: int
    session: Session | None = None
    events: Iterator[Event] = field(default_factory=lambda: iter(()))
    credit: int = CREDIT
    is_cancelled: bool = False

    def is_ready(self) -> bool:
        return self.is_cancelled or (self.session is not None and self.session.ready())


class _Host:
    """The state of this process: its pipes, its engine, the sessions that are open."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source = source
        self._sink = sink
        self._writing = threading.Lock()
        self._commands: SimpleQueue[Frame | None] = SimpleQueue()
        self._wanting = threading.Lock()
        self._wanted: dict[int, _Wanted] = {}
        self._open: list[_Wanted] = []
        self._engine: Engine | None = None
        self._busy = threading.Event()  # signs of life are for somebody who waits

    def run(self) -> None:
        """Answer frames, and take an event from who has its turn, until the parent closes the pipe."""
        for work in (self._read, self._beat):
            threading.Thread(target=work, daemon=True).start()
        while True:
            moving = [one for one in self._open if one.credit or one.is_cancelled]
            if moving and self._commands.empty():
                self._take_turns(moving)
                continue
            if not moving:
                self._busy.clear()
            if (command := self._commands.get()) is None:
                break
            self._busy.set()
            self._guarded(int(command.fields.get("number", 0)), self._answer, command)
        if self._engine is not None:
            self._engine.close()

    def _take_turns(self, moving: list[_Wanted]) -> None:
        for wanted in whose_turn(moving, _Wanted.is_ready):
            self._guarded(wanted.number, self._pull, wanted)
            self._open.remove(wanted)
            if wanted.number in self._wanted:
                self._open.append(wanted)

    def _guarded(self, number: int, work: Callable[[T], None], about: T) -> None:
        """The one place of this process where everything is caught: what goes wrong is an answer, and ends its session."""
        try:
            work(about)
            return
        except Cancelled:
            answer = Frame("cancelled", {"number": number})
        except MemoryError:
            answer = error_frame(out_of_memory(self._engine.caps.id if self._engine else "speech"), number)
        except EngineError as error:
            answer = error_frame(error, number)
        except StudioError as error:
            answer = error_frame(EngineError(error.what, where=error.where, kept=error.kept, todo=error.todo), number)
        except Exception as error:
            traceback.print_exc()
            what = f"the speech engine stopped with {type(error).__name__}: {error}"
            answer = error_frame(EngineError(what, todo="render the segment again"), number)
        self._end(number, answer)

    def _answer(self, command: Frame) -> None:
        if command.kind == "build":
            self._engine = build_here(command.fields["engine"], command.fields["options"])
            self._send(Frame("built", {"caps": caps_fields(self._engine.caps)}))
            return
        assert self._engine is not None
        wanted = self._wanted.get(int(command.fields.get("number", 0)))
        if command.kind == "load":
            self._engine.load(
                lambda text: self._send(Frame("note", {"text": text})), lambda told: self._send(loading_frame(told))
            )
            self._send(Frame("loaded"))
        elif command.kind == "open" and wanted is not None:
            self._start(self._engine, wanted, command)
        elif command.kind == "credit" and wanted is not None:
            wanted.credit += int(command.fields["count"])

    def _start(self, engine: Engine, wanted: _Wanted, command: Frame) -> None:
        session = engine.open(request_from(command))
        wanted.events = iter(session)
        with self._wanting:
            wanted.session = session
            if wanted.is_cancelled:
                session.cancel()
        self._open.append(wanted)

    def _pull(self, wanted: _Wanted) -> None:
        """One event of a session, or its end."""
        event = next(wanted.events, None)
        if event is None:
            self._end(wanted.number, Frame("end", {"number": wanted.number}))
        else:
            wanted.credit -= 1
            self._send(event_frame(event, wanted.number))

    def _end(self, number: int, answer: Frame) -> None:
        """A session is over, and lets go of its slot before the parent hears of it."""
        with self._wanting:
            wanted = self._wanted.pop(number, None)
        if wanted is not None and isinstance(wanted.events, Generator):
            wanted.events.close()
        self._send(answer)

    def _read(self) -> None:
        try:
            while (frame := read_frame(self._source)) is not None:
                if frame.kind == "cancel":
                    self._cancel(int(frame.fields["number"]))
                elif frame.kind == "open":
                    number = int(frame.fields["number"])
                    with self._wanting:
                        self._wanted[number] = _Wanted(number)
                self._commands.put(frame)  # a cancel, too: it wakes whoever waits
        except (WireError, OSError):
            pass  # the parent was cut off in the middle
        self._commands.put(None)
        with self._wanting:
            numbers = tuple(self._wanted)
        for number in numbers:
            self._cancel(number)
        time.sleep(_GOODBYE_S)
        os._exit(0)

    def _cancel(self, number: int) -> None:
        """What is not wanted any more stops within a step; a session that has ended or never was is nothing."""
        with self._wanting:
            wanted = self._wanted.get(number)
            if wanted is not None:
                wanted.is_cancelled = True
                if wanted.session is not None:
                    wanted.session.cancel()

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
