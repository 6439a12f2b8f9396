"""`dia-studio model`: what it prints, in the words that other programs and people rely on."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("torch")

from studio.engines import models
from tests.dia_engine.hub.server import FakeHub
from tests.end2end.conftest import Run
from tests.engines.test_models import hub

__all__ = ["hub"]
PLACE = "Dia-1.6B-0626"


@pytest.fixture(autouse=True)
def heeds_ctrl_c() -> Iterator[None]:
    """A shell's background job ignores Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_the_list_says_what_is_missing_and_how_large_it_is(run: Run, hub: FakeHub) -> None:
    ran = run("model", "list")
    assert ran.status == 0
    lines = [line.split() for line in ran.out.splitlines()]
    assert lines[0] == ["dia", "nari-labs/Dia-1.6B-0626", "6.44", "GB", "missing"]
    assert lines[2] == ["codec", "descript/dac_44khz", "307", "MB", "missing"]
    found = run("model", "list", "--format", "json").json()
    assert found[0] == {
        "name": "dia", "id": "nari-labs/Dia-1.6B-0626", "title": "Dia 1.6B, June 2025", "bytes": 6444642304,
        "state": "missing", "place": None, "bytes_here": 0, "verified": False,
    }  # fmt: skip
    assert hub.asked == []


def test_the_command_that_engines_names_gets_dia(run: Run, hub: FakeHub, tmp_path: Path) -> None:
    told = next(one for one in run("engines", "--format", "json").json() if one["id"] == "dia")
    command = told["remedy"].partition("dia-studio ")[2].rstrip(".").split()
    ran = run(*command)
    assert ran.status == 0, ran.err
    assert ran.out.splitlines() == [str(tmp_path / "models" / PLACE), str(tmp_path / "models" / "dac_44khz")]
    assert "nari-labs/Dia-1.6B-0626: 1 MB are fetched to" in ran.err
    assert "1 MB of 1 MB" in ran.err
    assert run("model", "list", "--format", "json").json()[0]["verified"] is True
    checked = run("model", "verify")
    assert (checked.status, checked.out.count("hashes as recorded")) == (0, 2)


def test_quiet_is_quiet_and_json_is_the_places(run: Run, hub: FakeHub, tmp_path: Path) -> None:
    ran = run("model", "fetch", "dia", "--no-codec", "--quiet", "--format", "json")
    assert (ran.status, ran.err, ran.json()) == (0, "", [str(tmp_path / "models" / PLACE)])


def test_ctrl_c_is_one_sentence_with_the_command_that_goes_on(run: Run, hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed(progress: models.Progress) -> str:
        signal.raise_signal(signal.SIGINT)
        return ""

    with monkeypatch.context() as patched:
        patched.setattr(models, "in_words", pressed)
        ran = run("model", "fetch", "dia", "--to", "cache")
    assert ran.status == 130
    last = "dia-studio: stopped; what was fetched is kept; go on with: dia-studio model fetch dia --to cache."
    assert ran.err.splitlines()[-1] == last
    listed = run("model", "list")
    assert "unfinished, " in listed.out
    assert "go on with: dia-studio model fetch dia --to cache" in listed.err
    assert run("model", "fetch", "dia", "--to", "cache").status == 0


def test_verify_names_what_is_wrong_and_checks_the_rest(run: Run, hub: FakeHub, tmp_path: Path) -> None:
    assert run("model", "verify").status == 0  # nothing is here
    run("model", "fetch", "dia")
    file = tmp_path / "models" / PLACE / "model.safetensors"
    content = bytearray(file.read_bytes())
    content[-100] ^= 1
    file.write_bytes(content)
    ran = run("model", "verify")
    assert ran.status == 2
    assert "has been changed" in ran.err and ran.err.count("\n") == 1
    assert "codec" in ran.out


@pytest.mark.parametrize(
    "arguments", [["fetch", "nobody/nothing"], ["fetch", "dia", "--revision", "v9"], ["verify", "/nowhere"], ["verify", "dia"]]
)
def test_what_cannot_be_done_is_one_sentence_and_status_2(arguments: list[str], run: Run, hub: FakeHub, tmp_path: Path) -> None:
    ran = run("model", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("dia-studio: ") and ran.err.count("\n") == 1
    assert not (tmp_path / "models").exists()
