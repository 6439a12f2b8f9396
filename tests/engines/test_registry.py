from __future__ import annotations

import subprocess
import sys

import pytest

from studio import engines
from studio.core.errors import EngineError, UsageError
from studio.engines import dia, registry
from studio.engines.process import HostedEngine


def test_importing_the_engines_loads_nothing_heavy() -> None:
    code = (
        "import sys, studio.engines; print({'numpy', 'torch', 'PySide6', 'espeakng_loader', 'subprocess'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "set()"


def test_users_see_dia_and_the_draft_with_a_reason_and_a_remedy() -> None:
    infos = {info.id: info for info in engines.available()}
    assert list(infos) == ["dia", "draft"]
    assert infos["draft"].can_run and infos["draft"].is_draft and not infos["draft"].why_not
    assert not infos["dia"].can_run and infos["dia"].why_not.endswith(".") and infos["dia"].remedy.endswith(".")


def test_the_fake_engine_shows_itself_only_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "fake" in {info.id for info in engines.available(hidden=True)}
    monkeypatch.setenv(registry.FAKE_VARIABLE, "1")
    assert "fake" in {info.id for info in engines.available()}


def test_auto_takes_the_draft_where_dia_cannot_run_and_says_why() -> None:
    chosen = engines.choose()
    assert chosen.id == "draft"
    assert chosen.note.startswith("The draft voice speaks, because Dia cannot run here: no Dia model is installed ")
    assert chosen.note.endswith("with: dia-studio model fetch dia.")


def test_auto_takes_dia_where_it_can_run(monkeypatch: pytest.MonkeyPatch) -> None:
    ready = engines.EngineInfo("dia", "Dia", is_draft=False, can_run=True)
    monkeypatch.setattr(dia, "info", lambda: ready)
    assert engines.choose("auto").id == "dia"


def test_auto_says_what_to_install_when_nothing_can_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "find_spec", lambda _: None)
    with pytest.raises(EngineError, match="pip install espeakng-loader"):
        engines.choose("auto")


def test_an_unknown_engine_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="auto, dia, draft"):
        engines.choose("espeak")


def test_an_engine_that_cannot_run_is_refused_with_the_reason() -> None:
    for act in (engines.choose, engines.build):
        with pytest.raises(EngineError, match=r"Dia 1\.6B cannot run here: no Dia .*; nothing was rendered; fetch it .*dia\.$"):
            act("dia")


def test_the_environment_sets_the_fake_engine_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(registry.FAKE_VARIABLE, '{"caps": {"sample_rate": 8000}}')
    assert engines.build("fake", in_process=True).caps.sample_rate == 8000
    monkeypatch.setenv(registry.FAKE_VARIABLE, "{nonsense")
    with pytest.raises(UsageError, match=registry.FAKE_VARIABLE):
        engines.build("fake")


def test_an_engine_is_hosted_unless_it_is_asked_for_in_this_process() -> None:
    assert isinstance(engines.build("fake"), HostedEngine)
    assert not isinstance(engines.build("fake", in_process=True), HostedEngine)
