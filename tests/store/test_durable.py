"""Files are whole or absent, and a disk that refuses is told of in words."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from studio.core.errors import ProjectError, StorageFullError
from studio.store import durable


def test_written_bytes_are_there_and_nothing_else(tmp_path: Path) -> None:
    durable.write_bytes(tmp_path / "a", b"first")
    durable.write_bytes(tmp_path / "a", b"second")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"second")]


def test_private_files_are_their_owners_alone(tmp_path: Path) -> None:
    durable.write_bytes(tmp_path / "a", b"secret", mode=0o600)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600


def test_a_failed_write_keeps_the_old_file_and_leaves_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    durable.write_bytes(tmp_path / "a", b"old")

    def no_space(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(StorageFullError):
        durable.write_bytes(tmp_path / "a", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"old")]


def test_no_space_names_folder_free_and_needed(tmp_path: Path) -> None:
    error = durable.refused(tmp_path, OSError(errno.ENOSPC, "No space left on device"), 3_200_000)
    assert isinstance(error, StorageFullError)
    assert error.where == str(tmp_path)
    assert "MB free" in error.what
    assert "3.2 MB needed" in error.what
    assert error.kept
    assert error.todo


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.EPERM, errno.EDQUOT])
def test_every_refusal_to_write_pauses_and_does_not_fail(tmp_path: Path, code: int) -> None:
    assert isinstance(durable.refused(tmp_path, OSError(code, os.strerror(code))), StorageFullError)


def test_other_failures_are_not_taken_for_a_full_disk(tmp_path: Path) -> None:
    error = durable.refused(tmp_path, OSError(errno.EIO, "Input/output error"))
    assert isinstance(error, ProjectError)
    assert not isinstance(error, StorageFullError)


def test_space_is_refused_before_it_runs_out(tmp_path: Path) -> None:
    durable.require_space(tmp_path / "not" / "there yet", 1000)
    with pytest.raises(StorageFullError, match="needed"):
        durable.require_space(tmp_path, 1 << 60)


def test_moving_aside_never_replaces(tmp_path: Path) -> None:
    names = []
    for content in (b"one", b"two"):
        (tmp_path / "a.flac").write_bytes(content)
        names.append(durable.move(tmp_path / "a.flac", tmp_path / "bin" / "a.flac"))
    assert [name.read_bytes() for name in names] == [b"one", b"two"]
    assert not (tmp_path / "a.flac").exists()


def test_wiping_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "voice").write_bytes(b"x" * 3_000_000)
    twin = tmp_path / "twin"
    os.link(tmp_path / "voice", twin)  # what is left on the disk under the removed name
    durable.wipe(tmp_path / "voice")
    assert not (tmp_path / "voice").exists()
    assert twin.read_bytes() == bytes(3_000_000)
