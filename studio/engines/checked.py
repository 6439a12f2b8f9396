"""What every engine's answer must be, checked in one place: gapless, in order, finite, as long as declared, `Done` last.

The runner and the hosted engine read events through here, so that nothing an engine does wrong reaches a take.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterable, Iterator

from studio.core.errors import Cancelled, EngineError, StudioError
from studio.core.render import Audio, Caps, Done, Engine, Event, Progress, Request, Session, Word, Words

_LOUDEST = 16.0  # beyond any sound: a model that has run away
_KEPT = "nothing of this segment was kept"
_AGAIN = "render it again; if that does not help, change its words or its seed"


class CheckedEngine:
    """Any engine, with its sessions checked. Used on the thread of the engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def caps(self) -> Caps:
        return self._engine.caps

    def load(self, note: Callable[[str], None] = lambda _: None, report: Callable[[Progress], None] = lambda _: None) -> None:
        self._engine.load(note, report)

    def open(self, request: Request) -> CheckedSession:
        return CheckedSession(self._engine.open(request), request, self._engine.caps)

    def close(self) -> None:
        self._engine.close()


class CheckedSession:
    """Any session, checked."""

    def __init__(self, session: Session, request: Request, caps: Caps) -> None:
        self._session = session
        self._request = request
        self._caps = caps

    def __iter__(self) -> Iterator[Event]:
        return checked_events(self._session, self._request, self._caps)

    def cancel(self) -> None:
        self._session.cancel()

    def ready(self) -> bool:
        return self._session.ready()


def checked_events(events: Iterable[Event], request: Request, caps: Caps) -> Iterator[Event]:
    """The same events. Raises Cancelled, or EngineError for a wrong event and for whatever the engine raises."""
    check = _Check(request, caps)
    source = iter(events)
    try:
        for event in source:
            check.take(event)
            yield event
        check.end()
    except (Cancelled, StudioError):
        raise
    except MemoryError as error:
        raise out_of_memory(caps.id) from error
    except Exception as error:
        raise EngineError(f"the {caps.id} engine stopped with {_named(error)}", kept=_KEPT, todo=_AGAIN) from error
    finally:
        if isinstance(source, Generator):
            source.close()  # now, not when it is collected: its slot is free then


def out_of_memory(engine_id: str) -> EngineError:
    """The error of an engine whose memory ran out."""
    return EngineError(
        f"the {engine_id} engine ran out of memory", kept=_KEPT, todo="close other programs or make the segment shorter"
    )


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


class _Check:
    """What has been heard so far of one segment."""

    def __init__(self, request: Request, caps: Caps) -> None:
        self._turns = [len(turn.text) for turn in request.turns]
        self._caps = caps
        self._samples = 0
        self._spoken_until = 0.0
        self._word_started = 0.0
        self._done = False

    def take(self, event: object) -> None:
        """Raises EngineError when the event may not stand here."""
        if self._done:
            raise self._nonsense("an event after the last one")
        match event:
            case Audio():
                self._audio(event)
            case Words():
                for word in event.words:
                    self._word(word)
            case Progress():
                if not (math.isfinite(event.done) and math.isfinite(event.total) and event.done >= 0):
                    raise self._nonsense("a progress that is no number")
            case Done():
                self._end(event)
            case _:
                raise self._nonsense(f"a {type(event).__name__}, which is no event")

    def end(self) -> None:
        """Raises EngineError when the last event is missing."""
        if not self._done:
            raise self._nonsense("no end")

    def _audio(self, event: Audio) -> None:
        import numpy as np  # here, because a child that hosts an engine knows this module, too, and starts sooner without

        if not isinstance(event.pcm, bytes) or len(event.pcm) % 4:
            raise self._nonsense("audio that is no whole number of samples")
        if not abs(event.start_s * self._caps.sample_rate - self._samples) <= 0.5:  # NaN is wrong, too
            raise self._nonsense("audio out of order")
        samples = np.frombuffer(event.pcm, "<f4")
        if samples.size and not float(np.abs(samples).max()) <= _LOUDEST:
            raise self._nonsense("audio that is no sound (NaN, infinite or far too loud)")
        self._samples += samples.size

    def _word(self, word: Word) -> None:
        if not (0 <= word.turn < len(self._turns) and 0 <= word.start < word.end <= self._turns[word.turn]):
            raise self._nonsense("a word that is not in the text")
        if not self._word_started <= word.start_s <= word.end_s:
            raise self._nonsense("words out of order")
        self._word_started = word.start_s
        self._spoken_until = max(self._spoken_until, word.end_s)

    def _end(self, event: Done) -> None:
        tolerance_s = 1 / self._caps.sample_rate
        if not abs(event.seconds - self._samples / self._caps.sample_rate) <= tolerance_s:
            raise self._nonsense("a length that is not that of its audio")
        if not self._spoken_until <= event.seconds + tolerance_s:
            raise self._nonsense("a word beyond the end of the audio")
        for turn, start, end in event.unspoken:
            if not (0 <= turn < len(self._turns) and 0 <= start < end <= self._turns[turn]):
                raise self._nonsense("unspoken words that are not in the text")
        if event.reason not in ("complete", "limit"):
            raise self._nonsense(f"an unknown reason to end ({event.reason!r})")
        self._done = True

    def _nonsense(self, what: str) -> EngineError:
        return EngineError(f"the {self._caps.id} engine answered nonsense: {what}", kept=_KEPT, todo=_AGAIN)
