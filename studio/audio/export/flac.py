"""FLAC: Vorbis comments, front cover, chapters as CHAPTERxxx comments."""

from __future__ import annotations

from studio.audio.export.encode import Coding, encode
from studio.audio.export.formats import Format, Option, Tags, Work, cleaned
from studio.audio.export.picture import picture

COMMENTS = {"title": "TITLE", "author": "ARTIST", "album": "ALBUM", "year": "DATE", "comment": "DESCRIPTION"}
SAMPLE_FORMATS = {16: "s16", 24: "s32"}


def write(work: Work) -> None:
    """Write the programme as FLAC."""
    coding = Coding("flac", "flac", SAMPLE_FORMATS[int(work.options["bits"])])
    encode(work, coding, comments(work.tags), picture(work.tags.cover) if work.tags.cover else None)


def comments(tags: Tags) -> dict[str, str]:
    """The Vorbis comments for the texts and the chapters."""
    out = {COMMENTS[name]: text for name, text in tags.texts().items()}
    for index, (start_s, _, title) in enumerate(tags.chapters, start=1):
        minutes, milliseconds = divmod(round(start_s * 1000), 60_000)
        hours, minutes = divmod(minutes, 60)
        out[f"CHAPTER{index:03}"] = f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"
        out[f"CHAPTER{index:03}NAME"] = cleaned(title)
    return out


FORMAT = Format(suffix=".flac", label="FLAC", write=write, options=(Option("bits", "Bits per sample", 16, (16, 24)),))
