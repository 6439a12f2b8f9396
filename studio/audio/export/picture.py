"""A cover picture: its type and size by its first bytes. Decodes no pixel."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Literal

from studio.core.errors import ExportError

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
JPEG_MAGIC = b"\xff\xd8\xff"
JPEG_NO_SIZE = (0xC4, 0xC8, 0xCC)  # markers in the range of frame headers that are none
LARGEST = 16 << 20  # bytes: what fits a FLAC picture block


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG or JPEG file and what its header says; `codec` is FFmpeg's name for it."""

    data: bytes
    media_type: Literal["image/png", "image/jpeg"]
    codec: Literal["png", "mjpeg"]
    width: int
    height: int


def picture(data: bytes) -> Picture:
    """Look at a picture's header. Raises ExportError for what is neither PNG nor JPEG, damaged, or over 16 MB."""
    if len(data) >= LARGEST:
        raise ExportError("the cover is larger than 16 MB", todo="choose a smaller picture")
    try:
        if data.startswith(PNG_MAGIC):
            width, height = struct.unpack_from(">II", data, 16)
            return Picture(data, "image/png", "png", width, height)
        if data.startswith(JPEG_MAGIC):
            width, height = _jpeg_size(data)
            return Picture(data, "image/jpeg", "mjpeg", width, height)
    except (struct.error, IndexError) as error:
        raise ExportError("the cover picture is damaged", todo="choose another picture") from error
    raise ExportError("the cover is neither a PNG nor a JPEG picture", todo="choose another picture")


def _jpeg_size(data: bytes) -> tuple[int, int]:
    at = 2
    while True:
        while data[at] == 0xFF:
            at += 1
        marker = data[at]
        if 0xC0 <= marker <= 0xCF and marker not in JPEG_NO_SIZE:
            height, width = struct.unpack_from(">HH", data, at + 4)
            return width, height
        at += 1 + max(2, struct.unpack_from(">H", data, at + 1)[0])
