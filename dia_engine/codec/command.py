"""The command `codec`: a .npy file of samples to one of codes, or back. No audio formats."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from dia_engine import output
from dia_engine.codec import descript, weights
from dia_engine.codec.codec import Codec, load_codec
from dia_engine.errors import BadRequest

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "quicker": None}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--weights", required=True, metavar="FILE", help="weights.pth of the package, or transformers' folder")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--encode", metavar="IN.npy", help="mono floats [samples] at the codec's rate, full scale at 1")
    what.add_argument("--decode", metavar="CODES.npy", help="whole numbers [frames, codebooks]")
    parser.add_argument("--out", required=True, metavar="OUT.npy")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", choices=DTYPES, default="float32", help="of the decoder; quicker: tried here")
    parser.add_argument("--package", action="store_true", help="let descript-audio-codec do the work, if it is installed")


def run(args: argparse.Namespace) -> int:
    """Do what the arguments ask for; returns the exit status. Raises `EngineError` and then leaves no output behind."""
    source, out = Path(args.encode or args.decode), Path(args.out)
    output.check_places([out])
    output.spare([source, *weights.files(Path(args.weights).expanduser())], [out])
    values = _read(source)  # before the weights: a wrong name should not cost their loading
    codec = _codec(args)
    result = codec.encode(values) if args.encode else codec.decode(values)
    with output.whole(out) as file:
        np.save(file, result, allow_pickle=False)
    return 0


def _codec(args: argparse.Namespace) -> Codec:
    if not args.package:
        return load_codec(args.weights, args.device, DTYPES[args.dtype])
    if args.dtype != "float32":
        raise BadRequest("descript-audio-codec runs in float32 only", todo="leave out --dtype or --package")
    return descript.load_codec(args.weights, args.device)


def _read(path: Path) -> NDArray[Any]:
    try:
        values = np.load(path, mmap_mode="r", allow_pickle=False)  # mapped: a header may claim more than the file holds
    except (OSError, ValueError, EOFError) as error:
        raise BadRequest(f"This is no .npy file that can be read ({error})", where=path, todo="name an array") from error
    if not isinstance(values, np.ndarray):
        values.close()
        raise BadRequest("This is an archive of arrays", where=path, todo="name a single array (.npy)")
    return np.array(values)
