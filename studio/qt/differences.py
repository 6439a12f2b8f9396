"""What sets two takes apart: engine, seed, sampling, voices, words, by the recipes that are stored beside them. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio.core.settings import SETTINGS
from studio.i18n import N_, _

_VOICE_PARTS = (
    ("seed", N_("Seed of voice {number}")),
    ("sample_digest", N_("Sample of voice {number}")),
    ("codes_digest", N_("Codes of voice {number}")),
    ("transcript", N_("Transcript of voice {number}")),
    ("settings", N_("Settings of voice {number}")),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same: its name, and what each of the two has, as people read it."""

    name: str
    one: str
    other: str


def differences(one: str, other: str) -> tuple[Difference, ...]:
    """The differences of two recipes (canonical JSON; "" or what cannot be read is a recipe without contents)."""
    first, second = recipe_of(one), recipe_of(other)
    pairs: list[tuple[str, object, object]] = [
        (_("Engine"), first.get("engine"), second.get("engine")),
        (_("Revision of the engine"), first.get("revision"), second.get("revision")),
        (_("Seed"), first.get("seed"), second.get("seed")),
        (_("Pace"), first.get("pace"), second.get("pace")),
        (_("Stretched"), first.get("stretched"), second.get("stretched")),
    ]
    pairs += _params(first, second)
    pairs += _voices(first, second)
    pairs.append((_("Words"), words_of(first), words_of(second)))
    return tuple(Difference(name, _shown(a), _shown(b)) for name, a, b in pairs if a != b)


def settings_of(recipe: str) -> tuple[tuple[str, str], ...]:
    """What a take was made with beyond its seed and its voices: (name, value) as people read them."""
    found = recipe_of(recipe)
    pace = [(_("Pace"), _shown(found["pace"]))] if found.get("pace") not in (None, 1, 1.0) else []
    pace += [(_("Stretched"), _shown(found["stretched"]))] if "stretched" in found else []
    return (*pace, *((_title(name), _shown(value)) for name, value in sorted(_mapping(found.get("params")).items())))


def recipe_of(recipe: str) -> Mapping[str, Any]:
    """The recipe's fields; none where it cannot be read."""
    try:
        return _mapping(json.loads(recipe))
    except (ValueError, RecursionError):
        return {}


def words_of(recipe: Mapping[str, Any]) -> str:
    """What is spoken, turn after turn."""
    turns = recipe.get("turns")
    return " ".join(str(turn.get("text", "")) for turn in turns if isinstance(turn, dict)) if isinstance(turns, list) else ""


def _params(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[tuple[str, object, object]]:
    one, other = _mapping(first.get("params")), _mapping(second.get("params"))
    return [(_title(name), one.get(name), other.get(name)) for name in sorted({*one, *other})]


def _voices(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[tuple[str, object, object]]:
    one, other = _list(first.get("voices")), _list(second.get("voices"))
    pairs: list[tuple[str, object, object]] = []
    for number in range(max(len(one), len(other))):
        mine = _mapping(one[number]) if number < len(one) else {}
        theirs = _mapping(other[number]) if number < len(other) else {}
        pairs += [(_(name).format(number=number + 1), mine.get(part), theirs.get(part)) for part, name in _VOICE_PARTS]
    return pairs


def _title(name: str) -> str:
    return _(SETTINGS[name].title) if name in SETTINGS else name


def _shown(value: object) -> str:
    if value is None or value in ("", []):
        return _("none")
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):  # settings of a voice: pairs of name and value
        return ", ".join(" ".join(map(str, one)) if isinstance(one, list) else str(one) for one in value)
    text = str(value)
    return f"{text[:12]}…" if len(text) == 64 and text.isalnum() else text  # a digest


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def differ_by_chance_alone(one: str, other: str) -> bool:
    """Two performances of the same: nothing but the seed, or a stretch to the same words' right pace, sets them apart."""
    first, second = recipe_of(one), recipe_of(other)
    by_chance = {"seed": None, "stretched": None}
    return bool(first) and {**first, **by_chance} == {**second, **by_chance}
