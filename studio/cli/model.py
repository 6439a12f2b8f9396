"""`dia-studio model list | fetch | verify`: the weights that speech models need, from the hub to this computer."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping

from studio.cli.arguments import add_format, add_quiet
from studio.cli.console import Console, table
from studio.core.errors import Cancelled, ModelError
from studio.engines import models
from studio.i18n import N_, _

CANCELLED = 130
STATES = {"missing": N_("missing"), "unfinished": N_("unfinished, {done} of {total}"), "here": N_("not verified")}


def add_arguments(parser: ArgumentParser) -> None:
    parts = parser.add_subparsers(dest="what", metavar="list|fetch|verify", required=True)
    add_format(parts.add_parser("list", help=_("known models, and where they are")), "text", "json")
    fetch = parts.add_parser("fetch", help=_("get a model; run it again to go on after a break"))
    fetch.add_argument("name", metavar="NAME|ID", help=_("a name from the list, or owner/name on the hub"))
    fetch.add_argument("--revision", metavar="R", help=_("a branch, a tag or a commit"))
    fetch.add_argument("--to", metavar="FOLDER|cache", help=_("elsewhere than where the studio looks first"))
    fetch.add_argument("--no-codec", action="store_true", help=_("leave out the codec, without which Dia makes no sound"))
    add_format(fetch, "text", "json")
    add_quiet(fetch)
    verify = parts.add_parser("verify", help=_("check sizes, hashes, names and shapes"))
    verify.add_argument("name", metavar="NAME|FOLDER", nargs="*", help=_("without one, every model that is here"))
    add_quiet(verify)


def run(arguments: Namespace, console: Console) -> int:
    console.quiet = getattr(arguments, "quiet", False)
    parts: Mapping[str, Callable[[Namespace, Console], int]] = {"list": _list, "fetch": _fetch, "verify": _verify}
    return parts[arguments.what](arguments, console)


def _list(arguments: Namespace, console: Console) -> int:
    found = models.listed()
    if arguments.format == "json":
        console.result_json([as_json(model) for model in found])
        return 0
    rows = [(one.name, one.id, models.in_bytes(one.bytes), _state(one), str(one.place or "")) for one in found]
    console.result(table(rows))
    for one in found:
        if one.state == "unfinished":
            console.say(
                _("{name} is not complete; go on with: {command}").format(name=one.name, command=models.unfinished_command(one))
            )
    return 0


def _fetch(arguments: Namespace, console: Console) -> int:
    shown = Shown(console)
    wishes = {"revision": arguments.revision, "to": arguments.to, "codec": not arguments.no_codec}
    try:
        found = models.fetch(arguments.name, **wishes, told=shown.told)
    except (KeyboardInterrupt, Cancelled):
        command = models.fetch_command(arguments.name, **wishes)
        console.problem(_("stopped; what was fetched is kept; go on with: {command}.").format(command=command))
        return CANCELLED
    if arguments.format == "json":
        console.result_json([str(place) for place in found])
    else:
        for place in found:
            console.result(str(place))
    console.say(_("everything is here; hashes, names and shapes are right."))
    return 0


def _verify(arguments: Namespace, console: Console) -> int:
    """2 when one of them is not right, after all were checked."""
    names = arguments.name or [str(one.place) for one in models.listed() if one.place is not None]
    if not names:
        console.say(_("no model is on this computer; see dia-studio model list."))
    status = 0
    for name in names:
        try:
            console.result(models.verify(name) + ".")
        except ModelError as error:
            console.problem(error.sentence())
            status = error.exit_status
    return status


def as_json(model: models.Model) -> dict[str, object]:
    """A model as programs read it."""
    return {
        "name": model.name,
        "id": model.id,
        "title": model.title,
        "bytes": model.bytes,
        "state": model.state,
        "place": str(model.place) if model.place else None,
        "bytes_here": model.bytes_here,
        "verified": model.verified,
    }


def _state(model: models.Model) -> str:
    if model.verified:
        return _("verified")
    done, total = models.in_bytes(model.bytes_here), models.in_bytes(model.bytes)
    return _(STATES[model.state]).format(done=done, total=total)


class Shown:
    """How a fetch goes on: a bar on a terminal, a line for every tenth of the way elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._steps = models.Steps()

    def told(self, event: models.Plan | models.Progress) -> None:
        if isinstance(event, models.Plan):
            self._console.say(models.plan_in_words(event))
        elif self._console.is_terminal:
            self._console.bar(event.done / event.total if event.total else 1.0, models.in_words(event))
        elif self._steps.is_due(event):
            self._console.say(models.in_words(event))
