"""What is there, what is missing, and why: segments + requests + takes -> a state for each segment and the jobs to do. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from studio.core.render import Caps, Request
from studio.core.segments import Segment
from studio.i18n import N_


class State(StrEnum):
    """How a segment stands. Shown as shape, word and colour."""

    EMPTY = "empty"  # never rendered
    QUEUED = "queued"
    RENDERING = "rendering"
    RENDERED = "rendered"
    STALE = "stale"  # it has a take, of other words, another voice, seed or engine
    FAILED = "failed"
    KEPT = "kept"  # a take the user chose; it speaks these words and is left alone
    LOCKED = "locked"  # a take the user locked; it is left alone whatever becomes of the words


class Reason(StrEnum):
    """Why a segment has to be rendered."""

    NEW = N_("never rendered")
    TEXT = N_("new text")
    VOICE = N_("new voice")
    SEED = N_("new seed")
    ENGINE = N_("new engine")
    SETTINGS = N_("new settings")
    AGAIN = N_("another take")
    RETAKE = N_("a better take")


@dataclass(frozen=True, slots=True)
class Job:
    """One segment to render."""

    segment: str
    request: Request
    key: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Status:
    """How one segment stands. `take` is the key of the take that is heard ("" is none); `request` what would render it now, and
    `key` that of the take it would make."""

    segment: str
    state: State
    key: str
    take: str
    request: Request
    reason: Reason | None = None  # why it is not rendered, where it is not
    changed: Reason | None = None  # what is new since its locked take was made; nothing is rendered for that


@dataclass(frozen=True, slots=True)
class Known:
    """What the project knows of its takes. `recipes` gives the stored recipe of a key, "" where it is lost; `last` each
    segment's newest take; `queue` the state of each segment's job: waiting, running, done, failed or cancelled. `locked` gives
    each segment's locked take, `binned` the deleted ones as (segment, take), `picks` which of several takes of one request is
    heard: the first one's key -> the best one's."""

    keys: Container[str]
    chosen: Mapping[str, str]
    last: Mapping[str, str]
    queue: Mapping[str, str]
    recipe_of: Callable[[str], str]
    locked: Mapping[str, str] = field(default_factory=dict)
    binned: Container[tuple[str, str]] = frozenset()
    picks: Mapping[str, str] = field(default_factory=dict)


NOTHING_KNOWN = Known(frozenset(), {}, {}, {}, lambda key: "")

_BY_JOB = {"waiting": State.QUEUED, "running": State.RENDERING, "failed": State.FAILED}


def statuses(segments: Sequence[Segment], request_of: Callable[[Segment], Request], caps: Caps, known: Known) -> list[Status]:
    """How each segment stands, in speaking order."""
    return [_status(segment.id, request_of(segment), caps, known) for segment in segments]


def needed(found: Sequence[Status]) -> list[Job]:
    """The jobs that make every segment sound as it is written now, in speaking order; no key twice."""
    jobs: dict[str, Job] = {}
    for one in found:
        if one.reason is not None and one.key not in jobs:
            jobs[one.key] = Job(one.segment, one.request, one.key, one.reason)
    return list(jobs.values())


def in_order(jobs: Sequence[Job], seconds_of: Callable[[str], float], slots: int) -> list[Job]:
    """The jobs in the order to render them in: as they are spoken where the engine takes one at a time; else the longest first,
    by its segment's estimate, so that no long one is left to go on alone in the end."""
    return list(jobs) if slots == 1 else sorted(jobs, key=lambda job: -seconds_of(job.segment))


def why(recipe: str, request: Request, caps: Caps) -> Reason:
    """What differs between a take's recipe and the request that would be made now; the weightiest difference is named."""
    return differs(recipe, request, caps) or Reason.SETTINGS


def differs(recipe: str, request: Request, caps: Caps) -> Reason | None:
    """The same; None where nothing does."""
    old = _loaded(recipe)
    new = json.loads(request.recipe(caps))
    if _words(old) != _words(new):
        return Reason.TEXT
    if (old.get("engine"), old.get("revision")) != (new["engine"], new["revision"]):
        return Reason.ENGINE
    if old.get("voices") != new["voices"]:
        return Reason.VOICE
    if old.get("seed") != new["seed"]:
        return Reason.SEED
    return Reason.SETTINGS if (old.get("pace"), old.get("params")) != (new["pace"], new["params"]) else None


def _status(segment: str, request: Request, caps: Caps, known: Known) -> Status:
    key = request.key(caps)
    locked = known.locked.get(segment, "")
    if locked and locked in known.keys:
        changed = differs(known.recipe_of(locked), request, caps)
        return Status(segment, State.LOCKED, key, locked, request, changed=None if changed is Reason.SEED else changed)
    chosen = known.chosen.get(segment, "")
    if chosen and chosen != key and chosen in known.keys and _says(known.recipe_of(chosen), request, caps):
        return Status(segment, State.KEPT, key, chosen, request)
    for take in (known.picks.get(key, ""), key):
        if take and take in known.keys and (segment, take) not in known.binned:
            return Status(segment, State.KEPT if chosen == take else State.RENDERED, key, take, request)
    last = next((one for one in (chosen, known.last.get(segment, "")) if one and one in known.keys), "")
    reason = why(known.recipe_of(last), request, caps) if last else Reason.NEW
    state = _BY_JOB.get(known.queue.get(segment, ""), State.STALE if last else State.EMPTY)
    return Status(segment, state, key, last, request, reason)


def _says(recipe: str, request: Request, caps: Caps) -> bool:
    """A take of that recipe speaks the words of the request, by the same engine: a chosen draft does not hold back Dia."""
    return why(recipe, request, caps) not in (Reason.TEXT, Reason.ENGINE)


def _loaded(recipe: str) -> dict[str, Any]:
    try:
        loaded = json.loads(recipe)
    except ValueError:
        return {}
    return loaded if isinstance(loaded, dict) else {}


def _words(recipe: Mapping[str, Any]) -> list[tuple[object, object]]:
    turns = recipe.get("turns", [])
    return [(turn.get("speaker"), turn.get("text")) for turn in turns if isinstance(turn, dict)]
