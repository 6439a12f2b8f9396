"""Which engine a command speaks with: its options, the choice among the engines, and the engine built with those options."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from studio.cli.arguments import add_engine
from studio.core.errors import UsageError
from studio.core.render import Engine
from studio.core.settings import text
from studio.engines import EngineInfo, build, choose
from studio.i18n import _
from studio.store.project import ProjectStore

FORMATS = ("float32", "bfloat16", "float16")
OPTIONS = ("model", "device", "dtype")


def add_arguments(parser: ArgumentParser) -> None:
    add_engine(parser)
    parser.add_argument(
        "--model",
        metavar="FOLDER|ID",
        help=_(
            "speak with this model of Dia: its folder, or a name or id of dia-studio model list. Its codec is looked for in "
            "the folder “codec” or the file weights.pth beside the weights, then where dia-studio model fetch puts it, then in "
            "the cache of descript-audio-codec"
        ),
    )
    parser.add_argument("--device", metavar="D", help=_("cpu, cuda, mps, … (the best there is, unless given)"))
    parser.add_argument(
        "--dtype", choices=FORMATS, help=_("the number format of the model's weights (the quicker one here, unless given)")
    )


def chosen(arguments: Namespace, store: ProjectStore | None) -> EngineInfo:
    """The engine that was asked for, else the project's own, else the best there is. Who names a model asks for the engine that
    speaks with it. Raises UsageError or UnavailableError."""
    name = str(arguments.engine)
    if name == "auto" and not arguments.model and store is not None:
        name = text(store.load().settings, "engine")
    return choose(name, model=arguments.model or "")


def built(info: EngineInfo, arguments: Namespace) -> Engine:
    """The engine with the options that were given. Raises UsageError for one it does not know."""
    options: dict[str, Any] = {name: getattr(arguments, name) for name in OPTIONS if getattr(arguments, name)}
    try:
        return build(info.id, **options)
    except TypeError as error:
        given = ", ".join(f"--{name}" for name in options)
        raise UsageError(f"{info.title} does not know {given}", kept="nothing was rendered", todo="leave it out") from error
