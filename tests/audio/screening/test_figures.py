"""How much of what is wrong is found, and how much is found that is not wrong: counted over draft speech."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from studio.audio.screening import Screening, screen, usual_level
from studio.core.quality import DOUBTFUL, Defect, total
from tests.audio.screening.defects import INJECTIONS
from tests.audio.screening.takes import LONG_TEXTS, MORE_VOICES, TEXTS, VOICES, Take, clean_takes

DRAWS = 10  # of four bad takes beside each clean one


def screened(take: Take) -> Screening:
    return screen(take.samples, take.rate, take.expectation)


def in_chapter(take: Take, usual_db: float | None) -> Take:
    return replace(take, expectation=replace(take.expectation, level_db=usual_db))


def found_share(found: Mapping[tuple[Defect, int], Screening], kind: Defect) -> float:
    return float(
        np.mean([any(one.defect is kind for one in it.findings) for (injected, _), it in found.items() if injected is kind])
    )


def clean_ranked_first(
    clean: list[Screening], found: Mapping[tuple[Defect, int], Screening], chance: np.random.Generator
) -> float:
    """The share of draws in which the clean take has less against it than each of four others of its text."""
    kinds = list(INJECTIONS)
    first = []
    for number, it in enumerate(clean):
        for _ in range(DRAWS):
            others = [found[kinds[kind], number] for kind in chance.choice(len(kinds), 4, replace=False)]
            first.append(total(it.findings) < min(total(other.findings) for other in others))
    return float(np.mean(first))


@pytest.mark.slow
def test_defects_are_found_clean_takes_pass_and_the_clean_one_of_five_ranks_first() -> None:
    chance = np.random.default_rng(2026)
    takes = [*clean_takes(TEXTS, VOICES, 60), *clean_takes(LONG_TEXTS, VOICES[:1], 61)]
    more = list(clean_takes(TEXTS, MORE_VOICES, 62))
    usual_db = usual_level([screened(take).level_db for take in takes[::4]])
    takes, more = ([in_chapter(take, usual_db) for take in part] for part in (takes, more))
    clean = [screened(take) for take in takes]
    untouched = clean + [screened(take) for take in more]
    found = {
        (kind, number): screened(inject(take, float(chance.random()), chance))
        for kind, inject in INJECTIONS.items()
        for number, take in enumerate(takes)
    }
    shares = {kind: found_share(found, kind) for kind in INJECTIONS}
    doubtful = float(np.mean([total(it.findings) >= DOUBTFUL for it in untouched]))
    anything = float(np.mean([bool(it.findings) for it in untouched]))
    first = clean_ranked_first(clean, found, chance)
    print(*(f"{kind.value}: {share:.1%}" for kind, share in shares.items()), sep="\n")
    print(f"{len(untouched)} clean: doubtful {doubtful:.1%}, with any finding {anything:.1%}; ranked first {first:.1%}")
    assert len(takes) >= 40 and len(shares) >= 12
    assert {kind: share for kind, share in shares.items() if share < 0.95} == {}
    assert doubtful <= 0.02 and first >= 0.98
