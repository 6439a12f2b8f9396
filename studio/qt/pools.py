"""Work off the GUI thread: `Pool.run(fn, then)` runs on a worker and delivers on the thread the pool lives on.

Two lanes, so that an export never starves what the user is looking at. Workers see values only, never a widget or a session.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

T = TypeVar("T")


class Lane(QObject):
    """Where work is given. `failed` carries the exceptions that nobody asked to hear of in person."""

    failed = Signal(object)

    def run(
        self,
        work: Callable[[], T],
        then: Callable[[T], None] | None = None,
        on_error: Callable[[Exception], None] | None = None,
    ) -> None:
        """Run `work` on a worker; its result goes to `then`, its exception to `on_error` (else to `failed`), on this thread."""
        raise NotImplementedError

    def close(self) -> None:
        """Drop what has not begun, wait for what has. Nothing is delivered afterwards."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a worker hands back."""

    then: Callable[[Any], None] | None
    on_error: Callable[[Exception], None] | None
    result: object = None
    error: Exception | None = None


class Pool(Lane):
    """A lane with threads of its own."""

    _finished = Signal(object)

    def __init__(self, name: str, threads: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._executor = ThreadPoolExecutor(max_workers=threads, thread_name_prefix=name)
        self._is_closed = False
        self._finished.connect(self._deliver)

    def run(
        self,
        work: Callable[[], T],
        then: Callable[[T], None] | None = None,
        on_error: Callable[[Exception], None] | None = None,
    ) -> None:
        if self._is_closed:
            return

        def run_on_worker() -> None:
            outcome = _attempt(work, then, on_error)
            if not self._is_closed:
                self._finished.emit(outcome)

        self._executor.submit(run_on_worker)  # the outcome travels by signal

    @Slot(object)
    def _deliver(self, outcome: _Outcome) -> None:
        if not self._is_closed:
            _hand_over(self, outcome)

    def close(self) -> None:
        self._is_closed = True
        self._executor.shutdown(wait=True, cancel_futures=True)


class SameThread(Lane):
    """A lane that runs everything at once, on the caller's thread: for tests and for programs without an event loop."""

    def run(
        self,
        work: Callable[[], T],
        then: Callable[[T], None] | None = None,
        on_error: Callable[[Exception], None] | None = None,
    ) -> None:
        _hand_over(self, _attempt(work, then, on_error))

    def close(self) -> None:
        """Nothing is ever left running."""


@dataclass(frozen=True, slots=True)
class Pools:
    """The two lanes. `background` is for what may take minutes, `interactive` for what the user is looking at."""

    background: Lane
    interactive: Lane

    @classmethod
    def threaded(cls, parent: QObject | None = None) -> Pools:
        return cls(Pool("background", 2, parent), Pool("interactive", 2, parent))

    @classmethod
    def same_thread(cls) -> Pools:
        return cls(SameThread(), SameThread())

    def close(self) -> None:
        self.interactive.close()
        self.background.close()


def _attempt(
    work: Callable[[], T],
    then: Callable[[T], None] | None,
    on_error: Callable[[Exception], None] | None,
) -> _Outcome:
    try:
        return _Outcome(then, on_error, result=work())
    except Exception as error:  # the thread's edge: everything becomes a value
        return _Outcome(then, on_error, error=error)


def _hand_over(lane: Lane, outcome: _Outcome) -> None:
    if outcome.error is None:
        if outcome.then is not None:
            outcome.then(outcome.result)
    elif outcome.on_error is not None:
        outcome.on_error(outcome.error)
    else:
        lane.failed.emit(outcome.error)
