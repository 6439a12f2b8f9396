from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from studio.core.errors import Cancelled, EngineError
from studio.core.render import Audio, Caps, Done, Event, Limits, Progress, Word, Words
from studio.engines.checked import checked_events
from tests.engines.conformance import request

CAPS = Caps("some", "1", 1000, Limits(), frozenset())
ASKED = request("Hello you", "Fine")
SOUND = bytes(4 * 500)
DONE = Done("complete", 0.5)


def words(*spans: tuple[int, int, int, float, float]) -> Words:
    return Words(tuple(Word(*span) for span in spans))


def test_right_events_pass_unchanged() -> None:
    events = [Progress("rendering", 0, 1), Audio(0.0, SOUND), words((0, 0, 5, 0.0, 0.2), (1, 0, 4, 0.2, 0.5)), DONE]
    assert list(checked_events(events, ASKED, CAPS)) == events


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([Audio(0.0, SOUND)], "no end"),
        ([], "no end"),
        ([Audio(0.0, SOUND), DONE, DONE], "after the last"),
        ([Audio(0.1, SOUND), DONE], "out of order"),
        ([Audio(math.nan, SOUND), DONE], "out of order"),
        ([Audio(0.0, SOUND), Audio(0.0, SOUND), DONE], "out of order"),
        ([Audio(0.0, SOUND[:-1]), DONE], "whole number"),
        ([Audio(0.0, b"\0\0\xc0\x7f"), DONE], "no sound"),
        ([Audio(0.0, b"\0\0\x80\x7f"), DONE], "no sound"),
        ([Audio(0.0, b"\0\0\x80\x42"), DONE], "no sound"),
        ([Audio(0.0, SOUND), Done("complete", 0.4)], "length"),
        ([Audio(0.0, SOUND), Done("complete", math.nan)], "length"),
        ([Audio(0.0, SOUND), Done("because", 0.5)], "unknown reason"),
        ([Audio(0.0, SOUND), Done("complete", 0.5, ((0, 3, 99),))], "unspoken"),
        ([Audio(0.0, SOUND), words((0, 0, 5, 0.2, 0.7)), DONE], "beyond the end"),
        ([words((0, 0, 5, 0.2, 0.1))], "words out of order"),
        ([words((0, 0, 5, 0.2, 0.3), (0, 6, 9, 0.1, 0.3))], "words out of order"),
        ([words((0, 0, 5, math.nan, 0.1))], "words out of order"),
        ([words((2, 0, 1, 0.0, 0.1))], "not in the text"),
        ([words((0, 5, 10, 0.0, 0.1))], "not in the text"),
        ([Progress("rendering", math.nan, 1.0)], "progress"),
        (["Audio"], "a str"),
    ],
)
def test_wrong_events_are_refused(events: list[Event], said: str) -> None:
    with pytest.raises(EngineError, match=f"the some engine answered nonsense: .*{said}") as caught:
        list(checked_events(events, ASKED, CAPS))
    assert caught.value.kept and caught.value.todo


def test_cancelled_is_no_error() -> None:
    def stopped() -> Iterator[Event]:
        yield Audio(0.0, SOUND)
        raise Cancelled

    with pytest.raises(Cancelled):
        list(checked_events(stopped(), ASKED, CAPS))


def test_the_session_ends_when_its_reader_does() -> None:
    ended = []

    def session() -> Iterator[Event]:
        try:
            yield Audio(0.0, SOUND)
            yield DONE
        finally:
            ended.append(True)

    source = session()
    events = checked_events(source, ASKED, CAPS)
    next(events)
    events.close()
    assert ended == [True]
