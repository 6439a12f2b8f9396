"""Models for the studio: listed by what lies here, fetched into its own folder with the codec, stopped, checked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("torch")

from studio.core.errors import Cancelled, ModelError
from studio.engines import models
from studio.engines.dia import installed_models
from tests.dia_engine import tiny
from tests.dia_engine.codec import tiny as tiny_codec
from tests.dia_engine.hub.server import FakeHub, serving

WEIGHTS = "model.safetensors"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_TOKEN", "HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("DIA_STUDIO_MODELS", str(tmp_path / "models"))
    tiny.write_model(tmp_path / "served" / "dia")
    tiny_codec.write_transformers(tmp_path / "served" / "dac")
    with serving() as hub:
        hub.add("nari-labs/Dia-1.6B-0626", tmp_path / "served" / "dia")
        hub.add("descript/dac_44khz", tmp_path / "served" / "dac")
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub


def state(name: str) -> models.Model:
    return next(model for model in models.listed() if model.name == name)


def test_dia_comes_with_its_codec_into_the_folder_where_the_studio_looks(hub: FakeHub, tmp_path: Path) -> None:
    assert [model.state for model in models.listed()] == ["missing"] * 3
    found = models.fetch("dia")
    assert found == [tmp_path / "models" / "Dia-1.6B-0626", tmp_path / "models" / "dac_44khz"]
    assert installed_models(tmp_path / "models") == found[:1]
    assert [(model.name, model.state, model.verified) for model in models.listed()] == [
        ("dia", "here", True),
        ("dia-april", "missing", False),
        ("codec", "here", True),
    ]
    assert "hashes as recorded" in models.verify("dia")
    assert "hashes as recorded" in models.verify(str(found[1]))


def test_a_model_in_the_cache_of_other_programs_is_listed_there(hub: FakeHub) -> None:
    [place] = models.fetch("dia", to="cache", codec=False)
    assert (state("dia").place, state("dia").verified) == (place, True)
    assert models.fetch("dia", to="cache", codec=False) == [place]


def test_a_model_in_a_named_folder_has_its_codec_below_it(hub: FakeHub, tmp_path: Path) -> None:
    assert models.fetch("dia", to=str(tmp_path / "mine")) == [tmp_path / "mine", tmp_path / "mine" / "codec"]


def test_other_models_of_the_studios_folder_are_listed_too(hub: FakeHub, tmp_path: Path) -> None:
    hub.add("someone/voice", tmp_path / "served" / "dia")
    [place] = models.fetch("someone/voice", codec=False)
    (tmp_path / "models" / "notes").mkdir()
    assert [(model.name, model.id, model.place) for model in models.listed()[3:]] == [("voice", "someone/voice", place)]


@pytest.mark.parametrize("to", [None, "cache", "folder"])
def test_stopping_leaves_an_unfinished_model_and_the_command_that_goes_on(to: str | None, hub: FakeHub, tmp_path: Path) -> None:
    to = str(tmp_path / "models" / "mine") if to == "folder" else to
    with pytest.raises(Cancelled):
        models.fetch("dia", to=to, stopped=lambda: hub.sent.get(WEIGHTS, 0) > 600_000)
    half = state("mine" if to not in (None, "cache") else "dia")
    assert half.state == "unfinished" and half.id == "nari-labs/Dia-1.6B-0626"
    assert 0 < half.bytes_here < 1_400_000
    command = models.unfinished_command(half)
    assert command == "dia-studio model fetch dia" + (f" --to {to}" if to else "")
    with pytest.raises(ModelError, match=f"is not finished.*go on with: {command}"):
        models.verify(str(half.place))
    hub.asked.clear()
    models.fetch("dia", to=to, codec=False)
    assert state(half.name).verified
    assert [one.start > 0 for one in hub.bodies()] == [True]


def test_a_changed_file_is_no_longer_verified(hub: FakeHub) -> None:
    [place] = models.fetch("dia", codec=False)
    content = bytearray((place / WEIGHTS).read_bytes())
    content[-100] ^= 1
    (place / WEIGHTS).write_bytes(content)
    assert (state("dia").state, state("dia").verified) == ("here", False)
    with pytest.raises(ModelError, match="has been changed since it was fetched"):
        models.verify("dia")


def test_what_is_missing_or_unknown_is_told_with_what_to_do(hub: FakeHub) -> None:
    with pytest.raises(ModelError, match="dia-studio model fetch dia-april"):
        models.verify("dia-april")
    with pytest.raises(ModelError, match="no such model"):
        models.fetch("nobody/nothing", codec=False)


def test_without_torch_nothing_is_fetched(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "find_spec", lambda name: None if name == "torch" else object())
    with pytest.raises(ModelError, match=r"need torch.*nothing was fetched; install it with: pip install dia-studio\[dia\]"):
        models.fetch("dia")
    assert hub.asked == []
