from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.engines.draft_text import Sound, Utterance, read_turn
from studio.engines.sounds import DIA_SOUNDS, sound_tags


def plain(text: str) -> str:
    return "|".join(piece.plain if isinstance(piece, Utterance) else f"<{piece.name}>" for piece in read_turn(text).pieces)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It’s fine", "It's fine"),
        ("he — she", "he ,  she"),
        ("wait…", "wait... "),
        ("a\u00a0b\tc\nd", "a b c d"),
        ("cafe\u0301", "café"),
        ("ﬁne Ａ ٣", "fine A 3"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("hm (laughs) ok", "hm|<laughs>| ok"),
        ("( CLEARS  Throat )", "<clears throat>"),
        ("(aside) ok", "(aside) ok"),
        ("", ""),
        ("… — !", ""),
    ],
)
def test_text_is_read_as_it_is_meant(text: str, said: str) -> None:
    assert plain(text) == said


@pytest.mark.parametrize(
    "text", ["[[h@l'oU]]", "<speak>hi</speak>", "\x01\x1b50P hi", "{voice} _x_ *y* ~z |", "a\0b", "\ud800 hi"]
)
def test_nothing_a_synthesiser_might_obey_gets_through(text: str) -> None:
    assert not set(plain(text)) & set("[]<>{}|\\^~_*\x00\x01\x1b\ud800")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Hi 😀 you", ["😀"]),
        ("日本 and 語", ["日本", "語"]),
        ("👩\u200d👧!", ["👩\u200d👧"]),
        ("Привет", ["Привет"]),
        ("2²", []),
        ("a\u200b b\ufeff", []),
    ],
)
def test_what_no_english_voice_can_say_is_listed(text: str, left: list[str]) -> None:
    assert [text[start:end] for start, end in read_turn(text).unspoken] == left


@pytest.mark.parametrize("name", sorted(DIA_SOUNDS))
def test_no_sound_is_ever_spoken(name: str) -> None:
    assert plain(f"({name})") == f"<{name}>"


def test_only_known_sounds_are_sounds() -> None:
    assert [tag.name for tag in sound_tags("(laughs) (nods) (beep)", frozenset({"beep"}))] == ["beep"]


@given(st.text(st.one_of(st.characters(), st.sampled_from(" '’“—…()*aB1é😀日\u200d\u0301")), max_size=60))
def test_every_letter_is_in_a_token_a_sound_or_left_out(text: str) -> None:
    reading = read_turn(text)
    covered = {at for start, end in reading.unspoken for at in range(start, end)}
    latest = 0
    for piece in reading.pieces:
        for token in (piece,) if isinstance(piece, Sound) else piece.tokens:
            assert latest <= token.start < token.end <= len(text)
            latest = token.end
            covered.update(range(token.start, token.end))
    assert {at for at, sign in enumerate(text) if sign.isalnum() and sign != "ʼ"} <= covered  # a letter, yet an apostrophe


@given(st.text(max_size=40))
def test_tokens_know_their_place_in_the_plain_text(text: str) -> None:
    for piece in read_turn(text).pieces:
        if isinstance(piece, Utterance):
            assert piece.plain.encode("utf-8") and "\0" not in piece.plain
            for token in piece.tokens:
                assert 0 <= token.plain_start < token.plain_end <= len(piece.plain)
