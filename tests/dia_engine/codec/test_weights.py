"""Files that are not what they should be: each is refused by name, none runs code, none takes more memory than it has bytes."""

from __future__ import annotations

import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dia_engine import manifest
from dia_engine.codec import load_codec
from dia_engine.codec.weights import load
from dia_engine.errors import WeightsDamaged, WeightsMissing
from tests.dia_engine.codec import tiny

CPU = torch.device("cpu")


def test_both_forms_hold_the_same_weights(package_file: Path, transformers_folder: Path) -> None:
    one = load(package_file, CPU)
    other = load(transformers_folder, CPU)
    assert one.config == other.config
    for name, value in one.network.state_dict().items():
        torch.testing.assert_close(value, other.network.state_dict()[name], rtol=1e-6, atol=1e-7)


def test_weight_norm_is_folded_over_all_dimensions_but_the_first(package_file: Path) -> None:
    folded, stored = load(package_file, CPU).network.state_dict(), tiny.state()
    for part in ("encoder.block.1.block.4", "decoder.model.1.block.1", "quantizer.quantizers.3.out_proj"):
        wanted = tiny.norm(stored[f"{part}.weight_g"], stored[f"{part}.weight_v"])
        torch.testing.assert_close(folded[f"{part}.weight"], wanted, rtol=1e-6, atol=1e-7)


def test_all_is_float32_whatever_is_stored(tmp_path: Path) -> None:
    half = {name: value.half() for name, value in tiny.state().items()}
    torch.save({"state_dict": half, "metadata": {"kwargs": tiny.KWARGS}}, tmp_path / "weights.pth")
    network = load(tmp_path / "weights.pth", CPU).network
    assert {value.dtype for value in network.state_dict().values()} == {torch.float32}


def test_a_loaded_codec_needs_its_file_no_more(tmp_path: Path) -> None:
    file = tiny.write_package(tmp_path / "weights.pth")
    codec = load_codec(file)
    before = codec.decode(tiny.codes(2))
    file.write_bytes(bytes(file.stat().st_size))
    np.testing.assert_array_equal(codec.decode(tiny.codes(2)), before)


def test_a_folder_with_one_weights_file_stands_for_it(package_file: Path) -> None:
    assert load_codec(package_file.parent).codebooks == 9


def test_a_folder_without_or_with_several_weights_files_is_refused(tmp_path: Path, package_file: Path) -> None:
    with pytest.raises(WeightsMissing):
        load_codec(tmp_path)
    for name in ("a.pth", "b.pth"):
        shutil.copy(package_file, tmp_path / name)
    with pytest.raises(WeightsMissing, match=r"2 \.pth"):
        load_codec(tmp_path)


def test_a_name_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing):
        load_codec(tmp_path / "weights.pth")


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.9, 0.9999])
@pytest.mark.parametrize("form", ["package_file", "transformers_folder"])
def test_a_file_that_was_cut_short_is_refused(tmp_path: Path, form: str, share: float, request: pytest.FixtureRequest) -> None:
    file = _copied(request.getfixturevalue(form), tmp_path)
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(WeightsDamaged):
        load_codec(file)


@settings(max_examples=40)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_is_noticed_or_changes_nothing(
    package_file: Path, tmp_path_factory: pytest.TempPathFactory, place: float, bit: int
) -> None:
    file = tmp_path_factory.mktemp("flipped") / "weights.pth"
    data = bytearray(package_file.read_bytes())
    data[int(place * len(data))] ^= 1 << bit
    file.write_bytes(data)
    try:
        network = load(file, CPU).network
    except WeightsDamaged:
        return
    for name, value in load(package_file, CPU).network.state_dict().items():
        assert torch.equal(value, network.state_dict()[name]), name


def test_a_changed_value_in_a_folder_with_a_manifest_is_noticed(tmp_path: Path, transformers_folder: Path) -> None:
    file = _copied(transformers_folder, tmp_path)
    manifest.record(file.parent, [file])
    load_codec(file)
    data = bytearray(file.read_bytes())
    data[-100] ^= 1
    file.write_bytes(data)
    with pytest.raises(WeightsDamaged, match="has been changed since"):
        load_codec(file)


