"""Seeds that win gain rank for the voice that lives by them, and for no other."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from studio.core.segments import Segment, SegmentTurn
from studio.core.voices import Cast, CastEntry, SeedRank, Voice
from studio.render.ranking import Ranking
from studio.render.requests import Casting
from studio.store import places
from studio.store.library import VoiceLibrary

VOICE = Voice("alto", 7, seeds=(SeedRank(8),))


def test_a_seed_that_wins_enters_the_bank_and_one_that_loses_enters_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "library", lambda: tmp_path / "library.db")
    with closing(VoiceLibrary.open(tmp_path / "library.db")) as library:
        library.add(VOICE)
    ranking = Ranking(Casting(Cast((("Maya", CastEntry("alto")), ("Ben", CastEntry("alto", seed=3)))), {"alto": VOICE}))
    maya, ben = (Segment(name, (SegmentTurn(1, name, "Hello."),)) for name in ("Maya", "Ben"))
    for segment, seed, won in ((maya, 9, True), (maya, 10, False), (maya, 8, False), (ben, 11, True)):
        ranking.note(segment, seed, won)
    ranking.keep()
    ranking.keep()
    with closing(VoiceLibrary.open(tmp_path / "library.db", write=False)) as library:
        assert set(library.get("alto").seeds) == {SeedRank(8, 0, 1), SeedRank(9, 1, 1)}
