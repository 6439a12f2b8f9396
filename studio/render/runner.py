"""One job from request to stored take, on whatever thread calls it: the terminal and the window run the same steps."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import Protocol

from studio.core.errors import Cancelled, EngineError, StudioError
from studio.core.render import Audio, Caps, Done, Engine, Event, Progress, Request, Session, Word, Words
from studio.engines.checked import checked_events, out_of_memory
from studio.store.takes import Take

Report = Callable[[Progress], None]
Stopped = Callable[[], bool]


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
        ended: str = "complete",
        *,
        codes: bytes = b"",
        codec: str = "",
    ) -> Take: ...


class Flight:
    """A request on its way to a take, one event of its engine at a time, so that several can be on their way together."""

    def __init__(
        self,
        request: Request,
        engine: Engine,
        takes: Takes,
        report: Report,
        stopped: Stopped,
        listen: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        """`stopped` is asked at every event; `listen` is given the sound as it comes, float32 mono."""
        self._request = request
        self._engine = engine
        self._takes = takes
        self._report = report
        self._stopped = stopped
        self._listen = listen
        self._key = request.key(engine.caps)
        self._session: Session | None = None
        self._events: Iterator[Event] = iter(())
        self._pcm = bytearray()
        self._words: list[Word] = []
        self._done: Done | None = None

    def ready(self) -> bool:
        """The next step costs the engine none."""
        return self._session is None or self._stopped() or self._session.ready()

    def step(self) -> Take | None:
        """Take in one event; the take, durable, after the last one. A take that is there already is not rendered again. After
        the take, or whatever is raised, nothing is left but to `close`.

        Raises Cancelled, EngineError for an engine that fails in any way, StorageFullError when the disk refuses. Nothing
        half-finished is left behind.
        """
        if self._stopped():
            self.cancel()
            raise Cancelled
        if self._session is None:
            if self._takes.contains(self._key) and not self._takes.fault(self._key):
                return self._takes.info(self._key)
            self._session = _opened(self._engine, self._request)
            self._events = checked_events(self._session, self._request, self._engine.caps)
        event = next(self._events, None)
        if event is None:
            return self._stored()
        self._take_in(event)
        return None

    def cancel(self) -> None:
        """Ask the engine to stop, without waiting for it: first all, then `close` each."""
        if self._session is not None:
            self._session.cancel()

    def close(self) -> None:
        """Give the slot back; nothing of it is kept."""
        if isinstance(self._events, Generator):
            self._events.close()

    def _take_in(self, event: Event) -> None:
        match event:
            case Audio():
                self._pcm += event.pcm
                self._listen(event.pcm)
            case Words():
                self._words += event.words
            case Progress():
                self._report(event)
            case Done():
                self._done = event

    def _stored(self) -> Take:
        caps = self._engine.caps
        if self._done is None or not self._pcm:  # `checked_events` vouches for the first
            raise EngineError("the engine ended without any sound", kept="no take was stored", todo="render this line again")
        recipe = self._request.recipe(caps)
        done, pcm = self._done, bytes(self._pcm)
        codes, codec = (done.codes, caps.codec) if caps.codec else (b"", "")
        return self._takes.write(
            self._key, pcm, caps.sample_rate, self._words, recipe, done.unspoken, done.reason, codes=codes, codec=codec
        )


def stop_all(flights: Iterable[Flight]) -> None:
    """Let go of all of them within one step: each is told before any is waited for."""
    told = list(flights)
    for flight in told:
        flight.cancel()
    for flight in told:
        flight.close()


def run_job(request: Request, engine: Engine, takes: Takes, report: Report, stopped: Stopped) -> Take:
    """Render one request and store its take; durable when it returns. For what it raises see `Flight.step`."""
    flight = Flight(request, engine, takes, report, stopped)
    try:
        while (take := flight.step()) is None:
            pass
        return take
    finally:
        flight.close()


class EngineSeat:
    """One engine, built and loaded when it is first needed, thrown away after a failure and built anew for the next job.

    Lives on the thread that uses it.
    """

    def __init__(self, build: Callable[[], Engine], note: Callable[[str], None], report: Report = lambda _: None) -> None:
        """`note` and `report` are told how loading goes on."""
        self._build = build
        self._note = note
        self._report = report
        self._engine: Engine | None = None
        self._is_loaded = False
        self._is_doubted = False

    @property
    def caps(self) -> Caps:
        """What the engine can do; it is built for that, and not loaded. Raises EngineError when it cannot start."""
        return self._built().caps

    @property
    def is_loaded(self) -> bool:
        return self._is_loaded

    def engine(self) -> Engine:
        """The loaded engine. Raises EngineError when it cannot start."""
        engine = self._built()
        if not self._is_loaded:
            engine.load(self._note, self._report)
            self._is_loaded = True
        return engine

    def failed(self) -> None:
        """Whatever state the engine is in, it is let go as soon as nobody is using it: see `settle`."""
        self._is_doubted = True

    def settle(self) -> None:
        """Nobody is using the engine: let go of one that failed, so that the next job starts with a clean one."""
        if self._is_doubted:
            self.close()

    def close(self) -> None:
        """Give the engine and its memory back; the next job builds another."""
        engine, self._engine, self._is_loaded, self._is_doubted = self._engine, None, False, False
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
