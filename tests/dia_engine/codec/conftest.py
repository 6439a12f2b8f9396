"""A tiny codec from a seed, written once in each file form."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from dia_engine.codec import Codec


@pytest.fixture(scope="session")
def package_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.dia_engine.codec import tiny

    return tiny.write_package(tmp_path_factory.mktemp("package") / "weights.pth")


@pytest.fixture(scope="session")
def transformers_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.dia_engine.codec import tiny

    return tiny.write_transformers(tmp_path_factory.mktemp("transformers"))


@pytest.fixture(scope="session")
def codec(package_file: Path) -> Codec:
    from dia_engine.codec import load_codec

    return load_codec(package_file)
