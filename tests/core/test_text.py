"""Files that are scripts, and files that are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.core import text
from studio.core.errors import ScriptError


def test_utf8_with_or_without_a_mark() -> None:
    assert text.decode("[S1] Hé\r\n".encode(), "a.txt") == "[S1] Hé\r\n"
    assert text.decode(b"\xef\xbb\xbf[S1] A", "a.txt") == "[S1] A"
    assert text.decode(b"", "a.txt") == ""


@pytest.mark.parametrize("words", ["RIFF-raff, all of them.", "ID3 is a kind of tag.", "PK\nWe met there.", "OggS said so."])
def test_prose_that_begins_like_a_file_of_another_kind_is_prose(words: str) -> None:
    assert text.decode(words.encode(), "a.txt") == words


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("[S1] é".encode("utf-16"), ["UTF-16", "byte 0", "save it as UTF-8"]),
        ("[S1]".encode("utf-32"), ["UTF-32", "save it as UTF-8"]),
        (b"One\nTwo \xe9 there", ["a.txt:2:", "Byte 8", "0xe9", "UTF-8"]),
        (b"\xef\xbb\xbfOne\nTwo \xe9", ["a.txt:2:", "Byte 11", "0xe9"]),
        (b"One\nTwo\x00", ["a.txt:2:", "NUL", "byte 7", "delete it"]),
        (b"\xed\xa0\x80", ["Byte 0", "UTF-8"]),
        (b"%PDF-1.7 ...", ["PDF", "plain UTF-8 text file"]),
        (b"ID3\x04", ["MP3"]),
        (bytes(range(256)) * 4, ["no text", "choose a plain UTF-8 text file"]),
    ],
)
def test_what_is_no_script_is_refused_in_one_sentence(data: bytes, words: list[str]) -> None:
    with pytest.raises(ScriptError) as caught:
        text.decode(data, "a.txt")
    sentence = str(caught.value)
    assert all(word in sentence for word in [*words, "a.txt", "the file was not changed"])
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_a_huge_file_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(text.MAX_BYTES + 1)
    with pytest.raises(ScriptError, match="more than the 67,108,864"):
        text.read(path)
    with pytest.raises(ScriptError, match="more than"):
        text.decode(b"x" * (text.MAX_BYTES + 1), "huge.txt")


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match="no such file"):
        text.read(tmp_path / "none.txt")
    with pytest.raises(ScriptError, match="cannot be read"):
        text.read(tmp_path)


def test_read_gives_the_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("[S1] Größe".encode())
    assert text.read(tmp_path / "a.txt") == "[S1] Größe"
