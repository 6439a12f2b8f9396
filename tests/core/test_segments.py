"""The planner: segments that a model speaks well, nothing lost, and every word's way back into the script."""

from __future__ import annotations

import json
import random
from itertools import pairwise

import pytest
from hypothesis import given

from studio.core.atoms import Atom, atoms, ticks_of
from studio.core.cost import Cut, Terms
from studio.core.estimate import Rate
from studio.core.parse import parse, utterances
from studio.core.plans import Plan, Segment
from studio.core.render import Limits, SpokenTurn, tagged_text
from studio.core.script import Gap, Script
from studio.core.segments import Place, place_of, plan
from tests.strategies import examples, scripts

LIMITS = Limits()
ANSWER = "The ice had gone from the river by the time we came, and nobody was there to meet us."


def planned(*lines: str, limits: Limits = LIMITS) -> Plan:
    return plan(parse("\n".join(lines)), limits)


def sent(segment: Segment) -> str:
    return tagged_text(tuple(SpokenTurn(turn.speaker, turn.text) for turn in segment.turns))


def words(script: Script) -> list[tuple[str, str]]:
    return [(one.character, char) for _, one in utterances(script) for char in one.text if not char.isspace()]


@given(scripts())
@examples(150)
def test_every_spoken_character_is_in_one_segment_and_in_order(lines: list[str]) -> None:
    script = parse("\n".join(lines))
    spoken = [
        (turn.character, char)
        for segment in plan(script, LIMITS).segments
        for turn in segment.turns
        for char in turn.text
        if not char.isspace()
    ]
    assert spoken == words(script)


@given(scripts())
@examples(150)
def test_what_is_sent_starts_with_s1_alternates_and_fits(lines: list[str]) -> None:
    script = parse("\n".join(lines))
    overhead = {"S1": 150, "Maya": 90}
    for segment in plan(script, LIMITS, overhead=overhead).segments:
        speakers = [turn.speaker for turn in segment.turns]
        assert speakers[0] == 1
        assert all(one + other == 3 for one, other in pairwise(speakers))
        named = {turn.character: turn.speaker for turn in segment.turns}
        assert len(named) == len(set(named.values())) <= 2
        if script.front.solo:
            assert len(named) == 1
        assert len(sent(segment).encode()) + sum(overhead.get(name, 0) for name in named) <= LIMITS.max_text_bytes
        assert segment.estimated_s <= LIMITS.max_seconds
        assert all(turn.text == turn.text.strip() != "" for turn in segment.turns)


@given(scripts())
@examples(150)
def test_every_character_leads_back_to_where_it_is_written(lines: list[str]) -> None:
    script = parse("\n".join(lines))
    result = plan(script, LIMITS)
    wanted = [
        (line, one.column(index))
        for line, one in utterances(script)
        for index, char in enumerate(one.text)
        if not char.isspace()
    ]
    found = [
        place_of(result, number, turn_number, index)
        for number, segment in enumerate(result.segments)
        for turn_number, turn in enumerate(segment.turns)
        for index, char in enumerate(turn.text)
        if not char.isspace()
    ]
    assert found == [Place(*place) for place in wanted]


@given(scripts())
@examples(100)
def test_segments_lie_one_behind_the_other(lines: list[str]) -> None:
    result = plan(parse("\n".join(lines)), LIMITS)
    places = [place for pair in zip(result.starts, result.ends, strict=True) for place in pair]
    assert places == sorted(places)
    assert len(result.starts) == len(result.ends) == len(result.chapters) == len(result.segments)
    assert len({segment.id for segment in result.segments}) == len(result.segments)


@given(scripts(strange=False))
@examples(100)
def test_hard_places_are_always_cut_and_never_crossed(lines: list[str]) -> None:
    script = parse("\n".join(lines))
    starts = set(plan(script, LIMITS).starts)
    spoken = list(utterances(script))
    for (_, one), (line, other) in pairwise(spoken):
        manner = (one.pace, one.voice, one.seed, one.solo) != (other.pace, other.voice, other.seed, other.solo)
        if other.gap is Gap.HARD or manner:
            assert Place(line, other.column(0)) in starts


