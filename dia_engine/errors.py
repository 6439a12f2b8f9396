# ruff: noqa: N818 - the names say what is the case, as the studio's users read them
"""The engine's errors: one small tree. Every message is one sentence: what, where, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST_TOLD = 200  # letters of what torch says: it can be pages


class EngineError(Exception):
    """Something the caller can understand and mend. `what` happened `where`, and what `todo` next, are kept apart."""

    def __init__(self, what: str, *, where: str | Path = "", todo: str = "") -> None:
        self.what = what.rstrip(".")
        self.where = str(where)
        self.todo = todo.rstrip(".")
        sentence = f"{self.what}; {self.todo}." if self.todo else f"{self.what}."
        super().__init__(f"{self.where}: {sentence}" if self.where else sentence)


class WeightsMissing(EngineError):
    """No weights, no config, or not all of their files, where they were looked for."""


class WeightsDamaged(EngineError):
    """Files that are there but cannot be what they say: cut short, changed, of another model, or hostile."""


class FetchFailed(EngineError):
    """A model that cannot be fetched now: no network, no access, no room, or the hub answers nonsense."""


class FetchStopped(FetchFailed):
    """The caller asked to stop fetching; what came so far is kept."""


class OutOfMemory(EngineError):
    """The device has no room for the weights or for this many segments at once."""


class DeviceFailed(EngineError):
    """The device stopped computing. What was running there is lost, and what lies there is of no use."""


class BadRequest(EngineError):
    """Settings, text or prompt that the model cannot be asked for."""


class TextTooLong(BadRequest):
    """More text than the model hears. Raised before anything runs; `unspoken` is the part that would be lost."""

    def __init__(self, length: int, limit: int, unspoken: str) -> None:
        self.length = length
        self.limit = limit
        self.unspoken = unspoken
        tail = unspoken if len(unspoken) <= 40 else unspoken[:40] + "…"
        super().__init__(
            f"The text is {length} bytes long and the model hears {limit}, so {tail!r} would not be spoken",
            todo="shorten the text",
        )


@contextmanager
def memory_errors(doing: str, todo: str) -> Iterator[None]:
    """Turn the ways in which torch and Python run out of memory into `OutOfMemory`."""
    import torch  # here, so that those who only look at files on disk do without it

    try:
        yield
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise OutOfMemory(f"No memory left while {doing}", todo=todo) from error
    except RuntimeError as error:
        if "can't allocate memory" not in str(error):  # the words of torch's CPU allocator, which has no class of its own
            raise
        raise OutOfMemory(f"No memory left while {doing}", todo=todo) from error


@contextmanager
def device_errors(doing: str) -> Iterator[None]:
    """Turn what torch says of a device that is lost, broken or cannot compute something into `DeviceFailed`."""
    try:
        yield
    except RuntimeError as error:
        told = next(iter(str(error).splitlines()), "") or type(error).__name__
        what = f"The device failed while {doing} ({told[:LONGEST_TOLD]})"
        raise DeviceFailed(what, todo="start again, and use the device cpu if it fails again") from error
