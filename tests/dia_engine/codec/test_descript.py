"""The guard, and our side of the package: it cannot be installed beside a CPU build of torch, so a stand-in speaks for it."""

import sys
from pathlib import Path

import numpy as np
import pytest

from dia_engine.codec import Codec, descript
from dia_engine.errors import EngineError
from tests.dia_engine.codec import tiny


@pytest.mark.parametrize("failure", ["ImportError('no torchaudio')", "OSError('libc10_cuda.so')"])
def test_a_package_that_cannot_be_imported_says_what_to_use_instead(
    package_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: str
) -> None:
    (tmp_path / "dac.py").write_text(f"raise {failure}\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "dac", raising=False)
    with pytest.raises(EngineError, match="built-in codec") as raised:
        descript.load_codec(package_file)
    assert failure.split("'")[1] in str(raised.value)


STAND_IN = """
from torch import nn
from dia_engine.codec.config import DacConfig
from dia_engine.codec.dac import Dac
from dia_engine.codec.weights import _fold


class _Quantizer:
    def __init__(self, ours):
        self.ours = ours

    def from_codes(self, codes):
        return self.ours.quantizer.latent(codes), None, None


class DAC(nn.Module):
    def __init__(self, *, n_codebooks, **sizes):
        super().__init__()
        rates = {name: tuple(value) for name, value in sizes.items() if isinstance(value, list)}
        self.ours = Dac(DacConfig(codebooks=n_codebooks, **(sizes | rates)))

    def load_state_dict(self, stored, strict):
        folded = {n: v for n, v in stored.items() if not n.endswith(("_g", "_v"))}
        folded |= {n[:-2]: _fold(stored[n[:-2] + "_g"], v) for n, v in stored.items() if n.endswith("_v")}
        self.ours.load_state_dict(folded, strict=strict)

    @property
    def quantizer(self):
        return _Quantizer(self.ours)

    def encode(self, pcm):
        return None, self.ours.encode(pcm), None, None, None

    def decode(self, latent):
        return self.ours.decoder(latent)
"""


def test_what_answers_as_the_package_does_serves_behind_the_same_functions(
    package_file: Path, codec: Codec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dac.py").write_text(STAND_IN, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "dac", raising=False)
    theirs = descript.load_codec(package_file)
    assert theirs.digest not in ("", codec.digest)
    monkeypatch.delitem(sys.modules, "dac")
    segments, wave = [tiny.codes(30), tiny.codes(5)], tiny.wave(3000)
    np.testing.assert_array_equal(theirs.encode(wave), codec.encode(wave))
    for one, other in zip(theirs.decode_many(segments), codec.decode_many(segments), strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=2e-6)
