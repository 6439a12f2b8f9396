"""Writes an ID3v2.3 tag: texts, front cover, chapters with a table of contents. Writes only; reads nothing.

FFmpeg writes comments as TXXX and covers as "other"; podcast apps look for COMM and the front cover, hence our own.
"""

from __future__ import annotations

import struct

from studio.audio.export.formats import Chapter, Tags, cleaned
from studio.audio.export.picture import picture

TEXT_FRAMES = {"title": "TIT2", "author": "TPE1", "album": "TALB", "year": "TYER"}
ORDERED_TOP_LEVEL = 0x03
NO_OFFSET = 0xFFFFFFFF
TOC_LIMIT = 255  # a table of contents counts its children in one byte


def tag(tags: Tags) -> bytes:
    """The whole tag, to stand before the first mp3 frame; b"" for empty tags. Raises ExportError for the cover."""
    texts = tags.texts()
    frames = [_frame(TEXT_FRAMES[name], _text(text)) for name, text in texts.items() if name in TEXT_FRAMES]
    if "comment" in texts:
        frames.append(_frame("COMM", b"\x01eng" + _utf16("") + b"\x00\x00" + _utf16(texts["comment"])))
    if tags.cover:
        kind = picture(tags.cover).media_type
        frames.append(_frame("APIC", b"\x00" + kind.encode() + b"\x00\x03\x00" + tags.cover))
    frames += _chapters(tags.chapters)
    body = b"".join(frames)
    return b"ID3\x03\x00\x00" + _synchsafe(len(body)) + body if body else b""


def _chapters(chapters: tuple[Chapter, ...]) -> list[bytes]:
    if not chapters:
        return []
    names = [f"ch{index}".encode() for index in range(len(chapters))]
    listed = names[:TOC_LIMIT]
    toc = b"toc\x00" + bytes((ORDERED_TOP_LEVEL, len(listed))) + b"".join(name + b"\x00" for name in listed)
    frames = [_frame("CTOC", toc)]
    for name, (start_s, end_s, title) in zip(names, chapters, strict=True):
        times = struct.pack(">4I", round(start_s * 1000), round(end_s * 1000), NO_OFFSET, NO_OFFSET)
        frames.append(_frame("CHAP", name + b"\x00" + times + _frame("TIT2", _text(cleaned(title)))))
    return frames


def _frame(name: str, content: bytes) -> bytes:
    return name.encode() + struct.pack(">IH", len(content), 0) + content


def _text(text: str) -> bytes:
    """A text frame's content: Latin-1 where it fits, else UTF-16 with a mark."""
    try:
        return b"\x00" + text.encode("latin-1")
    except UnicodeEncodeError:
        return b"\x01" + _utf16(text)


def _utf16(text: str) -> bytes:
    return b"\xff\xfe" + text.encode("utf-16-le")


def _synchsafe(size: int) -> bytes:
    return bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
