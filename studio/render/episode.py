"""An episode without a window: script and project opened, planned, cast; its missing segments rendered. `mixdown` writes it."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from studio.core import lint
from studio.core.errors import StudioError, UsageError, VoiceError
from studio.core.parse import parse
from studio.core.project import Project
from studio.core.quality import REVISION, Review
from studio.core.render import Caps
from studio.core.script import Script
from studio.core.segments import Plan, plan
from studio.core.settings import layered, text
from studio.core.voices import Cast, CastEntry
from studio.render import projects
from studio.render.judging import Judge, NoteSeed, Reviews
from studio.render.learning import learned_rate
from studio.render.plan import NOTHING_KNOWN, Job, Known, State, Status, in_order, needed, statuses
from studio.render.projects import Source
from studio.render.queue import Queue
from studio.render.requests import Casting, casting, overheads, request_for
from studio.render.retakes import Policy, policy_of, request_now
from studio.render.runner import EngineSeat, Stopped
from studio.render.surroundings import surroundings
from studio.render.voices import note_uses, sample_filler, voices_for
from studio.render.work import Listener, Outcome, Workshop, work_off
from studio.store.project import ProjectStore

NAMED = 8  # characters that a sentence names


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is asked for over and above what the project says. Holds for one run and is not kept."""

    voices: Mapping[str, str] = field(default_factory=dict)  # character -> voice, or voice/style
    seed: int | None = None
    takes: int | None = None  # of each segment
    retries: int | None = None  # of a doubtful take


