from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.engines.wire import Frame, WireError, frame_bytes, read_frame, write_frame

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.lists(st.builds(Frame, st.text(), st.dictionaries(st.text(), JSON, max_size=3), st.binary()), max_size=3))
def test_what_is_written_is_read(frames: list[Frame]) -> None:
    pipe = io.BytesIO()
    for frame in frames:
        write_frame(pipe, frame)
    pipe.seek(0)
    assert [read_frame(pipe) for _ in frames] == frames
    assert read_frame(pipe) is None


@given(st.binary(min_size=1, max_size=64))
def test_garbage_is_refused(data: bytes) -> None:
    with pytest.raises(WireError):
        read_frame(io.BytesIO(data))


@pytest.mark.parametrize("cut", [1, 11, 12, 20, -1])
def test_a_frame_that_breaks_off_is_refused(cut: int) -> None:
    with pytest.raises(WireError, match="within a frame"):
        read_frame(io.BytesIO(frame_bytes(Frame("audio", {"a": 1}, b"12345678"))[:cut]))


@pytest.mark.parametrize("header", [b"{}", b"[1, {}]", b'["a", 1]', b'["a"]', b"\xff", b"[" * 40])
def test_a_wrong_header_is_refused(header: bytes) -> None:
    prefix = frame_bytes(Frame(""))[:4]
    with pytest.raises(WireError):
        read_frame(io.BytesIO(prefix + len(header).to_bytes(4, "little") + bytes(4) + header))


def test_a_frame_of_an_absurd_length_is_refused_before_it_is_read() -> None:
    prefix = frame_bytes(Frame(""))[:4]
    with pytest.raises(WireError, match="no frame starts"):
        read_frame(io.BytesIO(prefix + b"\xff" * 8))
