"""What the window does to the cast: voices and seeds for characters. Each act is one step of undo; the session makes it."""

from __future__ import annotations

from studio.core.edits import SetCast, Together
from studio.core.settings import whole
from studio.core.voices import Cast, CastEntry, stable_seed
from studio.qt.session import Session
from studio.qt.voices import Voices

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
