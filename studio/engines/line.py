"""The line to a child process that hosts an engine: its frames, each given to the session it belongs to, and its end, which all
sessions hear of."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import dataclass

from studio.core.errors import EngineError
from studio.engines.child import Child, ChildEnded, ChildSilent
from studio.engines.wire import Frame, WireError

_HOST = "studio.engines.host"
_KEPT = "finished segments are kept"
_AGAIN = "render the segment again, the engine starts afresh"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a child may take before it is given up and killed, in seconds."""

    sign_s: float = 30.0  # without any sign of life; it gives one every second
    event_s: float = 120.0  # without an event of a session that is waited for
    start_s: float = 60.0  # to be there at all
    load_s: float = 900.0
    cancel_s: float = 5.0  # to stop when asked
    close_s: float = 3.0


class Line:
    """One child from its start to its end. Used on one thread, save for `send` and `wake`, which any thread may call."""

    def __init__(self, engine_id: str, patience: Patience) -> None:
        """Raises EngineError when the system starts no process."""
        self.patience = patience
        self.failure: EngineError | None = None  # why nothing more comes
        self._engine_id = engine_id
        self._inboxes: dict[int, deque[Frame]] = {}
        try:
            self._child = Child(_HOST)
        except OSError as error:
            raise EngineError(f"no process for the {engine_id} engine ({error})", todo="close other programs") from error

    @property
    def pid(self) -> int:
        return self._child.pid

    def alive(self) -> bool:
        return self.failure is None and self._child.alive()

    def send(self, frame: Frame) -> None:
        self._child.send(frame)

    def wake(self) -> None:
        """Make a waiting `fetch` return None at once."""
        self._child.wake()

    def join(self, number: int) -> deque[Frame]:
        """Where the frames of a session arrive from now on, until it parts."""
        return self._inboxes.setdefault(number, deque())

    def part(self, number: int) -> None:
        self._inboxes.pop(number, None)

    def fetch(self, within_s: float, doing: str, *, sign_s: float | None = None) -> Frame | None:
        """The next frame, which lies in the inbox of its session, too; None after `wake`. Raises EngineError when the child has
        ended, is silent or answers nonsense: then it is gone, and each open session raises the same once its inbox is empty."""
        if self.failure is not None:
            raise self.failure
        try:
            frame = self._child.receive(min(sign_s or self.patience.sign_s, within_s))
        except (ChildEnded, ChildSilent, WireError) as reason:
            raise self.give_up(self.said(reason, doing)) from None
        inbox = self._inboxes.get(frame.fields.get("number", 0)) if frame is not None else None
        if inbox is not None and frame is not None:
            inbox.append(frame)
        return frame

    def sweep(self) -> None:
        """Put into the inboxes what has come already. What goes wrong is kept for who asks next."""
        with suppress(EngineError):
            while self.failure is None and self._child.has_news():
                self.fetch(0.0, "answer")

    def give_up(self, error: EngineError) -> EngineError:
        """Kill the child, which cannot be trusted any more, and return the error with what it said last as a note."""
        if self.failure is None:
            self.failure = error
            self._child.kill()
            self._child.close()
            if said := self._child.diagnosis():
                error.add_note(said)
        return self.failure

    def close(self) -> None:
        """End the child, kindly first."""
        if self.failure is None:
            self.failure = EngineError(f"the {self._engine_id} engine was closed", kept=_KEPT, todo="render the segment again")
            self._child.close(self.patience.close_s)

    def said(self, reason: Exception, doing: str) -> EngineError:
        """What a child's end, silence or nonsense is to the user."""
        match reason:
            case ChildEnded():
                what = f"the {self._engine_id} engine's process {reason}"
            case ChildSilent():
                what = f"the {self._engine_id} engine did not {doing} in time and was stopped"
            case _:
                what = f"the {self._engine_id} engine answered nonsense ({reason})"
        return EngineError(what, kept=_KEPT, todo=_AGAIN)
