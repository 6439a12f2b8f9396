"""The command `codec`: a .npy file of samples to one of codes, or back. No audio formats."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from dia_engine.codec import descript
from dia_engine.codec.codec import Codec, load_codec
from dia_engine.errors import BadRequest, EngineError

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
    source = Path(args.encode or args.decode)
    values = _read(source)  # before the weights: a wrong name should not cost their loading
    codec = _codec(args)
    _write(Path(args.out), codec.encode(values) if args.encode else codec.decode(values))
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


def _write(path: Path, values: NDArray[Any]) -> None:
    """Whole or not at all."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            np.save(file, values, allow_pickle=False)
        part.replace(path)
    except OSError as error:
        raise EngineError(
            f"The result cannot be written ({error.strerror})", where=path, todo="choose another place"
        ) from error
    finally:
        part.unlink(missing_ok=True)
