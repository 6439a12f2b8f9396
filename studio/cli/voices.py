"""`dia-studio voices …`: the user's voice library."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing

from studio.cli import voiceadd, voiceshare
from studio.cli.arguments import add_format
from studio.cli.console import Console, table
from studio.core import seeds
from studio.core.errors import VoiceError
from studio.core.voicefields import content_hash
from studio.core.voices import Voice
from studio.i18n import _
from studio.store import places

ACTIONS: Mapping[str, Callable[[Namespace, Console], int]] = {
    "add": voiceadd.add,
    "edit": voiceadd.edit,
    "export": voiceshare.export,
    "import": voiceshare.take_in,
    "preview": voiceshare.preview,
}


def add_arguments(parser: ArgumentParser) -> None:
    parts = parser.add_subparsers(dest="what", metavar="list|show|add|edit|remove|export|import|preview", required=True)
    listing = parts.add_parser("list", help=_("all voices, or those that are looked for"))
    listing.add_argument("--search", metavar="TEXT", default="", help=_("words in name, tags or notes"))
    listing.add_argument(
        "--tag", metavar="TAG", action="append", default=[], help=_("only those with this tag; may be repeated")
    )
    listing.add_argument("--folder", metavar="FOLDER", default="", help=_("only those in this folder, or below it"))
    listing.add_argument("--language", metavar="L", default="", help=_("only those of this language"))
    add_format(listing, "text", "json")
    show = parts.add_parser("show", help=_("one voice: all that is known of it, and where it is used"))
    show.add_argument("name", metavar="NAME")
    add_format(show, "text", "json")
    voiceadd.add_arguments(parts)
    remove = parts.add_parser("remove", help=_("remove a voice and its recordings for good"))
    remove.add_argument("name", metavar="NAME")
    remove.add_argument("--force", action="store_true", help=_("although projects use it"))
    voiceshare.add_arguments(parts)


def run(arguments: Namespace, console: Console) -> int:
    own = {"list": _list, "show": _show, "remove": _remove}
    return (own.get(arguments.what) or ACTIONS[arguments.what])(arguments, console)


def _list(arguments: Namespace, console: Console) -> int:
    wanted = (arguments.search, tuple(arguments.tag), arguments.folder, arguments.language)
    found = _found(lambda library: library.search(*wanted))
    if arguments.format == "json":
        console.result_json(found)
    elif found:
        console.result(table([_line(fields) for fields in found]))
    elif any(wanted):
        console.say(_("no voice fits; see dia-studio voices list."))
    else:
        console.say(_("the library is empty; add a voice with dia-studio voices add NAME."))
    return 0


def _show(arguments: Namespace, console: Console) -> int:
    found = _found(lambda library: [library.get(arguments.name)])
    if not found:
        raise _unknown(arguments.name)
    fields = found[0]
    if arguments.format == "json":
        console.result_json(fields)
    else:
        console.result(table([(name, _words(value)) for name, value in fields.items() if value not in ("", None, [], {})]))
    return 0


def _remove(arguments: Namespace, console: Console) -> int:
    from studio.render.removal import remove_voice
    from studio.store.library import VoiceLibrary

    if not places.library().exists():
        raise _unknown(arguments.name, kept=voiceadd.KEPT)
    with closing(VoiceLibrary.open(places.library())) as library:
        remove_voice(library, arguments.name, force=arguments.force)
    console.say(_("“{name}” and its recordings are gone.").format(name=arguments.name))
    return 0


def as_json(voice: Voice, uses: Sequence[object] = ()) -> dict[str, object]:
    """A voice as programs read it; `transcript` and `seconds` are those of its first sample."""
    first = voice.sample()
    ranks = {one.seed: one for one in voice.seeds}
    return {
        "name": voice.name,
        "seed": voice.seed,
        "transcript": first.transcript if first else "",
        "seconds": round(first.seconds, 3) if first else 0.0,
        "consent": voice.consent.statement,
        "consent_by": voice.consent.by,
        "consent_at": voice.consent.at,
        "consent_recording": voice.consent.recording,
        "licence": voice.licence,
        "language": voice.language,
        "colour": voice.colour,
        "folder": voice.folder,
        "notes": voice.notes,
        "tags": list(voice.tags),
        "settings": dict(voice.settings),
        "seeds": [
            {"seed": one, "wins": ranks[one].wins if one in ranks else 0, "tries": ranks[one].tries if one in ranks else 0}
            for one in seeds.in_order(voice)
        ],
        "samples": [
            {
                "style": one.style,
                "seconds": round(one.seconds, 3),
                "transcript": one.transcript,
                "digest": one.digest,
                "codec": one.codec,
            }
            for one in voice.samples
        ],
        "used_in": list(uses),
        "content_hash": content_hash(voice),
    }


def _found(choose: Callable[..., Sequence[Voice]]) -> list[dict[str, object]]:
    """The chosen voices as JSON; none where there is no library yet."""
    if not places.library().exists():
        return []
    from studio.store.library import Use, VoiceLibrary, name_key

    def told(use: Use) -> dict[str, object]:
        noted = time.strftime("%Y-%m-%d", time.localtime(use.noted_at))
        return {"project": str(use.project), "title": use.title, "characters": list(use.characters), "noted": noted}

    with closing(VoiceLibrary.open(places.library(), write=False)) as library:
        uses = library.all_uses()
        return [as_json(voice, [told(one) for one in uses.get(name_key(voice.name), ())]) for voice in choose(library)]


def _line(fields: Mapping[str, object]) -> tuple[str, ...]:
    """A voice in the list: name, how it lives, where it is kept, consent."""
    seconds = fields["seconds"]
    lives = f"{seconds:.1f} s" if fields["samples"] else _("by seed {seed}").format(seed=fields["seed"])
    tags = fields["tags"]
    kept = " ".join([str(fields["folder"]), *(f"#{tag}" for tag in (tags if isinstance(tags, list) else []))]).strip()
    consent = fields["consent"] or (_("no consent recorded") if fields["samples"] else "")
    return str(fields["name"]), lives, kept, str(consent)


def _words(value: object) -> str:
    """A value for people: lists of things one after another."""
    if isinstance(value, list):
        return "; ".join(map(_words, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} {_words(one)}" for name, one in value.items() if one not in ("", None, [], {}))
    return str(value)


def _unknown(name: str, kept: str = "") -> VoiceError:
    return VoiceError(f'there is no voice called "{name}"', kept=kept, todo="see dia-studio voices list")