def test_a_plan_is_the_same_every_time_and_on_every_machine() -> None:
    result = planned("[S1] Hello there.", "[S2] Hi! (laughs)", "# Two", "[S1] Hello there.", "[S2] Hi! (laughs)")
    assert [segment.id for segment in result.segments] == ["342f52a6ab43", "b39c3885d1d7"]
    assert result == planned("[S1] Hello there.", "[S2] Hi! (laughs)", "# Two", "[S1] Hello there.", "[S2] Hi! (laughs)")


def test_a_dialogue_stays_together_and_its_turns_are_merged() -> None:
    result = planned("[S2] Hello there.", "How are you?", "[S1] Fine, and you?", "[S2] Well. (laughs)", "", "I am well.")
    assert [sent(segment) for segment in result.segments] == [
        "[S1] Hello there. How are you? [S2] Fine, and you? [S1] Well. (laughs) I am well. [S2]"
    ]
    assert [turn.character for turn in result.segments[0].turns] == ["S2", "S1", "S2"]
    assert result.segments[0].turns[0].anchors == ((0, 0, 5), (13, 1, 0))


def test_a_third_speaker_starts_a_new_segment() -> None:
    result = planned("[A] Hello there, you two.", "[B] Hi!", "[C] And hello from me.", "[B] Yes, hello to you too.")
    assert [{turn.character for turn in segment.turns} for segment in result.segments] == [{"A", "B"}, {"C", "B"}]


def test_solo_gives_each_speaker_segments_of_their_own() -> None:
    result = planned("---", "segments: solo", "---", f"[S1] {ANSWER}", f"[S2] {ANSWER}", f"[S1] {ANSWER}")
    assert [len(segment.turns) for segment in result.segments] == [1, 1, 1]


def test_directions_part_segments_and_say_how_they_are_spoken() -> None:
    result = planned(f"[S1] {ANSWER}", f"{{pause 1.5s}} {ANSWER}", "", f"{{pace 0.9}} {{seed 7}} {ANSWER}", "", ANSWER)
    assert [(one.pause_s, one.pace, one.seed) for one in result.segments] == [
        (0.0, 1.0, None),
        (1.5, 1.0, None),
        (0.0, 0.9, 7),
        (0.0, 1.0, None),
    ]
    assert [one.gap for one in result.segments] == [Gap.HARD] * 4


def test_a_pause_belongs_to_the_first_segment_of_what_follows() -> None:
    result = planned("{pause 2s} " + " ".join([ANSWER] * 6))
    assert [segment.pause_s for segment in result.segments] == [2.0] + [0.0] * (len(result.segments) - 1)
    assert len(result.segments) > 1


def test_segments_know_their_chapter() -> None:
    result = planned(f"[S1] {ANSWER}", "# One", "# Two", f"[S1] {ANSWER}", "", "[S2] Yes.", "# Three", f"[S1] {ANSWER}")
    script = parse(
        "\n".join([f"[S1] {ANSWER}", "# One", "# Two", f"[S1] {ANSWER}", "", "[S2] Yes.", "# Three", f"[S1] {ANSWER}"])
    )
    assert [script.chapters[index].title for index in result.chapters] == ["", "Two", "Three"]


def test_a_respelling_leads_back_to_the_words_it_stands_for() -> None:
    result = planned('[S1] Mister {say "Nguyen" as "win"} came.')
    assert result.segments[0].turns[0].text == "Mister win came."
    assert place_of(result, 0, 0, 0) == Place(0, 5)
    assert place_of(result, 0, 0, 8).column in range(12, 37)
    assert place_of(result, 0, 0, 11) == Place(0, 36)


def test_a_script_of_nothing_has_no_segments() -> None:
    for text in ("", "\n\n", "// only a remark", "# Title", "{pause 1s}", "[S1]"):
        assert plan(parse(text), LIMITS) == Plan()


