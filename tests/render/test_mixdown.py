"""From takes to the file: tags, chapters, cover, sounds of the script, and outputs that cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from studio.core.errors import Cancelled, ExportError, StudioError, UsageError
from studio.core.timeline import RATE
from studio.engines.fake import FakeEngine
from studio.render import mixdown, projects
from studio.render.episode import Episode, Wishes, episode, kept, present_takes, render_missing, standing
from studio.render.runner import EngineSeat
from tests.render.test_work import Diary

TEXT = """\
---
title: A walk
author: Maya
cover: cover.png
export: {album: Walks, channels: 1}
---
[S1] Before the first heading there is a line, and it is spoken all the same.

# Out
{music bed.wav duck -20dB}
[S1] We went out of the house in the morning, and the sun was there already.
{sfx bell.wav}
[S2] And we came back in the evening, when it was not, and nobody was surprised.
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "walk.txt"
    path.write_text(TEXT, encoding="utf-8")
    (tmp_path / "cover.png").write_bytes(b"\x89PNG")
    for name, seconds in (("bed.wav", 1.0), ("bell.wav", 0.5)):
        soundfile.write(tmp_path / name, np.full(int(seconds * 48_000), 0.1), 48_000)
    return path


@contextmanager
def rendered(script: Path) -> Iterator[Episode]:
    seat = EngineSeat(FakeEngine, lambda _: None)
    with kept(episode(projects.source_of(script), None, seat.caps, Wishes())) as made:
        render_missing(made, seat, Diary(), lambda: False)
        yield made


def test_music_effects_and_speech_lie_where_the_script_says(script: Path) -> None:
    with rendered(script) as made:
        timeline = mixdown.timeline_of(made, standing(made, present_takes(made.store)))
    assert {track.name for track in timeline.tracks} == {"speech", "music", "effects"}
    speech, music, effects = (timeline.track(name) for name in ("speech", "music", "effects"))
    assert speech and music and effects
    assert all(clip.source for clip in speech.clips)
    assert (music.clips[0].start, music.clips[0].end, music.duck_db) == (speech.clips[1].start, timeline.length, -20.0)
    assert (effects.clips[0].start, effects.clips[0].length) == (speech.clips[2].start, RATE // 2)


def test_the_file_has_the_title_the_cover_and_the_chapters(script: Path) -> None:
    with rendered(script) as made:
        timeline = mixdown.timeline_of(made, standing(made, present_takes(made.store)))
        tags = mixdown.tags_of(made, timeline)
        written = mixdown.write(made, timeline, script.with_name("walk.wav"), lambda share: None, lambda: False)
    assert (tags.title, tags.author, tags.album, tags.cover) == ("A walk", "Maya", "Walks", b"\x89PNG")
    assert [title for _, _, title in tags.chapters] == ["A walk", "Out"]
    assert tags.chapters[0][1] == tags.chapters[1][0]
    assert tags.chapters[1][1] == pytest.approx(timeline.length / RATE)
    told = soundfile.info(str(written.path))
    assert (told.channels, told.frames, written.problems) == (1, timeline.length, ())


def test_the_project_can_be_rendered_on_its_own_with_the_same_sounds(script: Path, tmp_path: Path) -> None:
    with rendered(script) as made:
        timeline = mixdown.timeline_of(made, standing(made, present_takes(made.store)))
    script.with_name("bed.wav").unlink()
    seat = EngineSeat(FakeEngine, lambda _: None)
    source = projects.source_of(made.source.project)
    with projects.opened(source) as store:
        alone = episode(source, store, seat.caps, Wishes())
        again = mixdown.timeline_of(alone, standing(alone, present_takes(store)))
        assert mixdown.cover_of(alone) == b"\x89PNG"
    lying = [[(clip.id, clip.start, clip.length) for track in one.tracks for clip in track.clips] for one in (timeline, again)]
    assert lying[0] == lying[1]


def test_a_file_outside_the_script_s_folder_is_not_copied(script: Path, tmp_path: Path) -> None:
    outside = tmp_path / "deep" / "walk.txt"
    outside.parent.mkdir()
    outside.write_text(TEXT.replace("bed.wav", "../bed.wav"), encoding="utf-8")
    with rendered(outside) as made:
        before = {path.name for path in made.source.project.parent.iterdir()}
    assert before == {made.source.project.name}


def test_a_take_that_was_damaged_meanwhile_is_silent_and_told(script: Path) -> None:
    with rendered(script) as made:
        found = standing(made, present_takes(made.store))
        timeline = mixdown.timeline_of(made, found)
        assert made.store is not None
        made.store.takes = type(made.store.takes)(made.store.takes.folder)  # as the next start sees them
        take = next(made.store.takes.folder.rglob(f"{found[0].key}.flac"))
        take.write_bytes(take.read_bytes()[:-1] + b"x")
        written = mixdown.write(made, timeline, script.with_name("walk.wav"), lambda share: None, lambda: False)
    assert len(written.problems) == 1
    sound, _ = soundfile.read(str(written.path))
    assert not sound[: timeline.tracks[0].clips[0].end].any()
    assert sound[timeline.tracks[0].clips[1].start :].any()


def test_writing_can_be_stopped_and_leaves_nothing(script: Path) -> None:
    with rendered(script) as made, pytest.raises(Cancelled):
        timeline = mixdown.timeline_of(made, standing(made, present_takes(made.store)))
        mixdown.write(made, timeline, script.with_name("walk.wav"), lambda share: None, lambda: True)
    assert not list(script.parent.glob("*walk.wav*"))


def test_a_cover_that_is_not_there_is_told(script: Path) -> None:
    (script.parent / "cover.png").unlink()
    with rendered(script) as made, pytest.raises(ExportError, match=r"cover\.png"):
        mixdown.cover_of(made)


@pytest.mark.parametrize(
    ("name", "error"), [("walk.txt", UsageError), ("walk.doc", ExportError), ("gone/walk.wav", ExportError), (".", ExportError)]
)
def test_outputs_that_cannot_be_are_refused(script: Path, name: str, error: type[StudioError]) -> None:
    before = set(script.parent.iterdir())
    with pytest.raises(error):
        mixdown.refuse_output(script.parent / name, (script,))
    assert set(script.parent.iterdir()) == before


def test_an_output_that_can_be_is_not_touched(script: Path) -> None:
    out = script.with_name("walk.wav")
    mixdown.refuse_output(out, (script,))
    assert not out.exists()
    out.write_bytes(b"an older episode")
    mixdown.refuse_output(out, (script,))
    assert out.read_bytes() == b"an older episode"
