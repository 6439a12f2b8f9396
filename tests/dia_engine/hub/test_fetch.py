"""A model arrives: what is fetched, where it lies, and that it is used from there without asking anybody again."""

import json
import os
import shutil
from pathlib import Path

import pytest
from huggingface_hub import scan_cache_dir, snapshot_download

from dia_engine import manifest, weights
from dia_engine.checkpoint import find
from dia_engine.codec import load_codec
from dia_engine.errors import BadRequest, FetchFailed, WeightsDamaged, WeightsMissing
from dia_engine.hub import places
from dia_engine.hub.known import KNOWN
from dia_engine.hub.pace import Plan, Progress
from dia_engine.verify import verify
from tests.dia_engine.hub.conftest import Fetch
from tests.dia_engine.hub.server import FakeHub

DIA = "nari-labs/Dia-1.6B-0626"
OWN = {manifest.NAME, manifest.SEEN, ".dia_engine.fetch.lock"}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - OWN


@pytest.mark.parametrize(
    ("model", "files"),
    [
        ("dia", {"config.json", "model.safetensors"}),
        ("nari-labs/dia-1.6b-0626", {"config.json", "model.safetensors"}),
        (
            "someone/shards",
            {"config.json", "model.safetensors.index.json", *(f"model-0000{n}-of-00003.safetensors" for n in (1, 2, 3))},
        ),
        ("dia-april", {"config.json", "dia.pth"}),
        ("codec", {"config.json", "model.safetensors"}),
    ],
)
@pytest.mark.parametrize("in_cache", [True, False])
def test_only_the_files_that_are_needed_come(model: str, files: set[str], in_cache: bool, get: Fetch, tmp_path: Path) -> None:
    found = get(model, None if in_cache else tmp_path / "new" / "model")
    assert names(found.place) == files
    assert manifest.source(found.place) == {"id": found.id, "commit": "c" * 40, "revision": ""}
    assert manifest.pins(found.place).keys() == files
    assert manifest.was_checked(found.place)
    assert verify(found.place).pinned


def test_what_was_fetched_can_be_loaded_by_its_name(get: Fetch) -> None:
    for model in ("dia", "dia-april"):
        get(model)
        assert weights.load(model).config.generation == ("B" if model == "dia" else "A")
    with pytest.raises(WeightsMissing, match="python -m dia_engine fetch codec"):
        load_codec("codec")
    get("codec")
    for name in ("codec", "descript/dac_44khz"):
        assert load_codec(name).sample_rate == 44100


def test_the_hash_of_the_hub_is_recorded(hub: FakeHub, get: Fetch, served: Path, tmp_path: Path) -> None:
    found = get("dia", tmp_path)
    for name, pin in manifest.pins(found.place).items():
        assert (pin.size, pin.sha256) == ((served / "dia" / name).stat().st_size, manifest.digest(served / "dia" / name))


def test_what_is_here_is_used_without_any_connection(hub: FakeHub, get: Fetch, tmp_path: Path) -> None:
    first = [get("dia", to) for to in (None, tmp_path)]
    hub.asked.clear()
    again = [get("dia", to) for to in (None, tmp_path)]
    assert [one.place for one in again] == [one.place for one in first]
    assert [one.bytes_fetched for one in again] == [0, 0]
    assert hub.asked == []


def test_other_programs_of_the_hub_find_it_in_the_cache(get: Fetch) -> None:
    found = get("someone/shards", revision="v1")
    cache = places.hub_cache()
    assert snapshot_download("someone/shards", revision="v1", cache_dir=cache, local_files_only=True) == str(found.place)
    told = scan_cache_dir(cache)
    assert not told.warnings
    [repository] = told.repos
    assert (repository.repo_id, repository.refs.keys()) == ("someone/shards", {"v1"})
    assert find(f"{cache}/models--someone--shards/snapshots/{'c' * 40}") == found.place
    with pytest.raises(WeightsMissing, match="python -m dia_engine fetch someone/shards"):
        find("someone/shards")  # whose main revision is not here


