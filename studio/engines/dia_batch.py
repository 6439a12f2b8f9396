"""Dia's sessions and the step that they share: whoever is iterated drives it, and it moves all of them on.

A segment's codes go to the codec, which works in a thread of its own, piece by piece, and come back as samples in order.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import numpy as np

from dia_engine import slots
from dia_engine.codec import worker
from dia_engine.params import Codes, Generated
from studio.core.errors import Cancelled, EngineError, RefusedError
from studio.core.render import Audio, Caps, Done, Event, Progress
from studio.engines.dia_request import Task
from studio.engines.dia_setup import studio_errors
from studio.engines.pace import Samples, Stretch

_PIECE = 128  # frames that are decoded together, always as many, so that bits do not depend on when codes come: 1.5 s
_TURN_S = 0.05  # that decoding waits for the codec before it looks again whether it is still wanted
_TOLD_S = 0.1  # between two words about a segment's progress
_LIFE_S = 0.5  # after which one is said even if there is nothing new, so that whoever asks can turn to another segment
_KEPT = "nothing of this segment was kept"


class Speech:
    """One segment on its way, from its first row to its last sample."""

    def __init__(self, ticket: slots.Ticket, sound: worker.Ticket) -> None:
        self._ticket = ticket
        self._sound = sound
        self._waiting: Codes | None = None  # frames that make no whole piece yet
        self._is_told = False  # the codec knows all codes
        self.frames = 0

    @property
    def result(self) -> Generated | None:
        return self._ticket.result

    def listen(self) -> None:
        """Take the frames of the last steps, and give the codec what makes whole pieces. Raises an error of dia_engine."""
        if self._is_told or self._ticket.cancelled:
            return
        new = self._ticket.take()
        self.frames += len(new)
        waiting = new if self._waiting is None else np.concatenate([self._waiting, new])
        while len(waiting) >= _PIECE:
            self._sound.feed(waiting[:_PIECE])
            waiting = waiting[_PIECE:]
        self._waiting = waiting
        if self._ticket.result is not None:
            self._is_told = True
            if len(waiting):
                self._sound.feed(waiting)
            self._sound.end()

    def ready(self) -> bool:
        """Whether `heard` waits for nothing."""
        return self._sound.ready()

    def heard(self) -> Samples | None:
        """The next samples, None at the end. Waits for the codec. Raises an error of dia_engine."""
        return next(iter(self._sound), None)

    def drop(self) -> None:
        """Nobody wants it any more. Any thread may say so; who waits for samples gets no more."""
        self._ticket.cancel()
        self._sound.drop()


class Batch:
    """The speeches that are on their way. For one thread."""

    def __init__(self, decoding: slots.Slots, codec: worker.Worker) -> None:
        self._decoding: slots.Slots | None = decoding
        self._codec: worker.Worker | None = codec
        self._speeches: list[Speech] = []
        self.failure: EngineError | None = None

    def enter(self, task: Task) -> Speech:
        """Let a segment in, or let it wait for a slot. Raises EngineError for what the model cannot speak."""
        if self.failure is not None:
            raise self.failure
        assert self._decoding is not None and self._codec is not None
        with studio_errors():
            speech = Speech(self._decoding.add(task.asked), self._codec.stream())
        self._speeches.append(speech)
        return speech

    def leave(self, speech: Speech) -> None:
        if speech in self._speeches:
            self._speeches.remove(speech)
        speech.drop()

    def step(self) -> bool:
        """Decode a row of everybody. False: there is none to decode. What goes wrong is the failure of all.

        On a processor the codec goes first, for a moment at most: both would take all of it, and in turns they are quicker than
        at once.
        """
        codec = self._codec
        if codec is not None and codec.shares_processor and not codec.idle(_TURN_S):
            return True
        try:
            with studio_errors():
                if self._decoding is None or not self._decoding.busy:
                    return False
                self._decoding.step()
                for speech in self._speeches:
                    speech.listen()
        except EngineError as error:
            self.fail(error)
        except MemoryError:
            self.fail(EngineError("Dia ran out of memory", kept=_KEPT, todo="close other programs"))
        except Exception as error:
            said = next(iter(str(error).splitlines()), "")  # torch adds a page of advice to what a GPU answers
            what = f"Dia stopped with {type(error).__name__}: {said}"
            self.fail(EngineError(what, kept=_KEPT, todo="render the segment again"))
        return True

    def fail(self, error: EngineError) -> None:
        """The engine as a whole is broken, for all who are in it and all who come."""
        self.failure = self.failure or error
        self._speeches = []

    def close(self) -> None:
        """Give everything back, whoever still holds a session. Open ones hear that it was closed."""
        self.fail(EngineError("the dia engine was closed", kept=_KEPT, todo="render the segment again"))
        codec, self._codec, self._decoding = self._codec, None, None
        if codec is not None:
            codec.close()


class DiaSession:
    """One segment. Iterated once, on the engine's thread; `cancel` may come from any."""

    def __init__(self, batch: Batch, task: Task, pace: float, caps: Caps) -> None:
        self._batch = batch
        self._task = task
        self._pace = pace
        self._caps = caps
        self._stop = threading.Event()
        self._speech: Speech | None = None
        self._told = _Told(task.expected_s / pace, 1 / (caps.frame_rate * pace))

    def cancel(self) -> None:
        self._stop.set()
        if self._speech is not None:
            self._speech.drop()

    def ready(self) -> bool:
        speech = self._speech
        if speech is None or self._stop.is_set() or self._batch.failure is not None:
            return True
        return speech.ready() or self._told.is_due(speech.frames)

    def __iter__(self) -> Iterator[Event]:
        self._demand_wanted()
        speech = self._speech = self._batch.enter(self._task)
        try:
            yield self._told.now(0)
            yield from self._events(speech, Stretch(self._pace, self._caps.sample_rate))
        finally:
            self._batch.leave(speech)

    def _events(self, speech: Speech, stretch: Stretch) -> Iterator[Event]:
        samples = 0
        for heard in self._heard(speech):
            if isinstance(heard, Progress):
                yield heard
                continue
            sound = stretch.end() if heard is None else stretch.feed(heard)
            if len(sound):
                yield Audio(samples / self._caps.sample_rate, sound.astype("<f4").tobytes())
                samples += len(sound)
        self._demand_wanted()
        assert speech.result is not None
        if not samples:  # the same request would come to the same again
            what = "Dia ended before it said anything"
            raise RefusedError(what, kept="no take was stored", todo="change the words, or give the line another seed")
        reason = "complete" if speech.result.reason == "eos" else "limit"
        codes = speech.result.codes.astype("<i2").tobytes()
        yield Done(reason, samples / self._caps.sample_rate, codes=codes)
        self._demand_wanted()

    def _heard(self, speech: Speech) -> Iterator[Samples | Progress | None]:
        """Samples as they come, None at their end, and how far it is in between."""
        while True:
            self._demand_wanted()
            if not speech.ready():
                if self._batch.failure is not None:
                    raise self._batch.failure
                if self._told.is_due(speech.frames):
                    yield self._told.now(speech.frames)
                    continue
                if self._batch.step():
                    continue
            with studio_errors():
                heard = speech.heard()  # waits where all codes are there, and only the codec is still at work
            self._demand_wanted()
            yield heard
            if heard is None:
                return

    def _demand_wanted(self) -> None:
        if self._stop.is_set():
            raise Cancelled


class _Told:
    """How far a segment is, in seconds of its speech, told now and then and soon when there is something new."""

    def __init__(self, expected_s: float, frame_s: float) -> None:
        self._expected_s = expected_s
        self._frame_s = frame_s
        self._frames = 0
        self._at = 0.0

    def is_due(self, frames: int) -> bool:
        return time.monotonic() - self._at >= (_LIFE_S if frames == self._frames else _TOLD_S)

    def now(self, frames: int) -> Progress:
        self._frames, self._at = frames, time.monotonic()
        done_s = frames * self._frame_s
        return Progress("rendering", done_s, max(self._expected_s, done_s))
