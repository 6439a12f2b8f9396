"""The slow, obvious mixer: every clip laid whole onto one long array. The oracle of `studio.audio.mix`."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import soxr

from studio.core.timeline import Timeline

ATTACK_S, RELEASE_S = 0.3, 0.9


def reference_mix(timeline: Timeline, sounds: Mapping[str, tuple[np.ndarray, int]], channels: int) -> np.ndarray:
    """float64 [timeline.length, channels]. `sounds` are (samples [frames, any], rate)."""
    out = np.zeros((timeline.length, channels))
    solo = any(track.solo for track in timeline.tracks)
    heard = [track for track in timeline.tracks if not track.mute and (track.solo or not solo)]
    spoken = [clip for track in heard if track.name in ("speech", "overlap") for clip in track.clips if clip.source]
    envelope = duck_envelope(timeline, [(clip.start, clip.end) for clip in spoken if clip.length > 0])
    for track in heard:
        for clip in track.clips:
            if not clip.source:
                continue
            samples, rate = sounds[clip.source]
            sound = folded(samples, channels)
            if rate != timeline.rate:
                sound = soxr.resample(sound, rate, timeline.rate)
                missing = math.ceil(len(samples) * timeline.rate / rate) - len(sound)
                sound = np.concatenate([sound, np.zeros((max(0, missing), channels))])  # its last part of a sample
            for i in range(clip.length):
                at = clip.start + i
                place = clip.offset + i
                if clip.loops:
                    place %= len(sound)
                if 0 <= at < timeline.length and 0 <= place < len(sound):
                    gain = 10 ** ((clip.gain_db + track.gain_db) / 20)
                    if i < clip.fade_in:
                        gain *= math.sin(math.pi / 2 * (i + 0.5) / clip.fade_in)
                    if clip.length - i - 0.5 < clip.fade_out:
                        gain *= math.sin(math.pi / 2 * (clip.length - i - 0.5) / clip.fade_out)
                    if track.duck_db:
                        gain *= 10 ** (-abs(track.duck_db) * envelope[at] / 20)
                    out[at] += sound[place] * gain
    return np.clip(out, -1.0, 1.0)


def duck_envelope(timeline: Timeline, spoken: list[tuple[int, int]]) -> np.ndarray:
    """How far the music is down, 0 to 1, at every sample."""
    attack, release = round(ATTACK_S * timeline.rate), round(RELEASE_S * timeline.rate)
    spans: list[list[int]] = []
    for start, end in sorted(spoken):
        if spans and start - spans[-1][1] < attack + release:
            spans[-1][1] = max(spans[-1][1], end)
        else:
            spans.append([start, end])
    envelope = np.zeros(timeline.length)
    for start, end in spans:
        for at in range(max(0, start - attack), min(timeline.length, end + release)):
            if at < start:
                depth = (start - at) / attack
            elif at > end:
                depth = (at - end) / release
            else:
                depth = 0.0
            envelope[at] = max(envelope[at], 0.5 + 0.5 * math.cos(math.pi * min(1.0, depth)))
    return envelope


def folded(samples: np.ndarray, channels: int) -> np.ndarray:
    if samples.shape[1] == channels:
        return samples
    mono = samples.mean(axis=1, keepdims=True)
    return mono if channels == 1 else np.repeat(mono, channels, axis=1)