def test_what_other_programs_put_into_the_cache_is_hashed_and_used(
    hub: FakeHub, get: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = get("someone/shards")
    for name in OWN - {".dia_engine.fetch.lock"}:
        (found.place / name).unlink()
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    hub.asked.clear()
    assert get("someone/shards") == type(found)(found.id, found.commit, found.place, 0, True)
    assert manifest.was_checked(found.place)
    assert hub.asked == []
    (found.place / manifest.NAME).unlink()
    shard = (found.place / "model-00002-of-00003.safetensors").resolve()
    spoil(shard)
    with pytest.raises(WeightsDamaged, match="does not have the hash"):
        get("someone/shards")
    monkeypatch.delenv("HF_HUB_OFFLINE")
    assert get("someone/shards").bytes_fetched == shard.stat().st_size
    assert [Path(one.path).name for one in hub.bodies()] == ["model-00002-of-00003.safetensors"]


def spoil(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-100] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize("in_cache", [True, False])
def test_a_file_that_was_damaged_later_is_fetched_again_and_no_other(
    in_cache: bool, hub: FakeHub, get: Fetch, tmp_path: Path
) -> None:
    found = get("someone/shards", None if in_cache else tmp_path)
    spoil(found.place / "model-00003-of-00003.safetensors")
    hub.asked.clear()
    get("someone/shards", None if in_cache else tmp_path)
    assert [Path(one.path).name for one in hub.bodies()] == ["model-00003-of-00003.safetensors"]
    assert verify(found.place).pinned


def test_offline_an_incomplete_model_is_told_and_nobody_is_asked(
    hub: FakeHub, get: Fetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = get("someone/shards", tmp_path / "there")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    hub.asked.clear()
    assert get("someone/shards", tmp_path / "there") == type(found)(found.id, found.commit, found.place, 0, True)
    for to in (None, tmp_path / "elsewhere"):
        with pytest.raises(FetchFailed, match="HF_HUB_OFFLINE"):
            get("someone/shards", to)
    (found.place / "model-00001-of-00003.safetensors").unlink()
    with pytest.raises(WeightsMissing, match="not there"):
        get("someone/shards", tmp_path / "there")
    assert hub.asked == []
    assert not (tmp_path / "elsewhere").exists()


def test_offline_a_folder_without_hashes_is_used_and_said_to_be_unknown(
    served: Path, get: Fetch, hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "yes")
    for name in ("config.json", "model.safetensors"):
        shutil.copy(served / "dia" / name, tmp_path)
    assert not get("dia", tmp_path).pinned


def test_files_that_lie_there_already_are_not_fetched(served: Path, get: Fetch, hub: FakeHub, tmp_path: Path) -> None:
    for name in ("config.json", "model.safetensors"):
        shutil.copy(served / "dia" / name, tmp_path)
    assert get("dia", tmp_path).bytes_fetched == 0
    assert hub.bodies() == []
    assert manifest.was_checked(tmp_path)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "other.safetensors"])
def test_files_of_somebody_else_are_neither_replaced_nor_mistaken(name: str, get: Fetch, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"mine")
    with pytest.raises(BadRequest, match="nothing was changed"):
        get("dia-april" if name == "other.safetensors" else "dia", tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {name: b"mine"}


def test_a_folder_keeps_its_model_when_another_is_asked_for(get: Fetch, tmp_path: Path) -> None:
    get("dia", tmp_path)
    with pytest.raises(BadRequest, match=r"holds nari-labs/Dia-1\.6B-0626"):
        get("dia-april", tmp_path)
    with pytest.raises(BadRequest, match="nothing was changed"):
        get("dia", tmp_path, revision="v2")
    assert weights.load(tmp_path).config.generation == "B"


def test_a_file_where_the_folder_should_be_is_refused(get: Fetch, tmp_path: Path) -> None:
    (tmp_path / "model").write_text("text", encoding="utf-8")
    with pytest.raises(BadRequest, match="no folder"):
        get("dia", tmp_path / "model")


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("nobody/nothing", "no such model"),
        ("just-a-name", "owner/name"),
        ("../../etc/passwd", "owner/name"),
        ("someone/empty", r"no config\.json"),
        ("someone/other", "not one of a Dia-1.6B model"),
        ("someone/parts", "no model.safetensors.index.json"),
    ],
)
def test_what_is_no_model_of_ours_is_refused_before_anything_large_comes(
    model: str, says: str, served: Path, hub: FakeHub, get: Fetch, tmp_path: Path
) -> None:
    for name in ("empty", "other", "parts"):
        shutil.copytree(served / "shards", tmp_path / name, symlinks=True)
        hub.add(f"someone/{name}", tmp_path / name)
    (tmp_path / "empty" / "config.json").unlink()
    (tmp_path / "other" / "config.json").write_text('{"model_type": "llama"}', encoding="utf-8")
    (tmp_path / "parts" / "model.safetensors.index.json").unlink()
    with pytest.raises((WeightsMissing, WeightsDamaged), match=says):
        get(model, tmp_path / "new")
    assert hub.bodies() == []
    assert not (tmp_path / "new").exists() or names(tmp_path / "new") == set()


