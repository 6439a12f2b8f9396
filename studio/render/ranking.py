"""Which seeds do well for the voices that live by them: noted while takes are chosen, kept in the library afterwards."""

from __future__ import annotations

from contextlib import closing, suppress

from studio.core import seeds
from studio.core.errors import StudioError
from studio.core.segments import Segment
from studio.render.requests import Casting, lender
from studio.store import places


class Ranking:
    """Belongs to one thread. A seed that won enters its voice's bank; one that lost loses rank where it is in it."""

    def __init__(self, casting: Casting) -> None:
        self._casting = casting
        self._noted: list[tuple[str, int, bool]] = []

    def note(self, segment: Segment, seed: int, won: bool) -> None:
        """A take of this seed was among those of a segment, and won or not."""
        voice = lender(segment, self._casting)
        if voice is not None and (won or seed in seeds.in_order(voice)):
            self._noted.append((voice.name, seed, won))

    def keep(self) -> None:
        """Write down what was noted. Where that cannot be done, nothing comes of it but that no seed gains rank."""
        noted, self._noted = self._noted, []
        if not noted or not places.library().exists():
            return
        from studio.store.library import VoiceLibrary  # SQLAlchemy

        with suppress(StudioError), closing(VoiceLibrary.open(places.library())) as library:
            for name, seed, won in noted:
                library.note_seed(name, seed, won=won)
