"""From a segment's request to what Dia is asked for; no weights are needed."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

if importlib.util.find_spec("torch") is None:
    pytest.skip("Dia needs torch", allow_module_level=True)

from dia_engine.dia1.config import Config
from dia_engine.errors import BadRequest, TextTooLong
from studio.core.errors import RefusedError
from studio.core.estimate import seconds
from studio.core.render import Request, SpokenTurn, VoiceSpec
from studio.engines.dia_request import Task, task_for

if TYPE_CHECKING:
    from dia_engine.params import Codes

RATE = 44100 / 512  # frames per second
CONFIG = Config()  # the real sizes
SAMPLE = VoiceSpec(5, sample_digest="ab", transcript="[S1] Hello there.", pcm=b"\0" * 400, rate=44100)
OTHER = replace(SAMPLE, seed=6, sample_digest="cd", transcript="[S2] Good day.")
SENTENCE = "They found the boat on a Thursday, upright, with the lamp still warm, and nobody in it."


def codes_of(voice: VoiceSpec, *, frames: int = 700) -> Codes:
    """Codes that tell whose they are."""
    return np.full((frames, CONFIG.channels), 10 * voice.seed, np.int16)


def asked(*texts: str, voices: Sequence[VoiceSpec] = (VoiceSpec(1), VoiceSpec(2)), **fields: object) -> Request:
    turns = tuple(SpokenTurn(1 + number % 2, text) for number, text in enumerate(texts))
    return replace(Request(turns, tuple(voices), 7), **fields)  # type: ignore[arg-type]


def task(request: Request, *, frames: int = 700) -> Task:
    return task_for(request, CONFIG, RATE, lambda voice: codes_of(voice, frames=frames))


def test_the_text_is_that_of_the_plan_with_its_tags() -> None:
    request = asked("Who is there?", "(laughs) Nobody.")
    assert task(request).asked.text == request.text() == "[S1] Who is there? [S2] (laughs) Nobody. [S1]"


def test_the_seed_follows_from_the_segment_s_and_from_who_speaks() -> None:
    one = asked(SENTENCE)
    seeds = {task(request).asked.params.seed for request in (one, replace(one, seed=8), asked(SENTENCE, voices=[VoiceSpec(3)]))}
    assert len(seeds) == 3 and None not in seeds
    assert task(one).asked.params == task(asked(SENTENCE)).asked.params


def test_settings_are_the_model_s_own_unless_given() -> None:
    usual = task(asked(SENTENCE)).asked.params
    assert (usual.temperature, usual.top_p, usual.cfg_scale, usual.cfg_filter_top_k) == (1.2, 0.95, 3.0, 45)
    given = (("cfg_filter_top_k", "30"), ("cfg_scale", "4"), ("temperature", "0.9"), ("top_p", "0.8"))
    params = task(asked(SENTENCE, params=given)).asked.params
    assert (params.temperature, params.top_p, params.cfg_scale, params.cfg_filter_top_k) == (0.9, 0.8, 4.0, 30)


@pytest.mark.parametrize(
    "setting", [("temperature", "warm"), ("cfg_filter_top_k", "4.5"), ("top_p", "2"), ("temperature", "nan")]
)
def test_a_setting_that_cannot_be_is_refused(setting: tuple[str, str]) -> None:
    with pytest.raises((RefusedError, BadRequest), match=f"{setting[0]}|no number"):
        task(asked(SENTENCE, params=(setting,)))


def test_it_may_take_twice_as_long_as_expected_and_a_little_more() -> None:
    text = " ".join([SENTENCE] * 2)
    found = task(asked(text))
    assert found.expected_s == pytest.approx(seconds(text))
    rows = found.asked.params.max_tokens
    assert rows is not None
    assert (rows - 16) / RATE == pytest.approx(2 * found.expected_s + 3, abs=0.1)


def test_it_never_takes_more_rows_than_the_model_has() -> None:
    found = task(asked(" ".join([SENTENCE] * 5), voices=[SAMPLE]), frames=1000)
    assert found.asked.params.max_tokens == CONFIG.decoder.positions


def test_samples_of_all_voices_go_before_the_text_in_the_order_of_their_speakers() -> None:
    prompt = task(asked(SENTENCE, "Quite so.", voices=[SAMPLE, OTHER])).asked.prompt
    assert prompt is not None
    assert prompt.transcript == "[S1] Hello there. [S2] Good day."
    assert [int(code) for code in prompt.codes[[0, 699, 700, 1399], 0]] == [50, 50, 60, 60]


def coded(voice: VoiceSpec, frames: int = 700, code: int = 7, **fields: object) -> VoiceSpec:
    """The voice with codes of its own."""
    codes = np.full((frames, CONFIG.channels), code, "<i2").tobytes()
    return replace(voice, **{"codes": codes, "codes_digest": hashlib.sha256(codes).hexdigest(), **fields})  # type: ignore[arg-type]


def test_a_voice_that_came_with_codes_is_gone_on_with_by_them_and_by_no_others() -> None:
    prompt = task(asked(SENTENCE, "Quite so.", voices=[coded(SAMPLE, 90, pcm=b""), OTHER])).asked.prompt
    assert prompt is not None
    assert [int(code) for code in prompt.codes[[0, 89, 90, 789], 8]] == [7, 7, 60, 60] and len(prompt.codes) == 790
    assert prompt.transcript == "[S1] Hello there. [S2] Good day."


@pytest.mark.parametrize(
    ("voice", "said"),
    [
        (coded(SAMPLE, codes=b""), "are missing"),
        (coded(SAMPLE, codes=coded(SAMPLE).codes[:-1]), "are no whole frames of 9"),
        (coded(SAMPLE, code=1024), "reach from 1024 to 1024"),
        (coded(SAMPLE, code=-1), "reach from -1 to -1"),
        (coded(SAMPLE, codes=coded(SAMPLE, code=8).codes), "were changed or damaged"),
        (coded(SAMPLE, 80), "are 0.93 s of sound, and 1 to 30 s"),
        (coded(SAMPLE, 2600), "are 30.19 s of sound"),
    ],
)
def test_codes_that_are_no_voice_s_are_refused_in_a_sentence(voice: VoiceSpec, said: str) -> None:
    with pytest.raises(RefusedError, match=rf"cannot be used \(they {said}.*nothing was rendered; make the voice again"):
        task(asked(SENTENCE, voices=[voice]))


def test_one_voice_with_a_sample_may_stand_beside_one_without() -> None:
    prompt = task(asked(SENTENCE, "Quite so.", voices=[VoiceSpec(1), OTHER])).asked.prompt
    assert prompt is not None and prompt.transcript == "[S2] Good day." and len(prompt.codes) == 700


@pytest.mark.parametrize(
    ("voices", "said"),
    [
        ([replace(SAMPLE, transcript="")], r"\[S1\] has no transcript.*write down what is said"),
        ([replace(SAMPLE, transcript=" [S1] ")], r"\[S1\] has no transcript"),
        ([SAMPLE, replace(OTHER, transcript="")], r"\[S2\] has no transcript"),
        ([replace(SAMPLE, transcript="Hello there.")], r"does not begin with \[S1\].*write \[S1\]"),
        ([replace(SAMPLE, transcript="[S2] Hello there.")], r"does not begin with \[S1\]"),
        ([replace(SAMPLE, pcm=b"")], r"\[S1\] came without its sound"),
    ],
)
def test_a_sample_that_the_model_would_take_for_something_else_is_refused(voices: list[VoiceSpec], said: str) -> None:
    with pytest.raises(RefusedError, match=said) as refused:
        task(asked(SENTENCE, "Quite so.", voices=voices))
    assert "nothing was rendered" in str(refused.value)


def test_a_text_that_no_sample_leaves_room_for_is_refused_with_what_to_do() -> None:
    long = asked(" ".join([SENTENCE] * 8), voices=[SAMPLE])
    task(long)
    with pytest.raises(RefusedError, match=r"takes about \d+ s to speak, and beside 29 s of voice samples .* 5 to 10 s"):
        task(long, frames=2500)


def test_samples_that_fill_the_model_are_refused_whatever_the_text() -> None:
    with pytest.raises(RefusedError, match=r"room for 0 s; nothing was rendered; use samples of 5 to 10 s"):
        task(asked("Yes.", voices=[SAMPLE, OTHER]), frames=1600)


def test_more_than_the_model_can_speak_or_hear_is_refused_and_never_cut() -> None:
    with pytest.raises(RefusedError, match="Dia speaks 35 s at most; nothing was rendered; divide the text"):
        task(asked("word " * 400))
    two_bytes_each = "é" * 510
    with pytest.raises(TextTooLong, match="would not be spoken"):
        task(asked(two_bytes_each + " and a tail"))
    task(asked(two_bytes_each))
    with pytest.raises(TextTooLong, match="would not be spoken"):
        task(asked(two_bytes_each, voices=[SAMPLE]))


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_nothing_to_say_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="no words"):
        task(asked(text))
