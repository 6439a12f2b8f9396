"""Where a sample lies on the screen, and which times the ruler names. Pure; pixels are device-independent."""

from __future__ import annotations

from dataclasses import dataclass, replace

ZOOM_STEP = 1.25
MIN_PX_PER_S = 0.02  # ten hours in 720 pixels
MAX_PX_PER_S = 400.0
_TICKS_S = (0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200)


@dataclass(frozen=True, slots=True)
class Scale:
    """`left_s` is the time at x = 0; zoom moves in steps, so that waveform tiles of one zoom are found again."""

    px_per_s: float = 24.0
    left_s: float = 0.0

    def x(self, seconds: float) -> float:
        return (seconds - self.left_s) * self.px_per_s

    def seconds(self, x: float) -> float:
        return self.left_s + x / self.px_per_s

    def zoomed(self, steps: int, x: float) -> Scale:
        """Closer (positive steps) or further, with the time under `x` kept where it is."""
        px_per_s = min(max(self.px_per_s * ZOOM_STEP**steps, MIN_PX_PER_S), MAX_PX_PER_S)
        return Scale(px_per_s, max(0.0, self.seconds(x) - x / px_per_s))

    def fitting(self, start_s: float, end_s: float, width: float) -> Scale:
        """The scale that shows this stretch in `width` pixels."""
        px_per_s = min(max(width / max(end_s - start_s, 0.1), MIN_PX_PER_S), MAX_PX_PER_S)
        return Scale(px_per_s, max(0.0, start_s))

    def scrolled_to(self, seconds: float) -> Scale:
        return replace(self, left_s=max(0.0, seconds))


def tick_step(px_per_s: float, min_px: float = 64.0) -> float:
    """Seconds between two named ticks, so that neighbours lie at least `min_px` apart."""
    return next((step for step in _TICKS_S if step * px_per_s >= min_px), _TICKS_S[-1])


def ticks(scale: Scale, width: float) -> list[float]:
    """The times to name between x = 0 and `width`, one before the left edge included."""
    step = tick_step(scale.px_per_s)
    first = int(scale.left_s / step)
    last = int(scale.seconds(width) / step) + 1
    return [number * step for number in range(first, last + 1)]


def clock(seconds: float, decimals: int = 0) -> str:
    """`2:03`, `1:02:03`, with tenths `2:03.4`: how the ruler and the transport write a time."""
    scaled = round(max(seconds, 0.0) * 10**decimals)
    whole, part = divmod(scaled, 10**decimals)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    head = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
    return f"{head}.{part:0{decimals}}" if decimals else head
