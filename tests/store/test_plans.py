"""The saved plan comes back as it was, and typing touches few rows."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from studio.core.segments import Boundary
from studio.store import plans
from studio.store.plans import Entry, ranked
from studio.store.project import ProjectStore
from tests.store.conftest import TEXT, plan_at


def _boundaries(ids: list[str]) -> list[Boundary]:
    return [Boundary(name, 2 * number, number % 3) for number, name in enumerate(ids)]


def _placed(entries: list[Entry]) -> list[Boundary]:
    line, result = 0, []
    for entry in sorted(entries, key=lambda entry: entry.rank):
        line += entry.line_step
        result.append(Boundary(entry.segment, line, entry.column))
    return result


def test_a_plan_comes_back_with_its_text(store: ProjectStore) -> None:
    assert store.boundaries().boundaries == ()
    plan = plan_at(0, 2, 5)
    store.save_plan(plan, TEXT)
    store.close()
    with ProjectStore.open(store.folder) as again:
        assert again.boundaries().text == TEXT
        assert again.boundaries().boundaries == plan.boundaries()


def test_any_sequence_of_plans_keeps_order_and_places() -> None:
    dice = random.Random(1)
    ids, entries = [f"s{number}" for number in range(30)], ranked([], _boundaries([f"s{number}" for number in range(30)]))
    for step in range(400):
        at = dice.randrange(len(ids) + 1)
        match dice.randrange(4):
            case 0:
                ids[at:at] = [f"n{step}-{number}" for number in range(dice.randint(1, 3))]
            case 1:
                del ids[at : at + 2]
            case 2:
                ids = ids or ["x"]
                ids.insert(dice.randrange(len(ids)), ids.pop(dice.randrange(len(ids))))
            case 3:
                ids[: at // 2] = reversed(ids[: at // 2])
        entries = ranked(entries, _boundaries(ids))
        assert _placed(entries) == _boundaries(ids)
        assert len({entry.rank for entry in entries}) == len(ids)


def test_inserting_in_one_place_for_ever_still_finds_room() -> None:
    ids, entries = ["first", "last"], ranked([], _boundaries(["first", "last"]))
    for step in range(200):
        ids.insert(1, f"n{step}")
        entries = ranked(entries, _boundaries(ids))
        assert [entry.rank for entry in entries] == sorted({entry.rank for entry in entries})
    assert _placed(entries) == _boundaries(ids)


def test_a_segment_more_or_less_touches_its_neighbours_only() -> None:
    ids = [f"s{number}" for number in range(200)]
    old = ranked([], _boundaries(ids))
    more = ranked(old, [Boundary(*one) for one in (*_boundaries(ids)[:100], ("new", 199, 0), *_boundaries(ids)[100:])])
    assert len(set(more) - set(old)) == 2
    fewer = ranked(more, _boundaries(ids))
    assert len(set(fewer) - set(more)) == 1


def test_a_text_that_swells_without_end_is_refused(store: ProjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.save_plan(plan_at(0), "a" * 10_000)
    store.close()
    monkeypatch.setattr(plans, "MAX_TEXT_BYTES", 1000)
    with ProjectStore.open(store.folder, write=False) as reader:
        assert "larger than any script" in reader.damage[0].what
        assert reader.boundaries().text == ""


def test_a_line_typed_above_touches_one_boundary(store: ProjectStore) -> None:
    store.save_plan(plan_at(*range(0, 400, 2)), TEXT)
    written: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if "boundaries" in statement and not statement.startswith("SELECT"):
            written.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        store.save_plan(plan_at(*range(1, 401, 2)), "\n" + TEXT)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len(written) == 1
    assert store.boundaries().boundaries == plan_at(*range(1, 401, 2)).boundaries()


def test_a_plan_may_shrink_to_nothing(store: ProjectStore) -> None:
    store.save_plan(plan_at(0, 2), TEXT)
    store.save_plan(plan_at(), "")
    store.close()
    with ProjectStore.open(store.folder) as again:
        assert again.boundaries().boundaries == ()
        assert again.check() == []
