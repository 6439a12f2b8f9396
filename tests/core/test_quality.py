"""What was found about a take: how faults add up."""

from __future__ import annotations

import pytest

from studio.core.quality import KINDS, Defect, Finding, Review


def test_every_defect_has_words_a_unit_and_a_weight() -> None:
    assert set(KINDS) == set(Defect)
    assert all(kind.title and kind.weight > 0 and kind.scale > 0 for kind in KINDS.values())


@pytest.mark.parametrize("defect", Defect)
def test_a_worse_fault_weighs_more_but_never_without_end(defect: Defect) -> None:
    scale = KINDS[defect].scale
    slight, worse, worst, absurd = (Finding(defect, beyond * scale, 0.0) for beyond in (0.1, 1.0, 2.0, 50.0))
    assert slight.penalty < worse.penalty < worst.penalty == absurd.penalty


def test_a_take_without_findings_is_not_doubtful() -> None:
    assert Review("0" * 32, 1).penalty == 0.0
    assert not Review("0" * 32, 1).is_doubtful


def test_two_small_faults_add_up_to_a_doubtful_take() -> None:
    silent = Finding(Defect.SILENT_TAIL, 1.5, 1.0)
    offset = Finding(Defect.DC, 4.0, 1.0)
    assert not Review("0" * 32, 1, (silent,)).is_doubtful
    assert Review("0" * 32, 1, (silent, offset)).is_doubtful


def test_the_score_is_100_without_a_fault_and_50_where_doubt_begins() -> None:
    at_the_edge = Review("0" * 32, 1, (Finding(Defect.CLIPPED, 1.0, 1.0),))
    assert (Review("0" * 32, 1).score, at_the_edge.score, at_the_edge.is_doubtful) == (100, 50, True)