def test_nothing_is_lost_when_a_prompt_takes_all_the_room() -> None:
    script = parse(f"[S1] {' '.join([ANSWER] * 5)}")
    result = plan(script, LIMITS, overhead={"S1": 2000})
    assert "".join("".join(turn.text.split()) for one in result.segments for turn in one.turns) == "".join(ANSWER.split()) * 5


@pytest.mark.parametrize("limits", [Limits(max_text_bytes=200), Limits(max_seconds=6.0), Limits(max_speakers=1)])
def test_an_engine_states_the_limits(limits: Limits) -> None:
    result = planned(*(f"[S{1 + line % 2}] {ANSWER}" for line in range(6)), limits=limits)
    assert all(len(sent(segment).encode()) <= limits.max_text_bytes for segment in result.segments)
    assert all(segment.estimated_s <= limits.max_seconds for segment in result.segments)
    assert all(len({turn.character for turn in segment.turns}) <= limits.max_speakers for segment in result.segments)


def test_a_slow_engine_gets_shorter_segments() -> None:
    script = parse(" ".join([ANSWER] * 30))
    slow = plan(script, LIMITS, rate=Rate(characters_per_second=10.0))
    assert len(slow.segments) > 1.4 * len(plan(script, LIMITS).segments)
    assert all(5 <= segment.estimated_s <= 20 for segment in slow.segments)


def allows_best(stretch: list[Atom], terms: Terms) -> bool:
    """Whether a hard stretch can be cut, at ends of clauses or better, into segments of 5 to 20 seconds."""
    reached = {0}
    for end in range(1, len(stretch) + 1):
        for first in range(end):
            piece = stretch[first:end]
            people = {atom.utterance.character for atom in piece}
            speakers = 1 if piece[0].utterance.solo else 2
            place = first == 0 or stretch[first].cut <= Cut.CLAUSE
            if place and first in reached and len(people) <= speakers and 500 <= ticks_of(piece, terms) <= 2000:
                reached.add(end)
    return len(stretch) in reached


@given(scripts(most=30, strange=False))
@examples(60)
def test_segments_last_five_to_twenty_seconds_where_the_script_allows(lines: list[str]) -> None:
    script = parse("\n".join(lines))
    terms = Terms.of(LIMITS, Rate(), {})
    stretches: list[list[Atom]] = []
    for atom in atoms(utterances(script), terms):
        if atom.cut is Cut.HARD:
            stretches.append([])
        stretches[-1].append(atom)
    segments = iter(plan(script, LIMITS).segments)
    for stretch in stretches:
        left = "".join(one.utterance.text[one.start : one.end] for one in stretch)
        size = len("".join(left.split()))
        lengths = []
        while size > 0:
            segment = next(segments)
            size -= sum(len("".join(turn.text.split())) for turn in segment.turns)
            lengths.append(segment.estimated_s)
        if allows_best(stretch, terms):
            assert all(5 <= length <= 20 for length in lengths)


def test_ordinary_prose_and_dialogue_are_cut_into_best_lengths() -> None:
    rng = random.Random(5)
    choices = [ANSWER, "Yes.", "But who was it?", "I never said that, and you know it!", ANSWER.replace(", and", ". And")]
    for speakers in (1, 2, 3):
        lines = [f"[P{rng.randint(1, speakers)}] {' '.join(rng.choices(choices, k=rng.randint(1, 3)))}" for _ in range(2000)]
        lengths = [one.estimated_s for one in planned(*lines).segments]
        assert sum(5 <= length <= 20 for length in lengths) >= 0.99 * len(lengths)


def test_the_places_of_a_plan_can_be_written_down() -> None:
    result = planned(f"[S1] {ANSWER}", "# Two", f"[S1] {ANSWER}")
    rows = json.loads(json.dumps(result.boundaries()))
    assert [row[1:] for row in rows] == [[0, 5], [2, 5]]
    assert [list(result.at(line)) for line in range(3)] == [[0], [], [1]]
