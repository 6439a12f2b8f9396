from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import EngineError
from studio.core.render import Limits, Request, SpokenTurn, VoiceSpec
from studio.engines.checked import CheckedEngine
from studio.engines.draft import DraftEngine, DraftSession
from studio.engines.draft_voices import Delivery
from studio.engines.sounds import DIA_SOUNDS
from studio.engines.speaker import Speaker, Spoken
from tests.engines.conformance import Heard, hear, request
from tests.engines.processes import eventually, gone, needs_proc, nothing_left_behind
from tests.strategies import examples


@pytest.fixture(scope="module")
def draft() -> Iterator[CheckedEngine]:
    engine = CheckedEngine(DraftEngine())
    yield engine
    engine.close()


def pitch_hz(heard: Heard) -> float:
    """The median fundamental of the loud parts."""
    sound = np.frombuffer(heard.pcm, "<f4").astype(float)
    found = []
    for start in range(0, len(sound) - 2048, 1024):
        window = sound[start : start + 2048]
        if window.std() > 0.5 * sound.std():
            spectrum = np.fft.rfft(window - window.mean(), 4096)
            correlation = np.fft.irfft(np.abs(spectrum) ** 2)[49:368]  # 450 to 60 Hz
            found.append(22_050 / (49 + int(correlation.argmax())))
    return float(np.median(found))


def test_it_is_a_draft_with_the_limits_of_dia(draft: CheckedEngine) -> None:
    caps = draft.caps
    assert caps.is_draft and caps.deterministic and caps.words and caps.sample_rate == 22_050
    assert caps.limits == Limits() and caps.sounds == DIA_SOUNDS
    assert "espeak-ng 1." in caps.revision


def test_low_and_high_voices_sound_low_and_high(draft: CheckedEngine) -> None:
    text = "Good evening everybody, and welcome to the programme of tonight."
    for variant, lowest, highest in (("en-us+m8", 70, 105), ("en-us+Annie", 195, 270)):
        voice = VoiceSpec(1, (("draft.variant", variant), ("draft.pitch", "50")))
        assert lowest < pitch_hz(hear(draft.open(request(text, voices=(voice,))))) < highest


def test_all_voices_are_about_equally_loud(draft: CheckedEngine) -> None:
    loudness = []
    for seed in range(12):
        sound = np.frombuffer(hear(draft.open(request("All of us speak up.", voices=(VoiceSpec(seed),)))).pcm, "<f4")
        active = sound[np.abs(sound) > np.abs(sound).max() * 0.05]
        loudness.append(20 * np.log10(np.sqrt(np.mean(active**2))))
    assert max(loudness) - min(loudness) < 1.5 and min(loudness) > -21.5


def test_pauses_after_turns_are_as_long_as_asked(draft: CheckedEngine) -> None:
    without = Request((SpokenTurn(1, "Hello."), SpokenTurn(1, "You.")), (VoiceSpec(1),), 3)
    with_pause = replace(without, turns=(SpokenTurn(1, "Hello.", 1.5), without.turns[1]))
    assert hear(draft.open(with_pause)).done.seconds - hear(draft.open(without)).done.seconds == pytest.approx(1.5, abs=0.001)


def test_a_sound_is_heard_where_it_stands_and_is_not_spoken(draft: CheckedEngine) -> None:
    text = "Hello (humming) you"
    heard = hear(draft.open(request(text)))
    assert [text[word.start : word.end] for word in heard.words] == ["Hello", "(humming)", "you"]
    hum = heard.words[1]
    assert hum.end_s - hum.start_s == pytest.approx(1.2, abs=0.01)


def test_words_lie_where_the_sound_is(draft: CheckedEngine) -> None:
    heard = hear(draft.open(request("One, two, three, four.")))
    sound = np.abs(np.frombuffer(heard.pcm, "<f4"))
    inside = np.zeros(len(sound), bool)
    for word in heard.words:
        inside[round(word.start_s * 22_050) : round(word.end_s * 22_050)] = True
    assert sound[inside].mean() > 20 * sound[~inside].mean()
    assert all(two.start_s - one.end_s > 0.05 for one, two in pairwise(heard.words)), "a pause belongs to no word"


class Told(Speaker):
    """A speaker that says what it is told to."""

    def __init__(self, spoken: Spoken) -> None:
        super().__init__()
        self._spoken = spoken

    def speak(self, text: str, delivery: Delivery) -> Spoken:
        return self._spoken


