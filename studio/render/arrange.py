"""Plan + decisions + lengths of takes -> the timeline. Pure; every segment appears exactly once, rendered or not."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from studio.core.project import ClipDecision, Project, TrackDecision
from studio.core.script import Cue, Gap, Script
from studio.core.segments import Place, Plan, Segment
from studio.core.settings import layered, number
from studio.core.timeline import RATE, Clip, Marker, Timeline, Track
from studio.i18n import _

FADE_S = 0.005  # at both ends of every spoken clip: too short to hear, long enough that no cut clicks
BED_FADE_S = 2.0  # of the front matter's music
MUTED_DB = -200.0  # silence in every format, and still a number that can be written down


@dataclass(frozen=True, slots=True)
class Heard:
    """The take that stands for a segment, and its length in samples at the timeline's rate."""

    key: str
    samples: int


@dataclass(frozen=True, slots=True)
class Gaps:
    """Silence before a clip, in seconds, by what parts it from the clip before."""

    turn_s: float = 0.15
    paragraph_s: float = 0.4
    chapter_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Materials:
    """What the timeline is made of besides script and plan. `heard` maps segments to takes; `sounds` maps the files of cues,
    as the script writes them, to (path, length in samples): files that are missing are simply absent."""

    heard: Mapping[str, Heard] = field(default_factory=dict)
    sounds: Mapping[str, tuple[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlacedCue:
    """A music or effects direction and the sample it takes effect at."""

    kind: str
    file: str
    start: int
    fade_s: float = 0.0
    duck_db: float = 0.0
    gain_db: float = 0.0
    stop: bool = False


def samples(seconds: float) -> int:
    """Seconds in samples of the timeline, to the nearest."""
    return round(seconds * RATE)


def samples_of(frames: int, rate: int) -> int:
    """The length at the timeline's rate of a sound of so many frames; the mixer plays out its last part of a sample."""
    return -(-frames * RATE // rate)


def arrange(script: Script, plan: Plan, project: Project, materials: Materials) -> Timeline:
    """The timeline of an episode: speech in order with its gaps, what overlaps it, music, effects, chapter markers.

    A segment without a take lies there with its estimated length and no source, so that nothing that follows jumps far when
    it is rendered.
    """
    settings = layered(script.front, project.settings)
    gaps = Gaps(number(settings, "turn_gap_s"), number(settings, "paragraph_gap_s"), number(settings, "chapter_gap_s"))
    clips, overlaps = _speech(plan, project, materials.heard, gaps)
    starts = _starts(plan, clips, overlaps)
    cues = placed_cues(script, plan, starts, max((clip.end for clip in (*clips, *overlaps)), default=0))
    effects = _effects(cues, materials)
    length = max((clip.end for clip in (*clips, *overlaps, *effects)), default=0)
    music = _music(cues, materials, length, number(settings, "music_duck_db"))
    tracks = (Track("speech", clips), Track("overlap", overlaps), *music, Track("effects", effects))
    decided = tuple(_decided(track, project.tracks) for track in tracks if track.clips or track.name == "speech")
    return Timeline(decided, tuple(_markers(script, plan, starts)), length)


def placed_cues(script: Script, plan: Plan, starts: Sequence[int], speech_end: int) -> list[PlacedCue]:
    """The script's cues in order, the front matter's music first. Each takes effect where the first segment after it starts to
    speak, or where a pause between the two begins, or at the end of the speech. `starts`: the first sample of each segment."""
    placed = [PlacedCue("music", script.front.music, 0, BED_FADE_S)] if script.front.music else []
    for place, cue in _cues(script):
        index = bisect_left(plan.starts, place)
        start = max(0, starts[index] - samples(cue.lead_s)) if index < len(starts) else speech_end
        placed.append(PlacedCue(cue.kind, cue.file, start, cue.fade_s, cue.duck_db, cue.gain_db, cue.stop))
    return placed


def _speech(plan: Plan, project: Project, heard: Mapping[str, Heard], gaps: Gaps) -> tuple[tuple[Clip, ...], tuple[Clip, ...]]:
    """The spoken clips, and those that begin before the one before them has ended."""
    clips: list[Clip] = []
    overlaps: list[Clip] = []
    end = 0
    for index, segment in enumerate(plan.segments):
        decision = project.clips.get(segment.id, ClipDecision())
        start = max(0, end + samples(_gap_before(plan, index, gaps) + decision.shift_s))
        clip = _clip(segment, start, heard.get(segment.id), decision)
        (overlaps if clips and start < clips[-1].end else clips).append(clip)
        end = max(end, clip.end)
    return tuple(clips), tuple(overlaps)


def _gap_before(plan: Plan, index: int, gaps: Gaps) -> float:
    """Seconds of silence before a segment: what its place asks for, and the script's own pause."""
    segment = plan.segments[index]
    if index == 0:
        return segment.pause_s
    if plan.chapters[index] != plan.chapters[index - 1]:
        return gaps.chapter_s + segment.pause_s
    by_kind = {Gap.NONE: 0.0, Gap.TURN: gaps.turn_s, Gap.PARAGRAPH: gaps.paragraph_s, Gap.HARD: gaps.turn_s}
    return by_kind[segment.gap] + segment.pause_s


def _clip(segment: Segment, start: int, take: Heard | None, decision: ClipDecision) -> Clip:
    whole = take.samples if take else samples(segment.estimated_s)
    head = min(whole, samples(decision.trim_head_s))
    length = max(0, whole - head - samples(decision.trim_tail_s))
    fade = min(samples(FADE_S), length // 2)
    gain_db = MUTED_DB if decision.is_muted else decision.gain_db
    title = segment.turns[0].character if segment.turns else ""
    return Clip(segment.id, take.key if take else "", start, length, head, gain_db, fade, fade, title=title)


def _starts(plan: Plan, clips: Sequence[Clip], overlaps: Sequence[Clip]) -> list[int]:
    """The first sample of each segment's clip, in the plan's order."""
    start_of = {clip.id: clip.start for clip in (*clips, *overlaps)}
    return [start_of[segment.id] for segment in plan.segments]


def _cues(script: Script) -> Iterator[tuple[Place, Cue]]:
    """Every cue with the place of the utterance it stands before."""
    for paragraph, first_line in zip(script.paragraphs, script.starts, strict=True):
        for cue in paragraph.cues:
            if cue.utterance < len(paragraph.utterances):
                utterance = paragraph.utterances[cue.utterance]
                yield Place(first_line + utterance.line, utterance.start), cue
            else:
                yield Place(first_line + cue.line + 1, 0), cue


def _effects(cues: Sequence[PlacedCue], materials: Materials) -> tuple[Clip, ...]:
    clips = []
    for ordinal, cue in enumerate(cue for cue in cues if cue.kind == "sfx"):
        if cue.file in materials.sounds:
            path, length = materials.sounds[cue.file]
            fade = min(samples(cue.fade_s), length // 2)
            title = PurePath(cue.file).name
            clips.append(Clip(f"sfx-{ordinal}", path, cue.start, length, 0, cue.gain_db, fade, fade, title=title))
    return tuple(clips)


def _music(cues: Sequence[PlacedCue], materials: Materials, length: int, duck_db: float) -> tuple[Track, ...]:
    """One track for each depth of ducking, usually one in all: a piece runs until the next cue for music or to the end."""
    music = [cue for cue in cues if cue.kind == "music"]
    by_duck: dict[float, list[Clip]] = {}
    for index, cue in enumerate(music):
        follower = music[index + 1] if index + 1 < len(music) else None
        end = follower.start if follower else length
        if cue.stop or end <= cue.start or cue.file not in materials.sounds:
            continue
        fade_in = min(samples(cue.fade_s), end - cue.start)
        fade_out = min(samples(max(cue.fade_s, follower.fade_s if follower else 0.0)), end - cue.start - fade_in)
        clip = Clip(
            f"music-{index}", materials.sounds[cue.file][0], cue.start, end - cue.start, 0, cue.gain_db, fade_in, fade_out
        )
        clip = replace(clip, loops=True, title=PurePath(cue.file).name)
        by_duck.setdefault(cue.duck_db or duck_db, []).append(clip)
    names = ("music", *(f"music {count}" for count in range(2, len(by_duck) + 1)))
    return tuple(Track(name, tuple(clips), duck_db=depth) for name, (depth, clips) in zip(names, by_duck.items(), strict=False))


def _markers(script: Script, plan: Plan, starts: Sequence[int]) -> Iterator[Marker]:
    """A marker where every chapter begins: at its first clip, its opening pause included, and the first one at the very start,
    as players expect."""
    if not any(chapter.title for chapter in script.chapters):
        return
    before = None
    for segment, chapter, spoken in zip(plan.segments, plan.chapters, starts, strict=True):
        if chapter != before:
            start = 0 if before is None else spoken - samples(segment.pause_s)
            title = script.chapters[chapter].title if 0 <= chapter < len(script.chapters) else ""
            yield Marker(start, title or script.front.title or _("Opening"))
            before = chapter


def _decided(track: Track, decisions: Mapping[str, TrackDecision]) -> Track:
    """The track with what the user decided about it."""
    decision = decisions.get(track.name)
    if decision is None:
        return track
    return replace(track, gain_db=decision.gain_db, mute=decision.mute, solo=decision.solo)
