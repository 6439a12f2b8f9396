"""The models that this engine runs, by the short names people give them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["dia", "codec"]


@dataclass(frozen=True, slots=True)
class Known:
    """A model on the hub. `bytes` is what its weights take, to be told before the hub is asked."""

    name: str
    id: str
    title: str
    bytes: int
    kind: Kind


KNOWN = (
    Known("dia", "nari-labs/Dia-1.6B-0626", "Dia 1.6B, June 2025", 4 * 1_611_160_576, "dia"),
    Known("dia-april", "nari-labs/Dia-1.6B", "Dia 1.6B, April 2025", 4 * 1_611_160_576, "dia"),
    Known("codec", "descript/dac_44khz", "DAC 44.1 kHz, the codec of Dia", 4 * 76_651_890, "codec"),
)
CODEC = KNOWN[2]


def known(name: str) -> Known | None:
    """The model of that short name or id, whatever its case."""
    return next((one for one in KNOWN if name.casefold() in (one.name, one.id.casefold())), None)


def id_of(name: str) -> str:
    """The id on the hub that a short name stands for; any other name is an id already."""
    found = known(name)
    return found.id if found else name
