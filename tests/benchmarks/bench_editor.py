"""Times the real editor on a script of 10,000 lines: from the key to the finished repaint, offscreen. Prints JSON.

python -m tests.benchmarks.bench_editor [lines]
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.core.diagnostics import Diagnostic
from studio.ui import theme as themes
from studio.ui.editor.pane import ScriptPane
from studio.ui.editor.table import SegmentMark

KEYS = "the tide came in "


def script(lines: int) -> str:
    """Turns of about 60 characters, with sounds, directions, headings and blank lines."""
    kinds = (
        "[Maya] They found the boat on a Thursday, upright, with the lamp still warm {n}.",
        "[Tom] And nobody in it. (sighs) I remember my father saying that was the part.",
        "",
        "[Old Bo] It was not the line that frightened me. It was that the ink was dry. (chuckling)",
        "[Maya] So what did the keeper write in the book that night, “under the seventh”?",
        "{{pause 1.5s}}",
        "# What the tide took {n}",
    )
    order = (0, 1, 0, 4, 2, 3, 1, 4, 0, 3)
    return "\n".join((kinds[6] if n % 100 == 0 else kinds[order[n % 10]]).format(n=n) for n in range(lines))


def filled(lines: int) -> ScriptPane:
    pane = ScriptPane(themes.load("dark"))
    pane.resize(860, 560)
    editor = pane.editor
    editor.set_text(script(lines))
    editor.set_speakers({"Maya": 0, "Tom": 1, "Old Bo": 2})
    states = ("rendered", "stale", "empty", "rendering", "kept", "queued", "failed")
    marks = [SegmentMark(n, n + 1, states[n // 5 % 7], 12.0 + n % 7, n % 2 == 0) for n in range(0, lines, 5)]
    editor.show_segments(marks)
    found = [Diagnostic("unknown-nonverbal", "warning", n, 4, n, 12, "No such sound.", None) for n in range(0, lines, 5)]
    editor.show_diagnostics(found)
    pane.show()
    editor.setFocus()
    QApplication.processEvents()
    return pane


def timed(act: Callable[[], None], rounds: int) -> dict[str, float]:
    """Milliseconds from the act to the end of the repaint; `cpu` is the time of this process alone, for a busy machine."""
    taken, spent = [], []
    for _round in range(rounds):
        start, used = time.perf_counter(), time.process_time()
        act()
        QApplication.processEvents()
        taken.append((time.perf_counter() - start) * 1000)
        spent.append((time.process_time() - used) * 1000)
    taken.sort()
    spent.sort()
    late = min(rounds - 1, int(rounds * 0.99))
    return {
        "rounds": rounds,
        "p50_ms": round(statistics.median(taken), 2),
        "p99_ms": round(taken[late], 2),
        "max_ms": round(taken[-1], 2),
        "cpu_p99_ms": round(spent[late], 2),
    }


def typing(pane: ScriptPane, line: int, rounds: int = 220) -> dict[str, float]:
    editor = pane.editor
    editor.reveal(line, 20)
    QApplication.processEvents()
    before, count = editor.blocks_laid_out(), [0]

    def key() -> None:
        QTest.keyClick(editor, KEYS[count[0] % len(KEYS)])
        count[0] += 1

    result = timed(key, rounds)
    result["blocks_per_key"] = round((editor.blocks_laid_out() - before) / rounds, 3)
    return result


def paste(pane: ScriptPane) -> dict[str, float]:
    data = QMimeData()
    data.setText(script(65)[:5_000])
    return timed(lambda: pane.editor.insertFromMimeData(data), 30)


def main() -> None:
    app = QApplication([])
    themes.apply(app, themes.load("dark"))
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    start = time.perf_counter()
    pane = filled(lines)
    editor = pane.editor
    result: dict[str, object] = {"lines": lines, "characters": len(editor.text())}
    result["open_ms"] = round((time.perf_counter() - start) * 1000, 1)
    for name, line in (("start", 3), ("middle", lines // 2 + 1), ("end", lines - 3)):
        result[f"key_{name}"] = typing(pane, line)
    result["enter"] = timed(lambda: QTest.keyClick(editor, Qt.Key.Key_Return), 220)
    result["backspace_join"] = timed(lambda: QTest.keyClick(editor, Qt.Key.Key_Backspace), 200)
    result["undo"] = timed(editor.undo, 40)
    editor.reveal(lines // 2, 0)
    result["paste_5kb"] = paste(pane)
    result["cursor_down"] = timed(lambda: QTest.keyClick(editor, Qt.Key.Key_Down), 220)
    result["page_down"] = timed(lambda: QTest.keyClick(editor, Qt.Key.Key_PageDown), 100)
    result["full_repaint"] = timed(editor.viewport().update, 100)
    words = iter(range(10_000))
    result["spoken_word"] = timed(lambda: editor.mark_spoken(editor.place()[0], (n := next(words)) % 40, n % 40 + 5), 200)
    marks = [SegmentMark(n, n, "empty", 3.0) for n in range(4_000)]
    result["show_4000_segments"] = timed(lambda: editor.show_segments(marks), 20)
    one = [SegmentMark(100, 101, "rendering", 12.0, True, 4.0)]
    result["show_one_segment"] = timed(lambda: editor.show_segments(one, 100, 101), 100)
    editor.set_text("[Maya] " + "the sea was calm and the lamp was lit " * 1_580)
    editor.moveCursor(QTextCursor.MoveOperation.End)
    result["key_in_60000_character_line"] = typing(pane, 0, 100)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
