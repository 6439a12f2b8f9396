"""Which engines there are, which of them can run here, and how each is built. Imports an engine only to build it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec

from studio.core.errors import EngineError, StudioError, UnavailableError, UsageError
from studio.core.render import Engine
from studio.engines import dia
from studio.engines.info import EngineInfo

FAKE_VARIABLE = "DIA_STUDIO_FAKE_ENGINE"  # "1", or the fake engine's options as a JSON object: lists it and sets it up
_OWN_PROCESS = frozenset({"draft"})  # engines whose risky part already lives in a process of its own

_START_S = {"dia": 600.0}  # the first time it reads gigabytes for their hash
_EVENT_S = {"dia": 900.0}  # without a GPU the voice samples of several segments are minutes of work before their first row


def available(*, hidden: bool = False) -> tuple[EngineInfo, ...]:
    """Every engine, best first, with the reason where one cannot run. The fake engine is listed when asked for: by
    `hidden`, or by the environment variable DIA_STUDIO_FAKE_ENGINE."""
    engines = (dia.info(), _draft_info())
    return (*engines, _fake_info()) if hidden or os.environ.get(FAKE_VARIABLE) else engines


def choose(name: str = "auto", *, model: str = "") -> EngineInfo:
    """The engine of that name; "auto" is Dia where it can run, else the draft voice, and Dia in any case where a `model` is
    named. `note` says why.

    Raises UsageError for a name that is none, UnavailableError for an engine that cannot run here.
    """
    infos = {info.id: info for info in available(hidden=True)}
    if model:
        infos["dia"] = dia.info(model)
        name = "dia" if name == "auto" else name
    if name == "auto":
        return _best(infos)
    if name not in infos:
        known = ", ".join(("auto", *(info.id for info in available())))
        raise UsageError(f"there is no engine named “{name}”", todo=f"choose one of: {known}")
    chosen = infos[name]
    if not chosen.can_run:
        raise _cannot_run(chosen)
    return replace(chosen, note=f"{chosen.title} was asked for.")


def build(name: str = "auto", *, in_process: bool = False, **options: object) -> Engine:
    """The engine itself, not loaded yet, with its answers checked. It works in a child process unless `in_process`; the
    draft voice always does, in that of its library. `options` are the engine's own and must be JSON values or dataclasses.

    Raises UsageError for an unknown name, UnavailableError for an engine that cannot run here.
    """
    chosen = choose(name, model=str(options.get("model", "")))
    options = {**_options_from_environment(chosen.id), **options}
    if in_process or chosen.id in _OWN_PROCESS:
        from studio.engines.checked import CheckedEngine

        return CheckedEngine(build_here(chosen.id, options))
    from studio.engines.process import HostedEngine, Patience

    usual = Patience()
    start_s, event_s = _START_S.get(chosen.id, usual.start_s), _EVENT_S.get(chosen.id, usual.event_s)
    return HostedEngine(chosen.id, options, Patience(start_s=start_s, event_s=event_s))


def build_here(engine_id: str, options: Mapping[str, object]) -> Engine:
    """The engine in this process. Raises UnavailableError for an engine that cannot run here, TypeError for wrong options."""
    if engine_id == "fake":
        from studio.engines.fake import FakeEngine

        return FakeEngine(**options)  # type: ignore[arg-type]
    if engine_id == "draft":
        from studio.engines.draft import DraftEngine

        return DraftEngine(**options)  # type: ignore[arg-type]
    if engine_id == "dia":
        from studio.engines.dia_model import DiaEngine

        return DiaEngine(**options)  # type: ignore[arg-type]
    raise _cannot_run(choose(engine_id))


def _draft_info() -> EngineInfo:
    can_run = find_spec("espeakng_loader") is not None
    return EngineInfo(
        "draft",
        "Draft voice (eSpeak NG)",
        is_draft=True,
        can_run=can_run,
        why_not="" if can_run else "The package espeakng-loader, which brings eSpeak NG, is not installed.",
        remedy="" if can_run else "Install it with: pip install espeakng-loader.",
    )


def _fake_info() -> EngineInfo:
    return EngineInfo("fake", "Fake engine (tones, for tests)", is_draft=False, can_run=True)


def _best(infos: Mapping[str, EngineInfo]) -> EngineInfo:
    best, draft = infos["dia"], infos["draft"]
    if best.can_run:
        return replace(best, note=f"{best.title} speaks: it is ready on this computer.")
    if not draft.can_run:
        raise _cannot_run(draft)
    why = StudioError(
        f"The draft voice speaks, because Dia cannot run here: {_inside(best.why_not)}", todo=_inside(best.remedy)
    )
    return replace(draft, note=why.sentence())


def _cannot_run(info: EngineInfo) -> EngineError:
    what = f"{info.title} cannot run here: {_inside(info.why_not)}"
    return UnavailableError(what, kept="nothing was rendered", todo=_inside(info.remedy))


def _inside(sentence: str) -> str:
    """A sentence as a part of another one; names keep their capitals."""
    first, blank, rest = sentence.partition(" ")
    return f"{first.lower()}{blank}{rest}" if first[1:].islower() or len(first) == 1 else sentence


def _options_from_environment(engine_id: str) -> dict[str, object]:
    text = os.environ.get(FAKE_VARIABLE, "") if engine_id == "fake" else ""
    if not text.startswith("{"):
        return {}
    try:
        return dict(json.loads(text))
    except ValueError as error:
        raise UsageError(f"{FAKE_VARIABLE} holds no JSON object ({error})") from error
