"""Which files are a model's weights, by their names alone: the same choice in a folder and in a repository of the hub."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from dia_engine.errors import WeightsMissing

CONFIG = "config.json"
SINGLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
SHARD = re.compile(r".+-\d{5}-of-\d{5}\.safetensors")
FORMATS = ((".safetensors",), (".pth", ".bin", ".pt"))  # the first that is there is taken: torch's own format comes last


def choose(names: Iterable[str], where: str | Path, finish: str = "let the download finish") -> tuple[str, ...]:
    """The names that together hold the weights; an index comes first, then the shards beside it.

    Raises `WeightsMissing` where there are none, several that could be meant, or parts without their index, which asks
    to `finish`.
    """
    here = sorted(name for name in names if name == Path(name).name)
    if SINGLE in here:
        return (SINGLE,)
    if INDEX in here:
        return (INDEX, *(name for name in here if SHARD.fullmatch(name) and name.startswith("model-")))
    for endings in FORMATS:
        found = [name for name in here if name.endswith(endings)]
        if any(SHARD.fullmatch(name) for name in found):
            raise WeightsMissing(f"There are parts of a model but no {INDEX}", where=where, todo=finish)
        if len(found) > 1:
            raise WeightsMissing(f"There are several weight files ({', '.join(found)})", where=where, todo="name one of them")
        if found:
            return (found[0],)
    raise WeightsMissing("There are no weights (.safetensors, .pth or .bin)", where=where, todo="name a folder with a model")
