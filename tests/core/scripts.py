"""Random scripts: pieces that meet in every order, so that constructs interrupt each other as they do while one types."""

from __future__ import annotations

from hypothesis import strategies as st

PIECES = st.sampled_from(
    [
        "[S1] ", "[S2] ", "[Maya] ", "MAYA: ", "JO: ", "[S3]", "[s1] ", "[S1", "S1] ", "[ S2 ]", "(S1)", "[S2]:", "[1]", "[]",
        "(laughs) ", "(which, in 1912) ", "(laughing) ", "(odd thing)", "( ", ") ", "()", "[", "]", "[laughs]",
        "{pause 1s} ", "{pace 0.9} ", "{voice a/b} ", "{seed 4} ", "{segments solo} ",
        "{music a.wav fade 2s} ", "{sfx d.wav}",
        "{oops} ", "{puase 2s}", "{pause 99s}", "{}", '{say "x" as "y"} ', "{say x as y}", "{", "}", "{pause 1s",
        "# ", "# Title", "// no", "//", "// lint: ignore malformed-tag", "\\[", "\\", "\\\\",
        "Hello there. ", "so it goes", "Nguyen ", "…", "Wow!! ", "STOP NOW", "!", "  ", "\t", "\r",
        "in 1984 ", "$5", "Dr. ", "etc.", "A4", "&", "#1", "10:30", "1/2", "é", "😀", "Привет ", "\u202e",
        "\x00", "\ud800", "\x85",
        "---", "cast: {Maya: a}", "narrator: Jo", "segments: solo", "lexicon: {Nguyen: win}", "title: T", "tilte: T", "",
    ]
)  # fmt: skip
LINES = st.one_of(st.just(""), st.just("---"), st.lists(PIECES, max_size=4).map("".join))
TEXTS = st.lists(LINES, max_size=14)
