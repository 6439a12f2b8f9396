"""What the timeline shows of a clip beyond where it lies: its number, its state, who speaks in it. Values from the session."""

from __future__ import annotations

from dataclasses import dataclass

# A state is told by shape and word first, by colour second.
STATE_MARKS = {
    "empty": "○",
    "queued": "…",
    "rendering": "›",
    "rendered": "✓",
    "stale": "~",
    "failed": "!",
    "kept": "◆",
    "locked": "■",  # a padlock is missing from many fonts
}


@dataclass(frozen=True, slots=True)
class ClipLook:
    """`voices` are (colour number of the speaker, share of the clip) in speaking order; an empty tuple has no speaker."""

    number: int
    title: str
    state: str = "rendered"
    voices: tuple[tuple[int, float], ...] = ()

    def label(self) -> str:
        """`~ 7 So what did the keeper`: the mark is left out where all is well."""
        mark = "" if self.state == "rendered" else f"{STATE_MARKS.get(self.state, '')} "
        return f"{mark}{self.number} {self.title}" if self.number else f"{mark}{self.title}"

    def spoken(self, length_s: float) -> str:
        """The same for a screen reader."""
        return f"Segment {self.number}, {self.title}, {length_s:.1f} seconds, {self.state}"
