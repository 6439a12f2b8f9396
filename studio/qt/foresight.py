"""What a change of the cast would make stale, counted before it is made, off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject

from studio.core.segments import Segment
from studio.core.voices import CastEntry
from studio.qt.pools import Lane
from studio.qt.session import Session
from studio.qt.states import Basis, SegmentStates, State, Status
from studio.qt.voices import BUILT_IN, Voices
from studio.render.requests import Casting, casting

Count = Callable[[int | None], None]


class Foresight(QObject):
    """Lives on the GUI thread. Of several questions of one asker only the newest is answered."""

    def __init__(self, voices: Voices, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._voices = voices
        self._lane = lane
        self._newest: dict[str, int] = {}

    def ask(self, asker: str, session: Session, character: str, entry: CastEntry | None, then: Count) -> None:
        """How many segments giving a character this entry would make stale; None while the engine is not known."""
        self.question(session, character, entry)(asker, then)

    def question(self, session: Session, character: str, entry: CastEntry | None) -> Callable[[str, Count], None]:
        """The same about how things stand now, to be asked later: when the change is made."""
        count = foreseen(session, self._voices, character, entry)

        def ask(asker: str, then: Count) -> None:
            number = self._newest[asker] = self._newest.get(asker, 0) + 1

            def answer(stale: Collection[str]) -> None:
                if self._newest[asker] == number:
                    then(len(stale))

            if count is None:
                then(None)
            else:
                self._lane.run(lambda: count() if self._newest[asker] == number else frozenset(), answer)

        return ask


def made_stale(session: Session, voices: Voices, character: str, entry: CastEntry | None) -> frozenset[str]:
    """The segments that giving a character this entry (None: none of its own) would leave to be rendered, and that are not so
    now: exactly those that turn stale or fail. Changes nothing."""
    count = foreseen(session, voices, character, entry)
    return count() if count is not None else frozenset()


def foreseen(session: Session, voices: Voices, character: str, entry: CastEntry | None) -> Callable[[], frozenset[str]] | None:
    """What works that out, on whatever thread, from how things stand now; None while the engine is not known."""
    basis = session.basis()
    if basis is None:
        return None
    cast = session.script.front.cast.overridden_by(session.project.cast.with_entry(character, entry))
    settled = casting(cast, {**BUILT_IN, **voices.all()}, session.settings, basis.caps)
    standing = [one for one in session.plan.segments if _stands(session.states.of(one.id))]
    return lambda: _lost(standing, basis, settled)


def _lost(standing: Sequence[Segment], basis: Basis, settled: Casting) -> frozenset[str]:
    touched = [one for one in standing if _is_touched(one, basis.casting, settled)]
    there = SegmentStates()
    there.follow(touched, replace(basis, casting=settled))
    return frozenset(one.segment for one in there.in_order(touched) if not _stands(one))


def _stands(status: Status | None) -> bool:
    """The segment is rendered as it would be now."""
    return status is not None and status.reason is None and status.state is not State.FAILED


def _is_touched(segment: Segment, now: Casting, then: Casting) -> bool:
    """Whether anybody in the segment is cast otherwise, or speaks by another derived seed."""
    names = {turn.character for turn in segment.turns} | {turn.voice.partition("/")[0] for turn in segment.turns}
    return any(now.cast.get(name) != then.cast.get(name) or now.seeds.get(name) != then.seeds.get(name) for name in names)
