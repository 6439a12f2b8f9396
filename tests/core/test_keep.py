"""Boundaries and ids survive editing: an edit touches its own segments and no more, whichever way the plan is made again."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.parse import parse, reparse
from studio.core.plans import Boundary, Plan
from studio.core.render import Limits
from studio.core.script import Script
from studio.core.segments import Previous, plan, replan
from tests.strategies import edits, examples, plain_words, scripts, sentences

LIMITS = Limits()
# Every line names its speaker and no direction spans lines, so that an edited word is nothing but that.
PLAIN = scripts(most=40, directions=False, tagged=True, strange=False)
ANSWER = "The ice had gone from the river by the time we came, and nobody was there to meet us."
OTHER = "My brother asked twice whether the ferry would run, but he was given no answer that he could use."


def edited(lines: list[str], first: int, removed: int, new: list[str]) -> list[str]:
    return [*lines[:first], *new, *lines[first + removed :]]


def after(old: Plan, lines: list[str], first: int, removed: int, new: list[str]) -> tuple[Plan, Script]:
    """The plan after an edit, made in the cheap way and compared with the one made from what a project keeps."""
    before = parse("\n".join(lines))
    script = reparse(before, first, removed, new)
    result = replan(old, old.script or before, reparse(old.script or before, first, removed, new), LIMITS)
    assert result == plan(script, LIMITS, Previous("\n".join(lines), old.boundaries()))
    return result, script


def stale(old: Plan, new: Plan) -> int:
    """How many segments have to be rendered that had not to be before."""
    known = {segment.content for segment in old.segments}
    return sum(segment.content not in known for segment in new.segments)


def spoken_indices(lines: list[str]) -> list[int]:
    return [index for index, line in enumerate(lines) if line.startswith("[") and " " in line]


def check_any_edits(lines: list[str], data: st.DataObject) -> None:
    result = plan(parse("\n".join(lines)), LIMITS)
    for _ in range(3):
        first, removed, new = data.draw(edits(lines))
        result, _ = after(result, lines, first, removed, new)
        lines = edited(lines, first, removed, new)
        fresh = plan(parse("\n".join(lines)), LIMITS)
        assert len({segment.id for segment in result.segments}) == len(result.segments)
        assert said(result) == said(fresh)


def said(result: Plan) -> list[tuple[str, str]]:
    return [(turn.character, char) for one in result.segments for turn in one.turns for char in turn.text if char != " "]


def check_small_edits(lines: list[str], data: st.DataObject) -> None:
    result = plan(parse("\n".join(lines)), LIMITS)
    for _ in range(3):
        places = spoken_indices(lines)
        if not places:
            return
        line = data.draw(st.sampled_from(places))
        old = lines[line].split(" ")
        kind = data.draw(st.sampled_from(["word", "sentence", "line", "delete", "delete line"]))
        word = data.draw(st.integers(1, len(old) - 1))
        new, most = [" ".join([*old[:word], data.draw(plain_words), *old[word + 1 :]])], 2
        if kind == "sentence":
            new, most = [" ".join([*old[:word], data.draw(sentences(strange=False)), *old[word:]])], 3
        elif kind == "line":
            new, most = [lines[line], f"{old[0]} {data.draw(sentences(strange=False))}"], 3
        elif kind == "delete":
            new = [" ".join([*old[:word], *old[word + 6 :]])]
        elif kind == "delete line":
            new = []
        if any(text.count("(") for text in (*new, lines[line])):
            continue  # half a sound is read as words
        if edited(lines, line, 1, new):
            last, (result, _) = result, after(result, lines, line, 1, new)
            assert stale(last, result) <= most
            lines = edited(lines, line, 1, new)


@given(scripts(), st.data())
@examples(60)
def test_both_ways_to_plan_again_agree_after_any_edit(lines: list[str], data: st.DataObject) -> None:
    check_any_edits(lines, data)


@pytest.mark.slow
@pytest.mark.timeout(600)
@given(scripts(most=30), st.data())
@examples(300)
def test_both_ways_to_plan_again_agree_after_any_edit_at_length(lines: list[str], data: st.DataObject) -> None:
    check_any_edits(lines, data)


@given(PLAIN, st.data())
@examples(50)
def test_a_word_makes_two_segments_stale_at_most_and_a_sentence_three(lines: list[str], data: st.DataObject) -> None:
    check_small_edits(lines, data)


@pytest.mark.slow
@pytest.mark.timeout(600)
@given(PLAIN, st.data())
@examples(300)
def test_a_word_makes_two_segments_stale_at_most_and_a_sentence_three_at_length(lines: list[str], data: st.DataObject) -> None:
    check_small_edits(lines, data)


@given(scripts(most=20))
@examples(60)
def test_planning_again_without_an_edit_changes_nothing(lines: list[str]) -> None:
    script = parse("\n".join(lines))
    result = plan(script, LIMITS)
    assert plan(script, LIMITS, previous=result) == result
    assert plan(script, LIMITS, Previous("\n".join(lines), result.boundaries())) == result
    assert replan(result, script, script, LIMITS) == result


def book(count: int) -> list[str]:
    rng = random.Random(count)
    lines = []
    for number in range(count):
        text = " ".join(rng.choice((ANSWER, OTHER, "Yes.", "But who was it?")) for _ in range(rng.randint(1, 3)))
        lines += [f"[S{number % 2 + 1}] {text} Number {number}."] + [""] * (rng.random() < 0.3)
    return lines


def test_untouched_segments_are_the_same_objects_and_only_move() -> None:
    lines = book(60)
    result = plan(parse("\n".join(lines)), LIMITS)
    again, _ = after(result, lines, 2, 0, ["", "// a remark"])
    assert stale(result, again) == 0
    assert [one.id for one in again.segments] == [one.id for one in result.segments]
    assert sum(one is other for one, other in zip(again.segments, result.segments, strict=True)) >= len(result.segments) - 3
    assert again.starts[-1].line == result.starts[-1].line + 2


def test_an_edited_segment_keeps_its_id() -> None:
    lines = book(60)
    result = plan(parse("\n".join(lines)), LIMITS)
    line = spoken_indices(lines)[20]
    again, _ = after(result, lines, line, 1, [lines[line].replace("Number", "Page")])
    assert stale(result, again) == 1
    assert [one.id for one in again.segments] == [one.id for one in result.segments]


def test_a_segment_all_of_whose_words_are_replaced_keeps_its_id_too() -> None:
    lines = [f"[S1] {ANSWER} {OTHER}", "", "{pause 1s}", f"[S1] {ANSWER}", "", "{pause 1s}", f"[S1] {OTHER}"]
    result = plan(parse("\n".join(lines)), LIMITS)
    again, _ = after(
        result,
        lines,
        3,
        1,
        ["[S1] Quite another text, with not one word in common; but does it still last about five seconds?"],
    )
    assert [one.id for one in again.segments] == [one.id for one in result.segments]


def test_an_id_stays_with_the_words_it_was_given_to() -> None:
    lines = [f"[S1] {ANSWER} {OTHER}", "", "{pause 1s}", "[S2] Good."]
    result = plan(parse("\n".join(lines)), LIMITS)
    again, _ = after(result, lines, 0, 1, [f"[S1] {OTHER} {OTHER}", f"[S1] {ANSWER.replace('river', 'sea')} {OTHER}"])
    (kept,) = (one for one in again.segments if one.id == result.segments[0].id)
    assert "the sea" in kept.turns[0].text
    assert len(again.segments) == 3


def test_a_paragraph_that_has_moved_keeps_its_ids() -> None:
    parts = [[f"[S1] {ANSWER} {number} {OTHER} {number}", "{pause 1s}"] for number in ("One.", "Two.", "Three.", "Four.")]
    lines = [line for part in parts for line in part]
    result = plan(parse("\n".join(lines)), LIMITS)
    moved = [line for part in (parts[0], parts[2], parts[3], parts[1]) for line in part]
    again = plan(parse("\n".join(moved)), LIMITS, Previous("\n".join(lines), result.boundaries()))
    assert stale(result, again) == 0
    assert {one.id for one in again.segments} == {one.id for one in result.segments}


def test_renaming_a_character_moves_no_boundary() -> None:
    lines = book(60)
    result = plan(parse("\n".join(lines)), LIMITS)
    renamed = "\n".join(lines).replace("[S1]", "[Maya]").replace("[S2]", "[Bob]")
    again = plan(parse(renamed), LIMITS, Previous("\n".join(lines), result.boundaries()))
    assert [one.id for one in again.segments] == [one.id for one in result.segments]
    assert [place.line for place in again.starts] == [place.line for place in result.starts]


def test_a_word_does_not_cut_two_long_segments_into_three() -> None:
    lines = [f"[S1] {OTHER}", OTHER, ANSWER, OTHER, OTHER, ANSWER]
    script = parse("\n".join(lines))
    assert len(plan(script, LIMITS).segments) == 3
    halves = plan(script, LIMITS, Previous("\n".join(lines), (Boundary("aaaaaaaa", 0, 5), Boundary("bbbbbbbb", 3, 0))))
    assert [place.line for place in halves.starts] == [0, 3]
    again, _ = after(halves, lines, 5, 1, [ANSWER.replace("river", "ocean")])
    assert stale(halves, again) <= 2


def test_one_more_of_many_equal_lines_is_the_same_edit_both_ways() -> None:
    lines = [f"[S{index % 2 + 1}] {ANSWER}" for index in range(60)]
    lines = [line for pair in lines for line in (pair, "")]
    result = plan(parse("\n".join(lines)), LIMITS)
    again, _ = after(result, lines, 20, 0, lines[20:24])
    assert stale(result, again) <= 2
    less, _ = after(again, [*lines[:20], *lines[20:24], *lines[20:]], 40, 4, [])
    assert stale(again, less) <= 2


def test_a_tag_speaks_for_the_lines_that_follow_it() -> None:
    lines = ["[S1] Hello.", *[f"{ANSWER} {OTHER}"] * 12, "[S2] Good."]
    result = plan(parse("\n".join(lines)), LIMITS)
    again, _ = after(result, lines, 0, 1, ["[S2] Hello."])
    assert {turn.character for one in again.segments for turn in one.turns} == {"S2"}
    assert [one.id for one in again.segments] == [one.id for one in result.segments]


def test_a_short_rest_is_taken_in_by_a_neighbour() -> None:
    lines = [f"[S1] {ANSWER}", f"[S2] {OTHER}", "", f"[S1] {OTHER} {ANSWER}", "", f"[S2] {ANSWER}", f"[S1] {OTHER}"]
    result = plan(parse("\n".join(lines)), LIMITS)
    assert len(result.segments) == 3
    again, _ = after(result, lines, 3, 1, ["[S1] No."])
    assert stale(result, again) <= 2
    assert all(5 <= one.estimated_s <= 20 for one in again.segments)


def test_a_new_direction_cuts_and_its_removal_renders_nothing() -> None:
    lines = [f"[S1] {ANSWER}", f"[S2] {OTHER}"]
    result = plan(parse("\n".join(lines)), LIMITS)
    parted, _ = after(result, lines, 1, 0, ["{pause 1s}"])
    assert (len(result.segments), len(parted.segments)) == (1, 2)
    joined, _ = after(parted, [lines[0], "{pause 1s}", lines[1]], 1, 1, [])
    assert stale(parted, joined) == 0


def test_other_limits_cut_again_only_what_no_longer_fits() -> None:
    lines = book(60)
    script = parse("\n".join(lines))
    result = plan(script, LIMITS)
    smaller = Limits(max_text_bytes=sorted(sum(len(turn.text) + 8 for turn in one.turns) for one in result.segments)[-3])
    again = plan(script, smaller, previous=result)
    assert again == replan(result, script, script, smaller)
    assert 1 <= stale(result, again) <= 9
    assert plan(script, LIMITS, previous=result, overhead={"S1": 10}) == result


@pytest.mark.parametrize(
    "boundaries",
    [
        (),
        (Boundary("aaaaaaaa", 900, 0), Boundary("bbbbbbbb", 2, 7)),
        (Boundary("aaaaaaaa", 0, 9), Boundary("bbbbbbbb", 0, 9)),
        (Boundary("aaaaaaaa", 0, 5000), Boundary("bbbbbbbb", 1, 0), Boundary("cccccccc", 2, 12)),
    ],
)
def test_boundaries_that_make_no_sense_do_no_harm(boundaries: tuple[Boundary, ...]) -> None:
    lines = book(12)
    script = parse("\n".join(lines))
    result = plan(script, LIMITS, Previous("\n".join(lines[1:]), boundaries))
    assert said(result) == said(plan(script, LIMITS))
    assert len({one.id for one in result.segments}) == len(result.segments)


def fray(seed: int, count: int) -> tuple[int, int]:
    """Segments after `count` edits of all kinds, and those of a fresh plan."""
    rng = random.Random(seed)
    lines = book(220)
    script = parse("\n".join(lines))
    result = plan(script, LIMITS)
    for number in range(count):
        line = rng.choice(spoken_indices(lines))
        text = lines[line].split(" ")
        new = [
            [" ".join([*text[:2], "indeed", *text[2:]])],
            [f"{lines[line]} {rng.choice((ANSWER, OTHER, 'Yes.'))}"],
            [lines[line], f"[S{rng.randint(1, 2)}] {rng.choice((ANSWER, OTHER))}"],
            [" ".join(text[: max(3, len(text) // 2)])],
            [lines[line], ""],
            [],
        ][rng.randrange(6)]
        edited_script = reparse(script, line, 1, new)
        last, (result, script) = result, (replan(result, script, edited_script, LIMITS), edited_script)
        assert number % 4 or result == plan(script, LIMITS, previous=last)
        lines[line : line + 1] = new
    return len(result.segments), len(plan(script, LIMITS).segments)


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))])
def test_four_hundred_edits_do_not_fray_the_plan(seed: int) -> None:
    kept, fresh = fray(seed, 400)
    assert kept <= 1.1 * fresh
