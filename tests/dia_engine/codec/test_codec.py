from pathlib import Path

import numpy as np
import pytest
import torch

from dia_engine.codec import Codec, load_codec
from dia_engine.codec.codec import DECODE_FRAMES, ENCODE_FRAMES, Network
from dia_engine.codec.tiled import Tiled
from dia_engine.codec.weights import load
from dia_engine.errors import BadRequest, DeviceFailed, OutOfMemory
from tests.dia_engine.codec import tiny

CPU = torch.device("cpu")


@pytest.mark.parametrize("samples", [1, 511, 512, 513, 4096, 5001])
def test_a_wave_of_any_length_is_filled_up_with_silence_to_whole_frames(codec: Codec, samples: int) -> None:
    wave = tiny.wave(samples)
    frames = -(-samples // 512)
    codes = codec.encode(wave)
    assert codes.shape == (frames, 9)
    assert codes.dtype == np.int16
    np.testing.assert_array_equal(codes, codec.encode(np.pad(wave, (0, frames * 512 - samples))))


@pytest.mark.parametrize("frames", [1, 2, 13])
def test_a_frame_is_512_samples(codec: Codec, frames: int) -> None:
    pcm = codec.decode(tiny.codes(frames))
    assert pcm.shape == (frames * 512,)
    assert pcm.dtype == np.float32


def test_a_long_wave_is_decoded_in_windows_as_if_at_once(codec: Codec, package_file: Path) -> None:
    codes = tiny.codes(2 * DECODE_FRAMES + 7)
    network = load(package_file, CPU).network
    with torch.no_grad():
        whole = network.decode(torch.from_numpy(codes.T.astype(np.int64))[None])[0, 0].numpy()
    np.testing.assert_allclose(codec.decode(codes), whole, rtol=0, atol=2e-6)


def test_a_long_wave_is_encoded_in_windows_as_if_at_once(codec: Codec, package_file: Path) -> None:
    wave = tiny.wave((ENCODE_FRAMES + 30) * 512)
    network = load(package_file, CPU).network
    with torch.no_grad():
        whole = network.encode(torch.from_numpy(wave)[None, None])[0].T.numpy()
    np.testing.assert_array_equal(codec.encode(wave), whole)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("batch", [1, 3])
def test_a_segment_gives_the_same_samples_alone_and_in_company(package_file: Path, dtype: torch.dtype, batch: int) -> None:
    loaded = load(package_file, CPU)
    codec = Codec(loaded.config, Tiled(*loaded, dtype), CPU, frames=40, batch=batch)
    segments = [tiny.codes(frames, seed=frames) for frames in (70, 7, 131, 7, 40, 1)]
    for codes, pcm in zip(segments, codec.decode_many(segments), strict=True):
        np.testing.assert_array_equal(pcm, codec.decode(codes))


def test_windows_of_one_length_give_what_the_whole_gives(codec: Codec, package_file: Path) -> None:
    loaded = load(package_file, CPU)
    cut = Codec(loaded.config, Tiled(*loaded, torch.float32), CPU, frames=40, batch=4)
    segments = [tiny.codes(frames, seed=frames) for frames in (70, 131, 40)]
    for codes, pcm in zip(segments, cut.decode_many(segments), strict=True):
        np.testing.assert_allclose(pcm, codec.decode(codes), rtol=0, atol=1e-6)


def test_no_segments_give_no_samples(codec: Codec) -> None:
    assert codec.decode_many([]) == []


class _Narrow:
    """A network on a device that has room for so many at once."""

    def __init__(self, network: Network, most: int) -> None:
        self.network, self.most, self.seen = network, most, list[int]()

    def encode(self, pcm: torch.Tensor) -> torch.Tensor:
        return self.network.encode(pcm)

    def decode(self, codes: torch.Tensor) -> torch.Tensor:
        self.seen.append(len(codes))
        if len(codes) > self.most:
            raise torch.OutOfMemoryError("out of memory")
        return self.network.decode(codes)


class _Lost(_Narrow):
    """A network on a device that is lost."""

    def encode(self, pcm: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("CUDA error: the device is lost\nand much more")

    decode = encode


def test_a_lost_device_is_one_sentence(package_file: Path) -> None:
    loaded = load(package_file, CPU)
    lost = Codec(loaded.config, _Lost(Tiled(*loaded, torch.float32), most=1), CPU)
    for work in (lambda: lost.decode(tiny.codes(40)), lambda: lost.encode(np.zeros(5000, np.float32))):
        with pytest.raises(
            DeviceFailed, match=r"^The device failed while running the codec \(CUDA error: the device is lost\);"
        ):
            work()


def test_a_batch_that_finds_no_memory_is_halved_until_it_does(codec: Codec, package_file: Path) -> None:
    loaded = load(package_file, CPU)
    narrow = _Narrow(Tiled(*loaded, torch.float32), most=2)
    small = Codec(loaded.config, narrow, CPU, frames=40, batch=8)
    segments = [tiny.codes(40, seed=number) for number in range(5)]
    for codes, pcm in zip(segments, small.decode_many(segments), strict=True):
        np.testing.assert_allclose(pcm, codec.decode(codes), rtol=0, atol=1e-6)
    assert narrow.seen == [8, 4, 2, 2, 2]
    narrow.most = 0
    with pytest.raises(OutOfMemory):
        small.decode(segments[0])


def test_bfloat16_is_close_when_decoding_and_the_same_when_encoding(codec: Codec, package_file: Path) -> None:
    rough = load_codec(package_file, dtype=torch.bfloat16)
    codes, wave = tiny.codes(60), tiny.wave(9000)
    exact = codec.decode(codes)
    error = rough.decode(codes) - exact
    assert error.dtype == np.float32
    assert 1e-6 < np.sqrt(np.mean(error**2)) / np.std(exact) < 0.03
    np.testing.assert_array_equal(rough.encode(wave), codec.encode(wave))


@pytest.mark.parametrize(
    "codes",
    [
        np.full((3, 9), 1024),
        np.full((3, 9), -1),
        np.full((3, 9), 70000),
        np.zeros((3, 8), int),
        np.zeros((9, 3), int),
        np.zeros(9, int),
        np.zeros((3, 9)),
        np.zeros((3, 9), bool),
        np.zeros((0, 9), int),
        np.zeros((1, 3, 9), int),
        [],
        "codes",
    ],
)
def test_what_are_no_codes_is_refused_before_anything_runs(codec: Codec, codes: object) -> None:
    with pytest.raises(BadRequest):
        codec.decode(codes)  # type: ignore[arg-type]


def test_one_wrong_segment_refuses_all(codec: Codec) -> None:
    with pytest.raises(BadRequest, match="1024"):
        codec.decode_many([tiny.codes(3), np.full((2, 9), 1024)])


def test_equal_weights_have_equal_digests_and_others_others(codec: Codec, package_file: Path, tmp_path: Path) -> None:
    assert load_codec(package_file, dtype=torch.bfloat16).digest == codec.digest
    assert load_codec(tiny.write_package(tmp_path / "other.pth", seed=5)).digest != codec.digest


@pytest.mark.parametrize(
    "pcm",
    [
        np.zeros(0, np.float32),
        np.zeros((2, 100), np.float32),
        np.zeros(100, np.int16),
        np.full(100, np.nan, np.float32),
        np.full(100, np.inf, np.float32),
        np.full(100, 3000.0, np.float32),
        np.zeros(100, complex),
    ],
)
def test_what_is_no_mono_wave_is_refused(codec: Codec, pcm: np.ndarray) -> None:
    with pytest.raises(BadRequest):
        codec.encode(pcm)


def test_codes_of_any_integer_type_mean_the_same(codec: Codec) -> None:
    codes = tiny.codes(4)
    for dtype in (np.uint16, np.int32, np.int64, ">i4"):
        np.testing.assert_array_equal(codec.decode(codes.astype(dtype)), codec.decode(codes))


@pytest.mark.parametrize("device", ["nonsense", "cuda:99", "meta"])
def test_a_device_that_is_not_there_is_refused(package_file: Path, device: str) -> None:
    with pytest.raises(BadRequest, match="device"):
        load_codec(package_file, device)


def test_a_dtype_that_loses_too_much_is_refused(package_file: Path) -> None:
    with pytest.raises(BadRequest, match="bfloat16"):
        load_codec(package_file, dtype=torch.float16)
