"""Finds the files we ship (icons, themes, demo, help) in a wheel, in a frozen program and in a checkout alike."""

from __future__ import annotations

import sys
from pathlib import Path


class AssetMissingError(LookupError):
    """A file that ought to have been shipped is not there: a fault of the build, not of the user."""


def root() -> Path:
    """The folder that holds `icons`, `themes`, `demo` and `help`."""
    here = Path(__file__).resolve().parent
    frozen = Path(getattr(sys, "_MEIPASS", here)) / "studio" / "resources"
    for folder in (here / "resources", frozen, here.parent / "resources"):
        if folder.is_dir():
            return folder
    raise AssetMissingError(f"no resources folder beside {here}")


def path(*parts: str) -> Path:
    """The shipped file of that name, e.g. `path("icons", "play.svg")`. Raises AssetMissingError."""
    found = root().joinpath(*parts)
    if not found.exists():
        raise AssetMissingError(f"not shipped: {'/'.join(parts)}")
    return found


def names(folder: str, suffix: str = "") -> tuple[str, ...]:
    """The names of the shipped files of one folder, in order; an empty folder has none."""
    where = root() / folder
    return tuple(sorted(one.name for one in where.iterdir() if one.name.endswith(suffix))) if where.is_dir() else ()
