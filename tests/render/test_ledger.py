"""No word is lost without a trace: every character of any script has one entry, and whatever is not heard is told."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.parse import parse, utterances
from studio.core.project import ClipDecision, Project, TrackDecision
from studio.core.render import Limits, Word
from studio.core.script import Script
from studio.core.segments import Plan, plan
from studio.core.timeline import RATE, Timeline
from studio.render.arrange import Heard, Materials, arrange
from studio.render.hearing import LOST, Reason, Voiced
from studio.render.ledger import Entry, Ledger, ledger
from tests.core.scripts import TEXTS
from tests.strategies import edits, examples, scripts

WORD_S = 0.3


class Show:
    """A script, its plan, and a take for every segment: one word after another."""

    def __init__(self, text: str, *, timed: bool = True) -> None:
        self.script: Script = parse(text)
        self.plan: Plan = plan(self.script, Limits())
        self.takes: dict[str, Voiced] = {}
        self.project = Project()
        for segment in self.plan.segments:
            words, at = [], 0.1
            for number, turn in enumerate(segment.turns):
                for match in re.finditer(r"\S+", turn.text):
                    if any(character.isalnum() for character in match[0]):
                        words.append(Word(number, *match.span(), at, at + WORD_S))
                        at += WORD_S
            texts = tuple(turn.text for turn in segment.turns)
            self.takes[segment.id] = Voiced(texts, at + 0.1, tuple(words) if timed else ())

    def timeline(self) -> Timeline:
        heard = {name: Heard(name, round(take.seconds * RATE)) for name, take in self.takes.items()}
        return arrange(self.script, self.plan, self.project, Materials(heard))

    def ledger(self) -> Ledger:
        return ledger(self.script, self.plan, self.timeline(), self.takes)

    def decide(self, segment: str, decision: ClipDecision) -> None:
        self.project = replace(self.project, clips={**self.project.clips, segment: decision})


def lost_text(book: Ledger) -> str:
    return " ".join(book.text[entry.start : entry.end] for entry in book.problems())


def spoken_places(show: Show) -> set[int]:
    """Where the script's spoken characters stand, told by the parser alone."""
    lines = [line.text for paragraph in show.script.paragraphs for line in paragraph.lines]
    starts = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines))]
    return {
        starts[line] + one.column(index)
        for line, one in utterances(show.script)
        for index, character in enumerate(one.text)
        if not character.isspace() and not lines[line][one.column(index)].isspace()
    }


@given(scripts(), st.booleans())
@examples(25)
def test_every_character_has_one_entry_and_all_that_is_spoken_is_heard_in_order(lines: list[str], timed: bool) -> None:
    show = Show("\n".join(lines), timed=timed)
    book = show.ledger()
    assert book.text == "\n".join(lines)
    assert "".join(book.text[entry.start : entry.end] for entry in book.entries) == book.text
    assert not book.problems()
    heard = {at for entry in book.entries if entry.reason is Reason.SPOKEN for at in range(entry.start, entry.end)}
    assert heard >= spoken_places(show)
    order = {segment.id: number for number, segment in enumerate(show.plan.segments)}
    clips = {clip.id: clip for track in show.timeline().tracks for clip in track.clips}
    spoken = [entry for entry in book.entries if entry.reason is Reason.SPOKEN]
    assert [order[entry.segment] for entry in spoken] == sorted(order[entry.segment] for entry in spoken)
    for one, other in pairwise(spoken):
        assert one.segment != other.segment or one.start_sample <= other.start_sample
    for entry in spoken:
        clip = clips[entry.segment]
        assert entry.take == clip.source
        assert clip.start <= entry.start_sample < entry.end_sample <= clip.end


@given(TEXTS)
@examples(40)
def test_no_text_is_too_strange_to_be_accounted_for(lines: list[str]) -> None:
    show = Show("\n".join(lines))
    book = show.ledger()
    assert sum(book.counts().values()) == len(book.text)
    assert not book.problems()


@given(
    scripts(strange=False, directions=False),
    st.integers(0, 2**32),
    st.sampled_from(("take", "word", "mute", "head", "tail", "say")),
)
@examples(60)
def test_whatever_is_dropped_on_purpose_is_told(lines: list[str], seed: int, how: str) -> None:
    show = Show("\n".join(lines))
    chance = random.Random(seed)
    spoken = [segment for segment in show.plan.segments if show.takes[segment.id].words]
    if not spoken:
        return
    segment = chance.choice(spoken)
    take = show.takes[segment.id]
    word = chance.choice(take.words)
    written = segment.turns[word.turn].text[word.start : word.end]
    if how == "take":
        del show.takes[segment.id]
    elif how == "word":
        show.takes[segment.id] = replace(
            take, words=tuple(one for one in take.words if one != word) or (replace(word, end_s=0.1, start_s=0.1),)
        )
    elif how == "mute":
        show.decide(segment.id, ClipDecision(is_muted=True))
    elif how == "head":
        show.decide(segment.id, ClipDecision(trim_head_s=word.end_s - 0.01))
    elif how == "tail":
        show.decide(segment.id, ClipDecision(trim_tail_s=take.seconds - word.start_s - 0.01))
    else:
        texts = list(take.texts)
        texts[word.turn] = texts[word.turn][: word.start] + "x" * len(written) + texts[word.turn][word.end :]
        show.takes[segment.id] = replace(take, texts=tuple(texts))
    book = show.ledger()
    assert {entry.segment for entry in book.problems()} == {segment.id}
    assert written in lost_text(book)
    expected = {"take": Reason.UNRENDERED, "word": Reason.UNHEARD, "mute": Reason.MUTED, "say": Reason.OTHER_WORDS}
    assert {entry.reason for entry in book.problems()} == {expected.get(how, Reason.TRIMMED)}


