"""Files that are shipped are found, in a checkout and in a frozen program."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio import assets


def test_the_demo_is_found() -> None:
    scripts = assets.names("demo", ".txt")
    assert scripts
    assert all(assets.path("demo", name).is_file() for name in scripts)


def test_what_is_not_shipped_is_named() -> None:
    with pytest.raises(assets.AssetMissingError, match=r"icons/no-such\.svg"):
        assets.path("icons", "no-such.svg")
    assert assets.names("no-such-folder") == ()


def test_a_frozen_program_looks_beside_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "studio" / "resources").mkdir(parents=True)
    monkeypatch.setattr("sys._MEIPASS", str(tmp_path), raising=False)
    assert assets.root() == tmp_path / "studio" / "resources"
