"""The command `generate`: texts to codes and, where a codec's weights lie at hand, to sound."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from dia_engine import fast, output, prompts, reference, weights
from dia_engine.checkpoint import find
from dia_engine.codec import Codec, load_codec
from dia_engine.codec import weights as codec_weights
from dia_engine.device import AUTO, chosen_device, chosen_dtype, chosen_slots, demand
from dia_engine.dia1.config import Config
from dia_engine.dia1.decode import prepare
from dia_engine.dia1.model import Dia1
from dia_engine.errors import BadRequest
from dia_engine.params import Generated, Params, Prompt, Request
from dia_engine.requests import bounds, check

FRAMES_PER_SECOND = 44100 / 512
NO_PROMPT = "none"
MOST_SLOTS = 1024


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare which model to load, and how."""
    parser.add_argument("--model", required=True, metavar="FOLDER|ID")
    parser.add_argument("--generation", choices=["A", "B"], help="override what the config says: A April 2025, B June 2025")
    parser.add_argument("--device", default=AUTO, help="cpu, cuda, …; auto: the fastest that torch can use here")
    parser.add_argument(
        "--dtype", choices=[AUTO, *weights.DTYPES], default="float32", help="auto: the fastest; it is tried out"
    )


def load_model(args: argparse.Namespace) -> Dia1:
    """The model that the arguments name, loaded as they say."""
    return _loaded(args, *_means(args))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    usual = Params()
    add_model_arguments(parser)
    parser.add_argument("--text", action="append", required=True, help="several texts are one batch")
    voices = parser.add_mutually_exclusive_group()
    voices.add_argument("--prompt-codes", action="append", metavar="FILE.npy", help=f"once per text, {NO_PROMPT!r} for none")
    voices.add_argument("--prompt", action="append", metavar="AUDIO", help=f"once per text, {NO_PROMPT!r} for none")
    parser.add_argument("--prompt-text", action="append", metavar="TEXT", help="what a prompt says, if --text does not hold it")
    parser.add_argument("--temperature", type=float, default=usual.temperature, help="0 is greedy")
    parser.add_argument("--top-p", type=float, default=usual.top_p)
    parser.add_argument("--cfg-scale", type=float, default=usual.cfg_scale)
    parser.add_argument("--cfg-filter-top-k", type=int, default=usual.cfg_filter_top_k)
    parser.add_argument("--max-tokens", type=int, help="rows, the first one and the prompt's included")
    parser.add_argument("--seed", type=int, help="of every text; one is drawn and told, if not given")
    parser.add_argument("--slots", type=int, help="texts at once; as many as are usual for the device, if not given")
    parser.add_argument("--reference-prefix", action="store_true", help="to the token what the original gives, faults included")
    parser.add_argument("--codes", type=Path, metavar="OUT.npz")
    parser.add_argument("-o", "--output", type=Path, metavar="OUT.wav", help="of several texts, OUT-0.wav, OUT-1.wav, …")
    parser.add_argument(
        "--codec", type=Path, metavar="FILE|FOLDER", help="weights of the codec; those that were fetched, if not given"
    )


def run(args: argparse.Namespace) -> int:
    """Do what the arguments ask for; returns the exit status. Raises `EngineError` and then leaves no output behind."""
    waves = _wave_places(args)
    results = [args.codes, *waves] if args.codes else waves
    if not results:
        raise BadRequest("Nothing is to be written", todo="give --codes OUT.npz or -o OUT.wav")
    output.check_places(results)
    codec_place = _codec_place(args) if args.output or args.prompt else None
    output.spare(_sources(args, codec_place), results)
    args.seed = secrets.randbits(32) if args.seed is None else args.seed  # one for all, or nobody could ask for the same again
    params = Params(args.temperature, args.top_p, args.cfg_scale, args.cfg_filter_top_k, args.max_tokens, args.seed)
    device, dtype = _means(args)
    codec = load_codec(codec_place, str(device)) if codec_place else None
    requests = [Request(text, prompt, params) for text, prompt in zip(args.text, _prompts(args, codec), strict=True)]
    spoken = _spoken(args, requests, device, dtype)
    silence = np.zeros(0, np.float32)  # a take may end before its first frame
    sounds = [codec.decode(one.codes) if len(one.codes) else silence for one in spoken] if codec and waves else []
    if args.codes:
        output.save_arrays(args.codes, {f"codes_{number}": result.codes for number, result in enumerate(spoken)})
    for place, sound in zip(waves, sounds, strict=True):
        output.save_wave(place, sound, codec.sample_rate if codec else 0)
    for number, result in enumerate(spoken):
        sys.stdout.write(f"{number}: {_told(result)}\n")
    return 0