def test_silence_that_is_cut_off_moves_the_words_with_it() -> None:
    tone = (8000 * np.sin(np.arange(4000) * 0.1)).astype("<i2")
    spoken = Spoken(np.concatenate([np.zeros(5000, "<i2"), tone]).tobytes(), ((0, 5000), (6, 7000)))
    heard = hear(DraftSession(request("Hello world"), Told(spoken)))
    first, second = heard.words
    assert second.start_s - first.start_s == pytest.approx(2000 / 22_050, abs=0.001)
    assert second.end_s == pytest.approx(heard.done.seconds - 0.1, abs=0.001)


def test_words_that_make_no_sound_are_listed() -> None:
    heard = hear(DraftSession(request("Hello world (beep)"), Told(Spoken(b"", ()))))
    assert heard.done.unspoken == ((0, 0, 5), (0, 6, 11))
    assert [(word.start, word.end) for word in heard.words] == [(12, 18)]


def test_each_take_begins_a_little_differently(draft: CheckedEngine) -> None:
    assert len({hear(draft.open(request("", seed=seed))).done.seconds for seed in range(20)}) > 15


def test_nothing_clicks(draft: CheckedEngine) -> None:
    sound = np.frombuffer(hear(draft.open(request("Hm. (beep) Hm.", "(laughs) Oh (sighs)"))).pcm, "<f4")
    edges = np.flatnonzero(np.diff(np.concatenate([[False], sound == 0, [False]])))
    joins = [
        (start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if end - start > 1700
    ]  # ours, not a consonant
    assert len(joins) >= 5, "there are pauses around the sounds"
    assert max(abs(sound[at]) for start, end in joins for at in (start - 1, end) if 0 <= at < len(sound)) < 0.01


def test_what_cannot_be_said_is_listed(draft: CheckedEngine) -> None:
    heard = hear(draft.open(request("Hi 😀", "日本")))
    assert heard.done.unspoken == ((0, 3, 4), (1, 0, 2))


def test_a_segment_with_nothing_to_say_is_a_short_silence(draft: CheckedEngine) -> None:
    for nothing in (request(""), request("…", "!"), Request((), (), 1)):
        heard = hear(draft.open(nothing))
        assert heard.done.seconds < 1.5 and not np.frombuffer(heard.pcm, "<f4").any()


def test_a_wrong_setting_is_an_error_that_names_it(draft: CheckedEngine) -> None:
    with pytest.raises(EngineError, match=r"draft\.rate"):
        hear(draft.open(request("Hello", voices=(VoiceSpec(1, (("draft.rate", "fast"),)),))))


@examples(25)
@given(
    st.lists(
        st.text(st.one_of(st.characters(), st.sampled_from(" aeiou.,'’“()<>[]&#@\x01😀")), max_size=40), min_size=1, max_size=3
    )
)
def test_any_text_comes_out_right_or_listed(draft: CheckedEngine, texts: list[str]) -> None:
    heard = hear(draft.open(request(*texts)))
    spoken = {(word.turn, at) for word in heard.words for at in range(word.start, word.end)}
    unspoken = {(turn, at) for turn, start, end in heard.done.unspoken for at in range(start, end)}
    letters = {
        (index, at) for index, text in enumerate(texts) for at, sign in enumerate(text) if sign.isalnum() and sign != "ʼ"
    }
    assert letters <= spoken | unspoken


@needs_proc
def test_a_helper_killed_between_two_turns_does_no_harm() -> None:
    with nothing_left_behind():
        engine = DraftEngine()
        asked = request("First of all, hello.", "And then, goodbye.")
        whole = hear(engine.open(asked))
        events = iter(engine.open(asked))
        heard = [next(events) for _ in range(4)]
        pid = engine._speaker.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        heard += events
        assert hear(iter(heard)) == whole
        engine.close()


@needs_proc
def test_the_helper_ends_when_the_studio_is_killed() -> None:
    code = (
        "import sys; from studio.engines.draft import DraftEngine; engine = DraftEngine(); engine.load(); "
        "print(engine._speaker.pid, flush=True); sys.stdin.read()"
    )
    root = str(Path(__file__).parents[2])
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert not gone(pid)
        parent.kill()
        parent.wait()
        assert eventually(lambda: gone(pid))
