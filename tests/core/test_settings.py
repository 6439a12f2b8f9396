"""Every setting: its default fits, what does not fit is refused with words, and where a value comes from."""

from __future__ import annotations

import pytest

from studio.core.errors import UsageError
from studio.core.script import FrontMatter
from studio.core.settings import SETTINGS, checked, layered, number, text, whole


@pytest.mark.parametrize("name", SETTINGS)
def test_every_default_fits_and_every_setting_has_a_title(name: str) -> None:
    assert checked(name, SETTINGS[name].default) == SETTINGS[name].default
    assert SETTINGS[name].title


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("title", "  A show ", "A show"),
        ("seed", " 07", "7"),
        ("turn_gap_s", "0.50", "0.5"),
        ("music_duck_db", "-9", "-9"),
        ("channels", "1", "1"),
        ("temperature", "", ""),
    ],
)
def test_values_are_kept_in_one_form(name: str, value: str, kept: str) -> None:
    assert checked(name, value) == kept


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seed", "many"),
        ("seed", "-1"),
        ("seed", "1.5"),
        ("seed", str(2**31)),
        ("turn_gap_s", "nan"),
        ("turn_gap_s", "31"),
        ("turn_gap_s", ""),
        ("channels", "3"),
        ("bitrate", "8"),
        ("colour", "red"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_would(name: str, value: str) -> None:
    with pytest.raises(UsageError) as raised:
        checked(name, value)
    assert name in raised.value.what
    assert raised.value.todo


def test_the_project_lies_over_the_script_and_both_over_the_default() -> None:
    front = FrontMatter(title="Written", author="Somebody", export=(("bitrate", "128"), ("podcast", "yes")))
    settings = layered(front, {"title": "Decided"})
    assert (text(settings, "title"), text(settings, "author"), text(settings, "comment")) == ("Decided", "Somebody", "")
    assert whole(settings, "bitrate") == 128
    assert "podcast" not in settings


def test_a_kept_value_that_does_not_fit_counts_as_the_default() -> None:
    assert number({"turn_gap_s": "soon"}, "turn_gap_s") == 0.15
    assert whole({"seed": "99999999999"}, "seed") == 1
