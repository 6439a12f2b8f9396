"""Every setting of a project, declared once: name, kind, default, words. Forms and the command line read this table.

Values are kept as text (in a project, in the front matter); `checked` is the only way in, `text`, `number` and `whole` the
ways out. Where a value comes from: the project, else the script's front matter, else the default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from studio.core.errors import UsageError
from studio.core.script import FrontMatter
from studio.i18n import N_

Kind = Literal["text", "file", "number", "whole", "choice"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `low` and `high` bound numbers; an empty text is allowed where the default is empty."""

    name: str
    kind: Kind
    default: str
    title: str
    group: str
    low: float = float("-inf")
    high: float = float("inf")
    choices: tuple[str, ...] = ()


_DECLARED = (
    Setting("title", "text", "", N_("Title"), N_("Episode")),
    Setting("author", "text", "", N_("Author"), N_("Episode")),
    Setting("album", "text", "", N_("Show or album"), N_("Episode")),
    Setting("year", "text", "", N_("Year"), N_("Episode")),
    Setting("comment", "text", "", N_("Comment"), N_("Episode")),
    Setting("cover", "file", "", N_("Cover picture"), N_("Episode")),
    Setting("engine", "text", "auto", N_("Speech engine"), N_("Speech")),
    Setting("seed", "whole", "1", N_("Seed"), N_("Speech"), 0, 2**31 - 1),
    Setting("temperature", "number", "", N_("Temperature"), N_("Speech"), 0.0, 3.0),
    Setting("top_p", "number", "", N_("Top p"), N_("Speech"), 0.01, 1.0),
    Setting("cfg_scale", "number", "", N_("Guidance"), N_("Speech"), 0.0, 20.0),
    Setting("cfg_filter_top_k", "whole", "", N_("Guidance top k"), N_("Speech"), 1, 1028),
    Setting("takes", "whole", "1", N_("Takes of each segment"), N_("Speech"), 1, 20),
    Setting("retries", "whole", "2", N_("Retakes of a doubtful take"), N_("Speech"), 0, 20),
    Setting("pace_governor", "choice", "on", N_("Keep the pace"), N_("Speech"), choices=("on", "off")),
    Setting("pace_low", "number", "130", N_("Slowest pace (words a minute)"), N_("Speech"), 60.0, 400.0),
    Setting("pace_high", "number", "185", N_("Fastest pace (words a minute)"), N_("Speech"), 60.0, 400.0),
    Setting("turn_gap_s", "number", "0.15", N_("Silence between turns (s)"), N_("Timing"), 0.0, 30.0),
    Setting("paragraph_gap_s", "number", "0.4", N_("Silence between paragraphs (s)"), N_("Timing"), 0.0, 30.0),
    Setting("chapter_gap_s", "number", "1.0", N_("Silence before a chapter (s)"), N_("Timing"), 0.0, 30.0),
    Setting("music_duck_db", "number", "-12", N_("Music below speech (dB)"), N_("Mix"), -60.0, 0.0),
    Setting("preset", "text", "", N_("Loudness preset"), N_("Export")),
    Setting("bitrate", "whole", "", N_("Bit rate (kbit/s)"), N_("Export"), 16, 512),
    Setting("channels", "choice", "2", N_("Channels"), N_("Export"), choices=("1", "2")),
    Setting("source", "text", "", N_("Script file it was made from"), ""),  # its digest; no form shows a group without a name
)

SETTINGS: Mapping[str, Setting] = {setting.name: setting for setting in _DECLARED}

SAMPLING = ("temperature", "top_p", "cfg_scale", "cfg_filter_top_k")


def checked(name: str, value: str) -> str:
    """The value in its canonical form. Raises UsageError for a setting nobody declared and for a value that does not fit."""
    setting = SETTINGS.get(name)
    if setting is None:
        raise UsageError(f'there is no setting "{name}"', todo=f"known are {', '.join(SETTINGS)}")
    value = value.strip()
    if value == setting.default or setting.kind in ("text", "file"):
        return value
    if setting.kind == "choice":
        if value not in setting.choices:
            raise UsageError(f'"{value}" does not fit the setting "{name}"', todo=f"choose {' or '.join(setting.choices)}")
        return value
    return _checked_number(setting, value)


def text(settings: Mapping[str, str], name: str) -> str:
    """The setting's value, or its default."""
    return settings.get(name, SETTINGS[name].default)


def number(settings: Mapping[str, str], name: str) -> float:
    """The setting as a number; the default where the kept text does not fit."""
    return float(_fitting(settings, name))


def whole(settings: Mapping[str, str], name: str) -> int:
    """The setting as a whole number; the default where the kept text does not fit."""
    return int(_fitting(settings, name))


def layered(front: FrontMatter, project: Mapping[str, str]) -> Mapping[str, str]:
    """What the front matter says, with the project's own settings laid over it."""
    written = {"title": front.title, "author": front.author, "cover": front.cover}
    written.update((name, value) for name, value in front.export if name in SETTINGS)
    return {**{name: value for name, value in written.items() if value}, **project}


def _fitting(settings: Mapping[str, str], name: str) -> str:
    try:
        return checked(name, text(settings, name))
    except UsageError:
        return SETTINGS[name].default


def _plain(amount: float) -> str:
    """A bound as people write it: all its digits, and no point where nothing follows."""
    return str(int(amount)) if amount == int(amount) else f"{amount:g}"


def _checked_number(setting: Setting, value: str) -> str:
    try:
        amount = int(value) if setting.kind == "whole" else float(value)
    except ValueError:
        amount = float("nan")
    if not setting.low <= amount <= setting.high:
        what = f'"{value}" does not fit the setting "{setting.name}"'
        raise UsageError(what, todo=f"give a number from {_plain(setting.low)} to {_plain(setting.high)}")
    return f"{amount:g}" if setting.kind == "number" else str(amount)
