"""How well words are found in takes of another voice, and how long that takes.

    python tests/benchmarks/bench_alignment.py [N] [SEED]

For each of N (120) random choices of text, voices, rate and pitch: a clean take, one with a word's samples cut, one with them
doubled, and two where the draft voice speaks the text without the word and with it twice. Texts, voices and seeds are others
than those that the prices in `studio.audio.warp` were tuned on.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np

from studio.core.render import SpokenTurn
from studio.engines.draft import RATE, DraftEngine
from studio.render.alignment import Aligner
from tests.render.drafted import TEXTS, cases, speak, voice
from tests.render.test_alignment import is_told


def main() -> None:
    count, seed = (int(sys.argv[1]) if len(sys.argv) > 1 else 120), (int(sys.argv[2]) if len(sys.argv) > 2 else 2027)
    draft = DraftEngine()
    told: dict[str, list[bool]] = defaultdict(list)
    short: list[bool] = []
    errors: list[float] = []
    alarms: list[bool] = []
    missed: list[str] = []
    with Aligner() as aligner:
        for case in cases(draft, count, seed):
            result = aligner.align(case.samples, case.rate, case.turns)
            if case.kind == "clean":
                errors += [abs(a.start_s - b.start_s) for a, b in zip(result.words, case.words, strict=True)]
                alarms.append(bool(result.findings))
                continue
            told[case.kind].append(is_told(case, result))
            if case.word.lower() in ("a", "i"):
                short.append(told[case.kind][-1])
            if not told[case.kind][-1]:
                missed.append(f"{case.kind} “{case.word}”")
        milliseconds = 1000 * np.array(errors)
        median, late, worst = np.quantile(milliseconds, (0.5, 0.95, 1.0))
        print(f"{len(errors)} word starts: median {median:.0f} ms, p95 {late:.0f} ms, worst {worst:.0f} ms")
        for kind, hits in told.items():
            print(f"{kind}: {100 * np.mean(hits):.1f} % of {len(hits)} found")
        every = [hit for hits in told.values() for hit in hits]
        print(f"all: {100 * np.mean(every):.1f} %; words of one phoneme among them: {sum(short)} of {len(short)}")
        print(f"false alarms: {100 * np.mean(alarms):.1f} % of {len(alarms)} clean takes")
        print(f"missed: {', '.join(missed)}")
        turns = (SpokenTurn(1, " ".join(TEXTS[:3])),)
        sound, _ = speak(draft, turns, (voice("en-us+linda"),))
        sound = sound[: 15 * RATE]
        spent = []
        for _ in range(7):
            started = time.perf_counter()
            aligner.align(sound, RATE, turns)
            spent.append(time.perf_counter() - started)
        print(
            f"a take of {len(sound) / RATE:.1f} s: {1000 * min(spent):.0f} to {1000 * max(spent):.0f} ms, draft voice included"
        )
    draft.close()


if __name__ == "__main__":
    main()
