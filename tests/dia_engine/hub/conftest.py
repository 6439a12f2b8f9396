"""What tests of fetching share: a hub on this machine with tiny models, and short patience."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dia_engine.fetch import Fetched, Means, fetch
from dia_engine.hub.download import Patience
from tests.dia_engine import tiny
from tests.dia_engine.codec import tiny as tiny_codec
from tests.dia_engine.hub.server import FakeHub, serving

QUICK = Patience((0.01,) * 4)
Fetch = Callable[..., Fetched]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of models as repositories hold them."""
    root = tmp_path_factory.mktemp("served")
    tiny.write_model(root / "dia")
    tiny.write_shards(root / "shards")
    tiny.write_torch(root / "torch", "A")
    tiny_codec.write_transformers(root / "dac")
    for name in ("dia", "shards"):
        for extra in ("pytorch_model.bin", "README.md", "modeling_dia.py", "tokenizer.json"):
            (root / name / extra).write_bytes(b"not needed" * 100)
    return root


@pytest.fixture
def hub(served: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_TOKEN", "HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as hub:
        hub.add("nari-labs/Dia-1.6B-0626", served / "dia")
        hub.add("someone/shards", served / "shards")
        hub.add("nari-labs/Dia-1.6B", served / "torch")
        hub.add("descript/dac_44khz", served / "dac")
        yield hub


@pytest.fixture
def get(hub: FakeHub) -> Fetch:
    """`fetch` from that hub."""

    def run(model: str = "dia", to: Path | None = None, **options: object) -> Fetched:
        means = Means(hub.url, options.pop("patience", QUICK), **options.pop("means", {}))  # type: ignore[arg-type]
        return fetch(model, to=to, means=means, **options)  # type: ignore[arg-type]

    return run
