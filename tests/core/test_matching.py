"""What two versions of a text have in common."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.core.matching import Matching
from tests.strategies import examples

TEXTS = st.lists(
    st.sampled_from(["Yes.", "No.", "The ice had gone.", "Nobody came that year.", "We left at noon.", ""]), max_size=12
)


def stream(texts: list[str]) -> str:
    return "".join(f"{text} " for text in texts)


@given(TEXTS, TEXTS)
@examples(300)
def test_blocks_hold_equal_text_and_no_character_is_in_two(old: list[str], new: list[str]) -> None:
    blocks = Matching(old, new).blocks
    for block in blocks:
        assert stream(old)[block.old : block.old + block.length] == stream(new)[block.new : block.new + block.length]
    for places in ([(block.old, block.length) for block in blocks], sorted((block.new, block.length) for block in blocks)):
        here = 0
        for start, length in places:
            assert start >= here
            here = start + length


@given(TEXTS)
def test_a_text_is_all_in_common_with_itself(texts: list[str]) -> None:
    assert Matching(texts, texts).image(0, len(stream(texts))) == 0 or not texts


def test_a_word_in_the_middle_touches_only_itself() -> None:
    matching = Matching(["One.", "We came at noon today.", "Three."], ["One.", "We came at night today.", "Three."])
    assert matching.image(0, 16) == 0
    assert matching.image(16, 20) is None
    assert matching.image(20, 34) == 21
    assert matching.added(0, 35) == 4


def test_a_paragraph_that_has_moved_is_found_again() -> None:
    one, two, three = "The ice had gone.", "Nobody came that year.", "We left at noon."
    matching = Matching([one, two, three, "A.", "B."], [two, three, "A.", one, "B."])
    assert matching.image(0, len(one)) == len(stream([two, three, "A."]))
    assert matching.image(len(one) + 1, len(stream([one, two, three]))) == 0


def test_short_lines_elsewhere_are_chance() -> None:
    assert Matching(["Yes.", "The ice had gone."], ["The ice had gone.", "Yes."]).image(0, 4) is None


def test_lines_wrapped_differently_are_the_same_words() -> None:
    matching = Matching(["The ice had", "gone that year."], ["The ice", "had gone that", "year."])
    assert matching.image(0, len("The ice had gone that year.")) == 0