@dataclass(frozen=True, slots=True)
class Episode:
    """A script, planned and cast for one engine. `store` is None while nothing is kept of it yet."""

    source: Source
    script: Script
    plan: Plan
    project: Project  # with the wishes in it
    casting: Casting
    caps: Caps
    store: ProjectStore | None
    wishes: Wishes = Wishes()

    @property
    def policy(self) -> Policy:
        """How often a segment is spoken."""
        return policy_of(self.settings, self.caps, self.wishes.takes, self.wishes.retries)

    @property
    def settings(self) -> Mapping[str, str]:
        return layered(self.script.front, self.project.settings)


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a run did: the jobs there were, what came of them, and how every segment stands now. `retaken`: the takes that were
    made over and above the first of each; `doubtful`: the segments whose take is worth another listen."""

    jobs: tuple[Job, ...]
    outcome: Outcome
    standing: tuple[Status, ...]
    retaken: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()


def episode(source: Source, store: ProjectStore | None, caps: Caps, wishes: Wishes) -> Episode:
    """Plan and cast a script; changes nothing. Raises VoiceError where a voice is named that the library lacks."""
    script = parse(source.text)
    project = _with_wishes(projects.decisions_of(store), script, wishes)
    whole = script.front.cast.overridden_by(project.cast)
    settled = casting(whole, voices_for(script, whole), layered(script.front, project.settings), caps)
    rate = learned_rate(store, caps.id)
    planned = plan(script, caps.limits, projects.previous_of(store), rate, overheads(settled))
    made = Episode(source, script, planned, project, settled, caps, store, wishes)
    _require_voices(made)
    _require_styles(made)
    return made


def diagnostics(made: Episode) -> list[lint.Diagnostic]:
    """What lint says about the script as it will be rendered."""
    around = surroundings(made.script, made.source.folder, made.caps.limits, made.project.cast)
    return lint.check(made.script, made.plan, around)


@contextmanager
def kept(made: Episode) -> Iterator[Episode]:
    """The episode with its project made or brought up to date; closed afterwards if it was made here."""
    store = projects.brought_in(made.store, made.source, made.plan, projects.files_named(made.script))
    note_uses(store.folder, text(made.settings, "title"), made.script, made.script.front.cast.overridden_by(store.load().cast))
    try:
        yield replace(made, store=store)
    finally:
        if made.store is None:
            store.close()


def present_takes(store: ProjectStore | None, *, heard: bool = False) -> frozenset[str]:
    """The keys of the takes that are there; with `heard` every sound is read, and a damaged one counts as missing."""
    if store is None:
        return frozenset()
    return frozenset(key for key in store.takes.keys() if not store.takes.fault(key, deep=heard))  # noqa: SIM118 - no mapping


def standing(made: Episode, present: Collection[str]) -> list[Status]:
    """How each segment stands, with these takes there."""
    known = _known(made.store, present)
    return statuses(
        made.plan.segments, lambda one: request_now(one, made.casting, made.caps, known.binned, present), made.caps, known
    )


def render_missing(
    made: Episode,
    seat: EngineSeat,
    listener: Listener,
    stopped: Stopped,
    reviews: Reviews | None = None,
    note_seed: NoteSeed = lambda segment, seed, won: None,
) -> Rendered:
    """Render what is missing, in the order of `plan.in_order`. With `reviews` each take is looked over, doubtful ones are made
    again and the best is heard. For what it raises see `work_off`."""
    store = made.store
    if store is None:
        raise ValueError("an episode is rendered into a project: see `kept`")
    judge = Judge(store, reviews, made.policy, made.casting, made.caps, note_seed) if reviews is not None else None
    with closing(judge) if judge is not None else nullcontext():
        return _rendered(made, store, seat, listener, stopped, judge)


def _rendered(
    made: Episode, store: ProjectStore, seat: EngineSeat, listener: Listener, stopped: Stopped, judge: Judge | None
) -> Rendered:
    present = present_takes(store, heard=True)
    found = standing(made, present)
    jobs = needed(found)
    jobs = judge.open(made.plan.segments, jobs, found) if judge is not None else jobs
    queue = Queue(store)
    queue.resume()  # whoever asks for the episode has seen, or will see, what went wrong last time
    seconds = {segment.id: segment.estimated_s for segment in made.plan.segments}
    queue.fill(in_order(jobs, seconds.__getitem__, made.caps.slots))
    if jobs:
        store.takes.check_space(sum(seconds[job.segment] for job in jobs))
    shop = Workshop(store, seat, queue, sample_filler(made.casting.voices), listener, stopped, judge)
    outcome = work_off(shop, {job.key: job for job in jobs})
    found = standing(made, present | set(outcome.rendered) | set(judge.stretched if judge is not None else ()))
    _note_shared_takes(made, store, found)
    doubtful = doubtful_ones(made, store, found) if judge is not None else ()
    return Rendered(tuple(jobs), outcome, tuple(found), tuple(judge.retaken) if judge is not None else (), doubtful)


def doubtful_ones(made: Episode, store: ProjectStore, found: Sequence[Status]) -> tuple[str, ...]:
    """The segments that a doubtful take stands for, as far as takes were looked over and nobody has accepted them."""
    marks, policy = store.load().marks, made.policy
    accepted = {place for place, mark in marks.items() if mark.is_accepted}
    known = _beside_each_other(made, store.reviews(REVISION), found)
    return tuple(
        one.segment
        for one in found
        if one.take in known
        and (one.segment, one.take) not in accepted
        and policy.judged(known[one.take], one.request).is_doubtful
    )


def _beside_each_other(made: Episode, known: Mapping[str, Review], found: Sequence[Status]) -> Mapping[str, Review]:
    """The reviews of the takes that are heard, with what their loudness within each chapter says."""
    from studio.render.reviewing import beside  # with it come the measures

    chapters: dict[int, list[str]] = {}
    for one, chapter in zip(found, made.plan.chapters, strict=True):
        chapters.setdefault(chapter, []).append(one.take)
    return {key: review for takes in chapters.values() for key, review in beside(known, takes).items()}


def _with_wishes(project: Project, script: Script, wishes: Wishes) -> Project:
    cast = project.cast
    whole = script.front.cast.overridden_by(cast)
    for wished, voice in wishes.voices.items():
        character = _character_meant(wished, script, whole)
        own = whole.get(character, CastEntry())
        name, _, style = voice.partition("/")
        cast = cast.with_entry(character, replace(own, voice=name or own.voice, style=style or own.style))
    settings = project.settings if wishes.seed is None else {**project.settings, "seed": str(wishes.seed)}
    return replace(project, cast=cast, settings=settings)


def _character_meant(wished: str, script: Script, cast: Cast) -> str:
    """The character that is cast for this run; upper and lower case are the same. Raises UsageError for one that is nowhere."""
    spoken = [one for paragraph in script.paragraphs for one in paragraph.utterances]
    names = dict.fromkeys((*cast, *(one.character for one in spoken), *(one.voice.partition("/")[0] for one in spoken)))
    found = [name for name in names if name and name.casefold() == wished.casefold()]
    if not found:
        todo = (
            f"name one of: {', '.join(sorted(filter(None, names))[:NAMED])}" if any(names) else "give the text speakers first"
        )
        raise UsageError(f'there is nobody called "{wished}" in this script', kept="nothing was rendered", todo=todo)
    return wished if wished in found else found[0]


def _require_styles(made: Episode) -> None:
    """Refuse a style that was asked for and that the voice has no sample of: another one would be heard in its place."""
    for wished in made.wishes.voices.values():
        name, _, style = wished.partition("/")
        voice = made.casting.voices.get(name)
        if style and voice is not None:
            voice.require_style(style)


def _require_voices(made: Episode) -> None:
    """Refuse a voice that is gone before anything is rendered, with the line that names it."""
    for segment, start in zip(made.plan.segments, made.plan.starts, strict=True):
        try:
            request_for(segment, made.casting)
        except VoiceError as error:
            named = {name: line for name, line, _ in made.script.front.places}
            character = next((turn.character for turn in segment.turns if turn.character in named and not turn.voice), "")
            line = named.get(character, start.line) + 1
            raise VoiceError(error.what, where=f"{made.source.file}:{line}", kept=error.kept, todo=error.todo) from None


def _known(store: ProjectStore | None, present: Collection[str]) -> Known:
    """What the project knows of its takes."""
    if store is None:
        return NOTHING_KNOWN
    takes = store.takes

    def recipe_of(key: str) -> str:
        with suppress(StudioError):
            return takes.info(key).recipe
        return ""

    project = store.load()
    binned = project.binned()
    last = {row.segment: row.key for row in store.all_takes() if (row.segment, row.key) not in binned}
    queue = {row.segment: row.state for row in store.jobs()}
    return Known(present, project.chosen, last, queue, recipe_of, project.locked(), binned, store.picks())


def _note_shared_takes(made: Episode, store: ProjectStore, found: Sequence[Status]) -> None:
    """Record a take for every segment that it stands for: words that come twice are rendered once, and a take whose note was
    lost with the power is noted now."""
    noted = {(row.segment, row.key) for row in store.all_takes()}
    for one in found:
        is_asked_for = one.state is State.RENDERED or one.take == one.key
        if is_asked_for and (one.segment, one.take) not in noted:
            store.add_take(one.segment, one.take, is_draft=made.caps.is_draft)


def is_same_file(one: Path, other: Path) -> bool:
    """Whether two paths mean one file, be it there or not."""
    with suppress(OSError):
        return one.samefile(other)
    return os.path.normcase(one.absolute()) == os.path.normcase(other.absolute())
