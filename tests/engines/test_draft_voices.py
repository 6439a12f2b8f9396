from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations

import pytest

from studio.core.errors import EngineError
from studio.core.render import Request, SpokenTurn, VoiceSpec
from studio.core.voices import TIMBRES
from studio.engines.draft_voices import VARIANTS, delivery

HELLO = Request((SpokenTurn(1, "Hello"), SpokenTurn(1, "Again")), (VoiceSpec(1),), 5)


def with_voice(seed: int, **settings: str) -> Request:
    return replace(HELLO, voices=(VoiceSpec(seed, tuple((f"draft.{name}", value) for name, value in settings.items())),))


def test_a_voice_keeps_its_variant_and_about_its_pitch_in_every_segment() -> None:
    takes = [delivery(replace(HELLO, seed=seed), turn) for seed in range(50) for turn in (0, 1)]
    assert len({take.variant for take in takes}) == 1
    assert max(take.pitch for take in takes) - min(take.pitch for take in takes) == 2
    assert len(set(takes)) > 90, "yet no two takes are the same"


def test_there_is_a_variant_for_every_timbre_low_and_high_in_turn() -> None:
    registers = list(VARIANTS.values())
    assert len(registers) == TIMBRES
    assert max(registers[::2]) < min(registers[1::2])
    assert delivery(with_voice(7), 0).variant == list(VARIANTS)[7] == delivery(with_voice(7 + TIMBRES), 0).variant


def test_every_variant_is_used() -> None:
    used = Counter(delivery(with_voice(seed), 0).variant for seed in range(2000))
    assert set(used) == set(VARIANTS)
    assert max(used.values()) < 3 * min(used.values())


def test_two_voices_hardly_ever_sound_alike() -> None:
    voices = [delivery(with_voice(seed), 0) for seed in range(60)]
    alike = sum(one.variant == two.variant and abs(one.pitch - two.pitch) < 5 for one, two in combinations(voices, 2))
    assert alike / (60 * 59 / 2) < 0.03


def test_settings_override_the_seed() -> None:
    told = delivery(with_voice(3, variant="en-us+m8", pitch="70", rate="120"), 0)
    assert told.variant == "en-us+m8" and abs(told.pitch - 70) <= 1 and abs(told.rate - 120) <= 5
    assert told.register_hz() > delivery(with_voice(3, variant="en-us+m8", pitch="20"), 0).register_hz()


def test_pace_is_rate_within_what_the_library_takes() -> None:
    assert delivery(replace(HELLO, pace=1.5), 0).rate == pytest.approx(delivery(HELLO, 0).rate * 1.5, abs=1)
    assert delivery(replace(HELLO, pace=0.01), 0).rate == 80
    assert delivery(replace(HELLO, pace=100), 0).rate == 450


@pytest.mark.parametrize(
    ("name", "value"), [("pitch", "high"), ("pitch", "100"), ("pitch", "-1"), ("rate", "5"), ("rate", "²"), ("variant", "../x")]
)
def test_a_setting_that_cannot_be_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(EngineError, match=r"variant of eSpeak NG|the setting draft\."):
        delivery(with_voice(1, **{name: value}), 0)
