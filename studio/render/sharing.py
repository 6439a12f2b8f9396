"""Handing voices on and taking them in: consent is asked for, and samples of strangers are decoded in a child first."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from studio.core.errors import AudioError, StudioError, UsageError, VoiceError
from studio.core.parse import parse
from studio.core.settings import layered, text
from studio.core.voicefields import content_hash
from studio.core.voices import Cast, Consent, Voice
from studio.render import projects
from studio.render.voices import uses_of
from studio.store import bundles, durable
from studio.store.bundles import Bundle
from studio.store.library import VoiceLibrary
from studio.store.library_rows import checked_key, name_key

LONGEST_S = 60.0
LONGEST_LIST = 200  # characters of the names that a sentence tells
NOTHING_WRITTEN = "nothing was written"


@dataclass(frozen=True, slots=True)
class Exported:
    """What went into a bundle: the voices, whom they speak for, and the content hash of all of it."""

    path: Path
    voices: Sequence[Voice]
    cast: Cast
    content: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What a bundle brought: voices that are new, those that were there already, and the cast, in the names they have here."""

    new: Sequence[Voice]
    known: Sequence[Voice]
    cast: Cast
    title: str
    content: str


def export_voices(library: VoiceLibrary, names: Sequence[str], path: Path, consent: Consent) -> Exported:
    """Write voices into a bundle. `consent` is recorded, there and in the library, for those that have a recording and none.
    Raises VoiceError where it is missing and needed."""
    return _export(library, names, path, consent, Cast(), "")


def export_cast(library: VoiceLibrary, project: Path, path: Path, consent: Consent) -> Exported:
    """Write the cast of a script or a project into a bundle: whom each voice speaks for, and the voices. Raises as above."""
    source = projects.source_of(project)
    with projects.opened(source, write=False) as store:
        decisions = projects.decisions_of(store)
    script = parse(source.text)
    cast = script.front.cast.overridden_by(decisions.cast)
    names = sorted(uses_of(script, cast))
    if not names:
        raise VoiceError(
            "nobody in this cast has a voice of the library",
            where=project,
            kept=NOTHING_WRITTEN,
            todo="give the characters voices first",
        )
    return _export(library, names, path, consent, cast, text(layered(script.front, decisions.settings), "title"))


def import_bundle(library: VoiceLibrary, bundle: Bundle, names: Mapping[str, str] | None = None) -> Imported:
    """Take the voices of a bundle into the library, all or none; those that are there already, content and all, are left alone.
    `names` gives some another name. Raises VoiceError for a taken name, or a sample that is no sound."""
    given = {name_key(old): new for old, new in (names or {}).items()}
    unknown = given.keys() - {name_key(voice.name) for voice in bundle.voices}
    if unknown:
        named = min(old for old in names or {} if name_key(old) in unknown)
        todo = f"it holds {', '.join(voice.name for voice in bundle.voices)[:LONGEST_LIST]}"
        what = f'there is no voice called "{named}" in this bundle'
        raise VoiceError(what, where=bundle.path, kept=bundles.UNCHANGED, todo=todo)
    renamed = {voice.name: given.get(name_key(voice.name), voice.name) for voice in bundle.voices}
    voices = [replace(voice, name=renamed[voice.name]) for voice in bundle.voices]
    known = [voice for voice in voices if _is_known(library, voice, bundle.path)]
    new = [voice for voice in voices if voice not in known]
    for voice in new:
        checked_key(voice.name)
        _check_sounds(library, bundle, voice)
    if new:
        library.add_all(new, bundle.files)
    cast = Cast(tuple((name, replace(entry, voice=renamed.get(entry.voice, ""))) for name, entry in bundle.cast.items()))
    return Imported(new, known, cast, bundle.title, bundle.content)


def _export(library: VoiceLibrary, names: Sequence[str], path: Path, consent: Consent, cast: Cast, title: str) -> Exported:
    if path.is_dir() or not path.parent.is_dir():
        what = "this is a folder" if path.is_dir() else "the folder does not exist"
        raise VoiceError(what, where=path, kept=NOTHING_WRITTEN, todo="choose another file name")
    if path.exists() and not bundles.may_replace(path):
        todo = "choose another file name, or move that file away"
        raise VoiceError("there is a file here that is no voice bundle", where=path, kept="it was left as it is", todo=todo)
    voices = [library.get(name) for name in dict.fromkeys(names)]
    silent = [voice.name for voice in voices if voice.files and not voice.consent]
    if silent and not consent:
        raise VoiceError(
            f"no consent is recorded for {', '.join(silent)}",
            kept=NOTHING_WRITTEN,
            todo="state with --consent who agreed to what; that is recorded in the bundle and in the library",
        )
    agreed = [replace(voice, consent=consent) if voice.name in silent else voice for voice in voices]
    content = bundles.write(path, agreed, library.sample_path, cast, title)
    if silent:
        library.edit(silent, lambda voice: replace(voice, consent=consent))
    return Exported(path, agreed, cast, content)


def _is_known(library: VoiceLibrary, voice: Voice, path: Path) -> bool:
    """Whether the library has this very voice. Raises VoiceError where it has another one of that name."""
    if not library.has(voice.name):
        return False
    own, given = (content_hash(replace(one, seeds=())) for one in (library.get(voice.name), voice))
    if own == given:  # how its seeds did here is no other voice
        return True
    raise VoiceError(
        f'there is another voice called "{voice.name}" already',
        where=path,
        kept=bundles.UNCHANGED,
        todo=f'import it under another name with --name "{voice.name}=NEW NAME"',
    )


def _check_sounds(library: VoiceLibrary, bundle: Bundle, voice: Voice) -> None:
    """Decode each recording that is new here once, in a child process with limits: from then on our own process reads it."""
    from studio.audio import foreign

    told = {sample.digest: sample.seconds for sample in voice.samples}
    for digest in voice.recordings:
        if library.holds(digest):
            continue
        with tempfile.TemporaryDirectory(prefix="dia-studio-") as folder:
            file = Path(folder) / "recording"
            durable.write_bytes(file, bundle.files[digest], mode=0o600)
            try:
                sound, rate = foreign.read(file, max_seconds=LONGEST_S)
            except AudioError as error:
                what = f'a recording of "{voice.name}" cannot be used ({error.what})'
                raise VoiceError(what, where=bundle.path, kept=bundles.UNCHANGED, todo="ask for it once more") from error
            finally:
                with suppress(StudioError):
                    durable.wipe(file)
        if digest in told and abs(len(sound) / rate - told[digest]) > 0.1:
            what = f'a recording of "{voice.name}" is not as long as the bundle says'
            raise VoiceError(what, where=bundle.path, kept=bundles.UNCHANGED, todo="ask for it once more")


def names_from(given: Sequence[str], voices: Sequence[Voice]) -> Mapping[str, str]:
    """Old name -> new one, from `NEW` for a bundle of one voice, or `OLD=NEW` for one of many. Raises UsageError."""
    if len(voices) == 1 and len(given) == 1:
        old = voices[0].name
        return {old: given[0].removeprefix(f"{old}=")}
    pairs = [one.partition("=") for one in given]
    if not all(old and new for old, _, new in pairs):
        todo = "write --name OLD=NEW for each voice that is to have another name"
        raise UsageError("there are several voices in this bundle", kept=bundles.UNCHANGED, todo=todo)
    return {old: new for old, _, new in pairs}
