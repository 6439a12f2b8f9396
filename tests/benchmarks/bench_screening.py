"""How much of what is wrong with takes is found, by the sound alone and with the words laid beside it. Prints JSON.

    python tests/benchmarks/bench_screening.py [SEED ...]

For each seed: every kind of defect put into every clean take at random strength and place; the share found, the share of clean
takes that are doubtful, and how often the clean take of five is the one that is heard. Then the time that a take costs.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import fmean
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np

from studio.audio.screening import screen, usual_level
from studio.core.quality import DOUBTFUL, Finding, total
from studio.core.render import SpokenTurn
from studio.render.alignment import Aligner
from tests.audio.screening.defects import INJECTIONS
from tests.audio.screening.takes import LONG_TEXTS, TEXTS, VOICES, Take, clean_takes
from tests.audio.screening.test_figures import in_chapter, screened

Found = tuple[Finding, ...]
DRAWS = 10


def turns_of(text: tuple[str, ...]) -> tuple[SpokenTurn, ...]:
    return tuple(SpokenTurn(1 + index % 2, part) for index, part in enumerate(text))


def ranked_first(clean: list[Found], bad: dict[tuple[int, int], Found], kinds: int, chance: np.random.Generator) -> float:
    """The share of draws in which the clean one is heard: of equals, any one is."""
    shares = []
    for number, found in enumerate(clean):
        for _ in range(DRAWS):
            others = [total(bad[kind, number]) for kind in chance.choice(kinds, 4, replace=False).tolist()]
            best = min(total(found), *others)
            shares.append((total(found) == best) / [total(found), *others].count(best))
    return fmean(shares)


def measured(seed: int, aligner: Aligner) -> dict[str, object]:
    chance = np.random.default_rng(seed)
    takes = [*clean_takes(TEXTS, VOICES, seed), *clean_takes(LONG_TEXTS, VOICES[:1], seed + 1)]
    turns = [turns_of(text) for text in (*(text for text in TEXTS for _ in VOICES), *LONG_TEXTS)]
    usual_db = usual_level([screened(take).level_db for take in takes[::4]])
    takes = [in_chapter(take, usual_db) for take in takes]

    def both(take: Take, number: int) -> tuple[Found, Found]:
        alone = screened(take).findings
        return alone, (*alone, *aligner.align(take.samples, take.rate, turns[number]).findings)

    clean = [both(take, number) for number, take in enumerate(takes)]
    bad: tuple[dict[tuple[int, int], Found], ...] = ({}, {})
    shares: dict[str, float] = {}
    for kind, (defect, inject) in enumerate(INJECTIONS.items()):
        hits = []
        for number, take in enumerate(takes):
            bad[0][kind, number], bad[1][kind, number] = both(inject(take, float(chance.random()), chance), number)
            hits.append(any(one.defect is defect for one in bad[0][kind, number]))
        shares[defect.value] = round(fmean(hits), 3)
    result: dict[str, object] = {"found by its own name": shares}
    for place, name in enumerate(("sound alone", "sound and words")):
        first = ranked_first([pair[place] for pair in clean], bad[place], len(INJECTIONS), chance)
        doubtful = fmean(total(pair[place]) >= DOUBTFUL for pair in clean)
        told = fmean(bool(found) for found in bad[place].values())
        result[name] = {"clean one heard": round(first, 3), "clean doubtful": round(doubtful, 3), "told at all": round(told, 3)}
    return result


def main() -> None:
    seeds = [int(one) for one in sys.argv[1:]] or [2026, 77]
    with Aligner() as aligner:
        result: dict[str, object] = {f"seed {seed}": measured(seed, aligner) for seed in seeds}
    longest = max(clean_takes(LONG_TEXTS, VOICES[:1], 1), key=lambda take: len(take.samples) / take.rate)
    times = []
    for _ in range(20):
        started = perf_counter()
        screen(longest.samples, longest.rate, longest.expectation)
        times.append(perf_counter() - started)
    result["screening, ms per second of sound"] = round(1000 * min(times) / (len(longest.samples) / longest.rate), 2)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
