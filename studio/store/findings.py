"""What a look through a project may find, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `kind` is a stable word for programs, `what` a sentence for people, `where` the file or the row
    it is about, `mended` what was done about it ("" as long as nothing was)."""

    kind: str
    what: str
    where: str
    mended: str = ""
