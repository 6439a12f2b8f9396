"""The guard only: the package itself cannot be installed beside a CPU build of torch."""

import sys
from pathlib import Path

import pytest

from dia_engine.codec import descript
from dia_engine.errors import EngineError


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
