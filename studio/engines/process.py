"""An engine in a child process, behind the same protocol: what crashes or hangs there costs one segment, not the studio."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, is_dataclass

from studio.core.errors import Cancelled, EngineError
from studio.core.render import Caps, Event, Progress, Request
from studio.engines.checked import checked_events
from studio.engines.line import Line, Patience
from studio.engines.messages import CREDIT, caps_from, credit_frame, error_from, event_from, request_frame
from studio.engines.wire import Frame, WireError

__all__ = ["HostedEngine", "HostedSession", "Patience"]

_ENDS = ("end", "cancelled", "error")


class HostedEngine:
    """Any engine of the registry in a process of its own. Built, loaded, used and closed on one thread, which has to live
    as long as the engine: on Linux the child ends with the thread that started it."""

    def __init__(self, engine_id: str, options: Mapping[str, object] | None = None, patience: Patience | None = None) -> None:
        self._engine_id = engine_id
        self._options = {name: _as_json(value) for name, value in (options or {}).items()}
        self._patience = patience or Patience()
        self._line: Line | None = None
        self._caps: Caps | None = None
        self._loaded = False
        self._sessions = 0

    @property
    def caps(self) -> Caps:
        """Starts the child the first time."""
        if self._caps is None:
            self._start()
        assert self._caps is not None
        return self._caps

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        return self._line.pid if self._line is not None and self._line.alive() else None

    def load(self, note: Callable[[str], None] = lambda _: None, report: Callable[[Progress], None] = lambda _: None) -> None:
        """Start the child if there is none, and load the engine in it. Raises EngineError."""
        line = self._start()
        if self._loaded:
            return
        line.send(Frame("load"))
        latest = Progress("loading", 0.0, 0.0)

        def again() -> None:
            report(latest)

        try:
            while (answer := _answer(line, self._patience.load_s, "load", alive=again)).kind != "loaded":
                if answer.kind == "note":
                    note(str(answer.fields.get("text", "")))
                elif answer.kind == "progress" and isinstance(told := _event(line, answer), Progress):
                    latest = told
                    report(latest)
        except Cancelled:
            self.close()  # a child in the middle of loading hears nothing
            raise
        self._loaded = True

    def open(self, request: Request) -> HostedSession:
        """A session. A child that has died since is started and loaded again first."""
        self.load()
        self._sessions += 1
        return HostedSession(self._start(), request, self._sessions, self.caps)

    def close(self) -> None:
        """End the child, and with it every open session. The engine can be loaded again."""
        line, self._line, self._loaded = self._line, None, False
        if line is not None:
            line.close()

    def _start(self) -> Line:
        """The line to a child that lives."""
        if self._line is not None and self._line.alive():
            return self._line
        self.close()
        line = self._line = Line(self._engine_id, self._patience)
        line.send(Frame("build", {"engine": self._engine_id, "options": self._options}))
        answer = _answer(line, self._patience.start_s, "start", sign_s=self._patience.start_s)
        try:
            self._caps = caps_from(answer.fields["caps"])
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise line.give_up(line.said(error, "start")) from error
        return line


class HostedSession:
    """One segment that the child renders. Iterated once, on the engine's thread; `cancel` may come from any."""

    def __init__(self, line: Line, request: Request, number: int, caps: Caps) -> None:
        self._line = line
        self._request = request
        self._number = number
        self._caps = caps
        self._stop = threading.Event()
        self._inbox: deque[Frame] | None = None  # from the first event on

    def cancel(self) -> None:
        self._stop.set()
        self._line.send(Frame("cancel", {"number": self._number}))
        self._line.wake()

    def ready(self) -> bool:
        if self._inbox is None or self._stop.is_set():
            return True
        self._line.sweep()
        return bool(self._inbox) or self._line.failure is not None

    def __iter__(self) -> Iterator[Event]:
        return checked_events(self._events(), self._request, self._caps)

    def _events(self) -> Iterator[Event]:
        """The child's events, unchecked. However this ends, the child is done with the session afterwards, or gone."""
        if self._stop.is_set():
            raise Cancelled
        inbox = self._inbox = self._line.join(self._number)
        self._line.send(request_frame(self._request, self._number))
        is_over = False
        taken = 0
        latest = Progress("rendering", 0.0, 0.0)
        try:
            yield latest  # at once, so that others can be sent on their way while this one begins
            deadline = time.monotonic() + self._line.patience.event_s
            while not is_over:
                frame = self._next_frame(inbox, deadline)
                if frame is None:
                    yield latest  # nothing new, but the reader can look at its stop flag
                elif frame.kind in _ENDS:
                    is_over = True
                    _end(frame)
                else:
                    taken = self._acknowledge(taken + 1)
                    event = _event(self._line, frame)
                    latest = event if isinstance(event, Progress) else latest
                    yield event
                    deadline = time.monotonic() + self._line.patience.event_s
        finally:
            if not is_over:
                self._make_idle(inbox)
            self._line.part(self._number)

    def _next_frame(self, inbox: deque[Frame], deadline: float) -> Frame | None:
        """The next frame of this session, or None after a sign of life. Raises Cancelled, and EngineError at the line's end."""
        while not inbox and not self._stop.is_set():
            frame = self._line.fetch(deadline - time.monotonic(), "answer")
            if frame is not None and frame.kind == "alive" and not inbox:
                return None
        if self._stop.is_set():
            raise Cancelled
        return inbox.popleft()

    def _acknowledge(self, taken: int) -> int:
        """Give credit for `taken` events once they are worth a message; how many are still to be told."""
        if taken < CREDIT // 2:
            return taken
        self._line.send(credit_frame(self._number, taken))
        return 0

    def _make_idle(self, inbox: deque[Frame]) -> None:
        """Tell the child to stop and wait until it has; it is killed if it does not."""
        self._line.send(Frame("cancel", {"number": self._number}))
        deadline = time.monotonic() + self._line.patience.cancel_s
        with suppress(EngineError):
            while not any(frame.kind in _ENDS for frame in inbox):
                inbox.clear()
                self._line.fetch(deadline - time.monotonic(), "stop")


def _end(frame: Frame) -> None:
    """Raises what a session ended with, if it did not end well."""
    if frame.kind == "cancelled":
        raise Cancelled
    if frame.kind == "error":
        raise error_from(frame)


def _event(line: Line, frame: Frame) -> Event:
    try:
        return event_from(frame)
    except WireError as reason:
        raise line.give_up(line.said(reason, "answer")) from None


def _answer(
    line: Line, patience_s: float, doing: str, *, sign_s: float | None = None, alive: Callable[[], None] = lambda: None
) -> Frame:
    """The next answer that is neither a session's nor a sign of life, of which `alive` is told. Raises EngineError for an
    error, an end and silence."""
    deadline = time.monotonic() + patience_s
    while True:
        answer = line.fetch(deadline - time.monotonic(), doing, sign_s=sign_s)
        if answer is not None and answer.kind == "error":
            raise line.give_up(error_from(answer))
        if answer is not None and answer.kind != "alive":
            return answer
        if answer is not None:
            alive()


def _as_json(value: object) -> object:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
