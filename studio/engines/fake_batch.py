"""The step that the fake engine's sessions share: whoever is iterated drives it, and it moves all of them on."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator

from studio.core.errors import Cancelled
from studio.core.render import Event


class Member:
    """A session in the batch. `steps` gives the events of each step, and whether it is the last."""

    def __init__(self, steps: Iterator[tuple[list[Event], bool]], first: Event) -> None:
        self.stop = threading.Event()
        self.kept: deque[Event] = deque([first])
        self.is_over = False
        self.error: Exception | None = None
        self._steps = steps

    def advance(self) -> None:
        """One step. What goes wrong in it is this member's alone."""
        try:
            events, is_last = next(self._steps)
            self.kept += events
            self.is_over = self.is_over or is_last
        except Exception as error:
            self.error, self.is_over = error, True


class Batch:
    """Up to `slots` members move together; the others wait for a slot. For one thread, save for `wake`."""

    def __init__(self, slots: int, step_s: float) -> None:
        self._slots = slots
        self._step_s = step_s
        self._members: list[Member] = []  # the first `slots` of them move
        self._due: float | None = None
        self._woken = threading.Event()
        self._failure: Exception | None = None

    def enter(self, member: Member) -> None:
        self._members.append(member)
        if self._failure is not None:
            self.fail(self._failure)

    def leave(self, member: Member) -> None:
        if member in self._members:
            self._members.remove(member)

    def wake(self) -> None:
        """Let a step that sleeps look at its driver's stop flag. Any thread may call it."""
        self._woken.set()

    def step(self, driver: Member) -> None:
        """Move everybody on. Raises Cancelled as soon as the driver's flag is set; the others' step is then still to come."""
        self._sleep(driver)
        for member in self._members[: self._slots]:
            if member.stop.is_set():
                member.is_over = True  # it hears of that when it is iterated
            elif not member.is_over:
                member.advance()
        self._members = [member for member in self._members if not member.is_over]

    def fail(self, error: Exception) -> None:
        """The engine itself is broken: so are all who are in it, and all who come until it is mended."""
        self._failure = error
        for member in self._members:
            member.error, member.is_over = error, True
        self._members = []

    def mend(self) -> None:
        self._failure = None

    def _sleep(self, driver: Member) -> None:
        if self._due is None:
            self._due = time.monotonic() + self._step_s
        while True:
            if driver.stop.is_set():
                raise Cancelled
            left = self._due - time.monotonic()
            if left <= 0:
                break
            if self._woken.wait(left):
                self._woken.clear()
        self._due = None
