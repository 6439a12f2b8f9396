"""Fixes: they mend what they name, keep every word, and have an end."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from studio.core.fixes import apply_edits, fix_all
from studio.core.lint import Surroundings, TextEdit, check
from studio.core.parse import parse, utterances
from studio.core.render import Limits
from studio.core.script import Script
from studio.core.segments import Plan
from studio.core.segments import plan as cut
from tests.core.scripts import TEXTS
from tests.strategies import examples


def plan_of(script: Script) -> Plan:
    return cut(script, Limits())


def fixed(text: str) -> str:
    return fix_all(text, Surroundings(), plan_of)


def words(text: str) -> list[str]:
    """What is heard, without sounds, marks and capitals."""
    heard = " ".join(one.text for _, one in utterances(parse(text))).replace("\u200b", "")
    return re.findall(r"[^\W_]+", re.sub(r"\([^()]*\)", " ", heard).lower())


def test_edits_are_made_at_once() -> None:
    edits = [TextEdit(1, 0, 1, 1, "X"), TextEdit(0, 1, 0, 1, "!"), TextEdit(1, 2, 2, 1, "")]
    assert apply_edits("ab\ncde\nfg", edits) == "a!b\nXdg"


@pytest.mark.parametrize(
    "edits",
    [
        [TextEdit(0, 0, 0, 2, ""), TextEdit(0, 1, 0, 3, "")],
        [TextEdit(0, 9, 0, 9, "")],
        [TextEdit(9, 0, 9, 0, "")],
        [TextEdit(0, 2, 0, 1, "")],
    ],
)
def test_edits_that_do_not_fit_are_refused(edits: list[TextEdit]) -> None:
    with pytest.raises(ValueError, match="line"):
        apply_edits("abc", edits)


def test_everything_is_mended_in_one_go() -> None:
    text = (
        "Hello. [S1] Hi [S1] again!! STOP NOW. (laughing) [S2 x (S1) [laughs] yes\r\n"
        "[S2] [S1] [S2] In 1984 we paid $5.\r\n{puase 1s} ok"
    )
    assert fixed(text) == (
        "[S1] Hello. Hi again! Stop now. (laughs) [S2] x [S1] (laughs) yes\r\n"
        "[S2] In nineteen eighty-four we paid five dollars.\r\n{pause 1s} ok"
    )


def test_guesses_about_people_are_left_to_people() -> None:
    text = "---\ncast: {Maya: anna}\n---\n[Mya] Hello."
    assert fixed(text) == text


@given(TEXTS)
@examples(300)
def test_fixing_twice_is_fixing_once(lines: list[str]) -> None:
    once = fixed("\n".join(lines))
    assert fixed(once) == once


# Pieces whose fixes touch no word: no tags or directions to complete, no figures to spell out, no letters to transliterate.
WORDED = st.lists(
    st.lists(
        st.sampled_from(
            [
                "[S1] ", "[S2] ", "[s1] ", "[ S1 ] ", "[a, b]", "(laughs) ", "(laughing)",
                "(which, so to say, is true)", "( ",
                "{pause 1s} ", "{oops}", "Hello there. ", "so it goes ", "Wow!! ", "STOP NOW ", "I AM", "…",
                "😀", "\u200b", "[", "{",
                "\\[", "\r", "  ", "// NO!!", "😀// NO ", "😀MAYA: x ",
            ]
        ),
        max_size=5,
    ).map("".join),
    max_size=8,
)  # fmt: skip


@given(WORDED)
@example(["[a, b]", "[S1] [S1] \r[S1] 😀MAYA: x "])  # three deletions that only together make a name of a word
@examples(400)
def test_no_fix_changes_a_spoken_word(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert words(fixed(text)) == words(text)


@given(TEXTS)
@examples(300)
def test_a_fix_mends_the_fault_it_belongs_to(lines: list[str]) -> None:
    text = "\n".join(lines)
    script = parse(text)
    found = check(script, plan_of(script), Surroundings())
    for one in found:
        if one.fix is None:
            continue
        after = apply_edits(text, one.fix.edits)
        assert after != text
        mended = parse(after)
        left = check(mended, plan_of(mended), Surroundings())
        same = sum(other.rule == one.rule for other in left) < sum(other.rule == one.rule for other in found)
        assert same or (one.rule, one.line, one.column) not in {(other.rule, other.line, other.column) for other in left}
