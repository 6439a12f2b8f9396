"""An engine in a child process, behind the same protocol: what crashes or hangs there costs one segment, not the studio."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, is_dataclass

from studio.core.errors import Cancelled, EngineError
from studio.core.render import Caps, Event, Progress, Request
from studio.engines.checked import checked_events
from studio.engines.child import Child, ChildEnded, ChildSilent
from studio.engines.messages import caps_from, error_from, event_from, request_frame
from studio.engines.wire import Frame, WireError

_HOST = "studio.engines.host"
_KEPT = "finished segments are kept"
_AGAIN = "render the segment again, the engine starts afresh"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a child may take before it is given up and killed, in seconds."""

    sign_s: float = 30.0  # without any sign of life; it gives one every second
    event_s: float = 120.0  # without an event while it renders
    start_s: float = 60.0  # to be there at all
    load_s: float = 900.0
    cancel_s: float = 5.0  # to stop when asked
    close_s: float = 3.0


class HostedEngine:
    """Any engine of the registry in a process of its own. Built, loaded, used and closed on one thread, which has to live
    as long as the engine: on Linux the child ends with the thread that started it."""

    def __init__(self, engine_id: str, options: Mapping[str, object] | None = None, patience: Patience | None = None) -> None:
        self._engine_id = engine_id
        self._options = {name: _as_json(value) for name, value in (options or {}).items()}
        self._patience = patience or Patience()
        self._child: Child | None = None
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
        return self._child.pid if self._child is not None and self._child.alive() else None

    def load(self, note: Callable[[str], None] = lambda _: None) -> None:
        """Start the child if there is none, and load the engine in it. Raises EngineError."""
        self._start()
        if self._loaded:
            return
        child = self._running()
        child.send(Frame("load"))
        while (answer := self._receive(child, self._patience.load_s, "load")).kind != "loaded":
            if answer.kind == "note":
                note(str(answer.fields.get("text", "")))
        self._loaded = True

    def open(self, request: Request) -> HostedSession:
        """A session. A child that has died since is started and loaded again first."""
        self.load()
        self._sessions += 1
        return HostedSession(self, self._running(), request, self._sessions, self._patience)

    def close(self) -> None:
        """End the child. The engine can be loaded again."""
        child, self._child, self._loaded = self._child, None, False
        if child is not None:
            child.close(self._patience.close_s)

    def give_up(self, error: EngineError) -> EngineError:
        """Kill the child, which cannot be trusted any more, and return the error with what it said last as a note."""
        child, self._child, self._loaded = self._child, None, False
        if child is not None:
            child.kill()
            child.close()
            if said := child.diagnosis():
                error.add_note(said)
        return error

    def failure(self, reason: Exception, doing: str) -> EngineError:
        """What a child's end, silence or nonsense is to the user."""
        match reason:
            case ChildEnded():
                what = f"the {self._engine_id} engine's process {reason}"
            case ChildSilent():
                what = f"the {self._engine_id} engine did not {doing} in time and was stopped"
            case _:
                what = f"the {self._engine_id} engine answered nonsense ({reason})"
        return EngineError(what, kept=_KEPT, todo=_AGAIN)

    def _running(self) -> Child:
        assert self._child is not None
        return self._child

    def _start(self) -> None:
        if self._child is not None and self._child.alive():
            return
        self.close()
        try:
            self._child = Child(_HOST)
        except OSError as error:
            raise EngineError(f"no process for the {self._engine_id} engine ({error})", todo="close other programs") from error
        self._child.send(Frame("build", {"engine": self._engine_id, "options": self._options}))
        answer = self._receive(self._child, self._patience.start_s, "start", sign_s=self._patience.start_s)
        try:
            self._caps = caps_from(answer.fields["caps"])
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise self.give_up(self.failure(error, "start")) from error

    def _receive(self, child: Child, patience_s: float, doing: str, *, sign_s: float | None = None) -> Frame:
        """The next answer that is no sign of life. Raises EngineError for an error, for an end and for silence."""
        deadline = time.monotonic() + patience_s
        while True:
            try:
                answer = child.receive(min(sign_s or self._patience.sign_s, deadline - time.monotonic()))
            except (ChildEnded, ChildSilent, WireError) as reason:
                raise self.give_up(self.failure(reason, doing)) from None
            if answer is not None and answer.kind == "error":
                raise self.give_up(error_from(answer))
            if answer is not None and answer.kind != "alive":
                return answer


class HostedSession:
    """One segment that the child renders. Iterated once, on the engine's thread; `cancel` may come from any."""

    def __init__(self, engine: HostedEngine, child: Child, request: Request, number: int, patience: Patience) -> None:
        self._engine = engine
        self._child = child
        self._request = request
        self._number = number
        self._patience = patience
        self._stop = threading.Event()

    def cancel(self) -> None:
        self._stop.set()
        self._child.send(Frame("cancel", {"number": self._number}))
        self._child.wake()

    def __iter__(self) -> Iterator[Event]:
        return checked_events(self._events(), self._request, self._engine.caps)

    def _events(self) -> Iterator[Event]:
        """The child's events, unchecked. However this ends, the child is idle afterwards, or gone."""
        if self._stop.is_set():
            raise Cancelled
        self._child.send(request_frame(self._request, self._number))
        idle = False
        latest = Progress("rendering", 0.0, 0.0)
        deadline = time.monotonic() + self._patience.event_s
        try:
            while (answer := self._answer(deadline)).kind != "end":
                idle = answer.kind in ("cancelled", "error")
                if answer.kind == "cancelled":
                    raise Cancelled
                if answer.kind == "error":
                    raise error_from(answer)
                if answer.kind == "alive":
                    yield latest  # nothing new, but the reader can look at its stop flag
                    continue
                event = event_from(answer)
                latest = event if isinstance(event, Progress) else latest
                yield event
                deadline = time.monotonic() + self._patience.event_s
            idle = True
        except (ChildEnded, ChildSilent, WireError) as reason:
            idle = True
            raise self._engine.give_up(self._engine.failure(reason, "answer")) from None
        finally:
            if not idle:
                self._make_idle()

    def _answer(self, deadline: float) -> Frame:
        """The next frame of this session or sign of life. Raises what `Child.receive` raises, and Cancelled."""
        while True:
            if self._stop.is_set():
                raise Cancelled
            answer = self._child.receive(min(self._patience.sign_s, deadline - time.monotonic()))
            if answer is not None and (answer.kind == "alive" or answer.fields.get("number") == self._number):
                return answer

    def _make_idle(self) -> None:
        """Tell the child to stop and wait until it has; kill it if it does not."""
        self._child.send(Frame("cancel", {"number": self._number}))
        deadline = time.monotonic() + self._patience.cancel_s
        try:
            while True:
                answer = self._child.receive(deadline - time.monotonic())
                ours = answer is not None and answer.fields.get("number") == self._number
                if ours and answer is not None and answer.kind in ("cancelled", "end", "error"):
                    return
        except (ChildEnded, ChildSilent, WireError) as reason:
            self._engine.give_up(self._engine.failure(reason, "stop"))


def _as_json(value: object) -> object:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
