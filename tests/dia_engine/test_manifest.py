import json
import os
from pathlib import Path

import pytest

from dia_engine import manifest
from dia_engine.errors import EngineError, WeightsDamaged, WeightsMissing


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.bin").write_bytes(b"weights" * 1000)
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    manifest.record(tmp_path, [tmp_path / "a.bin", tmp_path / "config.json"])
    return tmp_path


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[100] ^= 1
    file.write_bytes(data)


def test_a_folder_as_recorded_is_right_and_one_without_record_is_not_pinned(folder: Path, tmp_path: Path) -> None:
    assert manifest.check(folder)
    (folder / manifest.NAME).unlink()
    assert not manifest.check(folder)


def test_one_changed_bit_is_found_and_the_file_named(folder: Path) -> None:
    assert manifest.check(folder)
    flip(folder / "a.bin")
    with pytest.raises(WeightsDamaged, match=r"a\.bin: The file has been changed"):
        manifest.check(folder)


def test_another_size_and_a_missing_file_are_found(folder: Path) -> None:
    (folder / "config.json").write_text("{ }", encoding="utf-8")
    with pytest.raises(WeightsDamaged, match="3 bytes instead of 2"):
        manifest.check(folder)
    (folder / "config.json").unlink()
    with pytest.raises(WeightsMissing, match="not there"):
        manifest.check(folder)


def test_a_file_is_hashed_once_until_it_changes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    digest = manifest.digest
    monkeypatch.setattr(manifest, "digest", lambda file: (hashed.append(file.name), digest(file))[1])
    manifest.check(folder)
    manifest.check(folder)
    assert sorted(hashed) == ["a.bin", "config.json"]
    os.utime(folder / "a.bin", ns=(5, 5))
    manifest.check(folder)
    assert hashed[2:] == ["a.bin"]
    manifest.check(folder, afresh=True)
    assert sorted(hashed[3:]) == ["a.bin", "config.json"]


def test_what_was_found_right_for_another_manifest_counts_no_more(folder: Path) -> None:
    manifest.check(folder)
    data = json.loads((folder / manifest.NAME).read_text(encoding="utf-8"))
    data["files"]["a.bin"]["sha256"] = "0" * 64
    (folder / manifest.NAME).write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(WeightsDamaged):
        manifest.check(folder)


@pytest.mark.parametrize("seen", ["", "[]", "{", '{"a.bin": 5}', "[" * 100_000])
def test_a_damaged_memory_of_checks_costs_a_check_only(seen: str, folder: Path) -> None:
    (folder / manifest.SEEN).write_text(seen, encoding="utf-8")
    assert manifest.check(folder)
    flip(folder / "a.bin")
    with pytest.raises(WeightsDamaged):
        manifest.check(folder)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"files": {}}',
        '{"files": {"a.bin": 5}}',
        '{"files": {"a.bin": {"size": 1}}}',
        "[" * 100_000,
        " " * (2 << 20),
        '{"files": {"../a.bin": {"size": 1, "sha256": "0"}}}',
    ],
)
def test_a_damaged_manifest_is_refused(text: str, folder: Path) -> None:
    (folder / manifest.NAME).write_text(text, encoding="utf-8")
    with pytest.raises(WeightsDamaged, match="manifest"):
        manifest.check(folder)


def test_a_memory_that_cannot_be_kept_is_no_error(folder: Path) -> None:
    (folder / manifest.SEEN).mkdir()
    assert manifest.check(folder)
    assert not list(folder.glob("*.part"))


def test_a_manifest_that_cannot_be_written_is_one(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"weights")
    (tmp_path / manifest.NAME).mkdir()
    with pytest.raises(EngineError, match="cannot be written"):
        manifest.record(tmp_path, [tmp_path / "a.bin"])
    assert not list(tmp_path.glob("*.part"))
