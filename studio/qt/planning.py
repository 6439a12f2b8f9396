"""How the open script is cut: the planner with its limits, as the live script wants it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from studio.core.estimate import DEFAULT_RATE, Rate
from studio.core.render import Limits
from studio.core.script import Script
from studio.core.segments import Plan, Previous, plan, replan


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

    def after(self, old: Plan) -> Cutter:
        """Cut anew, after this plan."""
        self.previous = old
        return self
