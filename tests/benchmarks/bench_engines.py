"""How fast engines start, speak and stop. Prints JSON: seconds (medians), and seconds of speech per second of one run."""

from __future__ import annotations

import json
import statistics
import threading
from collections.abc import Callable
from time import perf_counter

from studio import engines
from studio.core.errors import Cancelled
from studio.core.render import Done, Engine, Request, SpokenTurn, VoiceSpec, Words
from studio.engines.process import HostedEngine

ROUNDS = 15
TALK = Request(
    (
        SpokenTurn(1, "Good evening everybody, and welcome back to the programme. Tonight we talk about the weather."),
        SpokenTurn(2, "(laughs) Again? I thought we were done with that — but go on, I am listening."),
    ),
    (VoiceSpec(1), VoiceSpec(2)),
    seed=7,
)
BUILDERS: dict[str, Callable[[], Engine]] = {
    "draft": lambda: engines.build("draft"),
    "draft_hosted": lambda: HostedEngine("draft"),
    "fake": lambda: engines.build("fake", in_process=True),
    "fake_hosted": lambda: engines.build("fake"),
}


def timed(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def first_words(engine: Engine) -> None:
    events = iter(engine.open(TALK))
    while not isinstance(next(events), Words):
        pass


def seconds_of_speech(engine: Engine) -> float:
    *_, done = engine.open(TALK)
    assert isinstance(done, Done)
    return done.seconds


def start_s(build: Callable[[], Engine]) -> float:
    engine = build()
    try:
        return timed(lambda: engine.load(lambda _: None))
    finally:
        engine.close()


def cancel_s() -> float:
    """From `cancel` in another thread, in the middle of a step of a hosted engine, to `Cancelled`."""
    engine = engines.build("fake", step_s=60)
    session = engine.open(TALK)
    asked = []

    def cancel() -> None:
        asked.append(perf_counter())
        session.cancel()

    threading.Timer(0.05, cancel).start()
    try:
        list(session)
    except Cancelled:
        return perf_counter() - asked[0]
    finally:
        engine.close()
    raise AssertionError("it was not cancelled")


def measure(build: Callable[[], Engine]) -> dict[str, float]:
    starts = [start_s(build) for _ in range(5)]
    engine = build()
    engine.load(lambda _: None)
    speech_s = seconds_of_speech(engine)
    segment_s = statistics.median(timed(lambda: seconds_of_speech(engine)) for _ in range(ROUNDS))
    first_s = statistics.median(timed(lambda: first_words(engine)) for _ in range(ROUNDS))
    close_s = timed(engine.close)
    return {
        "start_s": round(statistics.median(starts), 4),
        "segment_s": round(segment_s, 4),
        "times_real_time": round(speech_s / segment_s, 1),
        "first_words_s": round(first_s, 4),
        "close_s": round(close_s, 4),
    }


def main() -> None:
    result: dict[str, object] = {name: measure(build) for name, build in BUILDERS.items()}
    result["cancel_hosted_s"] = round(statistics.median(cancel_s() for _ in range(5)), 4)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