@given(st.data())
@examples(40)
def test_after_an_edit_the_words_that_old_takes_lack_are_told_and_no_others(data: st.DataObject) -> None:
    lines = data.draw(scripts(strange=False, directions=False))
    first, removed, new = data.draw(edits(lines))
    before, after = Show("\n".join(lines)), Show("\n".join([*lines[:first], *new, *lines[first + removed :]]))
    after.plan = plan(after.script, Limits(), before.plan)
    after.takes = before.takes
    book = after.ledger()
    for entry in book.entries:
        stands = before.takes.get(entry.segment)
        if entry.reason is Reason.SPOKEN:
            assert stands is not None
            written = book.text[entry.start : entry.end]
            assert written in " ".join(stands.texts)
    for segment in after.plan.segments:
        stands = before.takes.get(segment.id)
        held = Counter(" ".join(stands.texts).split()) if stands else Counter()
        lacks = Counter(" ".join(turn.text for turn in segment.turns).split()) - held
        assert not lacks or any(entry.segment == segment.id for entry in book.problems())


def test_each_kind_of_omission_has_its_name() -> None:
    text = "\n".join(
        (
            *("---", "title: A walk", "lexicon: {Nguyen Street: win street}", "---", "# Out", ""),
            '[S1] We saw {say "Aoife" as "eefa"} (laughs) in Nguyen Street, [twice] \\[sic\\]. // not said',
            "{pause 1s}",
            "***",
            "[S2] No (really, in 1912) we did.",
        )
    )
    book = Show(text).ledger()
    found: Mapping[str, Reason] = {book.text[entry.start : entry.end].strip(): entry.reason for entry in book.entries}
    assert not book.problems()
    assert found["# Out"] is Reason.HEADING
    assert found["title: A walk"] is Reason.FRONT
    assert found["{pause 1s}"] is Reason.DIRECTION
    assert found["// not said"] is Reason.COMMENT
    assert found["[S2]"] is Reason.TAG
    assert found["***"] is Reason.SILENT
    assert found["\\"] is Reason.MARKUP
    assert found['{say "Aoife" as "eefa"}'] is Reason.SPOKEN
    assert found["We"] is found["(laughs)"] is Reason.SPOKEN
    street = book.text.rindex("Nguyen Street,")
    assert all(entry.reason is Reason.SPOKEN for entry in book.entries if street <= entry.start < street + 13)


def test_a_respelling_is_heard_from_its_first_word_to_its_last() -> None:
    book = Show('[S1] Here comes {say "Siobhan" as "shiv awn"} again.').ledger()
    [entry] = [one for one in book.entries if "Siobhan" in book.text[one.start : one.end]]
    assert entry.end_sample - entry.start_sample == pytest.approx(2 * WORD_S * RATE, abs=2)


def test_muted_tracks_and_soloed_others_silence_their_words() -> None:
    show = Show("[S1] Here we are, all of us, and nobody is late.")
    show.project = Project(tracks={"speech": TrackDecision(mute=True)})
    [problem] = show.ledger().problems()
    assert problem.reason is Reason.MUTED and show.ledger().line(problem) == 1


def test_what_an_engine_could_not_say_is_told() -> None:
    show = Show("[S1] Good morning to Ελλάδα and everybody else.")
    [segment] = show.plan.segments
    take = show.takes[segment.id]
    at = take.texts[0].index("Ελλάδα")
    kept = tuple(word for word in take.words if word.start != at)
    show.takes[segment.id] = replace(take, words=kept, unspoken=((0, at, at + 6),))
    [problem] = show.ledger().problems()
    assert (problem.reason, lost_text(show.ledger())) == (Reason.UNSAYABLE, "Ελλάδα")


def test_a_word_that_alignment_found_missing_is_told() -> None:
    show = Show("[S1] One two three four five.")
    [segment] = show.plan.segments
    take = show.takes[segment.id]
    words = tuple(replace(word, end_s=word.start_s) if index == 2 else word for index, word in enumerate(take.words))
    show.takes[segment.id] = replace(take, words=words)
    assert lost_text(show.ledger()) == "three"


def test_without_word_times_silence_may_be_trimmed_and_half_a_take_may_not() -> None:
    show = Show("[S1] " + " ".join(f"word{number}" for number in range(30)) + ".", timed=False)
    [segment] = show.plan.segments
    show.decide(segment.id, ClipDecision(trim_head_s=0.3, trim_tail_s=0.3))
    assert not show.ledger().problems()
    show.decide(segment.id, ClipDecision(trim_tail_s=show.takes[segment.id].seconds / 2))
    assert "word29" in lost_text(show.ledger()) and "word0" not in lost_text(show.ledger())


def test_a_book_with_a_gap_is_refused() -> None:
    with pytest.raises(ValueError, match="every character"):
        Ledger("abc", (Entry(0, 1, Reason.SPOKEN), Entry(2, 3, Reason.SPOKEN)))
    with pytest.raises(ValueError, match="every character"):
        Ledger("abc", (Entry(0, 2, Reason.SPOKEN),))
    assert set(LOST) < set(Reason)
