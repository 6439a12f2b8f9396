import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dia_engine.codec import Codec
from dia_engine.codec.chunks import CONTEXT, decoder_reach, encoder_reach, even_windows, windows
from dia_engine.codec.config import DacConfig
from dia_engine.codec.dac import Dac
from dia_engine.codec.weights import load
from dia_engine.errors import BadRequest
from dia_engine.params import Codes
from tests.dia_engine.codec import tiny

FRAMES = 70
EXACT = 1e-6  # what a shorter input may change: the order in which products are summed, on waves of up to 0.8


@pytest.fixture(scope="module")
def exact_network(package_file: Path) -> Dac:
    """In float64, so that what a far frame changes is not lost in rounding."""
    return load(package_file, torch.device("cpu")).network.double()


def test_the_44_khz_codec_sees_ten_frames_when_decoding_and_eight_when_encoding() -> None:
    assert decoder_reach(DacConfig()) == CONTEXT == 10
    assert encoder_reach(DacConfig()) == 8


def test_a_frame_changes_the_samples_of_the_frames_in_reach_and_no_others(exact_network: Dac) -> None:
    latent = torch.from_numpy(np.random.RandomState(5).standard_normal((1, 32, 41)))
    other = latent.clone()
    other[..., 20] += 1
    with torch.no_grad():
        changed = (exact_network.decoder(latent) != exact_network.decoder(other)).view(-1, 512).any(dim=1)
    assert torch.nonzero(changed)[:, 0].tolist() == list(range(20 - CONTEXT, 20 + CONTEXT + 1))


def test_a_frame_of_samples_changes_the_latents_of_the_frames_in_reach_and_no_others(exact_network: Dac) -> None:
    reach = encoder_reach(tiny.config())
    pcm = torch.from_numpy(tiny.wave(41 * 512)).double()[None, None]
    other = pcm.clone()
    other[..., 20 * 512 : 21 * 512] += 0.1
    with torch.no_grad():
        changed = (exact_network.encoder(pcm) != exact_network.encoder(other))[0].any(dim=0)
    assert torch.nonzero(changed)[:, 0].tolist() == list(range(20 - reach, 20 + reach + 1))


@pytest.fixture(scope="module")
def whole(codec: Codec) -> np.ndarray:
    return codec.decode(tiny.codes(FRAMES))


@settings(max_examples=25)
@given(cuts=st.lists(st.integers(0, FRAMES), max_size=9))
def test_pieces_of_any_lengths_give_what_the_whole_gives(codec: Codec, whole: np.ndarray, cuts: list[int]) -> None:
    codes = tiny.codes(FRAMES)
    pieces = [codes[low:high] for low, high in itertools.pairwise([0, *sorted(cuts), FRAMES])]
    joined = np.concatenate(list(codec.decode_chunks(iter(pieces))))
    np.testing.assert_allclose(joined, whole, rtol=0, atol=EXACT)


def test_too_little_context_is_heard(codec: Codec) -> None:
    codes = tiny.codes(FRAMES)
    joined = np.concatenate(list(codec.decode_chunks([codes[:35], codes[35:]], context=5)))
    assert np.abs(joined - codec.decode(codes)).max() > 10 * EXACT


def test_samples_come_ten_frames_behind_the_codes(codec: Codec) -> None:
    given_frames = 0

    def pieces() -> Iterator[Codes]:
        nonlocal given_frames
        for piece in np.array_split(tiny.codes(60), 20):
            given_frames += len(piece)
            yield piece

    behind, frames = [], 0
    for pcm in codec.decode_chunks(pieces()):
        frames += len(pcm) // codec.hop
        behind.append(given_frames - frames)
    assert set(behind[:-1]) == {CONTEXT}
    assert behind[-1] == 0


def test_no_codes_give_no_samples(codec: Codec) -> None:
    assert list(codec.decode_chunks([])) == []
    assert list(codec.decode_chunks([tiny.codes(0)])) == []


def test_a_wrong_piece_is_refused(codec: Codec) -> None:
    with pytest.raises(BadRequest, match="1024"):
        list(codec.decode_chunks([tiny.codes(3), np.full((2, 9), 1024)]))
    with pytest.raises(BadRequest, match="context"):
        codec.decode_chunks([tiny.codes(3)], context=-1)


@given(frames=st.integers(1, 200), size=st.integers(1, 50), context=st.integers(0, 20))
def test_windows_cover_each_frame_once_with_its_context(frames: int, size: int, context: int) -> None:
    wanted = []
    for window in windows(frames, size, context):
        assert 0 < window.stop - window.start <= size
        assert window.low == max(0, window.start - context)
        assert window.high == min(frames, window.stop + context)
        wanted += range(window.start, window.stop)
    assert wanted == list(range(frames))


@given(frames=st.integers(1, 300), context=st.integers(0, 12), more=st.integers(1, 40))
def test_even_windows_cover_each_frame_once_with_its_context_and_have_one_length(frames: int, context: int, more: int) -> None:
    length = 2 * context + more
    wanted = []
    for window in even_windows(frames, length, context):
        assert window.high - window.low == min(frames, length)
        assert 0 <= window.low <= max(0, window.start - context)
        assert min(frames, window.stop + context) <= window.high <= frames
        wanted += range(window.start, window.stop)
    assert wanted == list(range(frames))
