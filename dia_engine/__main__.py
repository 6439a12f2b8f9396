"""The engine alone, from a terminal: python -m dia_engine COMMAND. Errors are one sentence each."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dia_engine import bench, generate, manifest, output, reference, weights
from dia_engine.codec import command as codec
from dia_engine.dia1.config import Config
from dia_engine.errors import BadRequest, DeviceFailed, EngineError, OutOfMemory, TextTooLong
from dia_engine.hub import command as hub
from dia_engine.verify import verify


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status.

    0 done, 1 the text cannot be spoken, 2 wrong usage or file, 3 no memory or a lost device, 130 interrupted.
    """
    args = _parser().parse_args(arguments)
    try:
        status: int = args.run(args)
    except EngineError as error:
        sys.stderr.write(f"{error}\n")
        return 1 if isinstance(error, TextTooLong) else 3 if isinstance(error, OutOfMemory | DeviceFailed) else 2
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; nothing was written.\n")
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dia_engine", description="Inference for Dia-1.6B.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, told, add_arguments, run in (
        ("generate", "text to codes and sound", generate.add_arguments, generate.run),
        ("logits", "what the model expects after given rows", _add_logits_arguments, _logits),
        ("codec", "sound to codes and back", codec.add_arguments, codec.run),
        ("fetch", "get a model from the hub", hub.add_arguments, hub.run),
        ("bench", "how fast the model runs on this machine", bench.add_arguments, bench.run),
        ("verify", "check a model's files, names, shapes and hashes", _add_verify_arguments, _verify),
    ):
        command = commands.add_parser(name, help=told)
        add_arguments(command)
        command.set_defaults(run=run)
    return parser


def _add_logits_arguments(parser: argparse.ArgumentParser) -> None:
    generate.add_model_arguments(parser)
    parser.add_argument("--text", required=True)
    parser.add_argument("--rows", required=True, metavar="FILE.npy", help="whole numbers [T, channels] from row 0 on")
    parser.add_argument("--out", type=Path, required=True, metavar="OUT.npz")


def _logits(args: argparse.Namespace) -> int:
    output.check_places([args.out])
    output.spare([Path(args.rows), *weights.files(args.model)], [args.out])
    rows = generate.read_array(args.rows)
    model = generate.load_model(args)
    _check_rows(rows, model.config)
    uncond, cond = reference.next_logits(model, rows.astype(np.int64), reference.text_states(model, args.text))
    output.save_arrays(args.out, {"cond": cond.cpu().numpy(), "uncond": uncond.cpu().numpy()})
    return 0


def _check_rows(rows: NDArray[Any], config: Config) -> None:
    positions, channels, ids = config.decoder.positions, config.channels, config.decoder.vocabulary
    if rows.ndim != 2 or rows.shape[1] != channels or rows.dtype.kind not in "iu" or not 1 <= len(rows) <= positions:
        what = f"The rows are {rows.dtype} values in the shape {list(rows.shape)}"
        raise BadRequest(what, todo=f"give whole numbers [1 to {positions}, {channels}]")
    if rows.min() < 0 or rows.max() >= ids:
        raise BadRequest(f"The rows reach from {rows.min()} to {rows.max()}", todo=f"use ids 0 to {ids - 1}")


def _add_verify_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="FOLDER|ID")
    parser.add_argument("--generation", choices=["A", "B"])
    parser.add_argument("--record", action="store_true", help="write the hashes of the files as they are now into a manifest")


def _verify(args: argparse.Namespace) -> int:
    found = verify(args.model, generation=args.generation)
    if args.record:
        folder = found.files[0].parent
        beside = [path for name in ("config.json", "model.safetensors.index.json") if (path := folder / name).is_file()]
        manifest.record(folder, [*found.files, *beside], source=manifest.source(folder))
    pinned = "hashes as recorded" if found.pinned or args.record else "no manifest, so changed values would go unnoticed"
    sys.stdout.write(f"{found.place}: {found.told}; names and shapes are right, {pinned}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
