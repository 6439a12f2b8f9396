"""How long a text takes to speak, and how the rate learns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.estimate import LEARN_CLAMP, Rate, learned, seconds
from tests.strategies import sentences

PROSE = (
    "Considerable numbers of visitors had already arrived at the northern station, although nobody expected them before noon. "
    "The ice had gone by then, and the ferry lay on the far side of the river. Nobody answered our calls. "
)


def test_english_prose_is_read_at_150_to_175_words_a_minute() -> None:
    text = PROSE * 10
    assert 150 <= len(text.split()) / (seconds(text) / 60) <= 175


def test_nothing_takes_no_time() -> None:
    assert seconds("") == 0.0


@pytest.mark.parametrize(
    ("shorter", "longer"),
    [
        ("we met him there", "we met him, there"),
        ("in that year we met", "in 1912 we met"),
        ("and so it was", "and so it was..."),
        ("well", "well (laughs)"),
        ("(sniffs) well", "(applause) well"),
        ("(laughs) he went", "(which nobody in the town ever quite believed) he went"),
    ],
)
def test_pauses_digits_and_sounds_take_time(shorter: str, longer: str) -> None:
    assert seconds(shorter) + 0.1 < seconds(longer)


def test_the_letters_of_a_sound_are_not_read_out() -> None:
    assert seconds("(clears throat)") < seconds("clears throat") + 0.5
    assert seconds("(sniffs) (sniffs)") == pytest.approx(2 * seconds("(sniffs)"))


@given(st.lists(sentences(), min_size=1, max_size=6))
def test_the_estimate_of_a_text_is_the_sum_over_its_pieces(pieces: list[str]) -> None:
    pieces = [piece for piece in pieces if piece]
    assert seconds(" ".join(pieces)) == pytest.approx(sum(map(seconds, pieces)))


def test_a_rate_learns_how_fast_an_engine_speaks() -> None:
    fast = Rate(characters_per_second=22.0)
    takes = [(PROSE, seconds(PROSE, fast))] * 40
    assert learned(Rate(), takes).characters_per_second == pytest.approx(22.0, rel=0.05)
    assert Rate().characters_per_second < learned(Rate(), takes[:1]).characters_per_second < 19.0


def test_a_few_takes_of_noise_do_not_move_the_rate() -> None:
    takes = [(PROSE, seconds(PROSE))] * 9 + [(PROSE, 500.0), (PROSE, 0.1)]
    assert learned(Rate(), takes).characters_per_second == pytest.approx(Rate().characters_per_second, rel=0.02)


@given(st.lists(st.tuples(st.text(max_size=80), st.floats(0, 1e6)), max_size=30))
def test_whatever_takes_say_the_rate_stays_speech(takes: list[tuple[str, float]]) -> None:
    assert LEARN_CLAMP[0] <= learned(Rate(), takes).characters_per_second <= LEARN_CLAMP[1]


def test_a_rate_survives_being_stored_and_passes_over_what_it_does_not_know() -> None:
    rate = Rate(characters_per_second=13.25, stop_s=0.5)
    assert Rate.from_dict(rate.to_dict()) == rate
    damaged = {"characters_per_second": -3, "stop_s": "long", "clause_s": True, "colour": 4.0}
    assert Rate.from_dict(damaged) == Rate()
