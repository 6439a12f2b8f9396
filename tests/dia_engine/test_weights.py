"""Loading from every form a checkpoint may have, and the refusal of everything else."""

import importlib.util
import json
import os
import pickle
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from dia_engine import manifest, weights
from dia_engine.dia1.config import parse
from dia_engine.dia1.model import Dia1
from dia_engine.errors import BadRequest, EngineError, WeightsDamaged, WeightsMissing
from dia_engine.mapping import mapped
from tests.dia_engine import tiny

ROOT = Path(__file__).parents[2]


def assert_same_weights(model: Dia1, dtype: torch.dtype = torch.float32) -> None:
    wanted = tiny.transformers_weights()
    ours = model.state_dict()
    assert len(ours) == len(wanted)
    for name, tensor in ours.items():
        other = wanted[name if name.startswith("logits_dense") else f"model.{name}"]
        assert tensor.dtype == (torch.float32 if "norm" in name else dtype)
        assert torch.equal(tensor.float(), other), name
        assert not tensor.requires_grad


def test_every_form_of_a_checkpoint_gives_the_same_network(tmp_path: Path) -> None:
    tiny.write_model(tmp_path / "transformers")
    tiny.write_model(tmp_path / "original", layout="original")
    tiny.write_shards(tmp_path / "shards")
    tiny.write_torch(tmp_path / "torch")
    tiny.write_torch(tmp_path / "bin")
    (tmp_path / "bin" / "dia.pth").rename(tmp_path / "bin" / "pytorch_model.bin")
    for folder in tmp_path.iterdir():
        assert_same_weights(weights.load(folder))
    assert_same_weights(weights.load(tmp_path / "torch" / "dia.pth"))


@pytest.mark.parametrize("stored", [torch.float16, torch.bfloat16, torch.float32])
@pytest.mark.parametrize("wanted", [torch.float16, torch.bfloat16, torch.float32])
def test_any_of_the_three_dtypes_may_be_stored_and_asked_for(stored: torch.dtype, wanted: torch.dtype, tmp_path: Path) -> None:
    tiny.write_config(tmp_path)
    save_file({name: tensor.to(stored) for name, tensor in tiny.original_weights().items()}, tmp_path / "any.safetensors")
    assert_same_weights(weights.load(tmp_path, dtype=wanted), wanted)


def test_the_layout_is_told_by_keys_not_by_names_of_files(tmp_path: Path) -> None:
    tiny.write_config(tmp_path)
    torch.save(tiny.transformers_weights(), tmp_path / "dia-v0_1.pth")
    assert weights.verify(tmp_path).layout == "transformers"
    assert_same_weights(weights.load(tmp_path))


def test_the_network_holds_no_hand_on_the_files(tmp_path: Path) -> None:
    """A file that is replaced or cut short while it is mapped would end the process."""
    file = tiny.write_model(tmp_path)
    model = weights.load(tmp_path)
    os.truncate(file, 0)
    assert_same_weights(model)


def test_a_repack_without_config_needs_the_generation_and_then_the_real_sizes(tmp_path: Path) -> None:
    tiny.write_model(tmp_path)
    (tmp_path / "config.json").unlink()
    with pytest.raises(WeightsMissing, match="no config"):
        weights.load(tmp_path)
    with pytest.raises(WeightsDamaged, match="tensors are missing"):  # two layers instead of the real model's
        weights.load(tmp_path, generation="A")


def test_verify_tells_what_is_there(tmp_path: Path) -> None:
    files = tiny.write_shards(tmp_path)
    found = weights.verify(tmp_path)
    assert found.files == tuple(files)
    assert (found.layout, found.generation, found.pinned) == ("transformers", "B", False)
    assert found.parameters == sum(tensor.numel() for tensor in tiny.transformers_weights().values())
    assert found.bytes == sum(file.stat().st_size for file in files)
    assert weights.verify(tmp_path, generation="A").generation == "A"


def remove_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def drop_tensor(folder: Path) -> None:
    edit(folder, lambda tensors: tensors.pop("model.decoder.norm.weight"))


def add_tensor(folder: Path) -> None:
    edit(folder, lambda tensors: tensors.update({"model.decoder.bias": torch.zeros(3)}))


def change_shape(folder: Path) -> None:
    edit(folder, lambda tensors: tensors.update({"model.decoder.norm.weight": torch.zeros(17)}))


def store_integers(folder: Path) -> None:
    edit(folder, lambda tensors: tensors.update({"model.decoder.norm.weight": torch.zeros(16, dtype=torch.int8)}))


def store_infinity(folder: Path) -> None:
    edit(folder, lambda tensors: tensors["model.decoder.norm.weight"].fill_(float("inf")))


def foreign_layout(folder: Path) -> None:
    save_file({f"gpt.{name}": torch.zeros(3) for name in "abc"}, folder / "model.safetensors")


def cut_short(folder: Path) -> None:
    os.truncate(folder / "model.safetensors", 100_000)


def empty(folder: Path) -> None:
    os.truncate(folder / "model.safetensors", 0)


