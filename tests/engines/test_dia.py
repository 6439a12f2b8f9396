from __future__ import annotations

from pathlib import Path

import pytest

from dia_engine.hub.places import NOTE, Note, write_note
from studio.engines import dia


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(dia.MODELS_VARIABLE, str(tmp_path))
    return tmp_path


def install(models: Path, weights: str) -> Path:
    folder = models / "Dia-1.6B-0626"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / weights).write_bytes(b"")
    return folder


def test_without_torch_dia_says_so(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dia, "find_spec", lambda _: None)
    assert "PyTorch" in dia.info().why_not
    assert "pip install dia-studio[dia]" in dia.info().remedy


def test_without_a_model_dia_says_where_it_looked(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dia, "find_spec", lambda _: object())
    assert "No Dia model is installed" in dia.info().why_not and str(models) in dia.info().why_not
    assert dia.info().remedy.startswith("Fetch it (6.44 GB, and 307 MB for its codec) with: dia-studio model fetch dia;")


def test_with_torch_and_a_model_dia_does_not_pretend(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dia, "find_spec", lambda _: object())
    install(models, "model.safetensors")
    assert not dia.info().can_run and "cannot run it yet" in dia.info().why_not


@pytest.mark.parametrize("weights", ["model-00001-of-00002.safetensors", "dia-v0_1.pth", "pytorch_model.bin"])
def test_a_folder_with_configuration_and_weights_is_a_model(models: Path, weights: str) -> None:
    folder = install(models, weights)
    (models / "notes.txt").write_text("no model")
    (models / "half").mkdir()
    (models / "half" / "model.safetensors").write_bytes(b"")
    assert dia.installed_models(models) == [folder]


def test_neither_the_codec_nor_a_half_fetched_model_is_taken_for_dia(models: Path) -> None:
    folder = install(models, "model.safetensors")
    write_note(folder, Note("nari-labs/Dia-1.6B-0626", None, "c" * 40, {"model.safetensors": (9, "0" * 64)}))
    assert dia.installed_models(models) == []
    (folder / NOTE).unlink()
    (folder / "config.json").write_text('{"model_type": "dac"}')
    assert dia.installed_models(models) == []


def test_a_missing_models_folder_holds_no_models(models: Path) -> None:
    assert dia.installed_models(models / "nowhere") == []


def test_models_are_looked_for_in_the_users_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(dia.MODELS_VARIABLE, raising=False)
    assert dia.models_folder().name == "models" and "dia-studio" in str(dia.models_folder())
