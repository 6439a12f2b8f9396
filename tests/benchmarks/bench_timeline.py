"""How long one frame of the timeline takes while scrolling and zooming, for one minute and for ten hours of clips.

Prints JSON: milliseconds per frame (p50, p99) for each length, and the ratio of the medians.
"""

from __future__ import annotations

import json
import os
import random
import sys
from time import perf_counter

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from studio.core.timeline import RATE, Clip, Timeline, Track
from studio.ui.timeline.look import ClipLook
from studio.ui.timeline.painter import Colors
from studio.ui.timeline.panel import TimelinePanel

FRAMES = 240


class Noise:
    seconds = 1e6

    def columns(self, start_s: float, end_s: float, count: int) -> tuple[np.ndarray, np.ndarray]:
        loud = np.abs(np.sin(np.linspace(start_s, end_s, count)))
        return -loud, loud


def show_of(seconds: float) -> tuple[Timeline, dict[str, ClipLook]]:
    rng = random.Random(1)
    clips, looks, start = [], {}, 0
    while start < seconds * RATE:
        length = round(rng.uniform(4, 14) * RATE)
        name = f"s{len(clips)}"
        clips.append(Clip(name, f"take-{len(clips)}", start, length))
        looks[name] = ClipLook(len(clips), "They found the boat on a Thursday", voices=((0, 0.5), (1, 0.5)))
        start += length + RATE // 3
    return Timeline((Track("speech", tuple(clips)),), (), start), looks


def frames(seconds: float) -> list[float]:
    names = ("#1e1f22", "#26282c", "#34373d", "#e6e7ea", "#a8adb5", "#8ab4f8")
    colors = Colors(*map(QColor, names), {}, (QColor("#7fd1e0"), QColor("#f0a8cf")), QColor("#b9d38a"))
    noise = Noise()
    panel = TimelinePanel(colors, lambda source: noise)
    panel.resize(1920, 268)
    panel.show()
    panel.show_timeline(*show_of(seconds))
    canvas = QImage(1920, 268, QImage.Format.Format_ARGB32_Premultiplied)
    rng, times = random.Random(2), []
    for frame in range(FRAMES):
        if frame % 40 == 0:
            panel.view.zoom(rng.choice((1, 2, 3)) if frame % 80 else -2)
            panel.view.scroll_to(rng.uniform(0, seconds / 4))
        step_px = 12 if panel.view.scale.left_s < seconds / 2 else -12  # keep clips in view in the short show too
        panel.view.scroll_to(panel.view.scale.left_s + step_px / panel.view.scale.px_per_s)
        began = perf_counter()
        panel.view.viewport().render(canvas)
        times.append((perf_counter() - began) * 1000)
    panel.close()
    panel.deleteLater()
    QApplication.processEvents()
    return sorted(times)


def main() -> int:
    app = QApplication.instance() or QApplication([])
    frames(60)  # warm-up: fonts, imports
    result = {}
    for name, seconds in {"minute": 60, "ten_hours": 36_000}.items():
        times = frames(seconds)
        result[name] = {"p50_ms": round(times[len(times) // 2], 2), "p99_ms": round(times[int(len(times) * 0.99)], 2)}
    result["ratio_of_medians"] = round(result["ten_hours"]["p50_ms"] / result["minute"]["p50_ms"], 2)
    print(json.dumps(result, indent=2))
    app.processEvents()
    return 0


if __name__ == "__main__":
    sys.exit(main())
