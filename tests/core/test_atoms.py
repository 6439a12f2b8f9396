"""Where a text may be cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.atoms import Atom, atoms
from studio.core.cost import Cut, Terms
from studio.core.estimate import Rate
from studio.core.render import Limits
from studio.core.script import Gap, Utterance

TERMS = Terms.of(Limits(), Rate(), {})


def said(*texts: str, character: str = "A", gap: Gap = Gap.NONE) -> list[tuple[int, Utterance]]:
    return [(line, Utterance(line, 0, len(text), text, character, gap)) for line, text in enumerate(texts)]


def pieces(text: str, terms: Terms = TERMS) -> list[str]:
    return [spoken(atom) for atom in atoms(said(text), terms)]


def spoken(atom: Atom) -> str:
    return atom.utterance.text[atom.start : atom.end]


@pytest.mark.parametrize(
    "expected",
    [
        ["He left.", "She stayed!", "Why?"],
        ["Dr. Smith met Mrs. J. R. Jones at 5 p.m. on the dot.", "Good."],
        ["It cost 3.14 or 1,000 or so.", "No. 5 is best, e.g. today."],
        ["“He left.”", "“Did he?”", "Yes (he did. Really.) and so on."],
        ["“Stop!” he said.", "Nobody did."],
        ["Hello. (laughs)", "What a day. (sighs) (coughs)"],
        ["(laughs) Hello.", "Bye."],
        ["No.", "Never. (clears throat)"],
        ["It was I.", "Yes."],
        ["你好。", "再见！", "走吧"],
        ["Wait... what?", "Oh."],
        ["He came in 1912.", "She did not."],
    ],
)
def test_sentences_end_where_a_reader_would_end_them(expected: list[str]) -> None:
    text = "".join(expected) if expected[0] == "你好。" else " ".join(expected)
    assert pieces(text) == expected


def test_a_short_sentence_is_not_cut_into_clauses_and_a_long_one_is() -> None:
    assert len(pieces("Well, yes, of course, it was.")) == 1
    long = (
        "When the ice had gone from the river at last, we went down to the ferry; nobody was there to take us over, of course."
    )
    assert pieces(long) == [
        "When the ice had gone from the river at last,",
        "we went down to the ferry;",
        "nobody was there to take us over, of course.",
    ]
    assert [atom.cut for atom in atoms(said(long), TERMS)][1:] == [Cut.CLAUSE, Cut.CLAUSE]


def test_words_are_parted_only_where_nothing_else_fits_a_segment() -> None:
    run = "word " * 60
    assert len(pieces(run)) == 1
    too_long = ("word (clears throat) 3.14 " * 60).strip()
    assert set(pieces(too_long)) == {"word", "(clears throat)", "3.14"}
    assert {atom.cut for atom in atoms(said(too_long), TERMS)[1:]} == {Cut.WORD}


def test_a_word_that_no_segment_holds_is_cut_between_code_points_and_not_lost() -> None:
    word = "né" * 900
    found = atoms(said(word), TERMS)
    assert "".join(map(spoken, found)) == word
    assert max(atom.size for atom in found) <= Limits().max_text_bytes
    assert {atom.cut for atom in found[1:]} == {Cut.LETTER}


def test_a_long_prompt_leaves_less_room() -> None:
    text = "word " * 80
    assert len(pieces(text)) == 1
    assert len(pieces(text, Terms.of(Limits(), Rate(), {"A": 800}))) > 1
    assert len(pieces(text, Terms.of(Limits(), Rate(), {"A": 5000}))) > 1


@pytest.mark.parametrize(
    ("first", "second", "gap", "character", "cut"),
    [
        ("He left.", "She stayed.", Gap.NONE, "A", Cut.SENTENCE),
        ("He left. (laughs)", "She stayed.", Gap.NONE, "A", Cut.SENTENCE),
        ("He met Dr.", "Smith there.", Gap.NONE, "A", Cut.WORD),
        ("He left,", "and she stayed.", Gap.NONE, "A", Cut.CLAUSE),
        ("He left and", "she stayed.", Gap.NONE, "A", Cut.WORD),
        ("He left.", "She stayed.", Gap.TURN, "B", Cut.TURN),
        ("He left.", "She stayed.", Gap.PARAGRAPH, "B", Cut.PARAGRAPH),
        ("He left.", "She stayed.", Gap.HARD, "A", Cut.HARD),
    ],
)
def test_the_gap_between_two_lines_says_what_a_cut_there_is(
    first: str, second: str, gap: Gap, character: str, cut: Cut
) -> None:
    lines = [(0, Utterance(0, 0, len(first), first, "A")), (1, Utterance(1, 0, len(second), second, character, gap))]
    assert atoms(lines, TERMS)[-1].cut is cut


@pytest.mark.parametrize("manner", [{"pace": 0.9}, {"voice": "angry"}, {"seed": 3}, {"solo": True}])
def test_what_is_spoken_in_another_manner_is_always_parted(manner: dict[str, object]) -> None:
    changed = Utterance(1, 0, 3, "Yes", "A", Gap.PARAGRAPH, **manner)  # type: ignore[arg-type]
    assert atoms([*said("No"), (1, changed), *((2, one) for _, one in said("No"))], TERMS)[1].cut is Cut.HARD
    assert atoms([*said("No"), (1, changed), *((2, one) for _, one in said("No"))], TERMS)[2].cut is Cut.HARD


def test_a_question_is_tied_to_the_answer_of_somebody_else() -> None:
    answer = (1, Utterance(1, 0, 3, "Me.", "B", Gap.TURN))
    assert [atom.asks for atom in atoms([*said("Who?” (laughs)"), answer], TERMS)] == [False, True]
    assert [atom.asks for atom in atoms([*said("You."), answer], TERMS)] == [False, False]
    assert [atom.asks for atom in atoms(said("Who?", "Me."), TERMS)] == [False, False]


@given(st.text(max_size=300))
def test_every_character_but_space_is_in_one_atom(text: str) -> None:
    found = atoms(said(text), TERMS)
    assert "".join("".join(map(spoken, found)).split()) == "".join(text.split())
    assert all(spoken(atom) == spoken(atom).strip() != "" for atom in found)
