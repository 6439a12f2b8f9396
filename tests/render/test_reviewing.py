"""A take looked over: what is wrong with its sound and with its words, found together. Real draft speech throughout."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from studio.core.errors import EngineError
from studio.core.quality import Defect, Review
from studio.core.render import Audio, Caps, Limits, Request, SpokenTurn, VoiceSpec
from studio.engines.draft import DraftEngine
from studio.render import reviewing
from studio.render.reviewing import REVISION, Reviewer, beside, expectation
from studio.store.takes import Take

CAPS = Caps("dia", "1", 22_050, Limits(), frozenset())
SPOKEN = Request(
    (SpokenTurn(1, "They found the boat on a Thursday, upright, with the lamp warm."), SpokenTurn(2, "And nobody in it.")),
    (VoiceSpec(2), VoiceSpec(5)),
    7,
)
Sound = npt.NDArray[np.float32]


@pytest.fixture(scope="module")
def reviewer() -> Iterator[Reviewer]:
    with Reviewer() as made:
        yield made


@pytest.fixture(scope="module")
def sound() -> Sound:
    engine = DraftEngine()
    pcm = b"".join(event.pcm for event in engine.open(SPOKEN) if isinstance(event, Audio))
    engine.close()
    return np.frombuffer(pcm, "<f4")


def reviewed(reviewer: Reviewer, sound: Sound, request: Request = SPOKEN, ended: str = "complete") -> Review:
    take = Take("0" * 32, len(sound) / 22_050, len(sound), 22_050, (), "", "", 0, ended=ended)
    return reviewer.review(take.key, sound, 22_050, request, CAPS, take)


def test_a_good_take_is_not_doubtful_and_its_words_are_placed(reviewer: Reviewer, sound: Sound) -> None:
    review = reviewed(reviewer, sound)
    assert not review.is_doubtful, review.findings
    assert (review.key, review.revision) == ("0" * 32, REVISION)
    assert len(review.words) == 16
    assert 100 < review.words_per_minute < 260 and -40 < review.level_db < -10


def test_a_take_that_says_half_of_it_is_doubtful(reviewer: Reviewer, sound: Sound) -> None:
    review = reviewed(reviewer, sound[: len(sound) // 2])
    assert review.is_doubtful
    assert Defect.MISSING in {one.defect for one in review.findings}


def test_a_take_that_was_cut_off_says_so(reviewer: Reviewer, sound: Sound) -> None:
    assert Defect.ENDLESS in {one.defect for one in reviewed(reviewer, sound, ended="limit").findings}


def test_noise_for_words_is_doubtful(reviewer: Reviewer) -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, 5 * 22_050).astype(np.float32)
    assert reviewed(reviewer, noise).penalty > 2


def test_without_the_draft_voice_takes_are_judged_by_their_sound(sound: Sound, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*_: object) -> None:
        raise EngineError("eSpeak NG cannot be started")

    monkeypatch.setattr(reviewing.Aligner, "align", absent)
    with Reviewer() as reviewer:
        review = reviewed(reviewer, sound)
        assert (review.words, review.is_doubtful) == ((), False)
        assert reviewed(reviewer, sound * 30).is_doubtful, "clipped"


def test_sounds_are_no_words_but_take_their_time() -> None:
    said = expectation(Request((SpokenTurn(1, "Well (laughs) I never did, never did."),), (VoiceSpec(1),), 1, pace=0.5))
    assert (said.words, said.sounds_s) == (6, 2.8)
    assert said.repeats


def test_a_take_that_is_louder_than_its_chapter_is_told_and_no_longer_when_it_is_not() -> None:
    levels = (-20.0, -20.5, -19.5, -20.2, -8.0)
    reviews = {str(number): Review(str(number), 1, level_db=level) for number, level in enumerate(levels)}
    judged = beside(reviews, [*reviews, "not reviewed yet"])
    assert [key for key, review in judged.items() if review.findings] == ["4"]
    again = {**judged, "4": replace(judged["4"], level_db=-20.0)}
    assert not any(review.findings for review in beside(again, list(again)).values())
