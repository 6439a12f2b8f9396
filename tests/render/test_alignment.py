"""Words found in takes by laying the draft voice beside them: where they are, and which are missing, added or said twice."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from studio.core.errors import EngineError
from studio.core.quality import Defect
from studio.core.render import SpokenTurn, VoiceSpec
from studio.engines.draft import RATE, DraftEngine
from studio.engines.sounds import sound_tags
from studio.render.alignment import WORST, Aligner, Alignment
from tests.audio.screening.takes import TEXTS, VOICES, clean_takes
from tests.render.drafted import Case, cases, doubled, joined, speak, voice, without

TEXT = "The captain folded the map, looked at the sky, and told us to be ready before dawn."
TURNS = (SpokenTurn(1, TEXT),)
VOICE = (voice("en-us+linda", 170, 60),)


@pytest.fixture(scope="module")
def draft() -> Iterator[DraftEngine]:
    engine = DraftEngine()
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def aligner() -> Iterator[Aligner]:
    with Aligner() as one:
        yield one


def found(alignment: Alignment) -> list[tuple[Defect, float]]:
    return [(one.defect, one.value) for one in alignment.findings]


def is_told(case: Case, alignment: Alignment) -> bool:
    """Whether what is wrong is among the findings, about where it is."""
    wanted = (Defect.MISSING,) if case.kind in ("cut", "left out") else (Defect.REPEATED, Defect.ADDED)
    return any(one.defect in wanted and one.start_s - 1.0 < case.at_s < one.end_s + 0.6 for one in alignment.findings)


def test_every_word_of_another_voice_is_found_where_it_is(draft: DraftEngine, aligner: Aligner) -> None:
    sound, words = speak(draft, TURNS, VOICE)
    result = aligner.align(sound, RATE, TURNS)
    assert [(one.turn, one.start, one.end) for one in result.words] == [(one.turn, one.start, one.end) for one in words]
    errors = [abs(one.start_s - other.start_s) for one, other in zip(result.words, words, strict=True)]
    assert np.median(errors) <= 0.04 and max(errors) <= 0.12
    assert found(result) == [] and result.cost < 0.8
    assert all(0 <= one.start_s <= one.end_s <= other.start_s for one, other in pairwise(result.words))
    assert result.words[-1].end_s <= len(sound) / RATE


def test_words_left_out_are_told_and_have_no_length(draft: DraftEngine, aligner: Aligner) -> None:
    sound, words = speak(draft, TURNS, VOICE)
    result = aligner.align(without(sound, words[5]), RATE, TURNS)
    assert found(result) == [(Defect.MISSING, 1.0)]
    [finding] = result.findings
    assert finding.start_s - 0.1 < words[5].start_s < finding.end_s + 0.1
    assert result.words[5].start_s == result.words[5].end_s
    assert len(result.words) == len(words)


def test_a_take_that_ends_early_lacks_its_last_words(draft: DraftEngine, aligner: Aligner) -> None:
    sound, words = speak(draft, TURNS, VOICE)
    result = aligner.align(sound[: round(words[9].end_s * RATE)], RATE, TURNS)
    [finding] = result.findings
    assert finding.defect is Defect.MISSING and abs(finding.value - (len(words) - 10)) <= 1


def test_words_said_twice_and_words_of_another_text_are_told(draft: DraftEngine, aligner: Aligner) -> None:
    sound, words = speak(draft, TURNS, VOICE)
    assert found(aligner.align(doubled(sound, words[2]), RATE, TURNS)) == [(Defect.REPEATED, 1.0)]
    other, _ = speak(draft, (SpokenTurn(1, "Bread and marmalade."),), VOICE)
    cut = round(words[8].end_s * RATE)
    result = aligner.align(joined(joined(sound[:cut], other), sound[cut:]), RATE, TURNS)
    assert {one.defect for one in result.findings} & {Defect.ADDED, Defect.REPEATED}


def test_sounds_such_as_laughs_are_neither_missing_nor_added(draft: DraftEngine, aligner: Aligner) -> None:
    turns = (SpokenTurn(1, "Good morning to you all. (laughs) It is a cold day, and nobody is awake."),)
    with_laugh, words = speak(draft, turns, VOICE)
    without_it, _ = speak(draft, (SpokenTurn(1, turns[0].text.replace("(laughs) ", "")),), VOICE)
    other, _ = speak(draft, (SpokenTurn(1, "Bread and marmalade."),), VOICE)
    cut = round(words[4].end_s * RATE)
    laughs_otherwise = joined(joined(without_it[:cut], other), without_it[cut:])
    assert aligner.align(laughs_otherwise, RATE, (SpokenTurn(1, turns[0].text.replace("(laughs) ", "")),)).findings
    for sound in (with_laugh, without_it, laughs_otherwise):
        result = aligner.align(sound, RATE, turns)
        assert result.findings == ()
        assert len(result.words) == len(words) - 1


@pytest.mark.parametrize("seed", [3, 14])
@pytest.mark.parametrize("made", ["as the draft makes it", "not at all", "as noise"])
@pytest.mark.parametrize(
    "text",
    [
        "(sighs) I suppose that we could walk. It is only a mile or so along the river.",
        "Well (laughs) I never thought of it like that. Shall we try again?",
        "Ladies and gentlemen, thank you for coming. (applause)",
    ],
)
def test_however_a_sound_is_made_the_words_beside_it_are_found(
    text: str, made: str, seed: int, draft: DraftEngine, aligner: Aligner
) -> None:
    turns = (SpokenTurn(1, text),)
    sound, words = speak(draft, turns, (VoiceSpec(seed),), seed)
    noise = np.random.default_rng(seed).normal(0, 0.05, len(sound)).astype(np.float32)
    [tag] = sound_tags(text)
    [laugh] = [word for word in words if word.start == tag.start]
    first, last = round(laugh.start_s * RATE), round(laugh.end_s * RATE)
    middle = {"not at all": sound[:0], "as noise": noise[first:last]}.get(made, sound[first:last])
    alignment = aligner.align(np.concatenate([sound[:first], middle, sound[last:]]), RATE, turns)
    assert alignment.findings == ()
    later_s = (len(middle) - (last - first)) / RATE
    true = [word.start_s + later_s * (word.start > tag.start) for word in words if word != laugh]
    assert np.median(np.abs(np.array(true) - [word.start_s for word in alignment.words])) < 0.04


def test_words_that_the_text_repeats_are_not_told_to_be_repeated_or_missing(draft: DraftEngine, aligner: Aligner) -> None:
    text = "No, no, no, that is not what I said."
    turns = (SpokenTurn(1, text),)
    assert TEXTS[1] == (text,)
    for seed in (9, 2026):
        for take in list(clean_takes(TEXTS[:2], VOICES, seed))[len(VOICES) :]:
            assert aligner.align(take.samples, take.rate, turns).findings == ()
    short, _ = speak(draft, (SpokenTurn(1, "No, no, no, that is I said."),), VOICE)
    assert Defect.MISSING in {one.defect for one in aligner.align(short, RATE, turns).findings}


def test_silence_and_sound_of_no_length_have_none_of_the_words(aligner: Aligner) -> None:
    for sound in (np.zeros(RATE, np.float32), np.zeros(0, np.float32), np.full(100, np.nan, np.float32)):
        result = aligner.align(sound, RATE, TURNS)
        assert found(result) == [(Defect.MISSING, 17.0)] and result.cost == WORST
        assert all(0.0 <= word.start_s <= word.end_s <= 1.0 for word in result.words)
    assert aligner.align(np.zeros(RATE, np.float32), RATE, ()) == Alignment()
    assert aligner.align(np.zeros(RATE, np.float32), RATE, (SpokenTurn(1, "(laughs) …"),)) == Alignment()


def test_noise_and_other_words_are_unlike_the_text(draft: DraftEngine, aligner: Aligner) -> None:
    noise = (np.random.default_rng(1).normal(0, 0.1, 3 * RATE)).astype(np.float32)
    other, _ = speak(draft, (SpokenTurn(1, "Please remember that the museum closes at five."),), VOICE)
    same, _ = speak(draft, TURNS, VOICE)
    same_cost = aligner.align(same, RATE, TURNS).cost
    for sound in (noise, other):
        result = aligner.align(sound, RATE, TURNS)
        assert result.findings and result.cost > same_cost + 0.1


def test_where_the_draft_voice_cannot_run_an_engine_error_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.engines.speaker._HELPER", "studio.engines.no_such_helper")
    with Aligner() as broken, pytest.raises(EngineError):
        broken.align(np.ones(RATE, np.float32), RATE, TURNS)


@pytest.mark.slow
def test_the_figures_hold_for_a_sample(draft: DraftEngine, aligner: Aligner) -> None:
    """The first of those that `tests/benchmarks/bench_alignment.py` measures."""
    errors: list[float] = []
    told: list[bool] = []
    alarms = 0
    for case in cases(draft, 8, seed=2027):
        result = aligner.align(case.samples, case.rate, case.turns)
        if case.kind == "clean":
            errors += [abs(one.start_s - other.start_s) for one, other in zip(result.words, case.words, strict=True)]
            alarms += bool(result.findings)
        else:
            told.append(is_told(case, result))
    assert np.median(errors) <= 0.04 and np.quantile(errors, 0.95) <= 0.12
    assert np.mean(told) >= 0.9 and alarms == 0
