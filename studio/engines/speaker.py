"""The helper process of eSpeak NG, seen from this side: started when needed, started again after a crash."""

from __future__ import annotations

import io
import os
from dataclasses import asdict, dataclass
from typing import Any

from studio.core.errors import EngineError
from studio.engines.child import Child, ChildEnded, ChildSilent
from studio.engines.draft_voices import Delivery
from studio.engines.wire import Frame, WireError, read_frame

_HELPER = "studio.engines.espeak_helper"
_START_S = 20.0
_ANSWER_S = 20.0  # an utterance takes milliseconds
_KEPT = "nothing was written"
_AGAIN = "render the segment again, the draft voice starts afresh"


class _HelperEndedError(EngineError):
    """The helper process is gone."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """int16 mono, and for each word its place in the text (code points) and the sample at which it begins."""

    pcm: bytes
    words: tuple[tuple[int, int], ...]


class Speaker:
    """One helper process. Used on one thread. Raises EngineError, and nothing else, when it fails."""

    def __init__(self, answer_s: float = _ANSWER_S, *, forks: bool = hasattr(os, "fork")) -> None:
        """`answer_s`: how long one utterance may take. Without `forks` every utterance has a helper of its own."""
        self._answer_s = answer_s
        self._forks = forks
        self._child: Child | None = None
        self.sample_rate = 0
        self.version = ""

    @property
    def pid(self) -> int | None:
        """The helper's process id while it runs."""
        return self._child.pid if self._child is not None and self._child.alive() else None

    def start(self) -> None:
        """Have a helper ready: a no-op where one is alive."""
        if self._child is not None and self._child.alive():
            return
        self.close()
        try:
            self._child = Child(_HELPER, "fork" if self._forks else "once")
        except OSError as error:
            raise EngineError(f"the draft voice does not start ({error})", kept=_KEPT, todo="close other programs") from error
        ready = self._receive(_START_S, "start")
        self.sample_rate, self.version = int(ready.fields.get("rate", 0)), str(ready.fields.get("version", ""))

    def speak(self, text: str, delivery: Delivery) -> Spoken:
        """What eSpeak NG makes of the text. The same bits for the same arguments, whatever was said before.

        A helper that is found dead is replaced once: its crashes happen in forks, so it was killed, not by this text.
        """
        try:
            answer = self._asked(text, delivery)
        except _HelperEndedError:
            answer = self._asked(text, delivery)
        if not self._forks:
            self.close()  # its library has spoken, and would remember it
        if answer.kind == "answer":
            answer = self._unwrapped(answer.body)
        if answer.kind == "spoken":
            return Spoken(answer.body, tuple((int(at), int(sample)) for at, sample in answer.fields["words"]))
        if answer.kind == "refused":
            raise EngineError(str(answer.fields["why"]), kept=_KEPT, todo="look at the voice's draft settings")
        raise EngineError(f"the draft voice crashed on “{_shortened(text)}”", kept=_KEPT, todo="write these words differently")

    def close(self) -> None:
        """End the helper, if there is one."""
        if self._child is not None:
            self._child.close(grace_s=1.0)
            self._child = None

    def _asked(self, text: str, delivery: Delivery) -> Frame:
        self.start()
        assert self._child is not None
        self._child.send(Frame("speak", {"text": text, **_fields(delivery)}))
        return self._receive(self._answer_s, "answer")

    def _receive(self, timeout_s: float, what: str) -> Frame:
        assert self._child is not None
        try:
            frame = self._child.receive(timeout_s)
            assert frame is not None  # nobody wakes it
            return frame
        except ChildEnded as ending:
            error: EngineError = _HelperEndedError(f"the draft voice's process {ending}", kept=_KEPT, todo=_AGAIN)
        except ChildSilent:
            error = EngineError(f"the draft voice did not {what} within {timeout_s:g} s", kept=_KEPT, todo=_AGAIN)
        except WireError as garbage:
            error = EngineError(f"the draft voice answered nonsense ({garbage})", kept=_KEPT, todo=_AGAIN)
        error.add_note(self._child.diagnosis())
        self._child.kill()
        self.close()
        raise error

    def _unwrapped(self, data: bytes) -> Frame:
        try:
            frame = read_frame(io.BytesIO(data))
        except WireError as garbage:
            raise EngineError(f"the draft voice answered nonsense ({garbage})", kept=_KEPT, todo=_AGAIN) from garbage
        return frame or Frame("crashed")


def _fields(delivery: Delivery) -> dict[str, Any]:
    fields = asdict(delivery)
    fields["range"] = fields.pop("pitch_range")
    return fields


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
