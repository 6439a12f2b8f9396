"""How long a whole plan of a book takes, and how long one after a changed line. Prints JSON: seconds, medians, and their ratio.

`--check` exits with 1 when a plan takes more than a second, or a changed line more than a hundredth of a plan.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median

from studio.core.parse import parse, reparse
from studio.core.render import Limits
from studio.core.segments import Previous, plan, replan

TEXT = "the river was wide and slow that year, so nobody thought of crossing it before the ice had gone"
WORDS = TEXT.split()
LIMITS = Limits()


def sentence(rng: random.Random) -> str:
    words = " ".join(rng.choice(WORDS) for _ in range(rng.randint(3, 14)))
    return words.rstrip(",").capitalize() + rng.choice("...?!")


def book(characters: int, chapters: int, blank_lines: bool, rng: random.Random) -> list[str]:
    """Lines of dialogue, about 50 characters each, until there are so many characters."""
    lines: list[str] = []
    per_chapter = characters // chapters
    size = 0
    for chapter in range(chapters):
        lines += [f"# Chapter {chapter + 1}", ""]
        while size < per_chapter * (chapter + 1):
            lines.append(f"[S{len(lines) % 2 + 1}] {sentence(rng)}")
            size += len(lines[-1]) + 1
            if blank_lines and rng.random() < 0.3:
                lines.append("")
    return lines


def timed(work: Callable[[], object], times: int) -> float:
    """Median seconds of one run."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return median(taken)


def measure(characters: int, chapters: int, blank_lines: bool, edits: int) -> dict[str, float | int | bool]:
    rng = random.Random(7)
    lines = book(characters, chapters, blank_lines, rng)
    script = parse("\n".join(lines))
    whole = plan(script, LIMITS)
    replans = []
    for _ in range(edits):
        line = rng.choice([number for number in range(len(lines)) if lines[number].startswith("[")])
        lines[line] = lines[line].replace(" the ", " one ", 1) + " Indeed."
        edited = reparse(script, line, 1, [lines[line]])
        replans.append(timed(partial(replan, whole, script, edited, LIMITS), 1))
        whole, script = replan(whole, script, edited, LIMITS), edited
    plan_s = timed(lambda: plan(script, LIMITS), 5)
    reopened = Previous("\n".join(lines), whole.boundaries())
    changed = parse("\n".join([*lines[:100], "[S1] And then it rained for a week.", *lines[100:]]))
    return {
        "characters": sum(map(len, lines)),
        "lines": len(lines),
        "chapters": chapters,
        "blank_lines": blank_lines,
        "segments": len(whole.segments),
        "plan_s": round(plan_s, 4),
        "replan_s": round(median(replans), 6),
        "replan_worst_s": round(max(replans), 6),
        "plan_with_previous_s": round(timed(lambda: plan(changed, LIMITS, reopened), 3), 4),
        "ratio": round(median(replans) / plan_s, 5),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--characters", type=int, default=600_000)
    parser.add_argument("--edits", type=int, default=40)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    results = [
        measure(options.characters, chapters, blank_lines, options.edits)
        for chapters, blank_lines in ((1, True), (40, True), (40, False), (1, False))
    ]
    print(json.dumps(results, indent=2))
    good = all(result["plan_s"] <= 1.0 and result["ratio"] <= 0.01 for result in results)
    return 0 if good or not options.check else 1


if __name__ == "__main__":
    sys.exit(main())
