"""`dia-studio voices export | import | preview`: voices handed on in one file, taken in, and heard."""

from __future__ import annotations

import json
from argparse import Namespace
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from studio.cli import speaking
from studio.cli.arguments import add_format
from studio.cli.console import Console
from studio.cli.progress import show_loading
from studio.cli.voiceadd import consent_of
from studio.core.errors import UsageError, VoiceError
from studio.core.render import Engine, Request
from studio.core.voicefields import content_hash
from studio.core.voices import Cast, Consent
from studio.i18n import _
from studio.render import mixdown
from studio.render.previews import SAMPLE_LINE, preview_takes, request_of_voice
from studio.render.runner import EngineSeat, run_job
from studio.render.voices import sample_filler
from studio.store import places
from studio.store.takes import Take, TakeStore


def add_arguments(parts: Any) -> None:
    """The three commands, into the subparsers of `voices`."""
    out = parts.add_parser("export", help=_("voices, or a whole cast, in one file to hand on"))
    out.add_argument("names", metavar="NAME", nargs="*")
    out.add_argument("--cast", metavar="PROJECT", help=_("all voices of this project or script, and whom they speak for"))
    out.add_argument("-o", "--output", metavar="BUNDLE", required=True, help=_("the file to write: NAME.diavoice"))
    out.add_argument("--consent", metavar="STATEMENT", help=_("who agreed to what, for recordings without a consent"))
    out.add_argument("--consent-by", metavar="WHO", help=_("who gave it"))
    add_format(out, "text", "json")
    taking = parts.add_parser("import", help=_("the voices of such a file"))
    taking.add_argument("bundle", metavar="BUNDLE")
    taking.add_argument(
        "--name",
        metavar="NEW",
        action="append",
        default=[],
        help=_("another name for its voice; OLD=NEW where it holds several"),
    )
    add_format(taking, "text", "json")
    hear = parts.add_parser("preview", help=_("a line spoken in a voice"))
    hear.add_argument("name", metavar="NAME")
    hear.add_argument("-o", "--output", metavar="OUT", required=True, help=_("the file to write: NAME.wav"))
    hear.add_argument("--text", metavar="TEXT", default=SAMPLE_LINE, help=_("what is said"))
    hear.add_argument("--style", metavar="STYLE", default="", help=_("the style of the sample it is spoken with"))
    speaking.add_arguments(hear)


def export(arguments: Namespace, console: Console) -> int:
    from studio.render import sharing
    from studio.store.library import VoiceLibrary

    if bool(arguments.names) == bool(arguments.cast):
        raise UsageError("name voices, or a project with --cast", kept=sharing.NOTHING_WRITTEN, todo="give one of the two")
    consent, path = consent_of(arguments, Consent()), Path(arguments.output)
    _require_library(arguments.names[0] if arguments.names else "")
    with closing(VoiceLibrary.open(places.library())) as library:
        if arguments.cast:
            done = sharing.export_cast(library, Path(arguments.cast), path, consent)
        else:
            done = sharing.export_voices(library, arguments.names, path, consent)
    hashes = {voice.name: content_hash(voice) for voice in done.voices}
    if arguments.format == "json":
        console.result_json({"output": str(path), "content_hash": done.content, "voices": hashes, "cast": _as_json(done.cast)})
        return 0
    for name, digest in hashes.items():
        console.result(f"{name}  {digest}")
    console.say(_("Wrote {path}; its content hash is {content}.").format(path=path, content=done.content))
    return 0


def take_in(arguments: Namespace, console: Console) -> int:
    from studio.render import sharing
    from studio.store import bundles
    from studio.store.library import VoiceLibrary

    bundle = bundles.read(Path(arguments.bundle))
    names = sharing.names_from(arguments.name, bundle.voices)
    with closing(VoiceLibrary.open(places.library())) as library:
        done = sharing.import_bundle(library, bundle, names)
    hashes = {voice.name: content_hash(voice) for voice in (*done.new, *done.known)}
    if arguments.format == "json":
        new, known = ([voice.name for voice in voices] for voices in (done.new, done.known))
        fields = {"imported": new, "known": known, "voices": hashes, "cast": _as_json(done.cast)}
        console.result_json({**fields, "title": done.title, "content_hash": done.content})
        return 0
    for name, digest in hashes.items():
        console.result(f"{name}  {digest}")
    for voice in done.known:
        console.say(_("“{name}” is in the library already, just like this; there was nothing to do.").format(name=voice.name))
    for voice in done.new:
        console.say(_("“{name}” is in the library.").format(name=voice.name))
    if done.cast:
        console.say(_("Its cast, for the head of a script:"))
        console.result(_as_yaml(done.cast))
    return 0


def preview(arguments: Namespace, console: Console) -> int:
    from studio.audio import export as audio
    from studio.audio import files
    from studio.store.library import VoiceLibrary

    if not arguments.text.strip():
        raise UsageError("there is nothing to say", kept="nothing was written", todo="give words with --text")
    output = Path(arguments.output)
    _require_library(arguments.name)
    with closing(VoiceLibrary.open(places.library(), write=False)) as library:
        voice = library.get(arguments.name)
    mixdown.refuse_output(output, ())
    voice.require_style(arguments.style)
    info = speaking.chosen(arguments, None)
    with closing(EngineSeat(lambda: speaking.built(info, arguments), console.say, partial(show_loading, console))) as seat:
        caps, text = seat.caps, arguments.text.strip()
        request = request_of_voice(voice, clones=caps.clones, codec=caps.codec, text=text, style=arguments.style)
        takes = preview_takes()
        take = _heard(request, seat, takes, lambda: sample_filler({voice.name: voice})(request))
    sound, rate = files.read(takes.path(take.key))
    audio.write(output, [sound], rate, sound.shape[1])
    console.say(_("Wrote {path}: {seconds} s, {engine}.").format(path=output, seconds=f"{take.seconds:.1f}", engine=info.title))
    return 0


def _heard(request: Request, seat: EngineSeat, takes: TakeStore, complete: Any) -> Take:
    """The take of a request, rendered now if it was not before."""
    key = request.key(seat.caps)
    if takes.contains(key) and not takes.fault(key):
        return takes.info(key)
    engine: Engine = seat.engine()
    return run_job(complete(), engine, takes, lambda _: None, lambda: False)


def _require_library(name: str) -> None:
    if not places.library().exists():
        what = f'there is no voice called "{name}"' if name else "there is no voice in the library"
        raise VoiceError(what, kept="nothing was written", todo="see dia-studio voices list")


def _as_json(cast: Cast) -> dict[str, object]:
    return {name: {"voice": entry.voice, "style": entry.style, "seed": entry.seed} for name, entry in cast.items()}


def _as_yaml(cast: Cast) -> str:
    """The cast as front matter; quoted as JSON is, which YAML reads."""
    lines = ["cast:"]
    for name, fields in _as_json(cast).items():
        said = {key: value for key, value in fields.items() if value not in ("", None)} if isinstance(fields, dict) else {}
        lines.append(f"  {json.dumps(name, ensure_ascii=False)}: {json.dumps(said, ensure_ascii=False)}")
    return "\n".join(lines)
