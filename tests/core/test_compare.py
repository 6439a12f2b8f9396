"""Two voices side by side: what differs, and nothing else."""

from dataclasses import replace

from studio.core.compare import Difference, differences
from studio.core.voices import Consent, Sample, Voice

CALM, ANGRY = Sample("a" * 64, 7.0, "[S1] Calm."), Sample("b" * 64, 6.0, "[S1] Angry!", "angry")
MAYA = Voice("Maya", 3, (CALM, ANGRY), (("draft.pitch", "55"),), ("warm",), notes="n", consent=Consent("Yes.", "M"))


def test_equal_voices_have_no_differences() -> None:
    assert differences(MAYA, MAYA) == ()


def test_the_same_sound_with_codes_is_a_difference() -> None:
    [told] = differences(MAYA, replace(MAYA, samples=(replace(CALM, codes="c" * 64, codec="dac-44100"), ANGRY)))
    assert (told.what, told.one) == ("sample", "7.0 s, aaaaaaaa: [S1] Calm.")
    assert told.other == "7.0 s, aaaaaaaa with codes cccccccc: [S1] Calm."


def test_each_difference_is_told_with_what_both_have() -> None:
    other = replace(
        MAYA, name="Mia", samples=(CALM,), settings=(("draft.pitch", "60"), ("draft.rate", "150")), consent=Consent()
    )
    assert differences(MAYA, other) == (
        Difference("name", "Maya", "Mia"),
        Difference("sample angry", "6.0 s, bbbbbbbb: [S1] Angry!", ""),
        Difference("draft.pitch", "55", "60"),
        Difference("draft.rate", "", "150"),
        Difference("consent", "Yes., M", ""),
    )
    assert {one.what: (one.other, one.one) for one in differences(MAYA, other)} == {
        one.what: (one.one, one.other) for one in differences(other, MAYA)
    }
