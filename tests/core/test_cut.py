"""The cutter finds the cheapest plan: no other way of cutting, tried one by one, costs less."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.atoms import Atom, atoms
from studio.core.cost import CUT_COST, Cut, Terms, cut_cost, duration_cost
from studio.core.cut import cut, fits, recut
from studio.core.estimate import Rate
from studio.core.render import Limits, SpokenTurn, tagged_text
from studio.core.script import Gap, Utterance
from tests.strategies import examples, sentences

LIMITS = Limits()
SMALL = Limits(best_seconds=(3.0, 8.0), aim_seconds=(4.0, 6.0), max_seconds=12.0, max_text_bytes=150)


@st.composite
def spoken(draw: st.DrawFn) -> list[tuple[int, Utterance]]:
    result = []
    solo = draw(st.booleans()) and draw(st.booleans())
    for line in range(draw(st.integers(1, 6))):
        text = " ".join(draw(st.lists(sentences(), min_size=1, max_size=2)))
        gap = draw(st.sampled_from([Gap.NONE, Gap.NONE, Gap.TURN, Gap.PARAGRAPH, Gap.HARD]))
        result.append((line, Utterance(line, 0, len(text), text, draw(st.sampled_from("AABBC")), gap, solo=solo)))
    return result


def text_of(piece: list[Atom]) -> tuple[str, list[str]]:
    """What the model is sent for these atoms, and who speaks; the slow and obvious way."""
    names = list(dict.fromkeys(atom.utterance.character for atom in piece))
    turns = []
    for name, run in groupby(piece, key=lambda atom: atom.utterance.character):
        lines = []
        for line, parts in groupby(run, key=lambda atom: atom.line):
            found = list(parts)
            lines.append(found[0].utterance.text[found[0].start : found[-1].end])
            assert line == found[0].line
        turns.append(SpokenTurn(names.index(name) + 1, " ".join(lines)))
    return tagged_text(tuple(turns)), names


def may_be_segment(piece: list[Atom], terms: Terms) -> bool:
    if len(piece) == 1:
        return True
    text, names = text_of(piece)
    size = len(text.encode()) + sum(terms.overhead.get(name, 0) for name in names)
    return (
        all(atom.cut is not Cut.HARD for atom in piece[1:])
        and len(names) <= (1 if piece[0].utterance.solo else terms.limits.max_speakers)
        and size <= terms.limits.max_text_bytes
        and ticks(piece, terms) <= terms.limits.max_seconds * 100
    )


def ticks(piece: list[Atom], terms: Terms) -> int:
    turns = len(list(groupby(piece, key=lambda atom: atom.utterance.character)))
    return sum(atom.ticks for atom in piece) + turns * round(terms.rate.turn_s * 100)


def all_plans(found: list[Atom], first: int = 0) -> Iterator[list[tuple[int, int]]]:
    if first == len(found):
        yield []
    for end in range(first + 1, len(found) + 1):
        for rest in all_plans(found, end):
            yield [(first, end), *rest]


def cost(plan: list[tuple[int, int]], found: list[Atom], terms: Terms) -> int:
    durations = sum(duration_cost(min(ticks(found[a:b], terms), terms.max_ticks), terms.limits) for a, b in plan)
    return durations + sum(cut_cost(found[a].cut, found[a].asks) for a, _ in plan[1:])


@given(spoken(), st.sampled_from([LIMITS, SMALL]), st.sampled_from([{}, {"A": 40}, {"A": 30, "B": 60}]))
@examples(60)
def test_the_plan_is_the_cheapest_of_all_plans(
    lines: list[tuple[int, Utterance]], limits: Limits, overhead: dict[str, int]
) -> None:
    terms = Terms.of(limits, Rate(), overhead)
    found = atoms(lines, terms)[:11]
    allowed = [plan for plan in all_plans(found) if all(may_be_segment(found[a:b], terms) for a, b in plan)]
    best = min(allowed, key=lambda plan: (cost(plan, found, terms), [-end for _, end in plan]))
    assert cut(found, terms) == best
    if len(best) <= 4:
        assert recut(found, 0, len(found), terms, 4) == best
    few = [plan for plan in allowed if len(plan) <= 2]
    cheapest = min(few, key=lambda plan: (cost(plan, found, terms), [-end for _, end in plan]), default=[])
    assert recut(found, 0, len(found), terms, 2) == cheapest


@given(spoken(), st.sampled_from([LIMITS, SMALL]))
@examples(40)
def test_what_fits_is_what_may_be_sent(lines: list[tuple[int, Utterance]], limits: Limits) -> None:
    terms = Terms.of(limits, Rate(), {"A": 25})
    found = atoms(lines, terms)[:12]
    for first in range(len(found)):
        for end in range(first + 1, len(found) + 1):
            assert fits(found, first, end, terms) == may_be_segment(found[first:end], terms)


def test_a_duration_costs_more_the_further_it_is_from_the_aim() -> None:
    costs = [duration_cost(round(seconds * 100), LIMITS) for seconds in (11.5, 13, 15, 17, 19.99, 20.01, 25, 34)]
    assert costs == sorted(set(costs))
    costs = [duration_cost(round(seconds * 100), LIMITS) for seconds in (11.5, 9, 8, 7, 5, 4.99, 3, 0.5)]
    assert costs == sorted(set(costs))
    assert duration_cost(499, LIMITS) > 5 * duration_cost(501, LIMITS)


def test_places_are_preferred_in_their_order() -> None:
    order = [Cut.PARAGRAPH, Cut.TURN, Cut.SENTENCE, Cut.CLAUSE, Cut.WORD, Cut.LETTER]
    costs = [cut_cost(kind, False) for kind in order]
    assert costs == sorted(set(costs))
    assert cut_cost(Cut.TURN, True) > cut_cost(Cut.TURN, False)
    assert set(CUT_COST) == set(Cut)


@pytest.mark.parametrize("limits", [LIMITS, SMALL, Limits(best_seconds=(2.0, 9.0), aim_seconds=(2.0, 9.0))])
def test_the_cost_is_defined_for_every_duration(limits: Limits) -> None:
    assert all(duration_cost(ticks, limits) > 0 for ticks in range(int(limits.max_seconds * 100) + 1))


def test_a_question_and_its_answer_stay_together() -> None:
    filler = "The ice had gone from the river by the time we came, and nobody was there to meet us. "
    texts = [
        ("A", filler),
        ("B", filler),
        ("A", "And who was it that rang the bell, then?"),
        ("B", "It was me."),
        ("A", filler * 2),
    ]
    lines = [(n, Utterance(n, 0, len(t.strip()), t.strip(), who, Gap.TURN)) for n, (who, t) in enumerate(texts)]
    terms = Terms.of(LIMITS, Rate(), {})
    found = atoms(lines, terms)
    starts = [found[first].line for first, _ in cut(found, terms)]
    assert 3 not in starts
