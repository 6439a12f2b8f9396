"""What every engine promises, as checks that run on any of them: see test_conformance.py for the engines."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest

from studio.core.errors import Cancelled, EngineError
from studio.core.render import Audio, Caps, Done, Engine, Event, Progress, Request, SpokenTurn, VoiceSpec, Word, Words

Build = Callable[[], Engine]

ANNA, BEN = VoiceSpec(11), VoiceSpec(4, (("draft.pitch", "55"),))


def request(*texts: str, seed: int = 7, voices: tuple[VoiceSpec, ...] = (ANNA, BEN), pace: float = 1.0) -> Request:
    """The texts as turns of two speakers who alternate."""
    turns = tuple(SpokenTurn(1 + index % 2, text, 0.1) for index, text in enumerate(texts))
    return Request(turns, voices, seed, pace)


TALK = request(
    "Hello there, how are “you” today? It’s (laughs) a fine day.", "Well… (sighs) it is — 1984 was better, my friend!"
)
CODES = bytes(code for number in range(9 * 90) for code in (number % 251, number % 4))
TAPE = VoiceSpec(
    3, (), "digest of a tape", "[S1] My words.", codes=CODES, codes_digest=hashlib.sha256(CODES).hexdigest()
)  # to who does not clone it is a seed
CODED = replace(TALK, voices=(TAPE, BEN))
OTHER = request("Something else altogether is said here.", "Quite so.")
LONG = request("This one goes on and on, and then on. " * 20)
ODD = request(
    "(coughs)", "", "…", "Smile 😀 and say 日本 aloud.", "é, ß and naïve café\u200b words.", "(aside) [[not]] <b>markup</b>."
)


@dataclass(frozen=True)
class Heard:
    """All that came of one session."""

    pcm: bytes
    words: tuple[Word, ...]
    done: Done
    audio: tuple[Audio, ...]


def hear(events: Iterable[Event]) -> Heard:
    listed = list(events)
    audio = tuple(event for event in listed if isinstance(event, Audio))
    words = tuple(word for event in listed if isinstance(event, Words) for word in event.words)
    done = listed[-1]
    assert isinstance(done, Done), "Done is the last event"
    return Heard(b"".join(event.pcm for event in audio), words, done, audio)


def hear_together(engine: Engine, asked: Sequence[Request], together: int) -> dict[int, Heard]:
    """What came of each of these by its place, with so many open at a time, each read for one event in turn."""
    waiting = deque(enumerate(asked))
    flying: deque[tuple[int, Iterator[Event], list[Event]]] = deque()
    heard: dict[int, Heard] = {}
    while waiting or flying:
        while waiting and len(flying) < together:
            place, one = waiting.popleft()
            flying.append((place, iter(engine.open(one)), []))
        place, events, so_far = flying.popleft()
        event = next(events, None)
        if event is None:
            heard[place] = hear(so_far)
        else:
            so_far.append(event)
            flying.append((place, events, so_far))
    return heard


def audio_is_gapless_finite_and_as_long_as_declared(engine: Engine, build: Build) -> None:
    for asked in (TALK, ODD):
        heard = hear(engine.open(asked))
        samples = 0
        for event in heard.audio:
            assert event.start_s * engine.caps.sample_rate == pytest.approx(samples, abs=0.5)
            samples += len(event.pcm) // 4
        assert heard.done.seconds == pytest.approx(samples / engine.caps.sample_rate, abs=1e-6)
        sound = np.frombuffer(heard.pcm, "<f4")
        assert np.isfinite(sound).all() and np.abs(sound).max(initial=0.0) <= 1.0


def nothing_to_say_is_silence_or_refused(engine: Engine, build: Build) -> None:
    try:
        heard = hear(engine.open(request("")))
    except EngineError as error:
        assert "no words" in str(error)
    else:
        assert not np.frombuffer(heard.pcm, "<f4").any()
    hear(engine.open(OTHER))


def equal_requests_make_equal_bytes(engine: Engine, build: Build) -> None:
    first = hear(engine.open(TALK))
    hear(engine.open(OTHER))
    assert hear(engine.open(TALK)) == first, "after another text"
    another = build()
    try:
        hear(another.open(OTHER))
        assert hear(another.open(TALK)) == first, "in another engine, in another order"
    finally:
        another.close()


def another_seed_voice_or_pace_sounds_different(engine: Engine, build: Build) -> None:
    first = hear(engine.open(TALK)).pcm
    others = [replace(TALK, seed=seed) for seed in range(8, 20)]
    others.append(replace(TALK, voices=(ANNA, VoiceSpec(5))))
    if not engine.caps.clones:  # its voices are made of their settings
        others.append(replace(TALK, voices=(ANNA, VoiceSpec(4, (("draft.pitch", "75"),)))))
    others.append(replace(TALK, pace=1.2))
    heard = [hear(engine.open(other)).pcm for other in others]
    assert len({first, *heard}) == 1 + len(others)


def faster_pace_is_shorter(engine: Engine, build: Build) -> None:
    slow, fast = (hear(engine.open(replace(TALK, pace=pace))).done.seconds for pace in (0.8, 1.3))
    assert fast < slow * 0.8


def cancel_stops_within_a_step_and_leaves_the_engine_usable(engine: Engine, build: Build) -> None:
    whole = hear(engine.open(TALK))
    session = engine.open(TALK)
    events = iter(session)
    while not isinstance(next(events), Audio):
        pass
    session.cancel()
    assert _audio_until_cancelled(events) <= 1
    assert hear(engine.open(TALK)) == whole


def cancel_before_the_first_event_makes_no_sound(engine: Engine, build: Build) -> None:
    session = engine.open(TALK)
    session.cancel()
    assert _audio_until_cancelled(iter(session)) == 0
    hear(engine.open(OTHER))


def an_abandoned_session_leaves_the_engine_usable(engine: Engine, build: Build) -> None:
    whole = hear(engine.open(TALK))
    events = iter(engine.open(OTHER))
    next(events)
    del events
    engine.open(OTHER)  # never iterated
    assert hear(engine.open(TALK)) == whole


def batched_equals_alone(engine: Engine, build: Build) -> None:
    """All slots full of segments of mixed lengths, which enter and leave at different times."""
    asked = [TALK, *(request("Word after word, " * count + "and so on.", seed=count) for count in (1, 9, 3, 6, 2)), OTHER, ODD]
    alone = [hear(engine.open(one)) for one in asked]
    together = hear_together(engine, asked, max(engine.caps.slots, 1))
    assert [together[index] for index in range(len(asked))] == alone


def a_session_is_heard_whole_while_another_waits_to_be_read(engine: Engine, build: Build) -> None:
    if engine.caps.slots < 2:
        pytest.skip("this engine speaks one segment at a time")
    alone = hear(engine.open(LONG))
    waiting = iter(engine.open(LONG))
    begun = [next(waiting), next(waiting)]
    for _ in range(2):
        assert hear(engine.open(LONG)) == alone
    assert hear([*begun, *waiting]) == alone


def cancel_one_and_the_others_go_on(engine: Engine, build: Build) -> None:
    if engine.caps.slots < 2:
        pytest.skip("this engine speaks one segment at a time")
    alone = hear(engine.open(TALK))
    doomed, leaving = engine.open(LONG), iter(engine.open(LONG))
    staying = [iter(engine.open(TALK)) for _ in range(max(engine.caps.slots - 2, 1))]
    doomed_events = iter(doomed)
    heard = [[next(events) for _ in range(3)] for events in (*staying, doomed_events)]
    doomed.cancel()
    assert _audio_until_cancelled(doomed_events) <= 1
    if engine.caps.slots > 2:
        next(leaving)
        del leaving  # nobody wants it any more, and nobody says so
    entering = hear(engine.open(TALK))
    assert [hear([*begun, *events]) for begun, events in zip(heard, staying, strict=False)] == [alone] * len(staying)
    assert entering == alone


def whoever_is_ready_takes_no_step(engine: Engine, build: Build) -> None:
    session = engine.open(TALK)
    assert isinstance(session.ready(), bool)
    events = iter(session)
    first = next(events)
    assert isinstance(first, Progress), "the first event says that it has begun"
    session.cancel()
    assert _audio_until_cancelled(events) <= 1


def loading_says_how_far_it_is(engine: Engine, build: Build) -> None:
    another = build()
    told: list[Progress] = []
    try:
        another.load(lambda _: None, told.append)
    finally:
        another.close()
    assert all(one.phase == "loading" for one in told)
    assert [one.done for one in told] == sorted(one.done for one in told)
    assert all(one.done <= one.total for one in told if one.total)


def words_are_in_order_and_inside_the_audio(engine: Engine, build: Build) -> None:
    if not engine.caps.words:
        pytest.skip("this engine times no words")
    for asked in (TALK, ODD):
        heard = hear(engine.open(asked))
        assert all(0 <= word.start_s <= word.end_s <= heard.done.seconds + 1e-6 for word in heard.words)
        assert all(one.start_s <= two.start_s for one, two in pairwise(heard.words))
        assert all((one.turn, one.end) <= (two.turn, two.start) for one, two in pairwise(heard.words))


def what_is_spoken_and_what_is_not_make_up_the_input(engine: Engine, build: Build) -> None:
    if not engine.caps.words:
        pytest.skip("this engine times no words")
    for asked in (TALK, ODD):
        heard = hear(engine.open(asked))
        spoken = {(word.turn, at) for word in heard.words for at in range(word.start, word.end)}
        unspoken = {(turn, at) for turn, start, end in heard.done.unspoken for at in range(start, end)}
        written = {(index, at) for index, turn in enumerate(asked.turns) for at, sign in enumerate(turn.text) if sign.isalnum()}
        assert written <= spoken | unspoken
        assert spoken | unspoken <= {(i, at) for i, turn in enumerate(asked.turns) for at in range(len(turn.text))}


def loading_and_closing_twice_is_fine(engine: Engine, build: Build) -> None:
    before = hear(engine.open(OTHER))
    engine.load(lambda _: None)
    engine.load(lambda _: None)
    engine.close()
    engine.close()
    engine.load(lambda _: None)
    assert hear(engine.open(OTHER)) == before


def capabilities_are_known_before_loading_and_never_change(engine: Engine, build: Build) -> None:
    another = build()
    try:
        assert another.caps == engine.caps
        another.load(lambda _: None)
        assert another.caps == engine.caps
        assert isinstance(another.caps, Caps) and another.caps.revision
    finally:
        another.close()


CHECKS = (
    audio_is_gapless_finite_and_as_long_as_declared,
    nothing_to_say_is_silence_or_refused,
    equal_requests_make_equal_bytes,
    another_seed_voice_or_pace_sounds_different,
    faster_pace_is_shorter,
    cancel_stops_within_a_step_and_leaves_the_engine_usable,
    cancel_before_the_first_event_makes_no_sound,
    an_abandoned_session_leaves_the_engine_usable,
    batched_equals_alone,
    a_session_is_heard_whole_while_another_waits_to_be_read,
    cancel_one_and_the_others_go_on,
    whoever_is_ready_takes_no_step,
    loading_says_how_far_it_is,
    words_are_in_order_and_inside_the_audio,
    what_is_spoken_and_what_is_not_make_up_the_input,
    loading_and_closing_twice_is_fine,
    capabilities_are_known_before_loading_and_never_change,
)


def _audio_until_cancelled(events: Iterator[Event]) -> int:
    count = 0
    with pytest.raises(Cancelled):
        for event in events:
            count += isinstance(event, Audio)
    return count
