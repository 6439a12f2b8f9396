"""Script text as Dia reads it: bytes, and how many of them fit. The only place that knows speaker tags as bytes."""

from __future__ import annotations

TEXT_LIMIT = 1024  # positions of the encoder; the reference implementation cuts the rest off without a word
_TAGS = ((b"[S1]", b"\x01"), (b"[S2]", b"\x02"))


def encode(text: str) -> bytes:
    """Token ids of `text`, one byte each: UTF-8 with the tags [S1] and [S2] as the single bytes 1 and 2.

    Lone surrogates, which UTF-8 has no form for, become question marks, as everywhere that text leaves the program.
    """
    data = text.encode("utf-8", "replace")
    for tag, token in _TAGS:
        data = data.replace(tag, token)
    return data


def fits(text: str) -> bool:
    """Whether the model would hear all of `text`."""
    return len(encode(text)) <= TEXT_LIMIT
