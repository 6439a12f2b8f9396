"""Bad input of every kind: one sentence that says what, where, what was kept and what to do; nothing changed; no traceback."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from studio import cli
from studio.core import text as texts
from studio.core.errors import StorageFullError
from studio.store import durable
from studio.store.takes import TakeStore
from tests.end2end.conftest import DIALOGUE, ROOT, Ran, Run

Hash = Callable[[Path], str]


def one_sentence(ran: Ran, status: int, *words: str) -> None:
    """The command failed with this status and said so in one line that holds these words."""
    assert ran.status == status, ran.err
    assert "Traceback" not in ran.err + ran.out
    said = [line for line in ran.err.splitlines() if line.startswith("dia-studio: ")]
    assert len(said) == 1, ran.err
    assert said[0].endswith(".")
    for word in words:
        assert word in said[0], said[0]


NOT_A_SCRIPT = {
    "binary": (bytes(range(256)) * 40, "no text"),
    "latin-1": ("[S1] Ein schöner Tag am Meer.\n".encode("latin-1"), "no UTF-8"),
    "utf-16": ("[S1] Hello.".encode("utf-16"), "UTF-16"),
    "nul": (b"[S1] Hel\0lo there.\n", "NUL"),
    "mp3": (b"ID3\x04\0\0" + bytes(500), "MP3"),
}


@pytest.mark.parametrize("kind", NOT_A_SCRIPT)
@pytest.mark.parametrize("command", ["lint", "plan", "render"])
def test_what_is_no_script_is_refused(run: Run, tmp_path: Path, tree_hash: Hash, kind: str, command: str) -> None:
    data, word = NOT_A_SCRIPT[kind]
    path = tmp_path / "bad.txt"
    path.write_bytes(data)
    before = tree_hash(tmp_path)
    one_sentence(run(command, path), 2, word, "bad.txt", "save" if kind != "binary" else "choose")
    assert tree_hash(tmp_path) == before


@pytest.mark.parametrize("command", ["lint", "plan", "render"])
@pytest.mark.parametrize("path", ["gone.txt", "/proc/self/mem", "gone/gone.txt"])
def test_a_script_that_cannot_be_read_is_refused(run: Run, script: Path, command: str, path: str) -> None:
    one_sentence(run(command, path), 2, path)


def test_a_folder_that_is_no_project_is_refused(run: Run, tmp_path: Path) -> None:
    for command in ("render", "export"):
        one_sentence(run(command, tmp_path, "-o", tmp_path / "x.wav"), 2, "no project", str(tmp_path))
    one_sentence(run("check", tmp_path), 2, "no project", str(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "data",
    [b"\xef\xbb\xbf" + DIALOGUE.encode(), DIALOGUE.replace("\n", "\r\n").encode()],
    ids=["byte order mark", "carriage returns"],
)
def test_marks_and_line_ends_of_other_systems_change_no_sound(run: Run, script: Path, data: bytes) -> None:
    plain = run("plan", script, "--engine", "fake", "--format", "json").json()
    script.write_bytes(data)
    assert run("lint", script).status == 0
    rows = run("plan", script, "--engine", "fake", "--format", "json").json()
    assert [(row["key"], row["text"], row["line"]) for row in rows] == [(row["key"], row["text"], row["line"]) for row in plain]


def test_a_line_of_a_megabyte_is_planned(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("[S1] " + "".join(f"Work, no play, and dull boy {n}. " for n in range(33_000)), encoding="utf-8")
    assert path.stat().st_size > 1_000_000
    rows = run("plan", path, "--engine", "fake", "--format", "json").json()
    assert sum(row["text"].count("dull") for row in rows) == 33_000
    assert max(row["bytes"] for row in rows) <= 1024


def test_a_script_with_errors_is_not_rendered_unless_forced(run: Run, script: Path, tmp_path: Path, tree_hash: Hash) -> None:
    script.write_text("[S1] Hello there, this is a line that is fine.\n[S1 And this one is not.\n", encoding="utf-8")
    before = tree_hash(tmp_path)
    ran = run("render", script, "-o", "x.wav", "--engine", "fake")
    one_sentence(ran, 1, str(script), "line 2", "nothing was rendered", "--fix")
    assert "malformed-tag" in ran.err
    assert tree_hash(tmp_path) == before
    assert run("render", script, "-o", "x.wav", "--engine", "fake", "--force").status == 0


def test_an_empty_script_is_not_rendered(run: Run, script: Path) -> None:
    script.write_text("", encoding="utf-8")
    one_sentence(run("render", script, "-o", "x.wav", "--engine", "fake"), 1, str(script))


OUTPUTS = {
    "two.txt": "no format",
    "two": "no ending",
    "folder.wav": "folder",
    "gone/two.wav": "does not exist",
    "/proc/two.wav": "cannot be written",
}


@pytest.mark.parametrize("output", OUTPUTS)
def test_an_output_that_cannot_be_is_refused_before_anything_is_rendered(
    run: Run, script: Path, tmp_path: Path, tree_hash: Hash, output: str
) -> None:
    (script.parent / "folder.wav").mkdir()
    script = script.rename(script.with_name("script.txt"))
    before = tree_hash(tmp_path)
    one_sentence(run("render", script, "-o", output, "--engine", "fake"), 2, OUTPUTS[output], Path(output).name)
    assert tree_hash(tmp_path) == before


@pytest.mark.parametrize("output", ["two.txt", "./two.txt", "../work/two.txt", "link.wav"])
def test_an_output_that_is_the_script_is_refused(run: Run, script: Path, tmp_path: Path, tree_hash: Hash, output: str) -> None:
    (script.parent / "link.wav").symlink_to(script)
    before = tree_hash(tmp_path)
    one_sentence(run("render", script, "-o", output, "--engine", "fake"), 2, "the script itself", "-o")
    assert tree_hash(tmp_path) == before


USAGE = {
    ("render",): "FILE",
    ("render", "two.txt", "--voice", "Maya"): "CHARACTER=VOICE",
    ("render", "two.txt", "--seed", "many"): "seed",
    ("render", "two.txt", "--engine", "parrot"): "parrot",
    ("render", "two.txt", "--engine", "draft", "--model", "x"): "--model",
    ("lint", "two.txt", "--format", "xml"): "xml",
    ("sing",): "sing",
    ("--sing",): "--sing",
    ("voices", "add", "x"): "--audio or --seed",
    ("voices", "add", "x", "--audio", "two.txt"): "--transcript",
    ("voices", "add", "x", "--audio", "two.txt", "--transcript", "Hello."): "two.txt",
    ("voices", "add", "", "--seed", "1"): "name",
    ("voices", "show", "nobody"): "nobody",
    ("voices", "remove", "nobody"): "nobody",
    ("export", "two.txt", "-o", "x.wav"): "two.txt",
}


@pytest.mark.parametrize("arguments", USAGE, ids=" ".join)
def test_wrong_usage_is_told_in_one_sentence(run: Run, script: Path, tree_hash: Hash, arguments: tuple[str, ...]) -> None:
    before = tree_hash(script.parent)
    one_sentence(run(*arguments), 2, USAGE[arguments])
    assert tree_hash(script.parent) == before


@pytest.mark.parametrize("where", ["--voice", "front matter", "direction"])
def test_a_voice_that_is_gone_is_named_with_its_line(
    run: Run, script: Path, tmp_path: Path, tree_hash: Hash, where: str
) -> None:
    text = script.read_text(encoding="utf-8")
    text = text.replace("  Ben: {}", "  Ben: lost") if where == "front matter" else text
    text = text.replace("[Ben] A wise", "[Ben] {voice lost} A wise") if where == "direction" else text
    script.write_text(text, encoding="utf-8")
    before = tree_hash(tmp_path)
    wish = ("--voice", "Ben=lost") if where == "--voice" else ()
    ran = run("render", script, "-o", "x.wav", "--engine", "fake", *wish)
    one_sentence(ran, 2, "lost", "Ben", f"{script}:", "voices add lost", "nothing was rendered")
    assert tree_hash(tmp_path) == before


@pytest.fixture
def project(run: Run, script: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "show"
    assert run("render", script, "--project", folder, "-o", "x.wav", "--engine", "fake").status == 0
    return folder


def test_a_newer_project_is_left_alone(run: Run, project: Path, tree_hash: Hash) -> None:
    with sqlite3.connect(project / "project.db") as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("PRAGMA user_version=999")
    connection.close()
    before = tree_hash(project)
    one_sentence(run("render", project, "-o", "y.wav", "--engine", "fake"), 2, "newer", str(project))
    assert tree_hash(project) == before


def test_a_damaged_project_is_left_alone(run: Run, project: Path, tree_hash: Hash) -> None:
    (project / "project.db").write_bytes(b"this was a database once" * 200)
    before = tree_hash(project)
    one_sentence(run("render", project, "-o", "y.wav", "--engine", "fake"), 2, str(project), "check")
    assert tree_hash(project) == before


HOLD = """
import sys, time
from pathlib import Path
from studio.store.project import ProjectStore
with ProjectStore.open(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_project_that_is_open_elsewhere_is_not_written(run: Run, project: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(project)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        one_sentence(
            run("render", project, "-o", "y.wav", "--engine", "fake"), 2, "open for writing", str(holder.pid), str(project)
        )
        assert not Path("y.wav").exists()
        assert run("plan", project, "--engine", "fake").status == 0, "reading is free"
        holder.communicate()
    assert run("render", project, "-o", "y.wav", "--engine", "fake").status == 0


def test_a_script_does_not_overwrite_what_was_written_in_the_project(
    run: Run, script: Path, project: Path, tree_hash: Hash
) -> None:
    written = project / "script.txt"
    written.write_text(written.read_text(encoding="utf-8").replace("tea", "coffee"), encoding="utf-8")
    script.write_text(script.read_text(encoding="utf-8").replace("tea", "milk"), encoding="utf-8")
    before = tree_hash(project)
    ran = run("render", script, "--project", project, "-o", "y.wav", "--engine", "fake")
    one_sentence(ran, 2, str(project), "neither text was changed", "another folder")
    assert tree_hash(project) == before


def test_a_project_in_the_place_of_a_file_is_refused(run: Run, script: Path) -> None:
    Path("file").write_text("mine", encoding="utf-8")
    one_sentence(run("render", script, "--project", "file", "-o", "y.wav", "--engine", "fake"), 2, "file")
    assert Path("file").read_text(encoding="utf-8") == "mine"


def test_a_folder_with_other_things_in_it_does_not_become_a_project(
    run: Run, script: Path, tree_hash: Hash, tmp_path: Path
) -> None:
    (tmp_path / "attic").mkdir()
    (tmp_path / "attic" / "letter.txt").write_text("Dear …", encoding="utf-8")
    before = tree_hash(tmp_path)
    one_sentence(
        run("render", script, "--project", tmp_path / "attic", "-o", "y.wav", "--engine", "fake"), 2, "not empty", "attic"
    )
    assert tree_hash(tmp_path) == before


def test_a_full_disk_stops_the_run_and_keeps_what_is_finished(
    run: Run, script: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = durable.write_bytes
    written: list[Path] = []

    def full_after_one(path: Path, data: bytes, **options: object) -> None:
        if path.suffix == ".flac":
            written.append(path)
        if len(written) > 1:
            raise StorageFullError(
                "no space is left on the disk",
                where=path.parent,
                kept="everything saved so far is kept",
                todo="free some space",
            )
        real(path, data, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(durable, "write_bytes", full_after_one)
        ran = run("render", script, "--project", tmp_path / "show", "-o", "y.wav", "--engine", "fake")
    one_sentence(ran, 2, "no space", "kept", "free some space")
    assert not Path("y.wav").exists()
    again = run("render", script, "--project", tmp_path / "show", "-o", "y.wav", "--engine", "fake", "--format", "json").json()
    assert (again["reused"], again["rendered"]) == (1, again["segments"] - 1)


def test_too_little_space_is_told_before_rendering(run: Run, script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9 - 10**6, 10**6))
    one_sentence(run("render", script, "-o", "y.wav", "--engine", "fake"), 2, "space", "needed", "free")


def test_a_folder_for_projects_that_cannot_be_written_is_told(run: Run, script: Path) -> None:
    one_sentence(run("render", script, "--project", "/proc/show", "-o", "y.wav", "--engine", "fake"), 2, "/proc")


@pytest.mark.parametrize("fault", ["die", "abort", "error", "bug", "nan", "disorder", "no-done"])
def test_an_engine_that_fails_on_one_line_leaves_the_rest(
    run: Run, script: Path, faulty: Callable[..., None], fault: str
) -> None:
    faulty(fault, text="flask of tea")
    ran = run("render", script, "-o", "y.wav", "--engine", "fake", "--format", "json")
    one_sentence(ran, 3, "y.wav", "1 segment", "the rest is there")
    made = ran.json()
    assert (made["failed"], made["rendered"]) == (1, made["segments"] - 1)
    assert Path("y.wav").exists()
    faulty("die", text="not in the script")
    again = run("render", script, "-o", "y.wav", "--engine", "fake", "--format", "json")
    assert (again.status, again.json()["rendered"], again.json()["reused"]) == (0, 1, made["segments"] - 1)


def test_an_engine_that_dies_once_is_started_again(run: Run, script: Path, faulty: Callable[..., None], tmp_path: Path) -> None:
    faulty("die", text="flask of tea", marker=str(tmp_path / "died"))
    ran = run("render", script, "-o", "y.wav", "--engine", "fake", "--format", "json")
    assert (ran.status, ran.json()["failed"]) == (0, 0)
    assert "tried once more" in ran.err


def test_an_engine_that_fails_everywhere_is_not_asked_for_every_line_of_a_book(
    run: Run, script: Path, faulty: Callable[..., None]
) -> None:
    faulty("error")
    lines = [f"[S{1 + number % 2}] This is line number {number} of a long and patient conversation." for number in range(200)]
    script.write_text("\n\n".join(lines), encoding="utf-8")
    ran = run("render", script, "-o", "y.wav", "--engine", "fake")
    one_sentence(ran, 3, "told to")
    assert ran.err.count("tried once more") < 10
    assert not Path("y.wav").exists(), "an episode of silence is no episode"


def test_a_machine_without_an_audio_library_says_so(run: Run, script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [
        name for name in sys.modules if name.startswith(("studio.render.mixdown", "studio.audio", "studio.cli.render"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "soundfile", None)
    ran = run("render", script, "-o", "y.wav", "--engine", "fake")
    one_sentence(ran, 2, "soundfile", "install")


def test_something_unforeseen_is_one_sentence_and_a_report(run: Run, script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: TakeStore, seconds: float) -> None:
        raise KeyError("a mistake of ours")

    monkeypatch.setattr(TakeStore, "check_space", broken)
    ran = run("render", script, "-o", "y.wav", "--engine", "fake")
    one_sentence(ran, 2, "unforeseen", "KeyError", "report")
    report = Path(ran.err.rstrip().removesuffix(".").rpartition(" ")[2])
    assert "Traceback" in report.read_text(encoding="utf-8")
    assert "flask of tea" not in report.read_text(encoding="utf-8")


def test_an_interrupt_keeps_what_is_finished(run: Run, script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = TakeStore.write
    written: list[object] = []

    def interrupted(self: TakeStore, *arguments: object, **options: object) -> object:
        written.append(arguments)
        if len(written) == 2:
            raise KeyboardInterrupt
        return real(self, *arguments, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(TakeStore, "write", interrupted)
        ran = run("render", script, "-o", "y.wav", "--engine", "fake")
    one_sentence(ran, 130, "cancelled", "kept")
    again = run("render", script, "-o", "y.wav", "--engine", "fake", "--format", "json").json()
    assert again["reused"] == 1


def test_an_interrupt_at_any_other_moment_is_told_as_well(run: Run, script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(path: Path) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(texts, "read", interrupted)
    one_sentence(run("lint", script), 130, "cancelled")


def test_a_reader_that_has_seen_enough_is_no_error(script: Path) -> None:
    lines = "\n\n".join(f"[S1 Line {number} is wrong." for number in range(3000))
    script.write_text(lines, encoding="utf-8")
    command = [sys.executable, "-m", "studio", "lint", str(script)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as reading:
        assert reading.stdout is not None
        assert reading.stderr is not None
        reading.stdout.readline()
        reading.stdout.close()
        said = reading.stderr.read()
    assert "Traceback" not in said
    assert "Broken" not in said
    assert reading.returncode in (cli.DONE, cli.HAS_ERRORS)
