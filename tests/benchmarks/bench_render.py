"""Times what a book of 10,000 segments costs between plan and sound: requests and states, the timeline, one more take. Also
how long `lint` takes from its start, beside a bare interpreter. Prints JSON: medians in seconds.

python -m tests.benchmarks.bench_render [segments]
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from studio.core.parse import parse
from studio.core.project import Project
from studio.core.render import Caps, Limits
from studio.core.segments import plan
from studio.core.voices import Cast
from studio.render.arrange import Heard, Materials, arrange
from studio.render.plan import Known, statuses
from studio.render.requests import Casting, request_for

ROUNDS = 5
ROOT = Path(__file__).parents[2]


def book(segments: int) -> str:
    lines = ["---", "cast: {Maya: {}, Tom: {}}", "---"]
    for number in range(segments):
        if number % 100 == 0:
            lines += ["", f"# Chapter {number // 100 + 1}"]
        lines += [
            "",
            f"{{pause 0.2s}} [{('Maya', 'Tom')[number % 2]}] This is sentence {number} of a long, quiet book that never ends.",
        ]
    return "\n".join(lines)


def median_s(run: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return round(statistics.median(times), 4)


def process_s(*arguments: str) -> float:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, *arguments]
    return median_s(lambda: subprocess.run(command, env=environment, capture_output=True, check=False))


def main() -> None:
    segments = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    script = parse(book(segments))
    planned = plan(script, Limits())
    caps = Caps("fake", "1", 22_050, Limits(), frozenset())
    casting = Casting(Cast(), {})
    keys = {request_for(segment, casting).key(caps) for segment in planned.segments}
    known = Known(keys, {}, {}, {}, lambda key: "")
    heard = {segment.id: Heard("0" * 32, 100_000) for segment in planned.segments}
    lint = ("-m", "studio", "lint", str(ROOT / "resources/demo/the-lily-pod.txt"), "--quiet")
    told = {
        "segments": len(planned.segments),
        "states_s": median_s(lambda: statuses(planned.segments, lambda one: request_for(one, casting), caps, known)),
        "arrange_s": median_s(lambda: arrange(script, planned, Project(), Materials(heard))),
        "lint_process_s": process_s(*lint),
        "bare_process_s": process_s("-c", "pass"),
    }
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
