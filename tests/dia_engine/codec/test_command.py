import argparse
from pathlib import Path

import numpy as np
import pytest

from dia_engine.codec import Codec, command
from dia_engine.errors import BadRequest, EngineError
from tests.dia_engine.codec import tiny


def _run(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args([str(argument) for argument in arguments]))


def test_codes_become_samples_and_samples_codes(tmp_path: Path, package_file: Path, codec: Codec) -> None:
    np.save(tmp_path / "codes.npy", tiny.codes(4))
    assert _run("--weights", package_file, "--decode", tmp_path / "codes.npy", "--out", tmp_path / "pcm.npy") == 0
    pcm = np.load(tmp_path / "pcm.npy")
    np.testing.assert_array_equal(pcm, codec.decode(tiny.codes(4)))
    assert _run("--weights", package_file, "--encode", tmp_path / "pcm.npy", "--out", tmp_path / "again") == 0
    np.testing.assert_array_equal(np.load(tmp_path / "again"), codec.encode(pcm))


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"nonsense"])
def test_a_file_that_is_no_array_is_refused(tmp_path: Path, package_file: Path, content: bytes) -> None:
    (tmp_path / "in.npy").write_bytes(content)
    with pytest.raises(BadRequest, match=r"in\.npy"):
        _run("--weights", package_file, "--decode", tmp_path / "in.npy", "--out", tmp_path / "out.npy")
    assert not (tmp_path / "out.npy").exists()


@pytest.mark.parametrize(
    ("name", "words"), [("in.npy", "no .npy file"), ("in.npz", "archive of arrays"), ("no.npy", "No such")]
)
def test_what_holds_no_plain_array_is_refused(tmp_path: Path, package_file: Path, name: str, words: str) -> None:
    np.save(tmp_path / "in.npy", np.array([{}], dtype=object), allow_pickle=True)
    np.savez(tmp_path / "in.npz", tiny.codes(3))
    with pytest.raises(BadRequest) as raised:
        _run("--weights", package_file, "--decode", tmp_path / name, "--out", tmp_path / "out.npy")
    assert words in str(raised.value)


def test_a_result_that_cannot_be_written_leaves_nothing(tmp_path: Path, package_file: Path) -> None:
    np.save(tmp_path / "codes.npy", tiny.codes(1))
    (tmp_path / "out.npy").mkdir()
    with pytest.raises(EngineError, match="No file can be written there"):
        _run("--weights", package_file, "--decode", tmp_path / "codes.npy", "--out", tmp_path / "out.npy")
    assert {path.name for path in tmp_path.iterdir()} == {"codes.npy", "out.npy"}


def test_the_package_and_16_bits_do_not_go_together(tmp_path: Path, package_file: Path) -> None:
    np.save(tmp_path / "codes.npy", tiny.codes(1))
    with pytest.raises(BadRequest, match="float32"):
        _run(
            *("--weights", package_file, "--decode", tmp_path / "codes.npy", "--out", tmp_path / "out.npy"),
            *("--dtype", "bfloat16", "--package"),
        )
