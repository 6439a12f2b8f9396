"""What is heard for what is written, and from which column each character comes."""

from __future__ import annotations

import pytest

from studio.core.parse import parse, utterances


def said(line: str, lexicon: str = "{}") -> str:
    return " | ".join(one.text for _, one in utterances(parse(f"---\nlexicon: {lexicon}\n---\n{line}")))


@pytest.mark.parametrize(
    ("line", "heard"),
    [
        ("Hello   there,\tyou.", "Hello there, you."),
        ("Hello\u00a0there.", "Hello there."),
        ("Ha (laughs) ha.", "Ha (laughs) ha."),
        ("Ha  (laughs)  ha.", "Ha (laughs) ha."),
        ("I went (which nobody, then, believed) home.", "I went, which nobody, then, believed, home."),
        ("I went (which nobody at all believed).", "I went, which nobody at all believed."),
        ("(As they say in 1912) we go.", "As they say in 1912, we go."),
        ("Go! (Why, I wonder?) Yes.", "Go! Why, I wonder? Yes."),
        ("(I said so, sir) — no (or yes, as it may be)\u200bor", "I said so, sir — no, or yes, as it may be, \u200bor"),
        ("a) first", "a, first"),
        ("Smile :)", "Smile :"),
        (r"\[no\] and \(laughs\)", "[no] and (laughs)"),
        (r"a\/b \\ c", "a/b \\ c"),
        ('Mr {say "Nguyen" as "win"}!', "Mr win!"),
        ("see [1] there", "see, 1, there"),
        ("[laughs] Oh", "(laughs) Oh"),
        ("Wait {pause 1s} what", "Wait | what"),
        ("Wait // what", "Wait"),
    ],
)
def test_what_is_heard(line: str, heard: str) -> None:
    assert said(line) == heard


@pytest.mark.parametrize(
    ("line", "heard"),
    [
        ("Mr Nguyen left.", "Mr win left."),
        ("Nguyens left.", "Nguyens left."),
        ("NGUYEN left.", "NGUYEN left."),
        ("New  York is big, new york.", "noo yawk is big, new york."),
        ("SQL and sql", "sequel and sequel"),
        ('{say "x" as "Nguyen"}', "Nguyen"),
        ("(laughs) laughs", "(laughs) ha ha"),
        ("C++ it is", "see plus it is"),
    ],
)
def test_the_lexicon_respells_whole_words(line: str, heard: str) -> None:
    assert said(line, '{Nguyen: win, New: nope, New York: noo yawk, sql: sequel, laughs: ha ha, "C++": see plus}') == heard


def test_every_character_knows_its_column() -> None:
    line = '[S1] Mr  Nguyen (which, yes) {say "X" as "ex"} \\[a.'
    (_, one), *_ = utterances(parse(f"---\nlexicon: {{Nguyen: win}}\n---\n{line}"))
    assert one.text == "Mr win, which, yes, ex [a."
    columns = [one.column(index) for index in range(len(one.text))]
    assert columns == sorted(columns)
    for word, written in {"Mr": "Mr", "win": "Nguyen", "which": "which", "yes": "yes", "ex": "{say", "a.": "a."}.items():
        assert one.column(one.text.index(word)) == line.index(written)
    assert one.column(len(one.text)) == one.end == len(line)


def test_plain_words_need_no_columns() -> None:
    (_, one), *_ = utterances(parse("[S1] Hello (laughs) there."))
    assert one.columns is None
    assert one.column(0) == 5
