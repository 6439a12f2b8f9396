"""One segment as the inspector shows it: who speaks, its takes, what was sent, why it is stale. Pure reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from studio.core.segments import SegmentTurn
from studio.i18n import N_, _
from studio.qt.differences import differ_by_chance_alone, settings_of
from studio.qt.models.cast import CharacterRow
from studio.qt.models.takes import UNMARKED, TakeRow, in_order, said
from studio.qt.outlining import character, seconds_of
from studio.qt.reviewed import doubt_of, is_pending, review_of
from studio.qt.session import Session
from studio.qt.states import Reason, State, Status
from studio.qt.words import in_words
from studio.store.take_rows import letter

_WHY = {
    Reason.TEXT: N_("The words changed since take {letter}."),
    Reason.VOICE: N_("A voice changed since take {letter}."),
    Reason.SEED: N_("The seed changed since take {letter}."),
    Reason.ENGINE: N_("Take {letter} was made by another engine."),
    Reason.SETTINGS: N_("The settings changed since take {letter}."),
}
_LOCKED_WHY = {
    Reason.TEXT: N_("Take {letter} is locked; the words changed since it was made."),
    Reason.VOICE: N_("Take {letter} is locked; a voice changed since it was made."),
    Reason.SEED: N_("Take {letter} is locked; the seed changed since it was made."),
    Reason.ENGINE: N_("Take {letter} is locked; it was made by another engine."),
    Reason.SETTINGS: N_("Take {letter} is locked; the settings changed since it was made."),
}


@dataclass(frozen=True, slots=True)
class SegmentView:
    """Lines and the number count from 1. `sent` is exactly what the engine is given."""

    id: str
    number: int
    first_line: int
    last_line: int
    state: str
    characters: tuple[CharacterRow, ...]
    takes: tuple[TakeRow, ...]
    sentence: str
    sent: str


def view_of(session: Session, segment: str, speakers: Mapping[str, int]) -> SegmentView | None:
    """None where the segment is no longer in the script."""
    index = session.index_of(segment)
    if index is None:
        return None
    found = session.plan.segments[index]
    status = session.states.of(segment)
    names = dict.fromkeys(turn.character for turn in found.turns)
    return SegmentView(
        segment,
        index + 1,
        session.plan.lines[index] + 1,
        session.plan.lines[index] + session.plan.lies[index].lines + 1,
        str(status.state) if status is not None else "empty",
        tuple(character(session, name, speakers.get(name, 0)) for name in names),
        take_rows(session, segment),
        _sentence(session, segment, status),
        status.request.text() if status is not None and status.key else "",
    )


def take_rows(session: Session, segment: str) -> tuple[TakeRow, ...]:
    """The takes of a segment, lettered from A in the order in which they were made; what was deleted keeps its letter."""
    status = session.states.of(segment)
    chosen = session.project.chosen.get(segment, "")
    heard = status.take if status is not None else chosen
    wanted = _recipe(session, status)
    return tuple(
        TakeRow(
            letter(number),
            row.key,
            row.seconds,
            row.key == heard,
            row.key == chosen,
            not wanted
            or (row.key == heard and status is not None and status.state is State.KEPT)
            or differ_by_chance_alone(session.takes.recipe(row.key), wanted),
            row.is_draft,
            row.engine,
            row.seed,
            session.project.marks.get((segment, row.key), UNMARKED),
            review_of(session, row.key),
            is_pending(session, row.key),
            settings_of(session.takes.recipe(row.key)),
        )
        for number, row in enumerate(session.takes.of(segment))
    )


def _recipe(session: Session, status: Status | None) -> str:
    """What a take would be made of now, "" where that is not known."""
    caps = session.caps
    return status.request.recipe(caps) if status is not None and status.key and caps is not None else ""


def short_reason(session: Session, segment: str) -> str:
    """Why a segment is as it is, in a few words for a tooltip; "" where the state says it all."""
    if problem := session.states.problem(segment):
        return problem
    status = session.states.of(segment)
    return _(str(status.reason)) if status is not None and status.reason is not None else ""


def signs_of(session: Session, segment: str) -> tuple[tuple[str, str], ...]:
    """What is to be seen of a segment beside its state: that its take is in doubt, that it is a pickup; each with its words."""
    review, pickup = doubt_of(session, segment), session.project.pickups.get(segment)
    signs = [("doubtful", ", ".join(said(one) for one in in_order(review.findings)))] if review is not None else []
    return (*signs, ("pickup", pickup.note)) if pickup is not None else tuple(signs)


def _sentence(session: Session, segment: str, status: Status | None) -> str:
    """What is to be known of the segment beyond its takes."""
    if status is None:
        return _("The speech engine is getting ready.")
    if problem := session.states.problem(segment):
        return problem
    if status.state is State.QUEUED:
        return _("Waiting to be rendered.")
    if status.state is State.RENDERING:
        return _("Being rendered now.")
    if status.state is State.LOCKED:
        return _locked(session, segment, status)
    if status.reason is None:
        return ""
    cost = _("Rendering takes about {time}.").format(time=in_words(_cost_s(session, segment)))
    if status.reason is Reason.NEW or status.reason not in _WHY:
        return _("Not rendered yet.") + " " + cost
    letters = [row.letter for row in take_rows(session, segment) if row.is_heard]
    return _(_WHY[status.reason]).format(letter=letters[0] if letters else "") + " " + cost


def _locked(session: Session, segment: str, status: Status) -> str:
    """A locked take survives every change, and says so."""
    if status.changed not in _LOCKED_WHY:
        return ""
    letters = [row.letter for row in take_rows(session, segment) if row.is_heard]
    return _(_LOCKED_WHY[status.changed]).format(letter=letters[0] if letters else "") + " " + _("It is heard all the same.")


def _cost_s(session: Session, segment: str) -> float:
    pace = session.rendering.rate()
    seconds = seconds_of(session, segment)[0]
    return seconds * pace if pace is not None else seconds


def opening_words(turns: tuple[SegmentTurn, ...]) -> str:
    """The first few words of a segment, to know it by."""
    return " ".join(turns[0].text.split()[:4]) if turns else ""