def claim_a_huge_header(folder: Path) -> None:
    with (folder / "model.safetensors").open("r+b") as file:
        file.write((1 << 62).to_bytes(8, "little"))


def rename_foreign(folder: Path) -> None:
    torch.save(tiny.transformers_weights(), folder / "model.safetensors")


def a_page_instead(folder: Path) -> None:
    (folder / "model.safetensors").write_text("<html>Sign in to download</html>", encoding="utf-8")


def a_folder_instead(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors").mkdir()


def other_sizes(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["decoder_config"]["intermediate_size"] = 48
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


def edit(folder: Path, change: Callable[[dict[str, torch.Tensor]], object]) -> None:
    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    save_file(tensors, folder / "model.safetensors")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (remove_config, "no config"),
        (drop_tensor, "1 tensors are missing (model.decoder.norm.weight"),
        (add_tensor, "1 tensors belong to no Dia-1.6B model (model.decoder.bias"),
        (change_shape, "shape [17] and the config asks for [16]"),
        (store_integers, "neither float32, float16 nor bfloat16"),
        (store_infinity, "no numbers"),
        (foreign_layout, "not the weights of a Dia-1.6B"),
        (cut_short, "no whole safetensors file"),
        (empty, "no whole safetensors file"),
        (claim_a_huge_header, "no whole safetensors file"),
        (rename_foreign, "no whole safetensors file"),
        (a_page_instead, "no whole safetensors file"),
        (a_folder_instead, "no weights"),
        (other_sizes, "the config asks for"),
    ],
)
def test_a_damaged_model_is_refused_in_one_sentence(damage: Callable[[Path], None], says: str, tmp_path: Path) -> None:
    tiny.write_model(tmp_path)
    damage(tmp_path)
    with pytest.raises(EngineError) as caught:
        weights.load(tmp_path)
    assert says in str(caught.value)
    assert str(tmp_path) in str(caught.value)
    assert str(caught.value).endswith(".")


def test_nothing_but_the_given_place_is_looked_at(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="no such folder"):
        weights.load(tmp_path / "none")
    with pytest.raises(WeightsMissing, match="no weights"):
        weights.load(with_config_only(tmp_path))


def with_config_only(folder: Path) -> Path:
    tiny.write_config(folder)
    return folder


def test_several_weight_files_are_not_guessed_from(tmp_path: Path) -> None:
    file = tiny.write_torch(tmp_path)
    shutil.copy(file, tmp_path / "other.pth")
    with pytest.raises(WeightsMissing, match=r"several weight files \(dia.pth, other.pth\)"):
        weights.load(tmp_path)
    assert_same_weights(weights.load(tmp_path / "other.pth"))


def test_half_a_download_is_named(tmp_path: Path) -> None:
    files = tiny.write_shards(tmp_path)
    files[1].unlink()
    with pytest.raises(WeightsMissing, match=r"1 of 3 weight files are missing \(model-00002-of-00003.safetensors"):
        weights.load(tmp_path)
    (tmp_path / "model.safetensors.index.json").unlink()
    with pytest.raises(WeightsMissing, match="parts of a model but no model"):
        weights.load(tmp_path)


@pytest.mark.parametrize(
    "index",
    [
        "",
        "[]",
        "{}",
        '{"weight_map": 5}',
        '{"weight_map": {}}',
        '{"weight_map": {"a": 5}}',
        '{"weight_map": {"a": "../b.safetensors"}}',
        '{"weight_map": {"a": "/etc/passwd"}}',
        "[" * 100_000,
    ],
)
def test_an_index_that_leads_astray_is_refused(index: str, tmp_path: Path) -> None:
    tiny.write_shards(tmp_path)
    (tmp_path / "model.safetensors.index.json").write_text(index, encoding="utf-8")
    with pytest.raises(WeightsDamaged):
        weights.load(tmp_path)


def test_the_same_tensor_in_two_shards_is_refused(tmp_path: Path) -> None:
    first, second, _ = tiny.write_shards(tmp_path)
    save_file(load_file(first) | load_file(second), second)
    with pytest.raises(WeightsDamaged, match="again here"):
        weights.load(tmp_path)


