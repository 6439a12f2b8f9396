"""MP3: LAME at a constant bit rate, ID3v2.3 before it, a LAME header for the exact length."""

from __future__ import annotations

from studio.audio.export import id3
from studio.audio.export.encode import Coding, encode
from studio.audio.export.formats import Format, Option, Work

BIT_RATES = (64, 96, 128, 160, 192, 256, 320)
BY_CHANNELS = {1: 128, 2: 192}


def write(work: Work) -> None:
    """Write the programme as MP3."""
    work.file.write(id3.tag(work.tags))
    chosen = work.options["bitrate"]
    kbit = BY_CHANNELS[work.channels] if chosen == "auto" else int(chosen)
    encode(work, Coding("mp3", "libmp3lame", "fltp", kbit * 1000, {"id3v2_version": "0", "write_xing": "1"}))


FORMAT = Format(
    suffix=".mp3",
    label="MP3",
    write=write,
    options=(Option("bitrate", "Bit rate (kbit/s)", "auto", ("auto", *BIT_RATES)),),
    rates=(22_050, 24_000, 32_000, 44_100, 48_000),
)
