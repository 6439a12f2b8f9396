"""Ids of segments: one for each, also where a text says the same thing over and over."""

from __future__ import annotations

import pytest

from studio.core import build
from studio.core.build import Ids
from studio.core.segments import Segment, SegmentTurn


def refrain(text: str = "Row, row, row your boat.") -> Segment:
    return Segment("", (SegmentTurn(1, "Maya", text),))


def test_a_refrain_gets_an_id_each_time_and_always_the_same_ones() -> None:
    first, again = Ids(()), Ids(())
    names = [first.new(refrain()) for _ in range(50)]
    assert len(set(names)) == 50
    assert [again.new(refrain()) for _ in range(50)] == names


def test_an_id_that_lives_is_never_given_again() -> None:
    alone = Ids(()).new(refrain())
    assert Ids((alone,)).new(refrain()) != alone


def test_the_cost_of_a_refrain_does_not_grow_with_how_often_it_is_sung(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = []
    real = build._hashed
    monkeypatch.setattr(build, "_hashed", lambda content, occurrence: hashed.append(1) or real(content, occurrence))
    ids = Ids(())
    for _ in range(1000):
        ids.new(refrain())
    assert len(hashed) == 1000
