"""Where every segment lies: gaps, pauses, decisions, cues, chapters, and nothing lost."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.project import ClipDecision, Project, TrackDecision
from studio.core.script import Chapter, Context, Cue, FrontMatter, Gap, Paragraph, Script, Utterance
from studio.core.segments import Place, Plan, Segment, SegmentTurn
from studio.core.timeline import RATE, Clip
from studio.render.arrange import FADE_S, MUTED_DB, Heard, Materials, arrange, samples, samples_of

SECOND = RATE


def segment(name: str, gap: Gap = Gap.TURN, pause_s: float = 0.0, estimated_s: float = 2.0) -> Segment:
    return Segment(name, (SegmentTurn(1, "Maya", f"Words of {name}."),), gap, pause_s, estimated_s=estimated_s)


def plan_of(*segments: Segment, chapters: tuple[int, ...] = ()) -> Plan:
    places = tuple(Place(line, 0) for line in range(len(segments)))
    return Plan(segments, places, tuple(replace(place, column=9) for place in places), chapters or (0,) * len(segments))


def script_of(*chapters: str, cues: tuple[Cue, ...] = (), lines: int = 3, music: str = "") -> Script:
    utterances = tuple(Utterance(line, 0, 9, "Words.", "Maya") for line in range(lines))
    paragraph = Paragraph((), Context(), Context(), utterances, cues)
    titled = tuple(Chapter(title, line, 0) for line, title in enumerate(chapters))
    return Script(FrontMatter(title="A show", music=music), (paragraph,), (0,), titled, raw=False)


def heard(**seconds: float) -> dict[str, Heard]:
    return {name: Heard(f"key-{name}", samples(length)) for name, length in seconds.items()}


def clips(
    plan: Plan, script: Script | None = None, project: Project | None = None, materials: Materials | None = None
) -> list[Clip]:
    timeline = arrange(script or script_of(), plan, project or Project(), materials or Materials(heard(a=1, b=1, c=1)))
    return [clip for track in timeline.tracks if track.name in ("speech", "overlap") for clip in track.clips]


@pytest.mark.parametrize(
    ("gap", "chapters", "silence_s"),
    [(Gap.NONE, (0, 0), 0.0), (Gap.TURN, (0, 0), 0.15), (Gap.PARAGRAPH, (0, 0), 0.4), (Gap.HARD, (0, 1), 1.0)],
)
def test_each_kind_of_gap_has_its_silence(gap: Gap, chapters: tuple[int, ...], silence_s: float) -> None:
    first, second = clips(plan_of(segment("a", Gap.HARD), segment("b", gap), chapters=chapters))
    assert (first.start, second.start) == (0, first.end + samples(silence_s))


def test_a_pause_in_the_script_is_added_to_the_gap_and_is_kept_at_the_beginning() -> None:
    first, second = clips(plan_of(segment("a", Gap.HARD, pause_s=0.5), segment("b", Gap.PARAGRAPH, pause_s=1.5)))
    assert first.start == samples(0.5)
    assert second.start == first.end + samples(0.4 + 1.5)


def test_the_project_sets_the_silences() -> None:
    first, second = clips(plan_of(segment("a"), segment("b")), project=Project(settings={"turn_gap_s": "0.3"}))
    assert second.start - first.end == samples(0.3)


def test_a_segment_without_a_take_keeps_its_place_with_its_estimated_length() -> None:
    first, second = clips(plan_of(segment("a"), segment("new", estimated_s=3.0)))
    assert (second.source, second.length) == ("", 3 * SECOND)
    assert first.source == "key-a"


def test_trims_skip_the_source_and_pull_what_follows_forward() -> None:
    decided = Project(clips={"a": ClipDecision(trim_head_s=0.2, trim_tail_s=0.3, gain_db=-3.0)})
    first, second = clips(plan_of(segment("a"), segment("b")), project=decided)
    assert (first.offset, first.length, first.gain_db) == (samples(0.2), samples(0.5), -3.0)
    assert second.start == first.end + samples(0.15)


def test_a_trim_of_more_than_there_is_leaves_an_empty_clip() -> None:
    first = clips(plan_of(segment("a")), project=Project(clips={"a": ClipDecision(trim_head_s=9.0, trim_tail_s=9.0)}))[0]
    assert first.length == 0


def test_a_muted_clip_lies_where_it_was_and_is_silent() -> None:
    first = clips(plan_of(segment("a")), project=Project(clips={"a": ClipDecision(is_muted=True)}))[0]
    assert (first.gain_db, first.length) == (MUTED_DB, SECOND)


def test_a_clip_shifted_later_moves_all_that_follows() -> None:
    plan = plan_of(segment("a"), segment("b"), segment("c"))
    before = clips(plan)
    after = clips(plan, project=Project(clips={"b": ClipDecision(shift_s=2.0)}))
    assert [late.start - early.start for early, late in zip(before, after, strict=True)] == [0, 2 * SECOND, 2 * SECOND]


def test_a_clip_shifted_into_the_one_before_goes_to_the_overlap_track() -> None:
    plan = plan_of(segment("a"), segment("b"), segment("c"))
    timeline = arrange(script_of(), plan, Project(clips={"b": ClipDecision(shift_s=-0.65)}), Materials(heard(a=1, b=0.2, c=1)))
    overlap = timeline.track("overlap")
    assert overlap is not None
    assert [(clip.id, clip.start) for clip in overlap.clips] == [("b", samples(0.5))]
    speech = timeline.track("speech")
    assert speech is not None
    assert speech.clips[1].start == SECOND + samples(0.15), "what follows waits for the longer one"


def test_joins_are_faded_shortly() -> None:
    first = clips(plan_of(segment("a")))[0]
    assert first.fade_in == first.fade_out == samples(FADE_S)


def test_chapters_have_markers_at_their_first_clip() -> None:
    plan = plan_of(segment("a"), segment("b"), segment("c"), chapters=(0, 1, 1))
    timeline = arrange(script_of("", "Second"), plan, Project(), Materials(heard(a=1, b=1, c=1)))
    assert [(marker.title, marker.start) for marker in timeline.markers] == [("A show", 0), ("Second", 2 * SECOND)]


def test_a_chapter_begins_with_its_opening_pause_and_the_first_one_at_the_very_start() -> None:
    plan = plan_of(segment("a", pause_s=2.0), segment("b", pause_s=1.0), chapters=(0, 1))
    timeline = arrange(script_of("First", "Second"), plan, Project(), Materials(heard(a=1, b=1)))
    starts = [clip.start for clip in timeline.tracks[0].clips]
    assert starts[0] == 2 * SECOND
    assert [marker.start for marker in timeline.markers] == [0, starts[1] - SECOND]


def test_music_before_a_pause_plays_in_it_and_music_after_it_waits() -> None:
    before = Cue("music", "m", 0, 0, lead_s=2.0)
    plan, sounds = plan_of(segment("a", pause_s=2.0)), {"m": ("/m", SECOND)}
    for cue, start in ((before, 0), (replace(before, lead_s=0.0), 2 * SECOND)):
        timeline = arrange(script_of(cues=(cue,)), plan, Project(), Materials(heard(a=1), sounds))
        assert timeline.tracks[1].clips[0].start == start


def test_a_script_without_headings_has_no_markers() -> None:
    assert arrange(script_of(""), plan_of(segment("a")), Project(), Materials()).markers == ()


def test_music_runs_until_the_next_music_and_stops_when_told() -> None:
    cues = (
        Cue("music", "one.wav", 0, 0, fade_s=0.5, duck_db=-9.0),
        Cue("music", "two.wav", 1, 1, duck_db=-9.0),
        Cue("music", "stop", 2, 2, stop=True, fade_s=0.25),
    )
    sounds = {"one.wav": ("/one.wav", 5 * SECOND), "two.wav": ("/two.wav", 60 * SECOND), "stop": ("/stop", SECOND)}
    plan = plan_of(segment("a"), segment("b"), segment("c"))
    timeline = arrange(script_of(cues=cues), plan, Project(), Materials(heard(a=1, b=1, c=1), sounds))
    starts = [clip.start for clip in timeline.tracks[0].clips]
    music = timeline.track("music")
    assert music is not None
    assert [(clip.source, clip.start, clip.end, clip.loops) for clip in music.clips] == [
        ("/one.wav", starts[0], starts[1], True),
        ("/two.wav", starts[1], starts[2], True),
    ]
    assert timeline.track("music 2") is None
    assert (music.duck_db, music.clips[0].fade_in, music.clips[1].fade_out) == (-9.0, samples(0.5), samples(0.25))


def test_music_that_nobody_stops_runs_to_the_end() -> None:
    sounds = {"bed.wav": ("/bed.wav", SECOND)}
    plan = plan_of(segment("a"), segment("b"))
    timeline = arrange(script_of(music="bed.wav"), plan, Project(), Materials(heard(a=1, b=1), sounds))
    music = timeline.track("music")
    assert music is not None
    assert (music.clips[0].start, music.clips[0].end, music.duck_db) == (0, timeline.length, -12.0)


def test_pieces_with_different_ducking_lie_on_tracks_of_their_own() -> None:
    cues = (Cue("music", "m", 0, 0, duck_db=-9.0), Cue("music", "m", 1, 1, duck_db=-20.0))
    timeline = arrange(
        script_of(cues=cues), plan_of(segment("a"), segment("b")), Project(), Materials(heard(a=1, b=1), {"m": ("/m", SECOND)})
    )
    assert [(track.name, track.duck_db) for track in timeline.tracks[1:]] == [("music", -9.0), ("music 2", -20.0)]


def test_an_effect_lies_before_the_line_it_stands_at_and_may_outlast_the_speech() -> None:
    cues = (Cue("sfx", "door.wav", 1, 1, gain_db=-6.0), Cue("sfx", "gone.wav", 1, 1), Cue("sfx", "door.wav", 9, 3))
    sounds = {"door.wav": ("/door.wav", 4 * SECOND)}
    plan = plan_of(segment("a"), segment("b"))
    timeline = arrange(script_of(cues=cues), plan, Project(), Materials(heard(a=1, b=1), sounds))
    effects = timeline.track("effects")
    assert effects is not None
    speech = timeline.tracks[0].clips
    assert [(clip.start, clip.gain_db) for clip in effects.clips] == [(speech[1].start, -6.0), (speech[1].end, 0.0)]
    assert timeline.length == speech[1].end + 4 * SECOND


def test_decisions_about_tracks_hold() -> None:
    timeline = arrange(
        script_of(), plan_of(segment("a")), Project(tracks={"speech": TrackDecision(-2.0, solo=True)}), Materials()
    )
    assert (timeline.tracks[0].gain_db, timeline.tracks[0].solo) == (-2.0, True)


def test_an_empty_plan_is_an_empty_timeline() -> None:
    timeline = arrange(script_of(lines=0), plan_of(), Project(), Materials())
    assert (timeline.length, timeline.markers) == (0, ())


def test_the_length_of_a_take_is_rounded_as_the_mixer_rounds_it() -> None:
    assert [samples_of(frames, 22_050) for frames in (0, 1, 22_050)] == [0, 2, 44_100]
    assert [samples_of(1, 48_000), samples_of(1, 32_000)] == [1, 2]


@given(
    st.lists(
        st.tuples(st.sampled_from(Gap), st.floats(0, 3), st.floats(0, 9), st.booleans(), st.floats(-4, 4), st.floats(0, 2)),
        max_size=30,
    )
)
def test_every_segment_appears_exactly_once_and_speech_never_overlaps_itself(
    drawn: list[tuple[Gap, float, float, bool, float, float]],
) -> None:
    segments = [segment(str(at), gap, pause, length) for at, (gap, pause, length, *_) in enumerate(drawn)]
    takes = {str(at): Heard("k", samples(one[2])) for at, one in enumerate(drawn) if one[3]}
    decided = {str(at): ClipDecision(shift_s=one[4], trim_head_s=one[5]) for at, one in enumerate(drawn)}
    timeline = arrange(script_of(lines=len(drawn)), plan_of(*segments), Project(clips=decided), Materials(takes))
    lying = [clip for track in timeline.tracks for clip in track.clips]
    assert sorted(clip.id for clip in lying) == sorted(one.id for one in segments)
    assert all(clip.start >= 0 and clip.length >= 0 and clip.end <= timeline.length for clip in lying)
    speech = timeline.tracks[0].clips
    assert all(before.end <= after.start for before, after in pairwise(speech))