def _spoken(args: argparse.Namespace, requests: Sequence[Request], device: torch.device, dtype: torch.dtype) -> list[Generated]:
    """Load the model and let it speak. What can be refused is refused before the weights are read."""
    config = weights.config_of(args.model, generation=args.generation)
    for request in requests:
        check(config, request)
    if args.reference_prefix:
        model = _loaded(args, device, dtype)
        _tell(args, device, dtype)
        return reference.generate(model, requests, reference_prefix=True)
    slots = _slots(args, config, device, dtype)
    demand(config, dtype, device, slots, *bounds(config, requests))
    prepared = prepare(_loaded(args, device, dtype), slots, release=True)
    _tell(args, device, dtype, f" --slots {slots}")
    return fast.generate(prepared, requests)


def _slots(args: argparse.Namespace, config: Config, device: torch.device, dtype: torch.dtype) -> int:
    """How many texts at once: in 16 bits that decides how numbers are rounded, so not as many as there happen to be."""
    if args.slots is None:
        return chosen_slots(config, dtype, device)
    slots: int = args.slots
    if not 1 <= slots <= MOST_SLOTS:
        raise BadRequest(f"--slots is {slots}", todo=f"use 1 to {MOST_SLOTS}")
    return slots


def _tell(args: argparse.Namespace, device: torch.device, dtype: torch.dtype, slots: str = "") -> None:
    name = str(dtype).removeprefix("torch.")
    sys.stderr.write(f"For the same again: --seed {args.seed} --device {device} --dtype {name}{slots}\n")


def _means(args: argparse.Namespace) -> tuple[torch.device, torch.dtype]:
    """The device and the number format that the arguments name, or that are the fastest here."""
    device = chosen_device(args.device)
    return device, chosen_dtype(device) if args.dtype == AUTO else weights.DTYPES[args.dtype]


def _loaded(args: argparse.Namespace, device: torch.device, dtype: torch.dtype) -> Dia1:
    return weights.load(args.model, dtype=dtype, device=str(device), generation=args.generation)


def _wave_places(args: argparse.Namespace) -> list[Path]:
    """The sound file of each text."""
    if args.output is None or len(args.text) == 1:
        return [args.output] if args.output else []
    out: Path = args.output
    return [out.with_stem(f"{out.stem}-{number}") for number in range(len(args.text))]


def _sources(args: argparse.Namespace, codec: Path | None) -> list[Path]:
    """All files that are read."""
    prompts = [Path(name) for name in args.prompt_codes or args.prompt or [] if name != NO_PROMPT]
    return [*prompts, *weights.files(args.model), *(codec_weights.files(codec) if codec else [])]


def _codec_place(args: argparse.Namespace) -> Path:
    if args.codec:
        given: Path = args.codec.expanduser()
        return given
    model = find(args.model)
    return codec_weights.usual(model if model.is_dir() else model.parent)


def read_array(name: str) -> NDArray[Any]:
    """An array from a .npy file, which is never unpickled."""
    try:
        array = np.load(name, mmap_mode="r", allow_pickle=False)  # mapped: a header may claim more than the file holds
    except (OSError, ValueError, EOFError) as error:
        raise BadRequest("This is no .npy file of numbers", where=name, todo="save one with numpy.save") from error
    if not isinstance(array, np.ndarray):
        raise BadRequest("This is an archive of arrays", where=name, todo="save a single one with numpy.save")
    return np.array(array)


def _prompts(args: argparse.Namespace, codec: Codec | None) -> list[Prompt | None]:
    """One prompt or none for each text."""
    count = len(args.text)
    names = args.prompt_codes or args.prompt or [NO_PROMPT] * count
    transcripts = args.prompt_text or [""] * count
    if len(names) != count or len(transcripts) != count:
        what = f"There are {count} texts, {len(names)} prompts and {len(transcripts)} transcripts"
        raise BadRequest(what, todo=f"give each once per text, {NO_PROMPT!r} for no prompt")
    found: list[Prompt | None] = []
    for name, transcript in zip(names, transcripts, strict=True):
        if name == NO_PROMPT:
            found.append(None)
        elif codec is not None and args.prompt:
            found.append(Prompt(prompts.encode(codec, *prompts.read(Path(name))), transcript))
        else:
            found.append(Prompt(read_array(name), transcript))
    return found


def _told(result: Generated) -> str:
    ended = "ended" if result.reason == "eos" else "cut off at the last row"
    return f"{len(result.codes)} frames, {len(result.codes) / FRAMES_PER_SECOND:.2f} s, seed {result.seed}, {ended}"
