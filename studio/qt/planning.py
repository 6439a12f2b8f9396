"""How the open script is cut: the planner with its limits, as the live script wants it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from studio.core.estimate import DEFAULT_RATE, Rate
from studio.core.render import Caps, Limits
from studio.core.script import Script
from studio.core.segments import Plan, Previous, plan, replan
from studio.render.learning import learned_rate
from studio.store.project import ProjectStore


@dataclass(slots=True)
class Cutter:
    """Remembers where the script was cut before, so that segments keep their ids from one day to the next."""

    limits: Limits
    previous: Plan | Previous | None = None
    overhead: Mapping[str, int] = field(default_factory=dict)
    rate: Rate = DEFAULT_RATE

    def plan(self, script: Script) -> Plan:
        made = plan(script, self.limits, self.previous, self.rate, self.overhead)
        self.previous = None
        return made

    def replan(self, old: Plan, old_script: Script, script: Script) -> Plan:
        return replan(old, old_script, script, self.limits, self.rate, self.overhead)

    def follow(self, caps: Caps | None, store: ProjectStore) -> bool:
        """Cut for this engine from now on, at the rate its takes in the project teach; whether that makes a difference."""
        was = self.limits, self.rate
        self.limits = caps.limits if caps is not None else Limits()
        self.rate = learned_rate(store, caps.id) if caps is not None else self.rate
        return (self.limits, self.rate) != was
