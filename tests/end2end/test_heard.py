"""`check` and `export` say which words of a script nobody hears."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from studio.core.project import ClipDecision
from studio.store.project import ProjectStore
from tests.end2end.conftest import Run


@pytest.fixture
def project(run: Run, script: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "show"
    assert run("render", script, "--project", folder, "-o", "one.wav", "--engine", "fake").status == 0
    return folder


def test_a_finished_project_is_heard_to_the_last_character(run: Run, project: Path) -> None:
    text = (project / "script.txt").read_text(encoding="utf-8")
    book = run("check", project, "--ledger").json()
    assert book["characters"] == sum(book["counts"].values()) == len(text)
    assert book["not_heard"] == []
    assert [one["start"] for one in book["entries"]] == [0, *(one["end"] for one in book["entries"])][:-1]
    assert all(one["take"] and one["end_sample"] > one["start_sample"] for one in book["entries"] if one["reason"] == "spoken")
    checked = run("check", project)
    assert checked.status == 0 and "not heard:" not in checked.out and ", 0 not heard" in checked.err
    assert run("export", project, "-o", "two.wav", "--engine", "fake", "--format", "json").json()["not_heard"] == []


def test_words_without_a_take_are_told_with_their_line_and_are_no_damage(run: Run, project: Path) -> None:
    script = project / "script.txt"
    text = script.read_text(encoding="utf-8")
    script.write_text(text + "\n# Three\n[Maya] And here is a line that nobody has rendered so far.\n", encoding="utf-8")
    line = text.count("\n") + 3
    checked = run("check", project)
    assert checked.status == 0
    assert f"script.txt:{line}: not heard: not rendered: “And here is a line" in checked.out
    exported = run("export", project, "-o", "two.wav", "--engine", "fake", "--format", "json")
    assert exported.status == 3
    [lost] = exported.json()["not_heard"]
    assert (lost["line"], lost["reason"]) == (line, "no-take") and lost["text"].endswith("so far.")


def test_a_muted_segment_is_told_by_check_and_export(run: Run, project: Path) -> None:
    with ProjectStore.open(project) as store:
        old = store.load()
        segment = store.boundaries().boundaries[0]
        store.save(old, replace(old, clips={segment.id: ClipDecision(is_muted=True)}))
    assert f"script.txt:{segment.line + 1}" in run("check", project).out
    exported = run("export", project, "-o", "two.wav", "--engine", "fake")
    assert exported.status == 0 and f"line {segment.line + 1}" in exported.err
