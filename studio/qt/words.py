"""Numbers as people read them: lengths, times left, shares. For every panel alike."""

from __future__ import annotations

from studio.render.eta import clock, in_words

__all__ = ["clock", "in_words", "position"]


def position(seconds: float) -> str:
    """`02:14.3`: a place in the show, steady in width while it plays."""
    tenths = int(max(0.0, seconds) * 10)
    hours, rest = divmod(tenths, 36_000)
    minutes, rest = divmod(rest, 600)
    shown = f"{minutes:02d}:{rest // 10:02d}.{rest % 10}"
    return f"{hours}:{shown}" if hours else shown