def test_weights_that_do_not_fit_their_config_do_not_count_as_there(
    served: Path, hub: FakeHub, get: Fetch, tmp_path: Path
) -> None:
    repository = shutil.copytree(served / "dia", tmp_path / "odd")
    config = json.loads((repository / "config.json").read_text(encoding="utf-8"))
    config["decoder_config"]["num_hidden_layers"] += 1
    (repository / "config.json").write_text(json.dumps(config), encoding="utf-8")
    hub.add("someone/odd", repository)
    with pytest.raises(WeightsDamaged, match="tensors are missing"):
        get("someone/odd", tmp_path / "new")
    assert not manifest.source(tmp_path / "new")


def test_a_missing_revision_is_told(get: Fetch, tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="no revision 'v9'"):
        get("dia", tmp_path / "new", revision="v9")


def test_too_little_room_is_told_before_anything_is_written(get: Fetch, tmp_path: Path) -> None:
    asked: list[Path] = []

    def free(folder: Path) -> int:
        asked.append(folder)
        return 10 << 20

    with pytest.raises(FetchFailed, match=r"has 10 MB free and 18 MB are needed; nothing was written; make room"):
        get("dia", tmp_path / "new" / "model", means={"free": free})
    assert asked == [tmp_path / "new" / "model"]
    assert not (tmp_path / "new").exists()


def test_the_plan_is_told_first_and_progress_counts_every_byte(get: Fetch, tmp_path: Path) -> None:
    told: list[Plan | Progress] = []
    get("someone/shards", tmp_path, told=told.append)
    plan, *steps = told
    assert isinstance(plan, Plan)
    assert plan.total == plan.missing == sum(path.stat().st_size for path in tmp_path.iterdir() if path.name not in OWN)
    done = [step.done for step in steps if isinstance(step, Progress)]
    assert done == sorted(done)
    assert done[-1] == plan.total
    assert isinstance(steps[-1], Progress) and steps[-1].doing == "checking"


def test_names_of_known_models_are_those_of_the_hub() -> None:
    assert [(one.name, one.id) for one in KNOWN] == [
        ("dia", "nari-labs/Dia-1.6B-0626"),
        ("dia-april", "nari-labs/Dia-1.6B"),
        ("codec", "descript/dac_44khz"),
    ]


@pytest.mark.parametrize(
    ("variables", "place"),
    [
        ({"HF_HUB_CACHE": "/a/b"}, "/a/b"),
        ({"HF_HOME": "/a"}, "/a/hub"),
        ({"XDG_CACHE_HOME": "/c"}, "/c/huggingface/hub"),
        ({"XDG_CACHE_HOME": "", "HOME": "/home/me"}, "/home/me/.cache/huggingface/hub"),
    ],
)
def test_the_cache_is_where_the_hub_documents_it(
    variables: dict[str, str], place: str, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert places.hub_cache() == Path(place)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a user who may not write everywhere")
def test_a_folder_that_cannot_be_written_is_told(get: Fetch, tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(FetchFailed, match="cannot be written"):
        get("dia", tmp_path / "closed")
