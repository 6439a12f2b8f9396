"""Codes to samples in a thread of its own, so that making codes waits neither for the codec nor for its copies."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, TypeVar

import numpy as np
import torch

from dia_engine.codec.chunks import Stream
from dia_engine.codec.codec import Codec, Pcm
from dia_engine.errors import EngineError
from dia_engine.params import Codes

ROOM = 16  # pieces that may wait: `feed` blocks beyond it, so that codes are not made faster than they are decoded
TOGETHER = 8  # pieces taken from the queue at once; whole segments among them share batches

T = TypeVar("T")


class Ticket:
    """One segment on its way: codes in, samples out in order. One thread feeds it, one (the same or another) takes."""

    def __init__(self, worker: Worker, stream: Stream | None) -> None:
        self._worker = worker
        self._out: queue.SimpleQueue[Pcm | EngineError | None] = queue.SimpleQueue()
        self._taken = False
        self.stream = stream  # the worker's; None for a segment that comes whole
        self.done = False  # set by the worker, or by whoever drops the ticket

    def feed(self, codes: Codes) -> None:
        """Codes [frames, codebooks] that go on where the last ones ended. Waits while too many pieces wait."""
        self._worker.put(_Piece(self, np.array(codes)))

    def end(self) -> None:
        """No more codes will come."""
        self._worker.put(_Piece(self, None))

    def ready(self) -> bool:
        """Whether samples, the end or an error are there, so that taking waits for nothing."""
        return self._taken or not self._out.empty()

    def drop(self) -> None:
        """Nobody wants the samples any more: what still waits is not decoded, and who waits for samples gets no more."""
        self._worker.finish(self)

    def __iter__(self) -> Iterator[Pcm]:
        """Samples as they are made, until there are no more. Waits for each. Raises `EngineError`."""
        while not self._taken:
            got = self._out.get()
            self._taken = not isinstance(got, np.ndarray)
            if isinstance(got, EngineError):
                raise got
            if got is not None:
                yield got

    def pcm(self) -> Pcm:
        """All samples that were not taken yet. Waits for them. Raises `EngineError`."""
        return np.concatenate([np.zeros(0, np.float32), *self])

    def answer(self, got: Pcm | EngineError | None) -> None:
        """For the worker: hand out samples, an error that ends the ticket, or None for its end."""
        self._out.put(got)


class _Piece(NamedTuple):
    ticket: Ticket
    codes: Codes | None  # None ends a stream


class Worker:
    """Decodes for many tickets, in the order in which their codes came. Close it, or leave its `with`. Any thread may ask.

    Nobody else may use `codec` meanwhile. `threads` is how many of the processor's it takes, where the codec runs on the
    processor: all unless given, so whoever computes there too should let it work alone, see `idle`. On a GPU it has a stream
    of its own. Samples that are not taken are kept until they are.
    """

    def __init__(self, codec: Codec, threads: int = 0, room: int = ROOM) -> None:
        self._codec = codec
        self.shares_processor = codec.device.type == "cpu"
        self._waiting: queue.Queue[_Piece | None] = queue.Queue(room)
        self._lock = threading.Lock()  # guards the next three
        self._unfinished: set[Ticket] = set()
        self._closed = False
        self._pieces = 0  # that wait or are decoded
        self._rests = threading.Condition(self._lock)
        usual, ready = torch.get_num_threads(), threading.Event()
        self._thread = threading.Thread(target=self._run, args=(threads or usual, ready), name="codec", daemon=True)
        self._thread.start()
        ready.wait()
        torch.set_num_threads(usual)  # the worker's number is its own, but threads yet to come would have it too

    def decode(self, codes: Codes) -> Ticket:
        """A ticket for all codes [frames, codebooks] of a segment. Waits while too many pieces wait."""
        ticket = self._opened(None)
        ticket.feed(codes)
        return ticket

    def stream(self) -> Ticket:
        """A ticket to be fed a piece at a time; its samples follow as far behind as the codec looks ahead."""
        return self._opened(self._codec.stream())

    def idle(self, timeout: float) -> bool:
        """Whether there is nothing to decode; waits for that for `timeout` seconds at most."""
        with self._rests:
            return self._rests.wait_for(lambda: not self._pieces or self._closed, timeout)

    def close(self) -> None:
        """End the thread after what it is at. Tickets that are not finished raise `EngineError`. Twice is harmless."""
        with self._lock:
            self._closed = True
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait(None)  # wakes a thread that waits; where there is no room, it does not wait
        self._thread.join()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def put(self, piece: _Piece) -> None:
        """For tickets. Raises `EngineError` where the worker is closed, or gets closed while there is no room."""
        self._count(1)
        while not self._closed:
            with contextlib.suppress(queue.Full):
                return self._waiting.put(piece, timeout=0.1)
        raise _closed()

    def finish(self, ticket: Ticket, last: EngineError | None = None) -> None:
        """For tickets, and for the thread: once only, nothing comes after."""
        with self._lock:
            if ticket.done:
                return
            ticket.done = True
            self._unfinished.discard(ticket)
        ticket.answer(last)

    def _opened(self, stream: Stream | None) -> Ticket:
        ticket = Ticket(self, stream)
        with self._lock:
            if self._closed:
                raise _closed()
            self._unfinished.add(ticket)
        return ticket

    def _run(self, threads: int, ready: threading.Event) -> None:
        torch.get_num_threads()  # the first call in a thread gives it the usual number, and would undo a call before it
        torch.set_num_threads(threads)
        ready.set()
        try:
            with _own_stream(self._codec.device):
                while not self._closed:
                    found = self._next()
                    self._decode_some([piece for piece in found if not piece.ticket.done])
                    self._count(-len(found))
        finally:  # however the thread ends, nobody waits for it in vain
            with self._lock:
                self._closed = True
                self._rests.notify_all()
                left = list(self._unfinished)
            for ticket in left:
                self.finish(ticket, _closed())

    def _next(self) -> list[_Piece]:
        """What waits, a piece or more; nothing where the thread was only woken."""
        found = [self._waiting.get()]
        with contextlib.suppress(queue.Empty):
            while len(found) < TOGETHER:
                found.append(self._waiting.get_nowait())
        return [piece for piece in found if piece is not None]

    def _count(self, pieces: int) -> None:
        with self._rests:
            self._pieces += pieces
            if not self._pieces:
                self._rests.notify_all()

    def _decode_some(self, pieces: list[_Piece]) -> None:
        self._decode_whole([piece for piece in pieces if piece.ticket.stream is None and piece.codes is not None])
        for ticket, codes in pieces:
            if ticket.stream is not None and not ticket.done:
                self._decode_piece(ticket, ticket.stream, codes)

    def _decode_whole(self, pieces: list[_Piece]) -> None:
        """All in one batch; where that fails, one by one, so that an error finds the one it belongs to."""
        if not pieces:
            return
        segments = [codes for _, codes in pieces if codes is not None]
        together = _tried(lambda: self._codec.decode_many(segments))
        if isinstance(together, EngineError) and len(pieces) > 1:
            for piece in pieces:
                self._decode_whole([piece])
            return
        answers: Sequence[Pcm | EngineError] = [together] if isinstance(together, EngineError) else together
        for piece, pcm in zip(pieces, answers, strict=True):
            self._answer(piece.ticket, pcm)
            self.finish(piece.ticket)

    def _decode_piece(self, ticket: Ticket, stream: Stream, codes: Codes | None) -> None:
        self._answer(ticket, _tried(stream.end if codes is None else lambda: stream.feed(codes)))
        if codes is None:
            self.finish(ticket)

    def _answer(self, ticket: Ticket, got: Pcm | EngineError) -> None:
        if isinstance(got, EngineError):
            self.finish(ticket, got)
        elif len(got):
            ticket.answer(got)


def _tried(work: Callable[[], T]) -> T | EngineError:
    try:
        return work()
    except EngineError as error:
        return error
    except Exception as error:  # the thread's edge: whoever asked hears of it, and the thread goes on for the others
        found = EngineError(f"The codec failed ({error})", todo="render the segment again")
        found.__cause__ = error
        return found


def _own_stream(device: torch.device) -> AbstractContextManager[object]:
    """On a GPU, what this thread runs is not queued behind what others run."""
    if device.type != "cuda":
        return contextlib.nullcontext()
    return torch.cuda.stream(torch.cuda.Stream(device))  # type: ignore[no-untyped-call]


def _closed() -> EngineError:
    return EngineError("The codec was closed before all samples were made", todo="render the segment again")
