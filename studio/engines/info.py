"""What the registry says about an engine: a value, no code of any engine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """One engine as a list, a menu or `doctor` shows it. The texts are one sentence each, "" where there is nothing to say."""

    id: str
    title: str
    is_draft: bool
    can_run: bool
    why_not: str = ""
    remedy: str = ""
    note: str = ""  # why `choose` took it
