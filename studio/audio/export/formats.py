"""What an export is made of: tags, options, and the table row that every format is. Values only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from studio.audio.files import Samples
from studio.core.errors import ExportError

OptionValue = str | int
Chapter = tuple[float, float, str]

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Tags:
    """What a player shows. `chapters` are (start_s, end_s, title) in order; `cover` is the bytes of a PNG or JPEG file."""

    title: str = ""
    author: str = ""
    album: str = ""
    year: str = ""
    comment: str = ""
    cover: bytes | None = None
    chapters: tuple[Chapter, ...] = ()

    def texts(self) -> dict[str, str]:
        """The texts that are not empty, cleaned, under the names title, author, album, year and comment."""
        pairs = {name: cleaned(getattr(self, name)) for name in ("title", "author", "album", "year", "comment")}
        return {name: text for name, text in pairs.items() if text}


@dataclass(frozen=True, slots=True)
class Option:
    """A setting of a format, declared once: a dialog and a command line are made from it."""

    name: str
    title: str
    default: OptionValue
    choices: tuple[OptionValue, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """One export as its format sees it: the open file, the sound, the words."""

    file: BinaryIO
    blocks: Iterator[Samples]
    rate: int
    channels: int
    tags: Tags
    options: Mapping[str, OptionValue]


@dataclass(frozen=True, slots=True)
class Format:
    """A row of the registry. `rates` are those that the format takes; empty is any."""

    suffix: str
    label: str
    write: Callable[[Work], None]
    options: tuple[Option, ...] = ()
    rates: tuple[int, ...] = ()

    def settled(self, given: Mapping[str, OptionValue]) -> dict[str, OptionValue]:
        """Every option with its value. Raises ExportError for an unknown name or value."""
        known = {option.name: option for option in self.options}
        for name, value in given.items():
            if name not in known:
                offer = f"it knows {', '.join(known)}" if known else "it has none"
                raise ExportError(f"{self.label} has no option “{name}”", todo=offer)
            if value not in known[name].choices:
                offer = "choose one of " + ", ".join(map(str, known[name].choices))
                raise ExportError(f"“{value}” is no value for {known[name].title.lower()}", todo=offer)
        return {name: given.get(name, option.default) for name, option in known.items()}


def cleaned(text: str) -> str:
    """Text fit for a tag: no control characters but line breaks and tabs, no lone surrogates, at most 4,000 characters."""
    return _CONTROL.sub("", text).strip()[:4000]
