"""Makes the music and the bell of the demo scripts: `python packaging/demo/make_sounds.py [FOLDER]`. Same bytes every time.

Every note is laid on a ring of samples, so that what rings past the end is heard at the beginning: the loops have no seam.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

RATE = 44_100
FOLDER = Path(__file__).resolve().parents[2] / "resources" / "demo"

Array = npt.NDArray[np.float64]

# Chords as MIDI notes, and the melody as (beat, note) over them.
LILY_CHORDS = ((50, 57, 66, 69, 76), (47, 54, 62, 69, 73), (43, 55, 62, 66, 71), (45, 57, 61, 64, 71))
LILY_MELODY = (
    *((0, 81), (1.5, 78), (2, 76), (3, 78), (4, 74), (5.5, 73), (6, 74), (7, 69)),
    *((8, 71), (9.5, 74), (10, 78), (11, 76), (12, 73), (13.5, 76), (14, 71), (15, 73)),
)
HARBOUR_CHORDS = ((38, 53, 57, 64), (34, 53, 58, 62), (41, 48, 57, 67), (36, 52, 55, 62))
BELL_PARTIALS = (
    (0.5, 0.5, 1.6),
    (1.0, 1.0, 1.1),
    (1.19, 0.6, 0.9),
    (1.5, 0.3, 0.7),
    (2.0, 0.5, 0.5),
    (2.51, 0.2, 0.35),
    (3.01, 0.12, 0.2),
)


def main() -> None:
    """Write the three files."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    for name, samples in (("lily-theme", lily_theme()), ("harbour-bed", harbour_bed()), ("harbour-bell", harbour_bell())):
        path = folder / f"{name}.flac"
        pcm = np.rint(samples * 32_767).astype(np.int16)
        soundfile.write(path, pcm, RATE, subtype="PCM_16", compression_level=1.0)
        print(f"{path.name}: {len(pcm) / RATE:.1f} s, {path.stat().st_size // 1024} kB")


def lily_theme() -> Array:
    """Sixteen seconds: warm chords, four seconds each, and a plucked tune above them."""
    ring = np.zeros((16 * RATE, 2))
    pad(ring, LILY_CHORDS, 4.0, 0.05)
    for beat, note in LILY_MELODY:
        pluck(ring, beat, note, 0.06)
    return levelled(ring, 0.28)


def harbour_bed() -> Array:
    """Twenty seconds: slow, low chords, five seconds each, that swell like water."""
    ring = np.zeros((20 * RATE, 2))
    pad(ring, HARBOUR_CHORDS, 5.0, 0.05)
    swell = 0.8 + 0.2 * np.cos(2 * np.pi * 3 * np.arange(len(ring)) / len(ring))
    return levelled(ring * swell[:, None], 0.26)


def harbour_bell() -> Array:
    """A ship's bell, struck twice."""
    sound = np.zeros((round(4.0 * RATE), 2))
    for strike_s, level in ((0.0, 1.0), (0.55, 0.8)):
        at = np.arange(len(sound) - round(strike_s * RATE)) / RATE
        for ratio, weight, decay_s in BELL_PARTIALS:
            for side, detune in enumerate((0.9995, 1.0005)):
                tone = np.sin(2 * np.pi * 622.25 * ratio * detune * at) * np.exp(-at / decay_s) * np.minimum(1.0, at / 0.004)
                sound[-len(at) :, side] += level * weight * tone
    fade = round(0.5 * RATE)
    sound[-fade:] *= (0.5 + 0.5 * np.cos(np.pi * np.arange(fade) / fade))[:, None]
    return levelled(sound, 0.5)


def pad(ring: Array, chords: Sequence[Sequence[int]], length_s: float, level: float) -> None:
    """Lay chords one after another; each rises and falls slowly and overlaps its neighbours."""
    count = round(2 * length_s * RATE)
    at = np.arange(count) / RATE
    envelope = np.sin(np.pi * np.arange(count) / count) ** 2
    for index, chord in enumerate(chords):
        for place, note in enumerate(chord):
            for side, detune in enumerate((1.0007, 0.9993) if place % 2 else (0.9993, 1.0007)):
                tone = sum(np.sin(2 * np.pi * hertz(note) * detune * k * at + place + side * k) / k**2.2 for k in range(1, 6))
                lay(ring, round((index - 0.5) * length_s * RATE), side, level * envelope * tone)


def pluck(ring: Array, start_s: float, note: int, level: float) -> None:
    """A soft plucked note, a little to one side, with one quiet echo on the other."""
    at = np.arange(round(3.0 * RATE)) / RATE
    tone = sum(np.sin(2 * np.pi * hertz(note) * k * at) * np.exp(-at * (1.6 + k)) / k**1.5 for k in range(1, 5))
    tone = tone * np.minimum(1.0, at / 0.008) * np.minimum(1.0, (3.0 - at) / 0.3)
    near, far = (0, 1) if note % 2 else (1, 0)
    lay(ring, round(start_s * RATE), near, level * tone)
    lay(ring, round(start_s * RATE), far, 0.6 * level * tone)
    lay(ring, round((start_s + 0.375) * RATE), far, 0.3 * level * tone)


def lay(ring: Array, start: int, side: int, samples: Array) -> None:
    """Add samples to one side of the ring, around its end if need be."""
    places = (start + np.arange(len(samples))) % len(ring)
    np.add.at(ring[:, side], places, samples)


def hertz(note: int) -> float:
    """The pitch of a MIDI note."""
    return float(440.0 * 2.0 ** ((note - 69) / 12))


def levelled(samples: Array, peak: float) -> Array:
    """The same with its highest sample at `peak`."""
    return np.asarray(samples * (peak / np.max(np.abs(samples))))


if __name__ == "__main__":
    main()
