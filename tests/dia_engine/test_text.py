import pytest

from dia_engine.text import TEXT_LIMIT, encode, fits


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("[S1] Hi. [S2] Yo.", b"\x01 Hi. \x02 Yo."),
        ("[s1] [S3] [S 1]", b"[s1] [S3] [S 1]"),
        ("café ’", b"caf\xc3\xa9 \xe2\x80\x99"),
        ("\ud800", b"?"),
    ],
)
def test_a_script_is_read_as_bytes_with_one_byte_for_each_speaker_tag(text: str, ids: bytes) -> None:
    assert encode(text) == ids


def test_a_curly_quote_costs_three_of_the_bytes_that_fit() -> None:
    assert fits("a" * TEXT_LIMIT)
    assert not fits("a" * TEXT_LIMIT + "b")
    assert fits("’" * (TEXT_LIMIT // 3))
    assert not fits("’" * (TEXT_LIMIT // 3 + 1))
