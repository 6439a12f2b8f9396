"""The words of the program in the user's language: gettext for window and terminal alike. Imports nothing but gettext."""

from __future__ import annotations

import gettext
import os
from functools import cache
from pathlib import Path

DOMAIN = "dia-studio"


def N_(text: str) -> str:
    """Mark a text for translation where it is written; it is translated where it is shown."""
    return text


def _(text: str) -> str:
    """The text in the user's language; the text itself where there is no translation."""
    return _catalogue(_languages()).gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """The form of a text that fits `count`."""
    return _catalogue(_languages()).ngettext(one, many, count)


def counted(count: int, one: str, many: str) -> str:
    """`1 segment`, `3 segments`: the number and the word that fits it."""
    return f"{count:,} {ngettext(one, many, count)}"


def _languages() -> tuple[str, ...]:
    wanted = next((os.environ[name] for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return tuple(part.split(".")[0] for part in wanted.split(":") if part)


@cache
def _catalogue(languages: tuple[str, ...]) -> gettext.NullTranslations:
    here = Path(__file__).resolve().parent
    for folder in (here / "resources" / "i18n", here.parent / "resources" / "i18n"):
        if folder.is_dir():
            return gettext.translation(DOMAIN, folder, languages or None, fallback=True)
    return gettext.NullTranslations()
