from __future__ import annotations

import json
import threading
import time
from dataclasses import asdict

import pytest

from studio.core.errors import Cancelled, EngineError
from studio.core.render import Audio, Request, SpokenTurn, VoiceSpec
from studio.engines.checked import CheckedEngine
from studio.engines.fake import FakeEngine, Faults
from tests.engines.conformance import TALK, hear, request

NONSENSE = ("nan", "infinite", "odd", "disorder", "length", "no-done", "late", "type", "word")


def test_fifteen_characters_take_a_second_and_pauses_come_on_top() -> None:
    turns = (SpokenTurn(1, "x" * 30, pause_after_s=0.5), SpokenTurn(1, "x" * 15))
    heard = hear(FakeEngine().open(Request(turns, (VoiceSpec(1),), 0)))
    assert heard.done.seconds == pytest.approx(3.5, abs=0.001)
    assert heard.pcm[4 * round(2.1 * 22050) : 4 * round(2.4 * 22050)].strip(b"\0") == b""


def test_beyond_its_limit_it_stops_and_says_what_it_left_out() -> None:
    heard = hear(
        FakeEngine(caps={"limits": {"max_seconds": 2.0}}).open(request("one two three four five six seven eight nine"))
    )
    assert heard.done.reason == "limit" and heard.done.seconds == pytest.approx(2.0)
    assert heard.done.unspoken == ((0, 34, 44),)
    assert heard.words[-1].end <= 34


def test_capabilities_can_be_set_from_json() -> None:
    caps = FakeEngine(caps=json.loads('{"limits": {"best_seconds": [1, 2]}, "sounds": ["beep"], "is_draft": true}')).caps
    assert (caps.limits.best_seconds, caps.sounds, caps.is_draft) == ((1, 2), {"beep"}, True)


def test_cancel_interrupts_the_sleep_of_a_step() -> None:
    session = FakeEngine(step_s=60).open(TALK)
    threading.Timer(0.05, session.cancel).start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        list(session)
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("kind", NONSENSE)
def test_every_kind_of_nonsense_is_caught(kind: str) -> None:
    with pytest.raises(EngineError, match="answered nonsense"):
        hear(CheckedEngine(FakeEngine(faults=Faults.of(kind))).open(TALK))  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "said"), [("error", "told to"), ("memory", "out of memory"), ("bug", "RuntimeError: a bug")])
def test_every_kind_of_failure_is_an_engine_error(kind: str, said: str) -> None:
    with pytest.raises(EngineError, match=said) as caught:
        hear(CheckedEngine(FakeEngine(faults=Faults.of(kind))).open(TALK))  # type: ignore[arg-type]
    assert caught.value.todo


def test_a_fault_is_chosen_by_text_by_count_and_by_step() -> None:
    by_text = FakeEngine(faults=Faults.of("error", text="boom", step=2))
    hear(by_text.open(TALK))
    events = iter(by_text.open(request("boom, and then a good many more words so that there are steps")))
    with pytest.raises(EngineError):
        [heard := event for event in events if isinstance(event, Audio)]
    assert heard.start_s == pytest.approx(0.25, abs=0.01)
    by_count = FakeEngine(faults=Faults.of("error", segment=1))
    hear(by_count.open(TALK))
    with pytest.raises(EngineError):
        hear(by_count.open(TALK))
    hear(by_count.open(TALK))


def test_faults_come_from_json_and_unknown_ones_are_refused() -> None:
    faults = Faults.of("error", text="boom")
    engine = FakeEngine(faults=json.loads(json.dumps(asdict(faults))))
    with pytest.raises(EngineError):
        hear(engine.open(request("boom")))
    with pytest.raises(ValueError, match="explode"):
        FakeEngine(faults=[{"kind": "explode"}])
