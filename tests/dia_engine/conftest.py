"""What tests of the engine share: one thread, and the original's recorded outputs if they lie at hand."""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from dia_engine.dia1.decode import Prepared
    from dia_engine.dia1.model import Dia1
    from dia_engine.params import Generated

HERE = Path(__file__).parent
GOLDEN = HERE.parents[2] / "shared" / "reference" / "dia_tiny"
WITHOUT_TORCH = {"conftest.py", "test_text.py", "test_installed.py"}

if importlib.util.find_spec("torch") is None:  # test_installed.py says so where it is seen
    collect_ignore = [str(path) for path in HERE.rglob("*.py") if path.name not in WITHOUT_TORCH]


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Small products are faster on one thread, and recorded sums were made on one."""
    if importlib.util.find_spec("torch") is None:
        yield
        return
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def golden() -> Path:
    """The folder of outputs recorded from the original implementation."""
    if not GOLDEN.is_dir():
        pytest.skip(f"the original's recorded outputs are not at {GOLDEN}")
    return GOLDEN


@pytest.fixture(scope="session")
def golden_texts(golden: Path) -> list[str]:
    texts: list[str] = json.loads((golden / "texts.json").read_text(encoding="utf-8"))["texts"]
    return texts


@pytest.fixture(scope="session")
def golden_folders(golden: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same tiny weights in each layout and format, and with the config of generation A."""
    folders = {"transformers": golden / "transformers", "original": golden / "original"}
    for name, config, weights in (
        ("pth", "config.json", "dia-tiny.pth"),
        ("legacy", "config_legacy.json", "model.safetensors"),
    ):
        folders[name] = tmp_path_factory.mktemp(name)
        shutil.copy(golden / "original" / config, folders[name] / "config.json")
        shutil.copy(golden / "original" / weights, folders[name] / weights)
    return folders


@pytest.fixture(scope="session")
def golden_models(golden_folders: dict[str, Path]) -> dict[str, Dia1]:
    from dia_engine import weights

    return {name: weights.load(folder) for name, folder in golden_folders.items()}


@pytest.fixture(scope="module")
def model() -> Dia1:
    """A tiny network that sometimes ends by itself."""
    from tests.dia_engine import tiny

    return tiny.network(3, "B", (4, 2), (4, 4))


@pytest.fixture(scope="module")
def trio(model: Dia1) -> Prepared:
    """The same, laid out for three slots."""
    from dia_engine.dia1.decode import prepare

    return prepare(model, slots=3)


@pytest.fixture(scope="module")
def told(model: Dia1) -> list[Generated]:
    """What the slow path says to the requests that tests of slots share."""
    from dia_engine import reference
    from tests.dia_engine.test_slots import ASKED

    return reference.generate(model, ASKED)
