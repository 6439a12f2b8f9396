from __future__ import annotations

import struct

import pytest

from studio.audio.export.picture import picture
from studio.core.errors import ExportError

JPEG_HEAD = b"\xff\xd8\xff\xe0" + struct.pack(">H", 16) + b"JFIF\x00" + bytes(9)


def frame_header(marker: int, width: int, height: int) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">HBHHB", 17, 8, height, width, 3) + bytes(9)


def test_the_size_of_a_jpeg_is_in_its_frame_header_whatever_stands_before() -> None:
    tables = b"\xff\xc4" + struct.pack(">H", 6) + b"\x01\x02\x03\x04"
    for marker in (0xC0, 0xC2):  # baseline, progressive
        found = picture(JPEG_HEAD + tables + b"\xff\xff" + frame_header(marker, 640, 480)[1:])
        assert (found.media_type, found.codec, found.width, found.height) == ("image/jpeg", "mjpeg", 640, 480)


def test_the_size_of_a_png_is_in_its_first_chunk() -> None:
    found = picture(b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 300, 200))
    assert (found.media_type, found.codec, found.width, found.height) == ("image/png", "png", 300, 200)


@pytest.mark.parametrize("data", [b"", b"GIF89a", JPEG_HEAD, JPEG_HEAD + b"\xff\xc0", b"\xff\xd8\xff" + bytes(16 << 20)])
def test_what_cannot_be_a_cover_is_said(data: bytes) -> None:
    with pytest.raises(ExportError, match="cover"):
        picture(data)
