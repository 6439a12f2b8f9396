"""`dia-studio voices list | show | add | remove`: the user's voice library."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from studio.cli.arguments import add_format
from studio.cli.console import Console, table
from studio.core.errors import UsageError, VoiceError
from studio.core.settings import checked
from studio.core.voices import Consent, Sample, Voice
from studio.i18n import _
from studio.render.voices import forget_codes, library_voices, sample_from
from studio.store import places


def add_arguments(parser: ArgumentParser) -> None:
    parts = parser.add_subparsers(dest="what", metavar="list|show|add|remove", required=True)
    add_format(parts.add_parser("list", help=_("all voices")), "text", "json")
    show = parts.add_parser("show", help=_("one voice"))
    show.add_argument("name", metavar="NAME")
    add_format(show, "text", "json")
    add = parts.add_parser("add", help=_("a new voice: from a recording, from a seed, or both"))
    add.add_argument("name", metavar="NAME")
    add.add_argument("--audio", metavar="FILE", help=_("5 to 10 seconds of the voice"))
    add.add_argument("--transcript", metavar="TEXT", help=_("the words spoken in it"))
    add.add_argument("--seed", metavar="N")
    add.add_argument("--consent", metavar="STATEMENT", default="", help=_("the speaker's consent, in the speaker's words"))
    add.add_argument("--licence", metavar="TEXT", default="")
    add.add_argument("--notes", metavar="TEXT", default="")
    remove = parts.add_parser("remove", help=_("remove a voice and its recordings for good"))
    remove.add_argument("name", metavar="NAME")


def run(arguments: Namespace, console: Console) -> int:
    parts: Mapping[str, Callable[[Namespace, Console], int]] = {"list": _list, "show": _show, "add": _add, "remove": _remove}
    return parts[arguments.what](arguments, console)


def _list(arguments: Namespace, console: Console) -> int:
    voices = _all()
    if arguments.format == "json":
        console.result_json([as_json(voice) for voice in voices])
    elif voices:
        console.result(
            table([(voice.name, _seconds(voice), voice.consent.statement or _("no consent recorded")) for voice in voices])
        )
    else:
        console.say(_("the library is empty; add a voice with dia-studio voices add NAME."))
    return 0


def _show(arguments: Namespace, console: Console) -> int:
    voice = next((one for one in _all() if one.name.casefold() == arguments.name.casefold()), None)
    if voice is None:
        raise VoiceError(f'there is no voice called "{arguments.name}"', todo="see dia-studio voices list")
    fields = as_json(voice)
    if arguments.format == "json":
        console.result_json(fields)
    else:
        console.result(table([(name, str(value)) for name, value in fields.items() if value not in ("", None, [], {})]))
    return 0


def _add(arguments: Namespace, console: Console) -> int:
    from studio.store.library import VoiceLibrary

    if not arguments.audio and arguments.seed is None:
        raise UsageError("a voice needs a recording or a seed", kept="the library is unchanged", todo="give --audio or --seed")
    seed = int(checked("seed", arguments.seed)) if arguments.seed is not None else None
    samples: tuple[Sample, ...] = ()
    sounds: dict[str, bytes] = {}
    if arguments.audio:
        sample, sound = _sample(arguments, console)
        samples, sounds = (sample,), {sample.digest: sound}
    voice = Voice(
        arguments.name, seed, samples, consent=Consent(arguments.consent), licence=arguments.licence, notes=arguments.notes
    )
    with closing(VoiceLibrary.open(places.library())) as library:
        library.add(voice, sounds)
    console.say(_("“{name}” is in the library.").format(name=voice.name))
    if samples and not voice.consent:
        console.say(
            _("no consent is recorded; add the speaker's statement with --consent before sharing anything in this voice.")
        )
    return 0


def _remove(arguments: Namespace, console: Console) -> int:
    from studio.store.library import VoiceLibrary

    if not places.library().exists():
        raise VoiceError(f'there is no voice called "{arguments.name}"', todo="see dia-studio voices list")
    with closing(VoiceLibrary.open(places.library())) as library:
        library.remove(arguments.name)
    forget_codes()
    console.say(_("“{name}” and its recordings are gone.").format(name=arguments.name))
    return 0


def as_json(voice: Voice) -> dict[str, object]:
    """A voice as programs read it; `transcript` and `seconds` are those of its first sample."""
    first = voice.sample()
    return {
        "name": voice.name,
        "seed": voice.seed,
        "transcript": first.transcript if first else "",
        "seconds": round(first.seconds, 3) if first else 0.0,
        "consent": voice.consent.statement,
        "licence": voice.licence,
        "language": voice.language,
        "notes": voice.notes,
        "tags": list(voice.tags),
        "settings": dict(voice.settings),
        "samples": [
            {"style": one.style, "seconds": round(one.seconds, 3), "transcript": one.transcript, "digest": one.digest}
            for one in voice.samples
        ],
    }


def _sample(arguments: Namespace, console: Console) -> tuple[Sample, bytes]:
    """The recording, trimmed and levelled, and its FLAC. Raises VoiceError or AudioError."""
    if not arguments.transcript:
        todo = "give the words spoken in the recording with --transcript"
        raise UsageError("a recording needs its transcript", kept="the library is unchanged", todo=todo)
    sample, sound, warnings = sample_from(Path(arguments.audio), arguments.transcript)
    for warning in warnings:
        console.say(f"{warning}.")
    return sample, sound


def _all() -> list[Voice]:
    return list(library_voices().values())


def _seconds(voice: Voice) -> str:
    sample = voice.sample()
    return f"{sample.seconds:.1f} s" if sample else _("by seed {seed}").format(seed=voice.seed)
