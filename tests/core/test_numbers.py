"""Figures as an English speaker says them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.numbers import cardinal, figures, ordinal, spelled


def said(text: str) -> str:
    pieces, done = [], 0
    for match in figures(text):
        pieces += [text[done : match.start()], spelled(match) or "?"]
        done = match.end()
    return "".join((*pieces, text[done:]))


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("In 1984 we had 1,024 cats.", "In nineteen eighty-four we had one thousand twenty-four cats."),
        ("the 1980s, the '80s", "the nineteen eighties, the eighties"),
        ("2005, 2010, 1905, 1900", "two thousand five, twenty ten, nineteen oh five, nineteen hundred"),
        ("1st, 2nd, 3rd, 12th, 21st", "first, second, third, twelfth, twenty-first"),
        ("$5, $1, $5.50, £0.99", "five dollars, one dollar, five dollars and fifty cents, ninety-nine pence"),
        ("$3 million, €1.5", "three million dollars, one point five euros"),
        ("at 10:30 pm or 9:00", "at ten thirty p m or nine o'clock"),
        ("5pm. Then", "five p m. Then"),
        ("3.14, 3.11.7, 0.5", "three point one four, three point eleven point seven, zero point five"),
        ("50% of 5 km", "fifty percent of five kilometres"),
        ("1 kg at 100 km/h, 20°C", "one kilogram at one hundred kilometres per hour, twenty degrees Celsius"),
        ("1/2, 3/4", "one half, three quarters"),
        ("10-20 people, 1914–1918", "ten to twenty people, nineteen fourteen to nineteen eighteen"),
        ("No. 5, #1", "number five, number one"),
        ("Dr. Smith vs. Mr. Jones", "Doctor Smith versus Mister Jones"),
        ("bread, butter, etc.", "bread, butter, et cetera."),
        ("bread etc. and wine", "bread et cetera and wine"),
        ("-5, 007", "minus five, zero zero seven"),
        ("A4 and mp3s", "Afour and mpthree s"),
        ("half & half, ½", "half and half, one half"),
        ("12/25/2020, 555-1234-567", "?/?/?, ?-?-?"),
        ("Drive, No, Stop. Best.", "Drive, No, Stop. Best."),
    ],
)
def test_figures(written: str, heard: str) -> None:
    assert said(written) == heard


def test_big_and_small_numbers() -> None:
    assert cardinal(0) == "zero"
    assert cardinal(-1) == "minus one"
    assert cardinal(1_000_001) == "one million one"
    assert cardinal(10**15) == ""
    assert [ordinal(number) for number in (30, 100, 1_000_000)] == ["thirtieth", "one hundredth", "one millionth"]


@given(st.text(alphabet="0123456789.,:/-–$€%&#½ aApPmMkgst°CF'No.Dr", max_size=30))
def test_words_hold_no_figures_and_nothing_raises(text: str) -> None:
    for match in figures(text):
        assert not list(figures(spelled(match)))
        assert match.end() > match.start()
