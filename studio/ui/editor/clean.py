"""Makes any text fit for a script: one kind of line end, and a visible mark where a character cannot be kept."""

from __future__ import annotations

import re

REPLACEMENT = "\ufffd"
_LINE_END = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# NUL, halves of surrogate pairs, and the characters that Qt's documents keep for themselves.
_IMPOSSIBLE = re.compile("[\0\ud800-\udfff\ufdd0\ufdd1\ufffc]")


def clean(text: str) -> tuple[str, int]:
    """The text as it can be kept, and how many characters had to be replaced by U+FFFD."""
    return _IMPOSSIBLE.subn(REPLACEMENT, _LINE_END.sub("\n", text))
