"""Frames between processes: a JSON header and raw bytes, with lengths before both. Nothing is unpickled. Knows no engine."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field
from typing import Any, BinaryIO

_PREFIX = struct.Struct("<4sII")
_MAGIC = b"DIA1"
_LARGEST_HEADER = 16 * 2**20
_LARGEST_BODY = 2**30


class WireError(ValueError):
    """What came through the pipe is no frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message. `kind` says what it is; the meaning of the rest is the sender's and the receiver's."""

    kind: str
    fields: dict[str, Any] = field(default_factory=dict)
    body: bytes = b""


def frame_bytes(frame: Frame) -> bytes:
    """The frame as it goes through a pipe. Raises TypeError for fields that are no JSON values."""
    header = json.dumps([frame.kind, frame.fields], separators=(",", ":")).encode()
    return _PREFIX.pack(_MAGIC, len(header), len(frame.body)) + header + frame.body


def write_frame(stream: BinaryIO, frame: Frame) -> None:
    """Write one frame and flush. Raises OSError when nobody reads."""
    stream.write(frame_bytes(frame))
    stream.flush()


def read_frame(stream: BinaryIO) -> Frame | None:
    """The next frame, or None at the end of the stream. Raises WireError for anything else."""
    prefix = stream.read(_PREFIX.size)
    if not prefix:
        return None
    if len(prefix) < _PREFIX.size:
        raise WireError("the stream ends within a frame")
    magic, header_length, body_length = _PREFIX.unpack(prefix)
    if magic != _MAGIC or header_length > _LARGEST_HEADER or body_length > _LARGEST_BODY:
        raise WireError(f"no frame starts with {prefix!r}")
    data = stream.read(header_length + body_length)
    if len(data) < header_length + body_length:
        raise WireError("the stream ends within a frame")
    try:
        kind, fields = json.loads(data[:header_length])
    except (ValueError, TypeError) as error:
        raise WireError("a frame's header is no JSON pair") from error
    if not isinstance(kind, str) or not isinstance(fields, dict):
        raise WireError("a frame's header has the wrong shape")
    return Frame(kind, fields, data[header_length:])
