"""Words in the user's language: a catalogue is used where there is one, else the words as they were written."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from studio import i18n


def test_without_a_catalogue_words_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "qab")
    assert i18n._("Open") == "Open"
    assert i18n.N_("Open") == "Open"
    assert [i18n.counted(count, "segment", "segments") for count in (1, 2, 1234)] == [
        "1 segment",
        "2 segments",
        "1,234 segments",
    ]


def test_a_catalogue_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Nobody's language: the C library reads LANGUAGE too, and remembers its own words in a language it knows for good.
    folder = tmp_path / "resources" / "i18n"
    catalogue(
        folder / "qaa" / "LC_MESSAGES" / "dia-studio.mo", {"": "Content-Type: text/plain; charset=UTF-8\n", "Open": "Öffnen"}
    )
    monkeypatch.setattr(i18n, "__file__", str(tmp_path / "i18n.py"))
    monkeypatch.setenv("LANGUAGE", "qaa")
    i18n._catalogue.cache_clear()
    try:
        assert i18n._("Open") == "Öffnen"
    finally:
        i18n._catalogue.cache_clear()


def catalogue(path: Path, words: dict[str, str]) -> None:
    """A compiled gettext catalogue."""
    path.parent.mkdir(parents=True)
    pairs = [(key.encode(), value.encode()) for key, value in sorted(words.items())]
    start = 28 + 16 * len(pairs)
    table, data = b"", b""
    for texts in zip(*pairs, strict=True):
        for one in texts:
            table += struct.pack("<II", len(one), start + len(data))
            data += one + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    path.write_bytes(head + table + data)
