"""What the window does to the cast: voices and seeds for characters. Each act is one step of undo; the session makes it."""

from __future__ import annotations

from dataclasses import replace

from studio.core.edits import SetCast, Together
from studio.core.segments import Segment
from studio.core.settings import whole
from studio.core.voices import Cast, CastEntry, stable_seed
from studio.qt.session import Session
from studio.qt.states import SegmentStates, State, Status
from studio.qt.voices import BUILT_IN, Voices
from studio.render.requests import Casting, casting

MAX_SEED = 2**31 - 1


def seed_now(session: Session, character: str) -> int:
    """The seed by which a character without a voice of the library speaks now: its own, else the one made from its name."""
    entry = session.cast.get(character)
    if entry is not None and entry.seed is not None:
        return entry.seed
    if session.casting is not None and character in session.casting.seeds:
        return session.casting.seeds[character]
    return stable_seed(character, whole(session.settings, "seed"))


def give_voice(session: Session, voices: Voices, character: str, voice: str, style: str = "") -> None:
    """A voice of the library, or a built-in one, which enters the library by this, in one of its styles. Raises StudioError."""
    voices.ensure(voice)
    session.do(SetCast(character, entry_of(session, character, voice, style)), "Cast")


def entry_of(session: Session, character: str, voice: str, style: str = "") -> CastEntry:
    """What the cast says of a character after it is given a voice; a seed that it was given stays."""
    return CastEntry(voice, style, session.cast.get(character, CastEntry()).seed)


def give_cast(session: Session, voices: Voices, cast: Cast) -> None:
    """Give many characters their voices, as one step of undo. Raises StudioError."""
    for entry in cast.values():
        voices.ensure(entry.voice)
    session.do(Together(tuple(SetCast(name, entry) for name, entry in cast.items())), "Cast")


def made_stale(session: Session, voices: Voices, character: str, entry: CastEntry | None) -> frozenset[str]:
    """The segments that giving a character this entry (None: none of its own) would leave to be rendered, and that are not so
    now: exactly those that turn stale or fail. Changes nothing; costs what the character speaks."""
    basis = session.basis()
    if basis is None:
        return frozenset()
    cast = session.script.front.cast.overridden_by(session.project.cast.with_entry(character, entry))
    known = {**BUILT_IN, **voices.all()}
    settled = casting(cast, known, session.settings, basis.caps)
    there, here = SegmentStates(), session.states
    touched = [one for one in session.plan.segments if _is_touched(one, basis.casting, settled)]
    there.follow(touched, replace(basis, casting=settled))
    return frozenset(one.segment for one in there.in_order(touched) if not _stands(one) and _stands(here.of(one.segment)))


def _stands(status: Status | None) -> bool:
    """The segment is rendered as it would be now."""
    return status is not None and status.reason is None and status.state is not State.FAILED


def _is_touched(segment: Segment, now: Casting, then: Casting) -> bool:
    """Whether anybody in the segment is cast otherwise, or speaks by another derived seed."""
    names = {turn.character for turn in segment.turns} | {turn.voice.partition("/")[0] for turn in segment.turns}
    return any(now.cast.get(name) != then.cast.get(name) or now.seeds.get(name) != then.seeds.get(name) for name in names)


def give_seed(session: Session, character: str, seed: int | None) -> None:
    """Let a character speak by a seed, with or without a voice; None goes back to the seed of its name or its voice.
    Raises StudioError."""
    old = session.cast.get(character, CastEntry())
    if old.seed != seed or character not in session.cast:
        session.do(SetCast(character, CastEntry(old.voice, old.style, seed)), "Seed")


def give_own_voice(session: Session, character: str) -> None:
    """A voice of its own, said outright: the seed it speaks by now is written down, so nothing sounds different for that.
    Raises StudioError."""
    session.do(SetCast(character, CastEntry("", "", seed_now(session, character))), "Cast")


def give_another_voice(session: Session, character: str) -> None:
    """The next voice of its own: a seed further, which is another timbre. Raises StudioError."""
    seed = (seed_now(session, character) + 1) % (MAX_SEED + 1)
    session.do(SetCast(character, CastEntry("", "", seed)), "Cast")
