from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import EngineError, RefusedError, UnavailableError
from studio.core.render import Audio, Caps, Done, Event, Limits, Progress, Request, SpokenTurn, VoiceSpec, Word, Words
from studio.engines.messages import (
    caps_fields,
    caps_from,
    error_frame,
    error_from,
    event_frame,
    event_from,
    request_frame,
    request_from,
)
from studio.engines.wire import Frame, WireError, frame_bytes, read_frame


def through_a_pipe(frame: Frame) -> Frame:
    read = read_frame(io.BytesIO(frame_bytes(frame)))
    assert read is not None
    return read


pairs = st.lists(st.tuples(st.text(), st.text()), max_size=2).map(tuple)
voices = st.builds(
    VoiceSpec,
    st.integers(0, 2**31),
    pairs,
    st.text(),
    st.text(),
    st.binary(max_size=16),
    st.sampled_from([0, 44_100]),
    st.text(max_size=4),
    st.binary(max_size=16),
)
turns = st.builds(SpokenTurn, st.integers(1, 2), st.text(st.characters()), st.floats(0, 9))
requests = st.builds(
    Request,
    st.lists(turns, max_size=3).map(tuple),
    st.lists(voices, max_size=2).map(tuple),
    st.integers(0, 2**63),
    st.floats(0.5, 2),
    pairs,
)


@given(requests)
def test_a_request_arrives_as_it_was_sent(request: Request) -> None:
    assert request_from(through_a_pipe(request_frame(request, 3))) == request


EVENTS = [
    Audio(0.1 + 0.2, b"12345678"),
    Words((Word(0, 1, 2, 0.1, 0.3), Word(1, 0, 4, 0.3, 1 / 3))),
    Words(()),
    Progress("rendering", 1.5, 3.0),
    Done("limit", 2 / 3, ((0, 1, 2), (1, 0, 5)), b"codes"),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_arrives_as_it_was_sent(event: Event) -> None:
    assert event_from(through_a_pipe(event_frame(event, 1))) == event


@pytest.mark.parametrize(
    "frame", [Frame("noise"), Frame("audio"), Frame("words", {"words": [[1]]}), Frame("done", {"reason": 1})]
)
def test_what_is_no_event_is_refused(frame: Frame) -> None:
    with pytest.raises(WireError):
        event_from(frame)


def test_capabilities_arrive_as_they_were_sent() -> None:
    caps = Caps("some", "r1", 24_000, Limits(best_seconds=(1.0, 2.0)), frozenset({"beep", "laughs"}), words=True, slots=4)
    assert caps_from(through_a_pipe(Frame("built", {"caps": caps_fields(caps)})).fields["caps"]) == caps


@pytest.mark.parametrize("kind", [EngineError, RefusedError, UnavailableError])
def test_an_error_keeps_its_kind_and_its_parts(kind: type[EngineError]) -> None:
    error = kind("it broke", where="here", kept="this is kept", todo="do that")
    arrived = error_from(through_a_pipe(error_frame(error, 1)))
    assert type(arrived) is kind
    assert (arrived.what, arrived.where, arrived.kept, arrived.todo) == ("it broke", "here", "this is kept", "do that")
