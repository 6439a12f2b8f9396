"""The demo scripts and what they play."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from studio.audio import files, loudness
from studio.audio.export.picture import picture
from studio.core import parse, text

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "resources" / "demo"
SCRIPTS = sorted(DEMO.glob("*.txt"))
LOOPS = ("lily-theme.flac", "harbour-bed.flac")


def test_there_are_three_scripts_for_three_trades() -> None:
    assert [path.name for path in SCRIPTS] == ["five-at-the-harbour.txt", "the-lamp-room.txt", "the-lily-pod.txt"]


def test_the_podcast_is_long_enough_and_has_chapters_and_a_cover() -> None:
    script = parse.parse(text.read(DEMO / "the-lily-pod.txt"))
    words = sum(len(utterance.text.split()) for _, utterance in parse.utterances(script))
    assert words >= 560
    assert text.read(DEMO / "the-lily-pod.txt").count("\n# ") >= 4
    assert script.front.title == "The Pond Behind the Library"
    assert set(script.front.cast) == {"Maya", "Tom"}
    cover = picture((DEMO / script.front.cover).read_bytes())
    assert (cover.media_type, cover.width, cover.height) == ("image/jpeg", 1_400, 1_400)
    assert len(cover.data) <= 300_000


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_every_sound_a_script_names_is_there(path: Path) -> None:
    script = parse.parse(text.read(path))
    names = [cue.file for paragraph in script.paragraphs for cue in paragraph.cues if cue.file]
    assert all(files.info(DEMO / name).rate == 44_100 for name in names)


def test_the_sounds_are_small() -> None:
    assert sum(path.stat().st_size for path in DEMO.glob("*.flac")) <= 1_500_000


@pytest.mark.parametrize("name", LOOPS)
def test_the_beds_loop_without_a_seam_and_lie_below_speech(name: str) -> None:
    samples, rate = files.read(DEMO / name)
    seam = np.max(np.abs(samples[0] - samples[-1]))
    assert seam <= np.max(np.abs(np.diff(samples, axis=0)))
    assert -26.0 < loudness.measure([samples], rate, 2).integrated_lufs < -19.0


@pytest.mark.slow
def test_the_program_makes_the_very_sounds_that_are_shipped(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "packaging" / "demo" / "make_sounds.py", tmp_path], check=True, capture_output=True)
    for path in DEMO.glob("*.flac"):
        made, shipped = files.read(tmp_path / path.name)[0], files.read(path)[0]
        assert np.max(np.abs(made - shipped)) <= 2 / 32_768  # another libm may round a sample the other way
