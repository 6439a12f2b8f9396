"""`dia-studio voices add | edit`: new voices, new samples of a voice, and what is written about it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from studio.cli.console import Console
from studio.core.errors import UsageError, VoiceError
from studio.core.settings import checked
from studio.core.voicefields import SHORT, checked_colour, checked_text
from studio.core.voices import Consent, Sample, Voice
from studio.i18n import _
from studio.render.voices import sample_from
from studio.store import places

KEPT = "the library is unchanged"


def add_arguments(parts: Any) -> None:
    """The two commands, into the subparsers of `voices`."""
    add_parser = parts.add_parser("add", help=_("a new voice, or with --style another sample of one"))
    add_parser.add_argument("name", metavar="NAME")
    add_parser.add_argument("--audio", metavar="FILE", help=_("5 to 10 seconds of the voice"))
    add_parser.add_argument("--transcript", metavar="TEXT", help=_("the words spoken in it"))
    add_parser.add_argument("--style", metavar="STYLE", default="", help=_("how it is spoken: calm, angry, …"))
    edit_parser = parts.add_parser("edit", help=_("change what is written about voices"))
    edit_parser.add_argument("names", metavar="NAME", nargs="+")
    edit_parser.add_argument("--untag", metavar="TAG", action="append", default=[], help=_("take a tag away; may be repeated"))
    edit_parser.add_argument("--rename", metavar="NEW", help=_("another name, for one voice"))
    edit_parser.add_argument("--force", action="store_true", help=_("rename it although projects use it"))
    for parser in (add_parser, edit_parser):
        parser.add_argument("--seed", metavar="N", help=_("the seed it speaks by"))
        parser.add_argument("--consent", metavar="STATEMENT", help=_("the speaker's consent, in the speaker's words"))
        parser.add_argument("--consent-by", metavar="WHO", help=_("who gave it"))
        parser.add_argument("--consent-audio", metavar="FILE", help=_("a recording of it"))
        parser.add_argument("--tag", metavar="TAG", action="append", default=[], help=_("a tag; may be repeated"))
        parser.add_argument("--folder", metavar="FOLDER", help=_("where it is kept: Show/Guests"))
        parser.add_argument("--language", metavar="L", help=_("as en, de-AT"))
        parser.add_argument("--colour", metavar="C", help=_("as #3a86c8"))
        parser.add_argument("--licence", metavar="TEXT")
        parser.add_argument("--notes", metavar="TEXT")


def add(arguments: Namespace, console: Console) -> int:
    from studio.store.library import VoiceLibrary

    if not arguments.audio and arguments.seed is None:
        raise UsageError("a voice needs a recording or a seed", kept=KEPT, todo="give --audio or --seed")
    described = _description(arguments)
    voice = described(Voice(arguments.name))
    sounds: dict[str, bytes] = {}
    if arguments.audio:
        sample, sound = _sample(arguments, console)
        voice, sounds = replace(voice, samples=(sample,)), {sample.digest: sound}
    voice, sounds = _with_consent_recording(arguments, voice, sounds, console)
    agreed = voice.consent.recording
    with closing(VoiceLibrary.open(places.library())) as library:
        if arguments.style and voice.samples and library.has(arguments.name):
            voice = described(_with_sample(library.get(arguments.name), voice.samples[0]))
            consent = replace(voice.consent, recording=agreed or voice.consent.recording)
            library.replace(voice.name, replace(voice, consent=consent), sounds)
        else:
            library.add(voice, sounds)
    console.say(_("“{name}” is in the library.").format(name=voice.name))
    if voice.samples and not voice.consent:
        console.say(
            _("no consent is recorded; add the speaker's statement with --consent before sharing anything in this voice.")
        )
    return 0


def edit(arguments: Namespace, console: Console) -> int:
    from studio.render.removal import replace_voice
    from studio.store.library import VoiceLibrary

    change = _description(arguments)
    if arguments.rename is None and not _says_something(arguments):
        raise UsageError("it is not said what is to change", kept=KEPT, todo="see dia-studio voices edit --help")
    if (arguments.rename is not None or arguments.consent_audio) and len(arguments.names) > 1:
        raise UsageError("several voices cannot have one name or one recording", kept=KEPT, todo="do one at a time")
    if not places.library().exists():
        raise VoiceError(f'there is no voice called "{arguments.names[0]}"', kept=KEPT, todo="see dia-studio voices list")
    with closing(VoiceLibrary.open(places.library())) as library:
        if arguments.rename is not None or arguments.consent_audio:
            old = library.get(arguments.names[0])
            changed = replace(change(old), name=old.name if arguments.rename is None else arguments.rename)
            changed, sounds = _with_consent_recording(arguments, changed, {}, console)
            replace_voice(library, old.name, changed, sounds, force=arguments.force)
        else:
            library.edit(arguments.names, change)
    console.say(_("changed: {names}.").format(names=", ".join(arguments.names)))
    return 0


def _says_something(arguments: Namespace) -> bool:
    """Whether an option of `edit` was given that changes a voice."""
    said = ("seed", "consent", "consent_by", "consent_audio", "folder", "language", "colour", "licence", "notes")
    return bool(arguments.tag or arguments.untag) or any(getattr(arguments, name) is not None for name in said)


def consent_of(arguments: Namespace, old: Consent) -> Consent:
    """The consent as the options say it, dated today; the old one where they say nothing. Raises VoiceError."""
    if arguments.consent is None and arguments.consent_by is None:
        return old
    statement = old.statement if arguments.consent is None else checked_text(arguments.consent, "--consent")
    by = old.by if arguments.consent_by is None else checked_text(arguments.consent_by, "--consent-by", SHORT)
    return Consent(statement, by, datetime.now(UTC).astimezone().date().isoformat() if statement else "", old.recording)


def _description(arguments: Namespace) -> Callable[[Voice], Voice]:
    """What the options say about a voice, checked, as a change of it. Raises UsageError or VoiceError."""
    said: dict[str, object] = {}
    if arguments.seed is not None:
        said["seed"] = int(checked("seed", arguments.seed))
    if arguments.colour is not None:
        said["colour"] = checked_colour(arguments.colour)
    for name in ("folder", "language", "licence", "notes"):
        if getattr(arguments, name) is not None:
            said[name] = checked_text(getattr(arguments, name), f"--{name}")
    for tag in arguments.tag:
        checked_text(tag, "--tag", SHORT)
    consent_of(arguments, Consent())
    dropped = set(getattr(arguments, "untag", ()))

    def change(voice: Voice) -> Voice:
        tags = tuple(tag for tag in dict.fromkeys((*voice.tags, *arguments.tag)) if tag not in dropped)
        return replace(voice, tags=tags, consent=consent_of(arguments, voice.consent), **said)  # type: ignore[arg-type]

    return change


def _with_sample(voice: Voice, sample: Sample) -> Voice:
    """The voice with one more sample. Raises VoiceError where it has one of that style."""
    if any(one.style == sample.style for one in voice.samples):
        raise VoiceError(
            f'"{voice.name}" has a sample of the style "{sample.style}" already', kept=KEPT, todo="choose another style"
        )
    return replace(voice, samples=(*voice.samples, sample))


def _with_consent_recording(
    arguments: Namespace, voice: Voice, sounds: dict[str, bytes], console: Console
) -> tuple[Voice, dict[str, bytes]]:
    """The voice with the recording of its consent, if one was given, and that among the sounds. Raises UsageError,
    AudioError or VoiceError."""
    if not arguments.consent_audio:
        return voice, sounds
    if not voice.consent:
        raise UsageError("the recording of a consent needs its words", kept=KEPT, todo="give them with --consent")
    recorded, sound, warnings = sample_from(Path(arguments.consent_audio), voice.consent.statement)
    for warning in warnings:
        console.say(f"{warning}.")
    consent = replace(voice.consent, recording=recorded.digest)
    return replace(voice, consent=consent), {**sounds, recorded.digest: sound}


def _sample(arguments: Namespace, console: Console) -> tuple[Sample, bytes]:
    """The recording, trimmed and levelled, and its FLAC. Raises VoiceError or AudioError."""
    if not arguments.transcript:
        todo = "give the words spoken in the recording with --transcript"
        raise UsageError("a recording needs its transcript", kept=KEPT, todo=todo)
    sample, sound, warnings = sample_from(Path(arguments.audio), arguments.transcript, arguments.style)
    for warning in warnings:
        console.say(f"{warning}.")
    return sample, sound
