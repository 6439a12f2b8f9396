"""The helper process of eSpeak NG, real: what it says, and what becomes of its crashes."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace

import pytest

from studio.core.errors import EngineError
from studio.engines.draft_voices import Delivery
from studio.engines.speaker import Speaker
from tests.engines.processes import children, eventually, gone, needs_proc, nothing_left_behind

PLAIN = Delivery("en-us+f3", rate=150, pitch=50, pitch_range=50, seed=1)


@pytest.fixture
def speaker() -> Iterator[Speaker]:
    built = Speaker()
    yield built
    built.close()


def test_words_come_with_their_places_and_times(speaker: Speaker) -> None:
    spoken = speaker.speak("Hello naïve world.", PLAIN)
    assert [at for at, _ in spoken.words] == [0, 6, 12]
    samples = [sample for _, sample in spoken.words]
    assert samples == sorted(samples) and samples[-1] < len(spoken.pcm) // 2
    assert speaker.sample_rate == 22_050 and speaker.version.startswith("1.")


def test_the_same_words_are_the_same_bits_whatever_was_said_before(speaker: Speaker) -> None:
    first = speaker.speak("The same again, sister.", PLAIN)
    speaker.speak("Something quite different!", replace(PLAIN, variant="en-gb-x-rp+m3", seed=9))
    assert speaker.speak("The same again, sister.", PLAIN) == first
    other = Speaker()
    try:
        assert other.speak("The same again, sister.", PLAIN) == first
    finally:
        other.close()
    assert speaker.speak("The same again, sister.", replace(PLAIN, seed=2)) != first


def test_markup_is_no_command(speaker: Speaker) -> None:
    long_pause = speaker.speak('a <break time="9s"/> b', PLAIN)
    assert len(long_pause.pcm) / 2 / 22_050 < 6


def test_a_voice_that_is_not_there_is_refused_and_the_next_one_speaks(speaker: Speaker) -> None:
    with pytest.raises(EngineError, match="no voice named “xx-nowhere”"):
        speaker.speak("Hello", replace(PLAIN, variant="xx-nowhere"))
    assert speaker.speak("Hello", PLAIN).pcm


def test_a_helper_that_was_killed_starts_again_at_the_next_words(speaker: Speaker) -> None:
    before = speaker.speak("Hello", PLAIN)
    assert speaker.pid is not None
    os.kill(speaker.pid, signal.SIGKILL)
    assert eventually(lambda: speaker.pid is None)
    assert speaker.speak("Hello", PLAIN) == before


@needs_proc
def test_a_helper_that_hangs_is_given_up_and_started_again() -> None:
    with nothing_left_behind():
        speaker = Speaker(answer_s=0.5)
        speaker.start()
        hung = speaker.pid
        assert hung is not None
        os.kill(hung, signal.SIGSTOP)
        with pytest.raises(EngineError, match="did not answer within") as caught:
            speaker.speak("Hello", PLAIN)
        assert caught.value.todo and gone(hung)
        assert speaker.speak("Hello", PLAIN).pcm
        speaker.close()


def test_a_crash_of_the_library_costs_these_words_only(speaker: Speaker) -> None:
    with pytest.raises(EngineError, match="crashed on “Hello”"):
        speaker.speak("Hello", replace(PLAIN, variant=None))  # type: ignore[arg-type]
    assert speaker.speak("Hello", PLAIN).pcm


@needs_proc
def test_no_fork_outlives_its_words(speaker: Speaker) -> None:
    speaker.speak("Hello", PLAIN)
    assert speaker.pid is not None and children(speaker.pid) == []


def test_without_fork_every_utterance_has_a_helper_of_its_own(speaker: Speaker) -> None:
    with_fork = [speaker.speak(text, PLAIN) for text in ("One, sister.", "Two, sister.")]
    without = Speaker(forks=False)
    try:
        assert [without.speak(text, PLAIN) for text in ("One, sister.", "Two, sister.")] == with_fork
        assert without.pid is None
    finally:
        without.close()
