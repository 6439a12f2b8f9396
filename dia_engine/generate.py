"""The command `generate`: texts to codes and, where a codec's weights lie at hand, to sound."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dia_engine import fast, output, prompts, reference, weights
from dia_engine.codec import Codec, load_codec
from dia_engine.device import AUTO, chosen_device, chosen_dtype
from dia_engine.dia1.decode import prepare
from dia_engine.dia1.model import Dia1
from dia_engine.errors import BadRequest
from dia_engine.params import Generated, Params, Prompt, Request
from dia_engine.requests import check

FRAMES_PER_SECOND = 44100 / 512
NO_PROMPT = "none"
CODEC_CACHE = Path("~/.cache/descript/dac/weights_44khz_8kbps_0.0.1.pth")  # where the descript-audio-codec package keeps them


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
    device = chosen_device(args.device)
    dtype = chosen_dtype(device) if args.dtype == AUTO else weights.DTYPES[args.dtype]
    return weights.load(args.model, dtype=dtype, device=str(device), generation=args.generation)


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
    parser.add_argument("--seed", type=int)
    parser.add_argument("--reference-prefix", action="store_true", help="to the token what the original gives, faults included")
    parser.add_argument("--codes", type=Path, metavar="OUT.npz")
    parser.add_argument("-o", "--output", type=Path, metavar="OUT.wav", help="of several texts, OUT-0.wav, OUT-1.wav, …")
    parser.add_argument("--codec", type=Path, default=CODEC_CACHE, metavar="FILE|FOLDER", help="weights of the codec")


def run(args: argparse.Namespace) -> int:
    """Do what the arguments ask for; returns the exit status. Raises `EngineError` and then leaves no output behind."""
    places = [path for path in (args.codes, args.output) if path is not None]
    if not places:
        raise BadRequest("Nothing is to be written", todo="give --codes OUT.npz or -o OUT.wav")
    for path in places:
        output.check_place(path)
    params = Params(args.temperature, args.top_p, args.cfg_scale, args.cfg_filter_top_k, args.max_tokens, args.seed)
    codec = load_codec(args.codec.expanduser(), str(chosen_device(args.device))) if args.output or args.prompt else None
    requests = [Request(text, prompt, params) for text, prompt in zip(args.text, _prompts(args, codec), strict=True)]
    model = load_model(args)
    for request in requests:
        check(model.config, request)
    if args.reference_prefix:
        results = reference.generate(model, requests, reference_prefix=True)
    else:
        results = fast.generate(prepare(model), requests)
    if args.codes:
        output.save_arrays(args.codes, {f"codes_{number}": result.codes for number, result in enumerate(results)})
    for number, result in enumerate(results):
        if args.output and codec:
            name = args.output if len(results) == 1 else args.output.with_stem(f"{args.output.stem}-{number}")
            silence = np.zeros(0, np.float32)  # a take may end before its first frame
            output.save_wave(name, codec.decode(result.codes) if len(result.codes) else silence, codec.sample_rate)
        sys.stdout.write(f"{number}: {_told(result)}\n")
    return 0


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
