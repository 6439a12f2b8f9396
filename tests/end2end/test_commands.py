"""What each command prints and answers: the contracts other programs rely on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from studio.cli.arguments import COMMANDS
from studio.core.render import SpokenTurn, tagged_text
from studio.store.takes import TakeStore
from tests.end2end.conftest import Run

BROKEN = "[S2] Hello there, this begins with the wrong speaker.\n[S1] And this is somebody (laughing) who answers.\n"


def test_lint_prints_places_that_editors_understand(run: Run, script: Path) -> None:
    script.write_text(BROKEN, encoding="utf-8")
    ran = run("lint", script)
    assert ran.status == 1
    assert f"{script}:1:1: first-speaker: error: " in ran.out
    assert f"{script}:2:27: unknown-nonverbal: warning: " in ran.out
    assert "1 error" in ran.err


def test_lint_of_a_good_script_is_silent_and_done(run: Run, script: Path) -> None:
    ran = run("lint", script)
    assert (ran.status, ran.out) == (0, "")


def test_lint_answers_programs_in_json(run: Run, script: Path) -> None:
    script.write_text(BROKEN, encoding="utf-8")
    found = run("lint", script, "--format", "json").json()
    first = next(one for one in found if one["rule"] == "first-speaker")
    assert first.keys() == {
        "file", "rule", "severity", "line", "column", "end_line", "end_column", "message", "fixable"
    }  # fmt: skip
    assert (first["file"], first["severity"], first["line"], first["column"]) == (str(script), "error", 1, 1)
    assert (first["end_line"], first["end_column"]) == (1, 5)
    assert {one["rule"]: one["fixable"] for one in found}["unknown-nonverbal"] is True


def test_lint_of_several_files_tells_them_apart_and_goes_on_after_one_that_cannot_be_read(run: Run, script: Path) -> None:
    broken = script.with_name("broken.txt")
    broken.write_text(BROKEN, encoding="utf-8")
    ran = run("lint", "gone.txt", script, broken, "--format", "json")
    assert ran.status == 2
    assert {one["file"] for one in ran.json()} == {str(broken)}
    assert "gone.txt" in ran.err


def test_lint_answers_code_hosts_in_sarif(run: Run, script: Path) -> None:
    script.write_text(BROKEN, encoding="utf-8")
    log = run("lint", script, "--format", "sarif").json()
    assert log["version"] == "2.1.0"
    [one_run] = log["runs"]
    rules = one_run["tool"]["driver"]["rules"]
    result = next(one for one in one_run["results"] if one["ruleId"] == "first-speaker")
    assert rules[result["ruleIndex"]]["id"] == "first-speaker"
    assert result["level"] == "error"
    place = result["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 5}
    assert place["artifactLocation"]["uri"] == script.as_uri()
    mendable = next(one for one in one_run["results"] if one["ruleId"] == "unknown-nonverbal")
    [replacement] = mendable["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement["insertedContent"]["text"] == "(laughs)"
    assert replacement["deletedRegion"]["startLine"] == 2
    assert one_run["columnKind"] == "unicodeCodePoints"


def test_lint_mends_what_it_can_and_then_finds_nothing_to_mend(run: Run, script: Path) -> None:
    script.write_bytes(
        b"\xef\xbb\xbf" + BROKEN.replace("[S2]", "[ S1 ]").replace("[S1] And", "[S2] And").replace("\n", "\r\n").encode()
    )
    run("lint", "--fix", script)
    mended = script.read_bytes()
    assert mended.startswith(b"\xef\xbb\xbf")
    assert mended.count(b"\r\n") == 2
    assert b"(laughs)" in mended
    assert run("lint", "--fix", script).status == 0
    assert script.read_bytes() == mended


def test_lint_knows_every_engine_it_may_be_asked_for(run: Run, script: Path) -> None:
    assert run("lint", script, "--engine", "dia").status == 0
    ran = run("lint", script, "--engine", "parrot")
    assert ran.status == 2
    assert "parrot" in ran.err


def test_plan_answers_with_what_the_engine_is_sent(run: Run, script: Path) -> None:
    rows = run("plan", script, "--engine", "fake", "--format", "json").json()
    assert rows[0].keys() >= {
        "id", "chapter", "line", "end_line", "characters", "speakers", "text", "bytes", "estimated_seconds", "key", "state"
    }  # fmt: skip
    assert [row["chapter"] for row in rows] == ["One"] * (len(rows) // 2) + ["Two"] * (len(rows) // 2)
    first = rows[0]
    assert (first["line"], first["characters"], first["state"]) == (9, ["Maya", "Ben"][: len(first["characters"])], "empty")
    assert first["text"].startswith("[S1] Good morning, Ben.")
    assert first["bytes"] == len(first["text"].encode())
    assert first["speakers"] == ["S1", "S2"][: len(first["characters"])]


def test_plan_in_words_shows_the_same_texts(run: Run, script: Path) -> None:
    rows = run("plan", script, "--engine", "fake", "--format", "json").json()
    words = run("plan", script, "--engine", "fake").out
    assert all(row["text"] in words for row in rows)


def test_plan_changes_nothing(run: Run, script: Path, tmp_path: Path, tree_hash) -> None:
    before = tree_hash(tmp_path)
    run("plan", script, "--engine", "fake")
    assert tree_hash(tmp_path) == before


def test_render_makes_a_file_and_says_what_it_made(run: Run, script: Path) -> None:
    ran = run("render", script, "-o", "two.wav", "--engine", "fake", "--format", "json")
    assert ran.status == 0
    made = ran.json()
    assert made.keys() >= {"output", "seconds", "engine", "segments", "rendered", "reused", "failed", "chapters"}
    assert (made["output"], made["engine"], made["failed"], made["reused"]) == ("two.wav", "fake", 0, 0)
    assert made["rendered"] == made["segments"] > 0
    assert [chapter["title"] for chapter in made["chapters"]] == ["One", "Two"]
    told = soundfile.info("two.wav")
    assert told.duration == pytest.approx(made["seconds"], abs=0.001)
    assert soundfile.read("two.wav")[0].any()


def test_rendering_again_renders_nothing_and_an_edit_renders_its_own_segment(run: Run, script: Path) -> None:
    arguments = ("-o", "two.wav", "--engine", "fake", "--format", "json")
    first = run("render", script, *arguments).json()
    sound = Path("two.wav").read_bytes()
    again = run("render", script, *arguments).json()
    assert (again["rendered"], again["reused"]) == (0, first["segments"])
    assert Path("two.wav").read_bytes() == sound
    script.write_text(script.read_text(encoding="utf-8").replace("slowly, and", "quickly, and"), encoding="utf-8")
    edited = run("render", script, *arguments).json()
    assert (edited["rendered"], edited["reused"]) == (1, first["segments"] - 1)


def test_plan_after_render_says_that_all_is_rendered_and_after_an_edit_what_is_stale(run: Run, script: Path) -> None:
    run("render", script, "-o", "two.wav", "--engine", "fake")
    states = [row["state"] for row in run("plan", script, "--engine", "fake", "--format", "json").json()]
    assert set(states) == {"rendered"}


def test_render_without_a_name_for_the_output_uses_the_script_s(run: Run, script: Path) -> None:
    ran = run("render", script, "--engine", "fake", "--quiet")
    assert (ran.status, ran.err) == (0, "")
    assert Path("two.mp3").stat().st_size > 1000
    assert "Two of us" in ran.out
    assert "dia-studio " in ran.out


def test_a_seed_or_a_voice_for_one_run_is_not_kept(run: Run, script: Path) -> None:
    arguments = ("-o", "two.wav", "--engine", "fake", "--format", "json")
    first = run("render", script, *arguments).json()
    other = run("render", script, *arguments, "--seed", "7").json()
    assert other["rendered"] == first["segments"], "another seed, other voices"
    assert run("render", script, *arguments).json()["rendered"] == 0, "and the first ones are there still"


def test_a_project_can_be_named_rendered_and_exported(run: Run, script: Path, tmp_path: Path) -> None:
    project = tmp_path / "show"
    made = run("render", script, "--project", project, "-o", "one.wav", "--engine", "fake", "--format", "json").json()
    assert made["project"] == str(project)
    assert (project / "script.txt").read_text(encoding="utf-8") == script.read_text(encoding="utf-8")
    again = run("render", project, "-o", "two.wav", "--engine", "fake", "--format", "json").json()
    assert (again["rendered"], again["segments"]) == (0, made["segments"])
    exported = run("export", project, "-o", "three.wav", "--engine", "fake", "--format", "json").json()
    assert exported["missing"] == exported["outdated"] == []
    assert Path("one.wav").read_bytes() == Path("two.wav").read_bytes() == Path("three.wav").read_bytes()


def test_export_says_which_segments_have_no_take_or_an_old_one(run: Run, script: Path, tmp_path: Path) -> None:
    project = tmp_path / "show"
    run("render", script, "--project", project, "-o", "one.wav", "--engine", "fake")
    text = (project / "script.txt").read_text(encoding="utf-8").replace("slowly, and", "quickly, and")
    (project / "script.txt").write_text(
        text + "\n# Three\n[Maya] And here is a line that nobody has rendered so far.\n", encoding="utf-8"
    )
    ran = run("export", project, "-o", "three.wav", "--engine", "fake", "--format", "json")
    assert ran.status == 3
    assert [one["line"] for one in ran.json()["missing"]] == [17]
    assert len(ran.json()["outdated"]) == 1
    assert "line 17" in ran.err
    assert Path("three.wav").exists()


def test_engines_are_listed_with_what_they_lack(run: Run) -> None:
    listed = {one["id"]: one for one in run("engines", "--format", "json").json()}
    assert listed.keys() >= {"dia", "draft"}
    assert all(one["can_run"] or (one["why_not"] and one["remedy"]) for one in listed.values())
    assert "draft" in run("engines").out


def test_a_voice_is_added_shown_listed_and_removed(run: Run, script: Path) -> None:
    assert run("voices", "list", "--format", "json").json() == []
    consent = "I lend my voice to this show."
    assert run("voices", "add", "warm", "--seed", "7", "--consent", consent).status == 0
    [listed] = run("voices", "list", "--format", "json").json()
    assert listed.keys() >= {"name", "seed", "transcript", "seconds", "consent"}
    assert (listed["name"], listed["seed"], listed["consent"]) == ("warm", 7, consent)
    assert run("voices", "show", "warm", "--format", "json").json() == listed
    assert "warm" in run("voices", "list").out
    assert "warm" in run("voices", "show", "WARM").out
    ran = run("render", script, "-o", "two.wav", "--engine", "fake", "--voice", "Maya=warm", "--format", "json")
    assert ran.status == 0
    assert run("voices", "remove", "warm").status == 0
    assert run("voices", "list", "--format", "json").json() == []


def test_a_voice_is_made_from_a_recording_and_spoken_with(run: Run, script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times = np.arange(6 * 22_050) / 22_050
    soundfile.write("tape.wav", 0.3 * np.sin(2 * np.pi * 220 * times), 22_050)
    assert run("voices", "add", "taped", "--audio", "tape.wav", "--transcript", "Good morning.").status == 0
    shown = run("voices", "show", "taped", "--format", "json").json()
    assert (shown["transcript"], shown["seconds"]) == ("[S1] Good morning.", pytest.approx(6.0, abs=0.1))
    assert shown["samples"][0]["codec"] == "", "a recording has no codes"
    arguments = ("render", script, "-o", "two.wav", "--engine", "fake", "--format", "json")
    first = run(*arguments).json()
    assert run(*arguments, "--voice", "Maya=taped").json()["rendered"] == 0, "this engine knows no samples"
    monkeypatch.setenv("DIA_STUDIO_FAKE_ENGINE", '{"caps": {"clones": true}}')
    assert run(*arguments, "--voice", "Maya=taped").json()["rendered"] == first["segments"], "and this one speaks with them"


def test_plan_shows_exactly_what_was_sent_for_the_takes(run: Run, script: Path, tmp_path: Path) -> None:
    run("render", script, "--project", tmp_path / "show", "-o", "two.wav", "--engine", "fake")
    rows = run("plan", tmp_path / "show", "--engine", "fake", "--format", "json").json()
    store = TakeStore(tmp_path / "show" / "takes")
    for row in rows:
        turns = json.loads(store.info(row["key"]).recipe)["turns"]
        assert tagged_text(tuple(SpokenTurn(**turn) for turn in turns)) == row["text"]


def test_check_finds_a_lost_take_and_mends_it(run: Run, script: Path, tmp_path: Path) -> None:
    project = tmp_path / "show"
    run("render", script, "--project", project, "-o", "one.wav", "--engine", "fake")
    assert run("check", project, "--format", "json").json() == []
    take = next((project / "takes").rglob("*.flac"))
    take.write_bytes(take.read_bytes()[:-10])
    looked = run("check", project, "--only-look", "--format", "json")
    assert (looked.status, len(looked.json())) == (1, 1)
    assert run("check", project).status == 0
    again = run("render", project, "-o", "two.wav", "--engine", "fake", "--format", "json")
    assert (again.status, again.json()["rendered"]) == (0, 1)
    assert Path("two.wav").read_bytes() == Path("one.wav").read_bytes()


def test_a_take_that_was_damaged_is_rendered_again(run: Run, script: Path, tmp_path: Path) -> None:
    project = tmp_path / "show"
    run("render", script, "--project", project, "-o", "one.wav", "--engine", "fake")
    take = next((project / "takes").rglob("*.flac"))
    sound = bytearray(take.read_bytes())
    sound[len(sound) // 2] ^= 1
    take.write_bytes(sound)
    again = run("render", project, "-o", "two.wav", "--engine", "fake", "--format", "json")
    assert (again.status, again.json()["rendered"]) == (0, 1)
    assert Path("two.wav").read_bytes() == Path("one.wav").read_bytes()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(run: Run, command: str) -> None:
    ran = run(command, "--help")
    assert ran.status == 0
    assert f"dia-studio {command}" in ran.out
    assert f"dia-studio {command}" in run("--help").out


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").out.startswith("dia-studio 0.")


def test_the_draft_voice_says_that_it_is_one_and_how_to_get_dia(run: Run, script: Path) -> None:
    ran = run("render", script, "-o", "two.wav", "--format", "json")
    assert ran.status == 0
    assert ran.json()["engine"] == "draft"
    [sentence] = [line for line in ran.err.splitlines() if "draft voice speaks" in line]
    assert "Dia" in sentence
    assert json.loads(ran.out)["draft"] is True
