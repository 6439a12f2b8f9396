"""One job from request to stored take, on whatever thread calls it: the terminal and the window run the same function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from studio.core.errors import Cancelled, EngineError, StudioError
from studio.core.render import Audio, Caps, Done, Engine, Progress, Request, Session, Word, Words
from studio.engines.checked import checked_events, out_of_memory
from studio.store.takes import Take

Report = Callable[[Progress], None]
Stopped = Callable[[], bool]

MAX_FAILURES = 10  # one after another, tries included; then it is the engine, not the script


class Takes(Protocol):
    """Where takes are kept: a TakeStore."""

    def contains(self, key: str) -> bool: ...

    def fault(self, key: str) -> str: ...

    def info(self, key: str) -> Take: ...

    def write(
        self,
        key: str,
        pcm: bytes,
        rate: int,
        words: Sequence[Word] = (),
        recipe: str = "",
        unspoken: Sequence[tuple[int, int, int]] = (),
    ) -> Take: ...


def run_job(request: Request, engine: Engine, takes: Takes, report: Report, stopped: Stopped) -> Take:
    """Render a request and store its take; durable when it returns. A take that is there already is not rendered again.

    `stopped` is asked at every event. Raises Cancelled, EngineError for an engine that fails in any way, StorageFullError when
    the disk refuses. Nothing half-finished is left behind.
    """
    key = request.key(engine.caps)
    if stopped():
        raise Cancelled
    if takes.contains(key) and not takes.fault(key):
        return takes.info(key)
    pcm = bytearray()
    words: list[Word] = []
    done: Done | None = None
    session = _opened(engine, request)
    for event in checked_events(session, request, engine.caps):
        if stopped():
            session.cancel()  # the session itself raises Cancelled within a step, and is idle then
            continue
        match event:
            case Audio():
                pcm += event.pcm
            case Words():
                words += event.words
            case Progress():
                report(event)
            case Done():
                done = event
    if stopped():
        raise Cancelled
    if done is None or not pcm:  # `checked_events` vouches for the first
        raise EngineError("the engine ended without any sound", kept="no take was stored", todo="render this line again")
    return takes.write(key, bytes(pcm), engine.caps.sample_rate, words, request.recipe(engine.caps), done.unspoken)


class EngineSeat:
    """One engine, built and loaded when it is first needed, thrown away after a failure and built anew for the next job.

    Lives on the thread that uses it. After MAX_FAILURES failures one after another it is worn out.
    """

    def __init__(self, build: Callable[[], Engine], note: Callable[[str], None]) -> None:
        self._build = build
        self._note = note
        self._engine: Engine | None = None
        self._is_loaded = False
        self._failures = 0

    @property
    def is_worn_out(self) -> bool:
        return self._failures >= MAX_FAILURES

    @property
    def caps(self) -> Caps:
        """What the engine can do; it is built for that, and not loaded. Raises EngineError when it cannot start."""
        return self._built().caps

    def engine(self) -> Engine:
        """The loaded engine. Raises EngineError when it cannot start."""
        engine = self._built()
        if not self._is_loaded:
            engine.load(self._note)
            self._is_loaded = True
        return engine

    def worked(self) -> None:
        self._failures = 0

    def failed(self) -> None:
        """Let go of an engine that failed: whatever state it is in, the next one starts clean."""
        self._failures += 1
        self.close()

    def close(self) -> None:
        """Give the engine and its memory back; the next job builds another."""
        engine, self._engine, self._is_loaded = self._engine, None, False
        if engine is not None:
            engine.close()

    def _built(self) -> Engine:
        if self._engine is None:
            self._engine = self._build()
        return self._engine


def _opened(engine: Engine, request: Request) -> Session:
    """An engine in this process may raise anything: one kind of error comes out."""
    try:
        return engine.open(request)
    except (StudioError, Cancelled):
        raise
    except MemoryError as error:
        raise out_of_memory(engine.caps.id) from error
    except Exception as error:
        what = f"the {engine.caps.id} engine refused with {type(error).__name__}: {error}"
        raise EngineError(what, kept="no take was stored", todo="render this line again") from error
