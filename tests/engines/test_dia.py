from __future__ import annotations

from pathlib import Path

import pytest

from dia_engine import manifest
from dia_engine.hub import places
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
    assert dia.info().remedy.startswith("Fetch it (6.44 GB, and 307 MB for its codec) with: dia-studio model fetch dia.")


def put_codec(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "dac"}')
    (folder / "model.safetensors").write_bytes(b"")
    return folder


def record(folder: Path) -> None:
    manifest.record(folder, [folder / "config.json", folder / "model.safetensors"])


@pytest.fixture
def torch_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dia, "find_spec", lambda _: object())


@pytest.mark.usefixtures("torch_there")
def test_a_model_as_it_was_fetched_and_its_codec_make_dia_ready(models: Path) -> None:
    folder = install(models, "model.safetensors")
    record(folder)
    assert not dia.info().can_run and "codec" in dia.info().why_not and "dia-studio model fetch codec" in dia.info().remedy
    codec = put_codec(models / "dac_44khz")
    assert dia.info().can_run and dia.info().why_not == dia.info().remedy == ""
    assert dia.locate() == dia.Found(folder, codec)


@pytest.mark.usefixtures("torch_there")
def test_without_a_record_of_its_hashes_a_model_has_to_be_named(models: Path) -> None:
    folder = install(models, "model.safetensors")
    put_codec(folder / "codec")
    assert not dia.info().can_run and "no record" in dia.info().why_not and str(folder) in dia.info().remedy
    assert dia.info(str(folder)).can_run
    record(folder)
    assert dia.info().can_run
    (folder / "model.safetensors").write_bytes(b"longer than it was")
    assert not dia.info().can_run


@pytest.mark.usefixtures("torch_there")
def test_the_codec_beside_a_model_comes_before_all_others(models: Path) -> None:
    folder = install(models, "model.safetensors")
    package = Path(places.CODEC_OF_PACKAGE).expanduser()
    package.parent.mkdir(parents=True)
    package.write_bytes(b"")
    assert dia.locate(str(folder)).codec == package
    fetched = put_codec(models / "dac_44khz")
    assert dia.locate(str(folder)).codec == fetched
    (folder / "weights.pth").write_bytes(b"")
    assert dia.locate(str(folder)).codec == folder / "weights.pth"
    inside = put_codec(folder / "codec")
    assert dia.locate(str(folder)).codec == inside


@pytest.mark.usefixtures("torch_there")
@pytest.mark.parametrize("name", ["dia", "nari-labs/Dia-1.6B-0626", "DIA"])
def test_a_model_is_found_by_its_name_and_by_its_id(models: Path, name: str) -> None:
    folder = install(models, "model.safetensors")
    assert dia.locate(name).place == folder


@pytest.mark.usefixtures("torch_there")
def test_what_is_no_model_is_refused_with_what_to_do(models: Path) -> None:
    codec = put_codec(models / "dac_44khz")
    (models / "empty").mkdir()
    half = install(models, "model.safetensors")
    write_note(half, Note("nari-labs/Dia-1.6B-0626", None, "c" * 40, {"model.safetensors": (9, "0" * 64)}))
    for named, why in (
        (str(codec), "no config.json of a Dia model"),
        (str(models / "empty"), "no weights"),
        (str(half), "not finished"),
        ("owner/other", "no model “owner/other”"),
    ):
        found = dia.info(named)
        assert not found.can_run and why in found.why_not and found.why_not.endswith(".") and found.remedy.endswith(".")


@pytest.mark.usefixtures("torch_there")
def test_a_download_that_broke_off_is_told_with_the_command_that_goes_on(models: Path) -> None:
    half = install(models, "model.safetensors")
    write_note(half, Note("nari-labs/Dia-1.6B-0626", None, "c" * 40, {"model.safetensors": (10**9, "0" * 64)}))
    assert "nari-labs/Dia-1.6B-0626 is not finished (0 bytes of 1.00 GB are there)" in dia.info().why_not
    assert dia.info().remedy == "Go on with: dia-studio model fetch dia."


@pytest.mark.usefixtures("torch_there")
def test_a_computer_with_too_little_memory_is_told_so(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = install(models, "model.safetensors")
    put_codec(folder / "codec")
    (folder / "model.safetensors").write_bytes(bytes(1000))
    monkeypatch.setattr(dia, "memory", lambda: 500)
    assert "memory" in dia.info(str(folder)).why_not


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
