"""Whose turn it is where several sessions are open: everybody who has something there already, else one who drives the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def whose_turn(flying: list[T], is_ready: Callable[[T], bool]) -> list[T]:
    """Those of `flying` to take one event from now. Without anybody who is ready it is the first, who goes to the end of the
    list, so that all drive in turns. [] where nobody flies."""
    found = [one for one in flying if is_ready(one)]
    if not found and flying:
        found = [flying.pop(0)]
        flying += found
    return found
