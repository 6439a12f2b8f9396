"""The ledger of a project: from its script, its decisions and the takes it has. Loads no engine."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from studio.core.errors import ProjectError, StudioError
from studio.core.parse import parse
from studio.core.plans import Segment
from studio.core.render import Word
from studio.core.segments import plan
from studio.core.timeline import Timeline
from studio.render import projects
from studio.render.arrange import Heard, Materials, arrange, samples_of
from studio.render.episode import Episode, present_takes
from studio.render.hearing import Voiced
from studio.render.ledger import Ledger, ledger
from studio.render.surroundings import LIMITS
from studio.store.project import ProjectStore
from studio.store.takes import Take


def voiced(take: Take, words: Sequence[Word] = ()) -> Voiced:
    """What a take says. `words`: when they are heard, where the take does not tell."""
    return Voiced(_texts(take.recipe), take.seconds, take.words or tuple(words), take.unspoken)


def book(made: Episode, timeline: Timeline) -> Ledger:
    """The ledger of an episode as it is laid out on this timeline."""
    if made.store is None:
        raise ValueError("an episode that is not kept has no takes: see `episode.kept`")
    sources = {clip.source for track in timeline.tracks if track.name in ("speech", "overlap") for clip in track.clips}
    return ledger(made.script, made.plan, timeline, _known(made.store, sources - {""}))


def book_of(folder: Path) -> Ledger:
    """The ledger of a project as it lies there, whichever engine made its takes: each segment is heard by its locked or chosen
    take, else by the newest one that says its words, else by the newest. Raises ProjectError or ScriptError."""
    source = projects.source_of(folder)
    with projects.opened(source, write=False) as store:
        if store is None:
            raise ProjectError("there is no project in this folder", where=folder, kept="nothing was changed")
        script = parse(source.text)
        planned = plan(script, LIMITS, projects.previous_of(store))
        takes = _takes(store)
        stands = {segment.id: key for segment, key in _standing(store, planned.segments, takes)}
        heard = {name: Heard(key, samples_of(takes[key].frames, takes[key].rate)) for name, key in stands.items()}
        timeline = arrange(script, planned, store.load(), Materials(heard))
        return ledger(script, planned, timeline, _known(store, set(stands.values())))


def _known(store: ProjectStore, keys: set[str]) -> Mapping[str, Voiced]:
    known = {}
    reviewed = _reviewed(store)
    for key in keys:
        with suppress(StudioError):
            known[key] = voiced(store.takes.info(key), reviewed.get(key, ()))
    return known


def _reviewed(store: ProjectStore) -> Mapping[str, Sequence[Word]]:
    """The words that alignment found, by take; not those of takes that somebody has listened to and accepted."""
    from studio.render.reviewing import REVISION

    accepted = {key for (_, key), mark in store.load().marks.items() if mark.is_accepted}
    return {key: review.words for key, review in store.reviews(REVISION).items() if key not in accepted}


def _takes(store: ProjectStore) -> Mapping[str, Take]:
    """Every take that is there and can be read."""
    found = {}
    for key in present_takes(store):
        with suppress(StudioError):
            found[key] = store.takes.info(key)
    return found


def _standing(store: ProjectStore, segments: Sequence[Segment], takes: Mapping[str, Take]) -> Iterator[tuple[Segment, str]]:
    """The take that is heard for each segment that has any."""
    project, picks = store.load(), store.picks()
    locked, binned = project.locked(), project.binned()
    made: dict[str, list[str]] = {}
    for row in store.all_takes():
        if (row.segment, row.key) not in binned:
            made.setdefault(row.segment, []).append(picks.get(row.key) or row.key)
    for segment in segments:
        if locked.get(segment.id, "") in takes:
            yield segment, locked[segment.id]
            continue
        candidates = [key for key in (project.chosen.get(segment.id, ""), *reversed(made.get(segment.id, []))) if key in takes]
        texts = tuple(turn.text for turn in segment.turns)
        fitting = [key for key in candidates if _texts(takes[key].recipe) == texts]
        if candidates:
            yield segment, (fitting or candidates)[0]


def _texts(recipe: str) -> tuple[str, ...]:
    """The turns that a take was asked for; none where that is lost."""
    try:
        return tuple(str(turn["text"]) for turn in json.loads(recipe)["turns"])
    except (ValueError, LookupError, TypeError):
        return ()
