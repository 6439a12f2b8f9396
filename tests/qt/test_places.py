"""How projects come to be: new ones, and the next episode of a show."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.core.parse import parse
from studio.core.project import Project, TrackDecision
from studio.core.voices import Cast, CastEntry
from studio.qt import places
from studio.store.project import ProjectStore

LAST = """---
title: The Pond
author: The Lily Pod
cover: cover.jpg
cast:
  Maya: {voice: warm, style: calm}
  Tom: {seed: 4}
export:
  album: The Lily Pod
---

# Hello

[Maya] Good morning.
"""


@pytest.fixture
def last(tmp_path: Path) -> Path:
    folder = tmp_path / "The Pond"
    with ProjectStore.create(folder, LAST) as store:
        cast = Cast((("Ida", CastEntry("old friend")),))
        settings = {"turn_gap_s": "0.2", "title": "Another title", "source": "abc", "year": "2026"}
        store.save(store.load(), Project(cast, chosen={"s": "k"}, tracks={"music": TrackDecision(-3.0)}, settings=settings))
    (folder / "cover.jpg").write_bytes(b"a picture")
    return folder


@pytest.mark.parametrize("name", ["Next week", "2: the sequel", "Yes", "7", 'a "quoted" one'])
def test_the_next_episode_has_the_show_s_cast_and_settings_and_none_of_its_words(last: Path, name: str) -> None:
    folder = places.next_episode(last, last.with_name(name))
    with ProjectStore.open(folder) as store:
        script, project = parse(store.text), store.load()
    assert not script.front.problems
    assert script.front.title == name
    assert script.front.cast == parse(LAST).front.cast
    assert script.paragraphs and not any(paragraph.utterances for paragraph in script.paragraphs)
    assert project.cast == Cast((("Ida", CastEntry("old friend")),))
    assert (dict(project.settings), dict(project.chosen)) == ({"turn_gap_s": "0.2"}, {})
    assert project.tracks == {"music": TrackDecision(-3.0)}
    assert (folder / "cover.jpg").read_bytes() == b"a picture"
    assert (last / "script.txt").read_text("utf-8") == LAST


@pytest.mark.parametrize("name", ["Show", "12: true?", "- no list", "#1"])
def test_a_new_project_is_called_as_its_folder_whatever_that_is(tmp_path: Path, name: str) -> None:
    places.new_project(tmp_path / name)
    front = parse((tmp_path / name / "script.txt").read_text("utf-8")).front
    assert (front.title, front.problems) == (name, ())