class Hostile:
    """Unpickled, it would make a file."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, ...]:
        return (os.mkdir, (str(self.trace),))


@pytest.mark.parametrize("zipped", [True, False])
def test_code_in_a_torch_file_never_runs(zipped: bool, tmp_path: Path) -> None:
    trace = tmp_path / "it-ran"
    tiny.write_config(tmp_path)
    torch.save(tiny.original_weights() | {"x": Hostile(trace)}, tmp_path / "dia.pth", _use_new_zipfile_serialization=zipped)
    with pytest.raises(WeightsDamaged):
        weights.load(tmp_path)
    (tmp_path / "dia.pth").write_bytes(pickle.dumps(Hostile(trace)))
    with pytest.raises(WeightsDamaged):
        weights.load(tmp_path)
    assert not trace.exists()


def test_a_packed_torch_file_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = tiny.write_torch(tmp_path)
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(tmp_path / "bomb", "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            target.writestr(entry.filename, source.read(entry))
        target.writestr("archive/data/bomb", b"\0" * (64 << 20))
    (tmp_path / "bomb").replace(good)
    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("torch read it"))
    with pytest.raises(WeightsDamaged, match="packed or do not make up its size"):
        weights.load(tmp_path)


def test_a_torch_file_with_something_hidden_between_its_parts_is_refused(tmp_path: Path) -> None:
    good = tiny.write_torch(tmp_path)
    good.write_bytes(b"\0" * (1 << 20) + good.read_bytes())
    with pytest.raises(WeightsDamaged, match="do not make up its size"):
        weights.load(tmp_path)


@pytest.mark.parametrize(
    "content", [{"state_dict": {"a": torch.zeros(3)}}, [torch.zeros(3)], {5: torch.zeros(3)}, torch.zeros(3)]
)
def test_a_torch_file_of_something_else_is_refused(content: object, tmp_path: Path) -> None:
    tiny.write_config(tmp_path)
    torch.save(content, tmp_path / "dia.pth")
    with pytest.raises(WeightsDamaged, match="something else than weights"):
        weights.load(tmp_path)


def test_sparse_tensors_are_refused(tmp_path: Path) -> None:
    tiny.write_config(tmp_path)
    torch.save(tiny.original_weights() | {"decoder.norm.weight": torch.ones(16).to_sparse()}, tmp_path / "dia.pth")
    with pytest.raises(WeightsDamaged):
        weights.load(tmp_path)


@pytest.mark.parametrize("form", ["safetensors", "pth"])
def test_mutated_files_are_all_refused_with_a_manifest_and_never_crash_without(form: str, tmp_path: Path) -> None:
    file = tiny.write_model(tmp_path) if form == "safetensors" else tiny.write_torch(tmp_path)
    whole = file.read_bytes()
    manifest.record(tmp_path, [file])
    pinned = (tmp_path / manifest.NAME).read_bytes()
    chance = random.Random(5)
    for _ in range(25):
        damaged = bytearray(whole)
        for _ in range(chance.choice((1, 1, 8))):
            near_an_end = chance.choice(
                (chance.randrange(4000), len(whole) - 1 - chance.randrange(4000), chance.randrange(len(whole)))
            )
            damaged[near_an_end] ^= 1 << chance.randrange(8)
        file.write_bytes(damaged[: chance.choice((len(whole), len(whole), chance.randrange(len(whole))))])
        (tmp_path / manifest.NAME).write_bytes(pinned)
        with pytest.raises(WeightsDamaged):
            weights.load(tmp_path)
        (tmp_path / manifest.NAME).unlink()
        try:
            weights.load(tmp_path)
        except EngineError:
            pass  # or else it loaded with other values: that is why there are manifests


def test_a_device_that_is_not_there_is_refused_before_files_are_read(tmp_path: Path) -> None:
    for device in ("quantum", "cuda:77", "meta:x"):
        with pytest.raises(BadRequest, match="cannot use the device"):
            weights.load(tmp_path / "none", device=device)


def test_a_hub_id_that_is_not_on_this_machine_is_told_so() -> None:
    with pytest.raises(WeightsMissing, match=r"^nobody/nothing-0000: "):
        weights.load("nobody/nothing-0000")


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("huggingface_hub") is None, reason="huggingface_hub is not installed")
def test_a_hub_id_means_what_was_fetched_before(tmp_path: Path) -> None:
    repository = tmp_path / "hub" / "models--someone--tiny"
    tiny.write_model(repository / "snapshots" / "abc")
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("abc", encoding="utf-8")
    command = [sys.executable, "-m", "dia_engine", "verify", "someone/tiny"]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), "HF_HOME": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=True)
    assert "generation B, transformers layout" in done.stdout


PEAK = """
import sys, torch
from dia_engine import weights
torch.set_num_threads(1)
weights.GROUP_BYTES = 1 << 22
def peak():
    return int(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))) * 1024
weights.load(sys.argv[1], dtype=torch.bfloat16)
before = peak()
model = weights.load(sys.argv[2], dtype=torch.bfloat16)
print(peak() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
@pytest.mark.parametrize("form", ["safetensors", "pth"])
def test_loading_takes_little_more_memory_than_the_weights_in_their_new_dtype(form: str, tmp_path: Path) -> None:
    """From a float32 file, twice as large: neither all of the file nor a second copy may be in memory."""
    small = tmp_path / "small"
    tiny.write_model(small) if form == "safetensors" else tiny.write_torch(small)
    config = json.loads(json.dumps(tiny.FLAT))
    config["decoder_config"].update(num_hidden_layers=20, intermediate_size=2048, hidden_size=256)
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    parts = mapped(parse(config), "original")
    tensors = {source: torch.zeros(part.source_shape) for part in parts for source in part.sources}
    save_file(tensors, tmp_path / "w.safetensors") if form == "safetensors" else torch.save(tensors, tmp_path / "w.pth")
    weights_bytes = 2 * sum(tensor.numel() for tensor in tensors.values())
    command = [sys.executable, "-c", PEAK, str(small), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)
    assert 0.9 < int(done.stdout) / weights_bytes < 1.2  # on top comes the largest tensor as the file holds it
