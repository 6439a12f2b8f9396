"""Requests, capabilities, events and errors as frames, and back. Both sides of the pipe to a hosted engine use it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

from studio.core.errors import EngineError, RefusedError, UnavailableError
from studio.core.render import Audio, Caps, Done, Event, Limits, Progress, Request, SpokenTurn, VoiceSpec, Word, Words
from studio.engines.wire import Frame, WireError

CREDIT = 64  # events of one session that may be on their way: more are sent when its reader has taken some


def request_frame(request: Request, number: int) -> Frame:
    """`open`: the request and the number of its session. Samples of the voices and their codes travel as raw bytes."""
    fields = asdict(replace(request, voices=tuple(replace(voice, pcm=b"", codes=b"") for voice in request.voices)))
    for voice in fields["voices"]:
        del voice["pcm"], voice["codes"]
    fields["lengths"] = [[len(voice.pcm), len(voice.codes)] for voice in request.voices]
    body = b"".join(part for voice in request.voices for part in (voice.pcm, voice.codes))
    return Frame("open", {"number": number, "request": fields}, body)


def request_from(frame: Frame) -> Request:
    """The request of an `open` frame."""
    fields = frame.fields["request"]
    voices = []
    at = 0
    for voice, (sound, coded) in zip(fields["voices"], fields["lengths"], strict=True):
        settings = _pairs(voice.pop("settings"))
        pcm, codes = frame.body[at : at + sound], frame.body[at + sound : at + sound + coded]
        voices.append(VoiceSpec(**voice, settings=settings, pcm=pcm, codes=codes))
        at += sound + coded
    turns = tuple(SpokenTurn(**turn) for turn in fields["turns"])
    return Request(turns, tuple(voices), fields["seed"], fields["pace"], _pairs(fields["params"]))


def caps_fields(caps: Caps) -> dict[str, Any]:
    """Capabilities as JSON values."""
    return {**asdict(caps), "sounds": sorted(caps.sounds)}


def caps_from(fields: Mapping[str, Any]) -> Caps:
    """The capabilities again. Raises TypeError, KeyError or AttributeError for anything else."""
    limits: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in fields["limits"].items()
    }
    return Caps(**{**fields, "sounds": frozenset(fields["sounds"]), "limits": Limits(**limits)})


def event_frame(event: Event, number: int) -> Frame:
    """An event of session `number`. Raises TypeError for what is no event."""
    match event:
        case Audio():
            return Frame("audio", {"number": number, "start_s": event.start_s}, event.pcm)
        case Words():
            words = [[word.turn, word.start, word.end, word.start_s, word.end_s] for word in event.words]
            return Frame("words", {"number": number, "words": words})
        case Progress():
            return Frame("progress", {"number": number, "phase": event.phase, "done": event.done, "total": event.total})
        case Done():
            fields = {"number": number, "reason": event.reason, "seconds": event.seconds, "unspoken": event.unspoken}
            return Frame("done", fields, event.codes)
    raise TypeError(f"a {type(event).__name__} is no event")


def loading_frame(progress: Progress) -> Frame:
    """How far loading is: a progress of no session."""
    return event_frame(progress, 0)


def credit_frame(number: int, count: int) -> Frame:
    """`credit`: the reader of session `number` has taken `count` events more."""
    return Frame("credit", {"number": number, "count": count})


def event_from(frame: Frame) -> Event:
    """The event again. Raises WireError for what is none."""
    try:
        return _READERS[frame.kind](frame.fields, frame.body)
    except (KeyError, TypeError, ValueError) as error:
        raise WireError(f"a wrong {frame.kind!r} event") from error


def error_frame(error: EngineError, number: int = 0) -> Frame:
    """What went wrong, with its parts kept apart."""
    parts = {"what": error.what, "where": error.where, "kept": error.kept, "todo": error.todo}
    return Frame("error", {"number": number, "code": error.code, **parts})


def error_from(frame: Frame) -> EngineError:
    """The error again."""
    what, *rest = (str(frame.fields.get(name, "")) for name in ("what", "where", "kept", "todo"))
    kind = _ERRORS.get(str(frame.fields.get("code", "")), EngineError)
    return kind(what or "the engine failed", where=rest[0], kept=rest[1], todo=rest[2])


def _pairs(values: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in values)


_ERRORS = {kind.code: kind for kind in (EngineError, RefusedError, UnavailableError)}
_READERS: Mapping[str, Callable[[Mapping[str, Any], bytes], Event]] = {
    "audio": lambda fields, body: Audio(float(fields["start_s"]), body),
    "words": lambda fields, _: Words(tuple(Word(*map(int, word[:3]), *map(float, word[3:])) for word in fields["words"])),
    "progress": lambda fields, _: Progress(str(fields["phase"]), float(fields["done"]), float(fields["total"])),
    "done": lambda fields, body: Done(
        str(fields["reason"]),
        float(fields["seconds"]),
        tuple((int(turn), int(start), int(end)) for turn, start, end in fields["unspoken"]),
        body,
    ),
}
