"""Dia from script to file: a tiny random model behind the real commands. The engine works in this process, but where the
process is the point."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soundfile

if importlib.util.find_spec("torch") is None:
    pytest.skip("Dia needs torch", allow_module_level=True)

from dia_engine import manifest
from dia_engine.hub.places import Note, write_note
from studio.cli import speaking
from studio.engines import dia
from studio.store.takes import TakeStore
from tests.end2end.conftest import ROOT, Run
from tests.end2end.test_bad_input import one_sentence
from tests.end2end.test_kill import FINISHED
from tests.engines import tiny_dia as tiny
from tests.engines.conftest import tiny_dia

__all__ = ["tiny_dia"]
Dia = Callable[..., tuple[str | Path, ...]]

HEAD = "---\ntitle: A short night\ncast: {Maya: {}, Ben: {}}\n---\n\n"
LINES = [
    f"{{pause 0.1s}} [{('Maya', 'Ben')[number % 2]}] This is number {number}{', and it goes on' * (number % 3)}."
    for number in range(8)
]


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaking, "build", partial(speaking.build, in_process=True))


@pytest.fixture
def with_dia(script: Path, tiny_dia: Path, in_process: None) -> Dia:
    """The arguments that render a script with the tiny model, once: what random weights say is always doubtful."""

    def arguments(*more: str | Path, source: Path = script, model: Path = tiny_dia) -> tuple[str | Path, ...]:
        spoken = ("--engine", "dia", "--model", model, "--device", "cpu", "--dtype", "float32", "--retry", "0")
        return ("render", source, *spoken, "--format", "json", *more)

    return arguments


def takes(project: Path) -> dict[str, bytes]:
    """The sound of every take, to the byte, by its key."""
    return {path.stem: path.read_bytes() for path in (project / "takes").rglob("*.flac")}


def add_voice(run: Run, name: str) -> None:
    times = np.arange(4 * 22_050) / 22_050
    soundfile.write("tape.wav", 0.3 * np.sin(2 * np.pi * 140 * times) * np.sin(2 * np.pi * 3 * times), 22_050)
    ran = run("voices", "add", name, "--audio", "tape.wav", "--transcript", "Good morning, this is my voice.")
    assert ran.status == 0, ran.err


def test_a_script_becomes_a_file_and_is_rendered_once(run: Run, with_dia: Dia, script: Path, tiny_dia: Path) -> None:
    add_voice(run, "taped")
    arguments = with_dia("-o", "two.mp3", "--project", "show", "--voice", "Maya=taped")
    ran = run(*arguments)
    assert ran.status == 0, ran.err
    made = ran.json()
    assert (made["engine"], made["draft"], made["failed"], made["reused"]) == ("dia", False, 0, 0)
    assert made["rendered"] == made["segments"] == 2
    assert soundfile.info("two.mp3").duration == pytest.approx(made["seconds"], abs=0.1)
    assert "Loading Dia: float32 on cpu, 8 segments at a time" in ran.err and "[2/2] line " in ran.err
    assert made["retaken"] == 0 < made["doubtful"] <= 2
    stored = TakeStore(Path("show") / "takes")
    assert all((stored.codes(key) or (b"", ""))[1].startswith("dac") for key in stored.keys())  # noqa: SIM118 - no mapping
    again = run(*arguments)
    assert (again.json()["rendered"], again.json()["reused"]) == (0, 2)
    assert "Loading Dia" not in again.err, "nothing is loaded for nothing"
    options = ("--model", tiny_dia, "--dtype", "float32", "--format", "json")
    plain = run(*with_dia("-o", "two.mp3", "--project", "show")).json()
    assert plain["rendered"] == 2, "another voice, another take"
    assert {row["state"] for row in run("plan", "show", *options).json()} == {"rendered"}
    exported = run("export", "show", "-o", "three.wav", *options)
    assert exported.status == 0 and exported.json()["outdated"] == exported.json()["missing"] == []
    assert list(dia.voice_codes().rglob("*.codes"))
    assert run("voices", "remove", "taped").status == 0
    assert not list(dia.voice_codes().rglob("*.codes")), "nothing is left of a voice that is removed"


def test_takes_are_equal_to_the_byte_in_another_folder_from_a_moved_model_and_after_the_cache_is_gone(
    run: Run, with_dia: Dia, tiny_dia: Path, tmp_path: Path
) -> None:
    add_voice(run, "taped")
    more = ("-o", "two.wav", "--voice", "Maya=taped", "--project")
    first = run(*with_dia(*more, "show"))
    assert first.status == 0, first.err
    shutil.rmtree(dia.voice_codes())
    moved = shutil.copytree(tiny_dia, tmp_path / "elsewhere" / "Another name")
    second = run(*with_dia(*more, tmp_path / "other", model=moved))
    assert second.json()["rendered"] == 2
    assert takes(Path("show")) == takes(tmp_path / "other")
    assert first.json()["seconds"] == second.json()["seconds"]


def test_a_line_alone_is_spoken_as_in_company(run: Run, with_dia: Dia, script: Path) -> None:
    together = ("-o", "all.wav", "--project", "all")
    script.write_text(HEAD + "\n\n".join(LINES), encoding="utf-8")
    assert run(*with_dia(*together)).json()["rendered"] == len(LINES)
    alone = script.with_name("one.txt")
    alone.write_text(HEAD + LINES[5] + "\n", encoding="utf-8")
    assert run(*with_dia("-o", "one.wav", "--project", "one", source=alone)).json()["rendered"] == 1
    [(key, sound)] = takes(Path("one")).items()
    assert takes(Path("all"))[key] == sound


def test_lines_that_come_to_nothing_or_find_no_end_are_told_and_the_rest_is_there(
    run: Run, with_dia: Dia, script: Path, tmp_path: Path
) -> None:
    script.write_text(HEAD + "\n\n".join(LINES), encoding="utf-8")
    ran = run(*with_dia("-o", "hasty.wav", model=tiny.write(tmp_path / "hasty", eager=6.0)))
    made = ran.json()
    assert ran.status == 3 and 0 < made["failed"] < len(LINES) == made["failed"] + made["rendered"]
    assert ran.err.count("Dia ended before it said anything; no take was stored; ") == made["failed"]
    assert "It is tried once more" not in ran.err, "it would come to the same"
    script.write_text(HEAD + LINES[0] + "\n", encoding="utf-8")
    ran = run(*with_dia("-o", "endless.wav", model=tiny.write(tmp_path / "endless", eager=0.0, rows=128)))
    assert ran.status == 0
    assert "line 6: the voice found no end and was cut off after 1.3 s; listen to it, and render it again" in ran.err


@pytest.mark.parametrize("found", [True, False])
def test_dia_is_chosen_where_a_model_is_and_the_draft_voice_where_none_is(
    found: bool, run: Run, script: Path, tiny_dia: Path, tmp_path: Path, in_process: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(dia.MODELS_VARIABLE, str(tmp_path / "models"))
    if found:
        folder = shutil.copytree(tiny_dia, tmp_path / "models" / "tiny")
        manifest.record(folder, [folder / "config.json", folder / "model.safetensors"])
    ran = run("render", script, "-o", "two.mp3", "--format", "json", *(("--dtype", "float32") if found else ()))
    assert ran.status == 0, ran.err
    assert (ran.json()["engine"], ran.json()["draft"]) == (("dia", False) if found else ("draft", True))
    listed = {one["id"]: one["can_run"] for one in run("engines", "--format", "json").json()}
    assert listed == {"dia": found, "draft": True}
    if found:
        assert ran.err.splitlines()[0] == "Dia 1.6B speaks: it is ready on this computer."
    else:
        [sentence] = [line for line in ran.err.splitlines() if "Dia" in line]
        assert sentence.startswith("The draft voice speaks, because Dia cannot run here: no Dia model is installed")
        assert sentence.endswith("; fetch it (6.44 GB, and 307 MB for its codec) with: dia-studio model fetch dia.")


def cut_short(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1000])


def half_fetched(folder: Path) -> None:
    write_note(folder, Note("nari-labs/Dia-1.6B-0626", None, "c" * 40, {"model.safetensors": (10**9, "0" * 64)}))


def of_something_else(folder: Path) -> None:
    (folder / "config.json").write_text('{"model_type": "llama"}')


def without_codec(folder: Path) -> None:
    shutil.rmtree(folder / "codec")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (cut_short, "model.safetensors"),
        (half_fetched, "is not finished"),
        (of_something_else, "config.json"),
        (without_codec, "dia-studio model fetch codec"),
        (shutil.rmtree, "no model"),
    ],
)
def test_weights_that_are_broken_are_one_sentence_and_nothing_is_changed(
    damage: Callable[[Path], None],
    said: str,
    run: Run,
    with_dia: Dia,
    tiny_dia: Path,
    tmp_path: Path,
    tree_hash: Callable[[Path], str],
) -> None:
    model = shutil.copytree(tiny_dia, tmp_path / "model")
    damage(model)
    before = tree_hash(tmp_path)
    ran = run(*with_dia("-o", "two.mp3", "--project", "show", model=model))
    one_sentence(ran, 2, said, "nothing was rendered")
    assert ran.out == "" and tree_hash(tmp_path) == before


def test_what_only_loading_finds_is_one_sentence_not_one_for_every_line(
    run: Run, with_dia: Dia, script: Path, tmp_path: Path, tiny_dia: Path
) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    model = shutil.copytree(tiny_dia, tmp_path / "model")
    weights = load_file(model / "model.safetensors")
    weights["logits_dense.weight"].view(-1)[5] = torch.nan
    save_file(weights, model / "model.safetensors")
    script.write_text(HEAD + "\n\n".join(LINES), encoding="utf-8")
    ran = run(*with_dia("-o", "two.mp3", "--project", "show", model=model))
    one_sentence(ran, 2, "no numbers", "nothing was rendered", "fetch the model again")
    assert "line " not in ran.err and not Path("two.mp3").exists()
    assert run(*with_dia("-o", "two.mp3", "--project", "show")).json()["rendered"] == len(LINES), "then it goes on"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_kill_in_the_middle_renders_nothing_twice_and_ends_in_the_same_file(
    run: Run, with_dia: Dia, script: Path, tmp_path: Path
) -> None:
    script.write_text(HEAD + "\n\n".join(LINES), encoding="utf-8")
    arguments = with_dia("-o", "long.wav", "--project", "show")
    told = tmp_path / "told"
    command = [sys.executable, "-m", "studio", *map(str, arguments)]
    with told.open("w") as said:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        running = subprocess.Popen(command, stderr=said, stdout=subprocess.DEVNULL, env=environment)
    deadline = time.monotonic() + 120
    while running.poll() is None and not FINISHED.search(told.read_text(encoding="utf-8")):
        assert time.monotonic() < deadline, told.read_text(encoding="utf-8")
        time.sleep(0.002)
    running.kill()
    running.wait()
    finished = FINISHED.findall(told.read_text(encoding="utf-8"))
    kept = takes(Path("show"))
    assert len(kept) >= len(finished) >= 1
    resumed = run(*arguments)
    assert resumed.status == 0, resumed.err
    assert resumed.json()["rendered"] + resumed.json()["reused"] == len(LINES) == resumed.json()["segments"]
    assert not set(finished) & set(FINISHED.findall(resumed.err)), "a line was rendered twice"
    assert kept.items() <= takes(Path("show")).items()
    assert run(*with_dia("-o", "unbroken.wav", "--project", "unbroken")).json()["rendered"] == len(LINES)
    assert Path("long.wav").read_bytes() == Path("unbroken.wav").read_bytes()
    assert json.loads(resumed.out)["engine"] == "dia"


def test_a_device_that_is_lost_in_the_middle_costs_no_line(
    run: Run, with_dia: Dia, script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dia_engine.dia1.row import Row

    script.write_text(HEAD + "\n\n".join(LINES), encoding="utf-8")
    usual, rows = Row.logits, iter(range(10**6))

    def logits(self: Row, *rest: object) -> object:
        if next(rows) == 20:
            raise RuntimeError("CUDA error: device lost\nCUDA kernel errors might be reported later")
        return usual(self, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Row, "logits", logits)
    ran = run(*with_dia("-o", "long.wav", "--project", "show"))
    assert ran.status == 0, ran.err
    assert ran.json()["rendered"] == len(LINES)
    again = [line for line in ran.err.splitlines() if "It is tried once more" in line]
    assert 1 <= len(again) <= 8 and all("device lost" in line and "kernel errors" not in line for line in again)
    assert ran.err.count("Loading Dia: ") == 2, "it starts afresh"
