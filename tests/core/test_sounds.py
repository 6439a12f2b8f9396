"""The sounds, and what is meant by words that are none."""

from __future__ import annotations

import pytest

from studio.core.sounds import SOUNDS, nearest


def test_there_are_the_21_sounds_of_the_model() -> None:
    assert len(set(SOUNDS)) == len(SOUNDS) == 21
    assert {"laughs", "clears throat", "whistles"} <= set(SOUNDS)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("laughing", "laughs"),
        ("laugh", "laughs"),
        ("laughed", "laughs"),
        ("Laughs", "laughs"),
        ("cough", "coughs"),
        ("clear throat", "clears throat"),
        ("Clears  Throat", "clears throat"),
        ("sigh", "sighs"),
        ("chuckles", "chuckle"),
        ("chuckling", "chuckle"),
        ("giggles", "chuckle"),
        ("hums", "humming"),
        ("whistling", "whistles"),
        ("sneeze", "sneezes"),
        ("laugs", "laughs"),
        ("whispering", None),
        ("my brother", None),
        ("", None),
        ("x" * 10_000, None),
    ],
)
def test_the_nearest_sound(written: str, meant: str | None) -> None:
    assert nearest(written) == meant


def test_every_sound_is_its_own_nearest() -> None:
    assert [nearest(sound) for sound in SOUNDS] == list(SOUNDS)
