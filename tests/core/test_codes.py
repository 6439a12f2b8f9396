"""What codes of a sample have to be."""

from __future__ import annotations

import struct

import pytest

from studio.core.codes import CODEBOOKS, CODES, FRAME_BYTES, fault, frame_rate, shape_fault

DIA = "dac-44100"


def codes(frames: int, value: int = 5) -> bytes:
    return struct.pack("<h", value) * CODEBOOKS * frames


def test_codes_as_long_as_their_sound_are_its_own() -> None:
    rate = frame_rate(DIA)
    assert rate == pytest.approx(86.13, abs=0.01)
    for frames in (1, 86, 700):
        assert fault(codes(frames, CODES - 1), DIA, frames / rate) == ""
        assert fault(codes(frames), DIA, (frames + 1.9) / rate) == fault(codes(frames + 1), DIA, frames / rate) == ""
        assert "not as long" in fault(codes(frames), DIA, (frames + 2.5) / rate)
        assert "not as long" in fault(codes(frames + 3), DIA, frames / rate)


def test_of_a_codec_that_is_not_known_only_what_cannot_be_is_refused() -> None:
    assert fault(codes(500), "another", 10.0) == "" != fault(codes(500), DIA, 10.0)
    assert "not as long" in fault(codes(90), "another", 10.0)
    assert "not as long" in fault(codes(2100), "another", 10.0)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no whole frames"),
        (codes(3)[:-1], "no whole frames"),
        (bytes(FRAME_BYTES + 2), "no whole frames"),
        (codes(2) + codes(1, CODES), "reach from 5 to 1024"),
        (codes(2) + codes(1, -1), "reach from -1 to 5"),
    ],
    ids=["none", "a byte short", "half a frame", "beyond", "below"],
)
def test_other_bytes_are_no_codes(data: bytes, said: str) -> None:
    assert said in shape_fault(data)
    assert said in fault(data, DIA, 1.0)
