"""`dia-studio takes` and several takes from `render`: what other programs rely on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio.store.project import ProjectStore
from tests.end2end.conftest import Run
from tests.store.conftest import RATE, key, sound, tree_hash

TEXT = """# One
[Maya] Good morning, Ben. I have brought the boat.

# Two
[Maya] Then let us begin with the tea.
"""


@pytest.fixture
def project(run: Run, script: Path, tmp_path: Path) -> Path:
    """Two segments with two takes each, by the draft voice."""
    script.write_text(TEXT, encoding="utf-8")
    folder = tmp_path / "show"
    ran = run(
        "render", script, "--project", folder, "-o", tmp_path / "a.wav", "--engine", "draft", "--takes", "2", "--format", "json"
    )
    assert ran.status == 0, ran.err
    told = ran.json()
    assert (told["segments"], told["rendered"], told["reused"], told["retaken"], told["doubtful"]) == (2, 2, 0, 2, 0)
    return folder


def listed(run: Run, project: Path, *more: str) -> list[dict[str, Any]]:
    ran = run("takes", "list", project, *more, "--engine", "draft", "--format", "json")
    assert ran.status == 0, ran.err
    found: list[dict[str, Any]] = ran.json()
    return found


def test_takes_asked_for_where_everything_is_rendered_are_told_not_to_be_made(
    run: Run, project: Path, script: Path, tmp_path: Path
) -> None:
    ran = run("render", script, "--project", project, "-o", tmp_path / "a.wav", "--engine", "draft", "--takes", "3")
    assert ran.status == 0 and "--takes and --retry count for segments that are to be rendered" in ran.err
    assert len(listed(run, project)) == 4


def test_takes_are_listed_chosen_locked_noted_deleted_and_restored(run: Run, project: Path, tmp_path: Path) -> None:
    rows = listed(run, project)
    assert [(row["line"], row["letter"], row["state"]) for row in rows] == [
        (2, "A", "rendered"), (2, "B", "rendered"), (5, "A", "rendered"), (5, "B", "rendered")
    ]  # fmt: skip
    assert {
        "segment",
        "key",
        "engine",
        "seed",
        "seconds",
        "chosen",
        "locked",
        "favourite",
        "note",
        "penalty",
        "findings",
    } <= set(rows[0])
    assert all(row["penalty"] < 1 and row["words_per_minute"] > 60 for row in rows)
    one = rows[0]["segment"]
    for act in (
        ["choose", "b"],
        ["favourite", rows[1]["key"][:8]],
        ["lock", "B"],
        ["note", "B", "Warm, “dry”."],
        ["delete", "A"],
    ):
        ran = run("takes", act[0], project, one[:6], *act[1:])
        assert (ran.status, ran.out) == (0, ""), ran.err
    row = listed(run, project, one)
    assert [(one["letter"], one["heard"], one["chosen"], one["locked"], one["favourite"], one["note"]) for one in row] == [
        ("B", True, True, True, True, "Warm, “dry”.")
    ]
    assert row[0]["state"] == "locked"
    assert [one["letter"] for one in listed(run, project, one, "--deleted")] == ["A", "B"]
    assert run("takes", "bin", project, "--format", "json").json()["takes"][0]["key"] == rows[0]["key"]
    (project / "script.txt").write_text(TEXT.replace("boat", "rope"), encoding="utf-8")
    again = run("render", project, "-o", tmp_path / "b.wav", "--engine", "draft", "--format", "json")
    assert (again.status, again.json()["rendered"]) == (0, 0), "the locked take stays"
    assert run("takes", "restore", project, one, "A").status == 0
    assert run("takes", "unlock", project, one, "B").status == 0
    assert run("takes", "delete", project, one, "A").status == 0
    emptied = run("takes", "bin", project, "--empty", "--format", "json").json()
    assert [one["key"] for one in emptied["takes"]] == [rows[0]["key"]]
    assert emptied["bytes"] > 1000
    assert run("check", project).status == 0
    assert not list(project.rglob(f"{rows[0]['key']}.*"))


def test_bad_input_is_one_sentence_and_changes_nothing(run: Run, tmp_path: Path) -> None:
    project, one = tmp_path / "show", "3fa9c0ffee00"
    with ProjectStore.create(project, TEXT) as store:
        for number in (1, 2):
            store.takes.write(key(number), sound(number), RATE)
            store.add_take(one, key(number))
    assert run("takes", "lock", project, one, "B").status == 0
    before = tree_hash(project)
    for wrong, said in (
        (["choose", project, one, "A"], "unlock it first"),
        (["lock", project, one, "A"], "unlock it first"),
        (["delete", project, one, "B"], "unlock it first"),
        (["choose", project, one, "Z"], "it has A, B"),
        (["choose", project, one, "abcdef0"], "it has A, B"),
        (["choose", project, one, key(1)[:8]], "it has A, B"),
        (["choose", project, "zz", "A"], 'no segment "zz"'),
        (["choose", project, "", "A"], 'no segment ""'),
        (["list", project, "zz", "--engine", "draft"], 'no segment "zz"'),
        (["list", tmp_path / "gone"], "no project"),
        (["note", tmp_path / "gone", one, "A", "Hm."], "no project in this folder; nothing was changed"),
        (["note", project, one, "A", "Hm\x1b[2J"], "control characters"),
        (["note", project, one, "A", "Hm" * 2_000], "more than 2,000"),
        (["list", project, "zz", "--engine", "draft"], "--deleted"),
    ):
        ran = run("takes", *wrong)
        assert (ran.status, ran.out) == (2, ""), wrong
        assert said in ran.err
        assert ran.err.count("\n") == 1
    for option, values in (("--takes", ("0", "many", "21")), ("--retry", ("-1", "1.5", "21"))):
        for value in values:
            assert "give a number from" in run("render", project, option, value).err
    assert tree_hash(project) == before