def test_code_in_a_file_never_runs(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    for metadata in ({"kwargs": tiny.KWARGS, "note": _Hostile(mark)}, _Hostile(mark)):
        file = tmp_path / "weights.pth"
        torch.save({"state_dict": tiny.state(), "metadata": metadata}, file)
        with pytest.raises(WeightsDamaged, match="UnpicklingError"):
            load_codec(file)
    bare = tmp_path / "bare.pth"
    bare.write_bytes(pickle.dumps(_Hostile(mark)))
    with pytest.raises(WeightsDamaged):
        load_codec(bare)
    assert not mark.exists()


@pytest.mark.parametrize("bomb", [b"", bytes(1 << 24)])
def test_packed_parts_are_refused_unopened(tmp_path: Path, package_file: Path, bomb: bytes) -> None:
    file = tmp_path / "weights.pth"
    with zipfile.ZipFile(package_file) as old, zipfile.ZipFile(file, "w") as new:
        for entry in old.infolist():
            is_codebook = entry.file_size == 1024 * 8 * 4  # random numbers: packed they are hardly smaller
            new.writestr(entry.filename, old.read(entry), zipfile.ZIP_DEFLATED if is_codebook else zipfile.ZIP_STORED)
        new.writestr("weights/data/bomb", bomb, zipfile.ZIP_DEFLATED)
    with pytest.raises(WeightsDamaged, match="parts are packed"):
        load_codec(file)


def test_entries_that_share_their_bytes_are_refused(tmp_path: Path, package_file: Path) -> None:
    file = tmp_path / "weights.pth"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("weights/data/0", bytes(1 << 20))
        for number in range(1, 50):
            again = zipfile.ZipInfo(f"weights/data/{number}")
            first = archive.filelist[0]
            again.file_size, again.compress_size, again.CRC = first.file_size, first.compress_size, first.CRC
            again.header_offset = first.header_offset
            archive.filelist.append(again)
    with pytest.raises(WeightsDamaged, match="make up its size"):
        load_codec(file)


def _drop(state: dict[str, Any]) -> None:
    del state["decoder.model.6.bias"]


def _add(state: dict[str, Any]) -> None:
    state["decoder.model.7.bias"] = torch.zeros(1)


def _reshape(state: dict[str, Any]) -> None:
    state["decoder.model.6.weight_v"] = torch.zeros(1, 1, 5)


def _widen(state: dict[str, Any]) -> None:
    state["decoder.model.6.weight_v"] = torch.zeros(1).expand(1 << 20, 1 << 20, 7)  # a view: few bytes that claim many


def _integers(state: dict[str, Any]) -> None:
    state["decoder.model.6.bias"] = torch.zeros(1, dtype=torch.int64)


def _not_a_number(state: dict[str, Any]) -> None:
    state["encoder.block.0.bias"] = torch.tensor([0.0, float("nan")])


def _no_direction(state: dict[str, Any]) -> None:
    state["decoder.model.6.weight_v"] = torch.zeros(1, 1, 7)


def _no_tensor(state: dict[str, Any]) -> None:
    state["decoder.model.6.bias"] = 1


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_drop, r"missing \(decoder.model.6.bias"),
        (_add, r"belong to no DAC codec \(decoder.model.7.bias"),
        (_reshape, "shape"),
        (_widen, "shape"),
        (_integers, "int64"),
        (_not_a_number, "no numbers"),
        (_no_direction, "no numbers"),
        (_no_tensor, "something else"),
    ],
)
def test_weights_that_do_not_fit_the_sizes_are_refused(
    tmp_path: Path, spoil: Callable[[dict[str, Any]], None], words: str
) -> None:
    state: dict[str, Any] = tiny.state()
    spoil(state)
    torch.save({"state_dict": state, "metadata": {"kwargs": tiny.KWARGS}}, tmp_path / "weights.pth")
    with pytest.raises(WeightsDamaged, match=words):
        load_codec(tmp_path / "weights.pth")


@pytest.mark.parametrize("content", [[], {"state_dict": {}}, {"state_dict": {}, "metadata": {}}, {"weight": torch.zeros(3)}])
def test_other_weights_are_refused(tmp_path: Path, content: object) -> None:
    torch.save(content, tmp_path / "weights.pth")
    with pytest.raises(WeightsDamaged):
        load_codec(tmp_path / "weights.pth")


def test_another_models_safetensors_are_refused(tmp_path: Path, transformers_folder: Path) -> None:
    file = _copied(transformers_folder, tmp_path)
    shutil.copy(tiny.write_transformers(tmp_path / "other", n_codebooks=12) / "config.json", tmp_path / "config.json")
    with pytest.raises(WeightsDamaged, match="tensors are missing"):
        load_codec(file)


def test_safetensors_without_a_config_are_refused(tmp_path: Path, transformers_folder: Path) -> None:
    file = _copied(transformers_folder, tmp_path)
    (tmp_path / "config.json").unlink()
    with pytest.raises(WeightsMissing, match="no config"):
        load_codec(file)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"model_type": "dia"}', "[" * 100_000, "\udcff"])
def test_a_config_that_is_none_is_refused(tmp_path: Path, transformers_folder: Path, text: str) -> None:
    file = _copied(transformers_folder, tmp_path)
    (tmp_path / "config.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(WeightsDamaged):
        load_codec(file)


class _Hostile:
    """Unpickled carelessly, it makes a file."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.mark,)


def _copied(source: Path, folder: Path) -> Path:
    """The weights file of a form, in a folder of its own to be spoilt."""
    if source.is_file():
        return Path(shutil.copy(source, folder / source.name))
    shutil.copy(source / "config.json", folder / "config.json")
    return Path(shutil.copy(source / "model.safetensors", folder / "model.safetensors"))
