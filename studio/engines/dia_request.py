"""From a segment's request to what Dia is asked for: text, voices, seed, sampling, and how long it may speak. Refuses what
cannot be spoken whole."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dia_engine import prompts, requests
from dia_engine.dia1.config import Config
from dia_engine.params import Codes, Params, Prompt
from dia_engine.params import Request as Asked
from studio.core.codes import CODEBOOKS, FRAME_BYTES, shape_fault
from studio.core.errors import RefusedError
from studio.core.estimate import seconds
from studio.core.render import Request, VoiceSpec
from studio.core.voices import stable_seed

_PATIENCE = 2.0  # times the expected length that a segment may take …
_MORE_S = 3.0  # … and so much more, before it is cut off
_FASTEST = 0.5  # of the expected length: a text that needs more rows than that leaves cannot be spoken whole
_KEPT = "nothing was rendered"

LONGEST_SAMPLE_S = 30.0  # the model has rows for 35

Encode = Callable[[VoiceSpec], Codes]  # the codes [frames, channels] of a voice's sample


@dataclass(frozen=True, slots=True)
class Task:
    """What the model is asked for, and how many seconds of speech that is expected to become."""

    asked: Asked
    expected_s: float


def task_for(request: Request, config: Config, frame_rate: float, encode: Encode) -> Task:
    """The request as the model wants it. Pauses inside a segment are the speakers' own; the planner cuts where more is wanted.

    Raises RefusedError, or an error of dia_engine, for what the model cannot speak whole.
    """
    expected_s = max(sum(seconds(turn.text) for turn in request.turns), 1.0)
    prompt = _prompt(request, encode, frame_rate)
    rows_before = 1 + max(config.delays) + (0 if prompt is None else len(prompt.codes))
    room_s = (config.decoder.positions - rows_before) / frame_rate
    if expected_s * _FASTEST > room_s:
        raise RefusedError(_no_room(expected_s, room_s, prompt, frame_rate), kept=_KEPT, todo=_shorter(prompt))
    most = rows_before + round(min(expected_s * _PATIENCE + _MORE_S, room_s) * frame_rate)
    asked = Asked(request.text(), prompt, _params(request, min(most, config.decoder.positions)))
    requests.check(config, asked)
    return Task(asked, expected_s)


def _prompt(request: Request, encode: Encode, frame_rate: float) -> Prompt | None:
    """The samples of all voices that have one, in the order of their speakers, as one prompt: by the codes that they came with,
    else by those that their sounds are encoded to."""
    sampled = {number: voice for number, voice in enumerate(request.voices, 1) if voice.sample_digest}
    if not sampled:
        return None
    for number, voice in sampled.items():
        _check_sample(number, voice)
    coded = (_given(voice, frame_rate) if voice.codes_digest else encode(voice) for voice in sampled.values())
    codes = np.concatenate(list(coded))
    return Prompt(codes, " ".join(voice.transcript.strip() for voice in sampled.values()))


def _given(voice: VoiceSpec, frame_rate: float) -> Codes:
    """The codes [frames, channels] that a voice came with. Raises RefusedError for what cannot be a voice's."""
    wrong = shape_fault(voice.codes) if voice.codes else "they are missing"
    if not wrong and hashlib.sha256(voice.codes).hexdigest() != voice.codes_digest:
        wrong = "they were changed or damaged"
    seconds = len(voice.codes) / FRAME_BYTES / frame_rate
    if not wrong and not prompts.SHORTEST_S <= seconds <= LONGEST_SAMPLE_S:
        wrong = f"they are {seconds:.2f} s of sound, and {prompts.SHORTEST_S:g} to {LONGEST_SAMPLE_S:g} s can be used"
    if wrong:
        what = f"the codes of a voice's sample cannot be used ({wrong})"
        raise RefusedError(what, kept=_KEPT, todo="make the voice again from its take or its recording")
    return np.frombuffer(voice.codes, "<i2").astype(np.int16).reshape(-1, CODEBOOKS)


def _check_sample(number: int, voice: VoiceSpec) -> None:
    """Dia goes on after a sample, so it has to know what was said in it, and by whom; else it takes the text for that."""
    tag, words = f"[S{number}]", voice.transcript.strip()
    if not voice.pcm and not voice.codes_digest:
        raise RefusedError(f"the voice of {tag} came without its sound", kept=_KEPT, todo="add the sample to the voice again")
    if not words.removeprefix(tag).strip():
        what = f"the sample of the voice of {tag} has no transcript"
        raise RefusedError(what, kept=_KEPT, todo="write down what is said in it, and add it to the voice again")
    if not words.startswith(tag):
        what = f"the transcript of the voice of {tag} does not begin with {tag}"
        raise RefusedError(what, kept=_KEPT, todo=f"write {tag} before its words")


def _params(request: Request, max_tokens: int) -> Params:
    """The settings that were given, else the model's own. The seed follows from the segment's and from who speaks."""
    usual, given = Params(), dict(request.params)
    seed = stable_seed(request.seed, *(voice.seed for voice in request.voices))
    try:
        top_k = int(given["cfg_filter_top_k"]) if "cfg_filter_top_k" in given else usual.cfg_filter_top_k
        real = {name: float(given.get(name, getattr(usual, name))) for name in ("temperature", "top_p", "cfg_scale")}
    except ValueError as error:
        raise RefusedError(f"a setting of the voice is no number ({error})", kept=_KEPT, todo="correct the setting") from error
    return Params(**real, cfg_filter_top_k=top_k, max_tokens=max_tokens, seed=seed)


def _no_room(expected_s: float, room_s: float, prompt: Prompt | None, frame_rate: float) -> str:
    needs = f"this segment takes about {expected_s:.0f} s to speak"
    if prompt is None:
        return f"{needs}, and Dia speaks {max(room_s, 0):.0f} s at most"
    sampled_s = len(prompt.codes) / frame_rate
    return f"{needs}, and beside {sampled_s:.0f} s of voice samples Dia has room for {max(room_s, 0):.0f} s"


def _shorter(prompt: Prompt | None) -> str:
    return "divide the text" if prompt is None else "use samples of 5 to 10 s, or divide the text"
