"""Silence where none belongs: before the speech, after it, within it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studio.audio.screening.frames import HOP_S, Frames, runs
from studio.core.quality import Defect, Finding

HEAD_S = 0.8  # an engine takes a breath; longer is heard as waiting
TAIL_S = 1.2  # a sentence rings out in a room
GAP_S = 1.2  # speakers pause up to a second at a full stop; longer ones are the script's, and segments are cut there


def silence(frames: Frames) -> Iterator[Finding]:
    """What lies around and between the speech. A silent take has none of these: it ended early."""
    if frames.is_silent:
        return
    start, end = frames.speech
    head_s, tail_s = start * HOP_S, frames.seconds - end * HOP_S
    if head_s > HEAD_S:
        yield Finding(Defect.SILENT_HEAD, head_s, HEAD_S, 0.0, head_s)
    if tail_s > TAIL_S:
        yield Finding(Defect.SILENT_TAIL, tail_s, TAIL_S, frames.seconds - tail_s, frames.seconds)
    longest = max(pauses(frames), key=lambda pause: pause[1] - pause[0], default=(0.0, 0.0))
    if longest[1] - longest[0] > GAP_S:
        yield Finding(Defect.GAP, longest[1] - longest[0], GAP_S, *longest)


def pauses(frames: Frames) -> list[tuple[float, float]]:
    """The silences within the speech, (start, end) in seconds."""
    start, end = frames.speech
    return [((start + first) * HOP_S, (start + last) * HOP_S) for first, last in runs(~frames.is_speech[start:end]).tolist()]


def spoken_s(frames: Frames) -> float:
    """How long the speech takes, with its natural pauses: of a gap only as much counts as a pause may have."""
    start, end = frames.speech
    gaps = np.array([last - first for first, last in pauses(frames)])
    return float((end - start) * HOP_S - np.sum(np.maximum(gaps - GAP_S, 0.0)))
